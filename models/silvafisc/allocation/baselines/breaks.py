"""Which rules of the scenario a baseline breaks, on how many counts and by how much at worst, as the audit finds them.

A baseline is judged unit by unit, like somebody's proposal: the audit's own clause of every rule reads it as the tables
that an outcome would have. A baseline that gives money is judged by what the money buys; what is left of an entitlement
counts as factor money, since nothing says what it is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from silvafisc.quantities.money import TENTHS_PER_MU

from ..audit import Judge
from ..audit.excess import worst
from ..audit.finding import Check, Finding
from ..menus.factor_pot import FACTOR_POT
from ..owed import instalments_owed
from ..problem import Indices, Problem
from ..tables import PAYERS, allocation_of, envelopes_of, offers_of, regions_of
from ..uses import uses_of_money
from .ground import Ground
from .money import Money
from .rows import FACTOR, Pots

COLUMNS = ["baseline", "rule", "rows", "worst", "unit", "where"]
_UNITS = {"0.1 mu": "mu", "": "1"}
"""Units of the audit that have another name in tables."""
_DIGITS = Decimal("0.000001")


@dataclass(frozen=True)
class Shown:
    """A baseline as the rules see it. money: entitlements of a baseline that gives money, else None."""

    ground: Ground
    chosen: Indices
    pots: Pots | None
    money: Money | None


def judge_of(ground: Ground) -> Judge:
    """Who judges baselines: unit by unit, for nothing that they pay follows from a published standard of a grade."""
    return Judge(replace(ground.problem.resolved, mode="case"), ground.problem.inputs)


def broken_rules(name: str, shown: Shown, tables: Mapping[str, pd.DataFrame], judge: Judge) -> pd.DataFrame:
    """Rows of `baseline_breaks` of one baseline: a row per broken rule and unit, in the order of the scenario's rules.

    Args:
        tables: of the decision, whose factor pots and weights the baselines that name standards keep.
    """
    found: dict[str, list[Finding]] = {}
    for check in judge.judged(_tables(shown, tables)):
        found.setdefault(check.rule, []).extend(check.findings)
    if shown.money is not None and "statutory_floor" in found:
        found["statutory_floor"] += _floors(shown.ground, shown.money).findings
    return breaks_of(name, found)


def breaks_of(name: str, found: Mapping[str, list[Finding]]) -> pd.DataFrame:
    """rule -> what the audit finds, as rows of `baseline_breaks`; areas in mu."""
    rows = []
    for rule, findings in found.items():
        for unit, (count, most, where) in worst(findings).items():
            shown = "" if most is None else _decimal(most / TENTHS_PER_MU if unit == "0.1 mu" else most)
            rows.append((name, rule, count, shown, _UNITS.get(unit, unit), where))
    return pd.DataFrame(rows, columns=COLUMNS)


def _decimal(value: Fraction) -> str:
    """As a decimal, to six digits behind the point."""
    text = f"{(Decimal(value.numerator) / Decimal(value.denominator)).quantize(_DIGITS):f}"
    return text.rstrip("0").rstrip(".")


def _tables(shown: Shown, decided: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The baseline in the tables of an outcome: nothing is published but the weights of the pots that it keeps."""
    ground = shown.ground
    offers = ground.offers.iloc[shown.chosen].reset_index(drop=True)
    problem: Problem = replace(ground.problem, offers=replace(ground.problem.offers, table=offers))
    taken = np.arange(len(offers), dtype=np.int64)
    allocation = allocation_of(problem, taken, {})
    if shown.money is not None:
        factor = _unspent(shown, allocation)
    else:
        before = decided["allocation"]
        factor = before[before["nature"] == FACTOR]
    allocation = pd.concat([allocation, factor], ignore_index=True) if len(factor) else allocation
    envelopes = envelopes_of(problem, allocation)
    nothing = ("standards", "grades", "notice")
    return {
        "allocation": allocation,
        "weights": decided["weights"] if shown.pots is not None else decided["weights"].iloc[:0],
        # Where a fund is overspent nothing lapses: the audit would count the same money twice.
        "envelopes": envelopes.assign(lapsed_fen=envelopes["lapsed_fen"].clip(lower=0)),
        "offers": offers_of(problem, taken),
        "regions": regions_of(problem, {}),
        "uses": uses_of_money(problem, allocation),
        "instalments": instalments_owed(problem, taken),
        **{name: decided[name].iloc[:0] for name in nothing},
    }


def _unspent(shown: Shown, allocation: pd.DataFrame) -> pd.DataFrame:
    """What entitlements leave after the offers that they buy, as rows of allocation.csv."""
    ground, left = shown.ground, {key: np.maximum(fen, 0) for key, fen in (shown.money or {}).items()}
    offers = ground.offers.iloc[shown.chosen]
    for code, fund, own in zip(offers["region_code"], offers["fund"], ground.own[shown.chosen], strict=True):
        left[code, fund] = left[code, fund] - own
    payers = {fund.id: fund.payer for fund in ground.funds}
    blank: dict[str, object] = dict.fromkeys(allocation.columns, "")
    blank |= {f"{payer}_fen": 0 for payer in PAYERS}
    rows = [
        blank
        | {"region_code": code, "nature": FACTOR, "fund": fund, "measure": FACTOR_POT, "period": period}
        | {
            "payment_fen": int(fen),
            f"{payers[fund]}_fen": int(fen),
            "due_later_fen": 0,
            "carbon_tco2e": 0.0,
            "credited_tco2e": 0.0,
        }
        for (code, fund), amounts in sorted(left.items())
        for period, fen in zip(ground.periods, amounts, strict=True)
        if fen
    ]
    return pd.DataFrame(rows, columns=list(allocation.columns))


def _floors(ground: Ground, money: Money) -> Check:
    """Entitlements below what is rigid or committed."""
    check = Check("statutory_floor")
    for (code, fund), amounts in sorted(money.items()):
        for at, period in enumerate(ground.periods):
            where = f"region_code={code}, fund={fund}, period={period}"
            fixed = ground.fixed_of.get((code, fund))
            least = 0 if fixed is None else int(fixed[at])
            now = least + int(amounts[at])
            check.holds(now >= least, where, f"≥ {least}", now, "fen", "应得金额", "the entitlement")
    return check
