"""Totals by budget level: every amount and tonne climbs from its unit to the top, and each place on the way must have counted it.

total[p] = Σ payment of the units at or below p; below[p, kind] = the part that came up through places of that kind directly
below p; own[p] = p's own payment.

in words: what a level shows as its total is what the units under it receive, to the fen, and nothing twice; tonnes add up from county to nation (数同源).
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.results import UnitInputs

from .finding import Check

NATION = "000000"
_FLOATS = Fraction(1, 10**9)
"""Relative: the last digits that a table of floats may lose when it is written and read."""


def examine(inputs: UnitInputs, tables: Mapping[str, pd.DataFrame], check: Check) -> None:
    """Compare `levels` with sums formed row by row from `allocation`, in both directions: money to the fen, carbon too."""
    frame, keys = tables["levels"], ["parent_code", "part", "unit_level", "unit_type", "fund", "period"]
    for place in frame.loc[frame.duplicated(keys), keys].itertuples(index=False, name=None):
        check.refuse(f"levels: {', '.join(map(str, place))}", "该行重复", "this row stands twice")
    for column, unit, zh in (("payment_fen", "fen", "按级次汇总"), ("carbon_tco2e", "tCO2e", "按级次汇总的碳汇")):
        expected = _climbed(inputs, tables["allocation"], column)
        rows = frame[[*keys, column]].astype({column: object}).itertuples(index=False, name=None)
        found = {tuple(map(str, row[:-1])): Fraction(row[-1]) for row in rows}
        for place in sorted({*expected, *found}):
            where = "levels: " + ", ".join(f"{name}={value}" for name, value in zip(keys, place, strict=True) if value)
            sums, shown = expected.get(place, Fraction(0)), found.get(place, Fraction(0))
            near = abs(sums - shown) <= _FLOATS * max(abs(sums), Fraction(1)) if unit == "tCO2e" else sums == shown
            check.holds(near, where, _plain(sums), _plain(shown), unit, zh, "the total of this level")


def _plain(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.6f}"


def _climbed(inputs: UnitInputs, allocation: pd.DataFrame, column: str) -> dict[tuple[str, ...], Fraction]:
    units = {str(row["region_code"]): row for row in inputs.regions.to_dict("records")}
    several = len({_under_nation(code, units) for code in units} - {""}) > 1
    sums: defaultdict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    above = {_parent(code, units) for code in units}
    rows = zip(*(allocation[name].tolist() for name in ("region_code", "fund", "period", column)), strict=True)
    for code, fund, period, amount in rows:
        at, below, value, seen = str(code), "", Fraction(amount), set[str]()
        while at and at not in seen and not (at == NATION and not several):
            seen.add(at)
            if below:
                sums[(at, "below", *_kind(below, units), str(fund), str(period))] += value
            elif at in above:
                sums[(at, "own", *_kind(at, units), str(fund), str(period))] += value
            if below or at in above:
                sums[at, "total", "", "", str(fund), str(period)] += value
            at, below = _parent(at, units), at
    return dict(sums)


def _parent(code: str, units: Mapping[str, Mapping[object, object]]) -> str:
    """The unit's own parent; else the province of a city, the nation of a province, nothing above any other code."""
    if code in units:
        return str(units[code]["parent_code"])
    if code in ("", NATION) or code[-2:] != "00":
        return ""
    return NATION if code[2:] == "0000" else f"{code[:2]}0000"


def _kind(code: str, units: Mapping[str, Mapping[object, object]]) -> tuple[str, str]:
    if code in units:
        level = str(units[code]["unit_level"])
        return level, str(units[code].get("unit_type", level))
    return ("province", "province") if code[2:] == "0000" else ("city", "city")


def _under_nation(code: str, units: Mapping[str, Mapping[object, object]]) -> str:
    """The place directly below the nation that a unit climbs through; empty where the nation is not above it."""
    steps = 0
    while code and _parent(code, units) != NATION and steps <= len(units):
        code, steps = _parent(code, units), steps + 1
    return code
