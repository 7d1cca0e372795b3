"""Baselines that give money and name no standard: factor method, pro rata, last year.

Each shares the whole money open to choice of every fund and period. Weights are exact; shares are by largest remainder.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np

from silvafisc.quantities import apportion, share, split_payers

from ..exact import Ints
from ..performance import counted_values
from .ground import Ground, UnitFund

TASK_FACTOR = "task_need"
Money = dict[UnitFund, Ints]
Weights = Mapping[str, Fraction | int]


def shared(ground: Ground, weights: Mapping[str, Weights]) -> Money:
    """amount[r, f, p] = apportion(room[f, p], weight[f, r]); nobody with a weight = nobody receives.

    Args:
        weights: fund -> region -> weight.
    """
    money = {(code, fund.id): np.zeros(len(ground.periods), np.int64) for code in ground.codes for fund in ground.funds}
    for fund in ground.funds:
        if any(weights[fund.id].values()):
            for at, room in enumerate(ground.room[fund.id]):
                for code, fen in apportion(int(room), weights[fund.id]).items():
                    money[code, fund.id][at] = fen
    return money


def factor_method(ground: Ground) -> Money:
    """The factor formula with template weights (`FactorSpec.template`) for the whole money open to choice.

    amount_r = Σ_j apportion(pot_j, value_rj), pot_j = apportion(room, template_j). A fund without factors of its own
    (compensation) takes those of the other funds for its top-up: `task_need` is then the unit's certified area in the
    fund's categories, and units without such area take no part. Without any factor the area alone decides.
    """
    money = {(code, fund.id): np.zeros(len(ground.periods), np.int64) for code in ground.codes for fund in ground.funds}
    for fund in ground.funds:
        for at, room in enumerate(ground.room[fund.id]):
            for code, fen in template_amounts(ground, fund.id, int(room)).items():
                money[code, fund.id][at] = fen
    return money


def template_amounts(ground: Ground, fund: str, pot: int) -> dict[str, int]:
    """region -> fen of a pot of this fund by its template weights."""
    templates, values = template_factors(ground, fund)
    amounts = dict.fromkeys(ground.codes, 0)
    usable = {name: weight for name, weight in templates.items() if any(values[name].values())}
    if not any(usable.values()):
        return amounts
    for factor, part in apportion(pot, usable).items():
        for code, fen in apportion(part, values[factor]).items():
            amounts[code] += fen
    return amounts


def template_factors(ground: Ground, fund: str) -> tuple[dict[str, Fraction], dict[str, dict[str, Fraction]]]:
    """factor -> template weight, and factor -> region -> value, as `factor_method` says."""
    resolved, inputs = ground.problem.resolved, ground.problem.inputs
    own = {f.factor: share(f.template) for f in resolved.factors if f.fund == fund}
    if own:
        return own, {name: counted_values(resolved, inputs, name) for name in own}
    area = fund_area(ground, fund)
    other = next((f.fund for f in resolved.factors), None)
    borrowed = {f.factor: share(f.template) for f in resolved.factors if f.fund == other}
    templates = borrowed if TASK_FACTOR in borrowed else {**borrowed, TASK_FACTOR: Fraction(0 if borrowed else 1)}
    values = {}
    for name in templates:
        known = area if name == TASK_FACTOR else counted_values(resolved, inputs, name)
        values[name] = {code: Fraction(known.get(code, 0)) if area.get(code) else Fraction(0) for code in ground.codes}
    return templates, values


def fund_area(ground: Ground, fund: str) -> dict[str, int]:
    """region -> area that the fund is for, 0.1 mu: certified area of its categories, else the need of its tasks."""
    resolved, inputs = ground.problem.resolved, ground.problem.inputs
    categories = [c.id for c in resolved.categories if c.fund == fund]
    tasks = [t.id for t in resolved.tasks if t.fund == fund]
    frame, key, column = inputs.areas, "category", "area_tenth_mu"
    if not categories:
        frame, key, column = inputs.tasks, "measure", "need_tenth_mu"
    mine = frame[frame[key].isin(categories or tasks)]
    sums = mine.groupby("region_code")[column].sum().to_dict()
    return {code: int(sums.get(code, 0)) for code in ground.codes}


def pro_rata_area(ground: Ground) -> Money:
    """By the area that each fund is for (`fund_area`)."""
    return shared(ground, {fund.id: fund_area(ground, fund.id) for fund in ground.funds})


def pro_rata_need(ground: Ground) -> Money:
    """By rural people x development-need index (6 decimals), the same in every fund."""
    regions, indices = ground.problem.inputs.regions, ground.problem.indices
    people = dict(zip(regions["region_code"], regions["rural_population_person"], strict=True))
    weights = {
        str(code): Fraction(round(Decimal(repr(float(need))), 6)) * int(people[code])
        for code, need in zip(indices["region_code"], indices["need"], strict=True)
    }
    return shared(ground, {fund.id: weights for fund in ground.funds})


def last_year(ground: Ground) -> Money | None:
    """Last year's amounts again in every period, less what is rigid or committed now; None without a table.

    The table holds what all payers paid; the fund's payer's part is the legal one of the unit's tier. A unit and fund
    without a row is absent: it keeps its fixed money and nothing is said about the rest. Negative where last year's
    amount lies below what is rigid or committed now.
    """
    amounts = last_year_own(ground)
    if amounts is None:
        return None
    sums: dict[UnitFund, int] = {}
    for (code, fund, _), fen in amounts.items():
        sums[code, fund] = sums.get((code, fund), 0) + fen
    nothing = np.zeros(len(ground.periods), np.int64)
    return {key: fen - ground.fixed_of.get(key, nothing) for key, fen in sums.items()}


def last_year_own(ground: Ground) -> dict[tuple[str, str, str], int] | None:
    """(region, fund, subject) -> fen of the fund's payer last year."""
    table, resolved = ground.problem.inputs.last_year, ground.problem.resolved
    if table is None:
        return None
    tiers = dict(
        zip(ground.problem.inputs.regions["region_code"], ground.problem.inputs.regions["payer_tier"], strict=True)
    )
    legal = {c.id: c.payer_shares for c in resolved.categories} | {t.id: t.payer_shares for t in resolved.tasks}
    payers = {fund.id: fund.payer for fund in resolved.funds}
    amounts = {}
    rows = zip(*(table[name] for name in ("region_code", "fund", "subject", "amount_fen")), strict=True)
    for code, fund, subject, fen in rows:
        if fund not in payers:
            continue
        part = int(fen)
        if subject in legal:
            shares = [(payer, share(text)) for payer, text in legal[subject][tiers[code]]]
            part = split_payers(part, shares).get(payers[fund], 0)
        amounts[str(code), str(fund), str(subject)] = part
    return amounts
