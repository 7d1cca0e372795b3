"""Responses of every unit to every standard on offer, and the unit indices.

Recurring categories (joining is not a choice: the area is certified), s = the fund's standard, o = the unit's own
standard where one is on record (the total standard is the larger of both):
    uptake  rho(max(s, o))                                     share of the avoidable loss that is avoided
    income  h (max(s, o) - o) + min(s, o) - l s                what the fund adds: to households, to the unit's budget
                                                               (relief of its own duty), less the unit's co-payment
Task measures, s paid once, n = need to be paid once (full cost - own benefit):
    uptake  pi(s)                                              share of the assigned area that joins
    income  pi(s) (h - l) s                                    where work is done: to households less co-payment; who
                                                               joins needs at most s, so no own cost is left uncovered
h: share that reaches households; l: share of the payment that the unit itself and those below it pay.
Income given up on certified land is the designation's doing, not the payment's: no choice changes it, so it is not in y.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import share
from silvafisc.results import Resolved, Responses, UnitInputs
from silvafisc.results.resolved import Shares

from .curves import participation, retention
from .indices import PARAMETERS as INDEX_PARAMETERS
from .indices import equity_weights, importance_and_need, indicators
from .research import research_columns

SHAPE = "assumptions.economy.responses.retention_shape"
PAYER_LEVELS = ("central", "provincial", "city", "county")
LEVEL_OF_UNIT = {"province": "provincial", "city": "city", "county": "county"}


def responses(
    inputs: UnitInputs,
    resolved: Resolved,
    carbon_scores: pd.DataFrame,
    rules: Rules,
    *,
    shape: str | None = None,
    own_standards: Mapping[tuple[str, str], int] | None = None,
) -> Responses:
    """Tabulate uptake and income at every standard of the scenario's categories and tasks, and the indices.

    Args:
        carbon_scores: region_code, stock_tco2e_per_mu, flow_tco2e_per_mu, one row per unit.
        shape: retention curve, `concave` or `s_shape`; default the parameter (the other one is the sensitivity).
        own_standards: (region_code, category) -> the unit's own total standard in fen per mu and year.

    Raises:
        ValueError: an opportunity cost or need to be paid that is not positive, a unit without a response row for a
            subject that it has area or need for, an unknown unit level or payer tier, carbon scores that do not match.
    """
    curve = shape or rules.text(SHAPE)
    table = inputs.responses
    _refuse_gaps(inputs, resolved)
    wrong = table[table["opportunity_cost_fen"] <= 0]
    if len(wrong):
        named = [f"{r}/{s}" for r, s in zip(wrong["region_code"], wrong["subject"], strict=True)]
        raise ValueError(f"opportunity cost must be above 0: {', '.join(named)}")
    regions = inputs.regions.set_index("region_code")
    units = {str(c): (str(regions["unit_level"][c]), str(regions["payer_tier"][c])) for c in regions.index}
    standards = standards_on_offer(resolved)
    payers = {category.id: category.payer_shares for category in resolved.categories}
    payers |= {task.id: task.payer_shares for task in resolved.tasks}
    tasks = {task.id for task in resolved.tasks}
    local: dict[tuple[str, str, str], float] = {}
    rows: list[tuple[str, str, int, float, float]] = []
    columns = ["region_code", "subject", "opportunity_cost_fen", "household_share", "sigma", "retention_max"]
    for code, subject, cost, reach, sigma, maximum in table[columns].itertuples(index=False, name=None):
        if subject not in standards:
            continue
        level, tier = units[code]
        if (subject, level, tier) not in local:
            local[subject, level, tier] = float(local_share(payers[subject], level, tier))
        duty = local[subject, level, tier]
        own = (own_standards or {}).get((code, subject), 0)
        for standard in standards[subject]:
            if subject in tasks:
                uptake = participation(standard, cost, sigma)
                income = uptake * (reach - duty) * standard
            else:
                uptake = retention(max(standard, own), cost, maximum, curve)
                income = reach * (max(standard, own) - own) + min(standard, own) - duty * standard
            rows.append((code, subject, standard, uptake, income))
    levels = pd.DataFrame(rows, columns=["region_code", "subject", "standard_fen", "uptake", "income_fen_per_mu"])
    levels = levels.astype({"standard_fen": "int64", "uptake": "float64", "income_fen_per_mu": "float64"})
    levels = levels.sort_values(["region_code", "subject", "standard_fen"], ignore_index=True)
    return Responses(levels=levels, indices=unit_indices(inputs, resolved, carbon_scores, rules))


def standards_on_offer(resolved: Resolved) -> dict[str, tuple[int, ...]]:
    """Subject -> ascending standards in fen per mu: levels, floors and last year's of categories; levels of tasks."""
    found: dict[str, tuple[int, ...]] = {}
    for category in resolved.categories:
        known = {*category.levels_fen, *category.floor_fen.values()}
        if category.last_year_fen is not None:
            known.add(category.last_year_fen)
        found[category.id] = tuple(sorted(known))
    for task in resolved.tasks:
        found[task.id] = tuple(sorted({*task.standards_fen} | ({task.floor_fen} if task.floor_fen else set())))
    return found


def local_share(payer_shares: Mapping[str, Shares], unit_level: str, tier: str) -> Fraction:
    """Share of a payment that the unit's own level and the levels below it pay.

    Raises:
        ValueError: unknown unit level, payer or tier.
    """
    if unit_level not in LEVEL_OF_UNIT:
        raise ValueError(f"unknown unit level {unit_level!r}; one of {', '.join(LEVEL_OF_UNIT)}")
    if tier not in payer_shares:
        raise ValueError(f"no payer shares for tier {tier!r}; there are {', '.join(sorted(payer_shares))}")
    first = PAYER_LEVELS.index(LEVEL_OF_UNIT[unit_level])
    unknown = [payer for payer, _ in payer_shares[tier] if payer not in PAYER_LEVELS]
    if unknown:
        raise ValueError(f"unknown payers {unknown}")
    return sum((share(part) for payer, part in payer_shares[tier] if PAYER_LEVELS.index(payer) >= first), Fraction(0))


def unit_indices(inputs: UnitInputs, resolved: Resolved, carbon_scores: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """region_code, importance, need, omega, opportunity_cost_fen and the research columns, by code.

    eta of omega: the `development` objective's parameter, else the default.
    """
    raw = indicators(inputs, carbon_scores)
    importance, need = importance_and_need(raw, rules)
    omega = equity_weights(inputs.regions, _eta(resolved, rules))
    relative = equity_weights(inputs.regions, 1.0)
    frame = pd.DataFrame({"region_code": raw["region_code"], "importance": importance, "need": need})
    frame["omega"] = [omega[code] for code in frame["region_code"]]
    costs = _mean_costs(inputs, (category.id for category in resolved.categories))
    frame["opportunity_cost_fen"] = [costs[code] for code in frame["region_code"]]
    return frame.merge(research_columns(inputs, raw, relative, rules), on="region_code", validate="one_to_one")


def _eta(resolved: Resolved, rules: Rules) -> float:
    for objective in resolved.objectives:
        stated = objective.params.get("eta")
        if objective.term == "development" and stated is not None:
            return float(share(str(stated)))
    return rules.number(INDEX_PARAMETERS + "eta")


def _mean_costs(inputs: UnitInputs, categories: Iterable[str]) -> dict[str, float]:
    """Opportunity cost per unit, weighted by area over its recurring categories; their plain mean without any area."""
    wanted = set(categories)
    costs = inputs.responses[inputs.responses["subject"].isin(wanted)]
    areas = inputs.areas.rename(columns={"category": "subject"})[["region_code", "subject", "area_tenth_mu"]]
    merged = costs.merge(areas, on=["region_code", "subject"], how="left", validate="one_to_one")
    merged["area_tenth_mu"] = merged["area_tenth_mu"].fillna(0).astype("float64")
    found: dict[str, float] = dict.fromkeys(inputs.codes, float("nan"))
    for code, rows in merged.groupby("region_code"):
        weight, cost = rows["area_tenth_mu"], rows["opportunity_cost_fen"].astype("float64")
        total = float(weight.sum())
        found[str(code)] = float((weight * cost).sum() / total) if total > 0 else float(cost.mean())
    return found


def _refuse_gaps(inputs: UnitInputs, resolved: Resolved) -> None:
    known = set(zip(inputs.responses["region_code"], inputs.responses["subject"], strict=True))
    categories = {category.id for category in resolved.categories}
    measures = {task.id for task in resolved.tasks}
    areas = inputs.areas[inputs.areas["category"].isin(categories) & (inputs.areas["area_tenth_mu"] > 0)]
    tasks = inputs.tasks[inputs.tasks["measure"].isin(measures)]
    needed = set(zip(areas["region_code"], areas["category"], strict=True))
    needed |= set(zip(tasks["region_code"], tasks["measure"], strict=True))
    covered = {code for code, subject in known if subject in categories}
    if categories:
        needed |= {(code, min(categories)) for code in inputs.codes if code not in covered}
    missing = sorted(needed - known)
    if missing:
        raise ValueError(f"no response row for {', '.join(f'{r}/{s}' for r, s in missing)}")
