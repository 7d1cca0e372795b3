"""Totals by budget level: every amount climbs from its unit to the top, and each place on the way must have counted it.

total[p] = Σ payment of the units at or below p; below[p, kind] = the part that came up through places of that kind directly
below p; own[p] = p's own payment.

in words: what a level shows as its total is what the units under it receive, to the fen, and nothing twice.
"""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from silvafisc.results import UnitInputs

from .finding import Check

NATION = "000000"
_Place = tuple[str, str, str, str, str, str]


def examine(inputs: UnitInputs, tables: Mapping[str, pd.DataFrame], check: Check) -> None:
    """Compare `levels` with sums formed row by row from `allocation`, in both directions."""
    columns = ["parent_code", "part", "unit_level", "unit_type", "fund", "period"]
    frame, expected = tables["levels"], _climbed(inputs, tables["allocation"])
    found: dict[_Place, int] = {}
    for *key, fen in frame[[*columns, "payment_fen"]].itertuples(index=False, name=None):
        place = (str(key[0]), str(key[1]), str(key[2]), str(key[3]), str(key[4]), str(key[5]))
        if place in found:
            check.refuse(f"levels: {', '.join(place)}", "该行重复", "this row stands twice")
        found[place] = int(fen)
    for place in sorted(set(expected) | set(found)):
        where = "levels: " + ", ".join(f"{name}={value}" for name, value in zip(columns, place, strict=True) if value)
        check.equal(where, expected.get(place, 0), found.get(place, 0), "fen", "按级次汇总", "the total of this level")


def _climbed(inputs: UnitInputs, allocation: pd.DataFrame) -> dict[_Place, int]:
    units = {str(row["region_code"]): row for row in inputs.regions.to_dict("records")}
    several = len({_under_nation(code, units) for code in units} - {""}) > 1
    sums: defaultdict[_Place, int] = defaultdict(int)
    above = {_parent(code, units) for code in units}
    rows = zip(*(allocation[name] for name in ("region_code", "fund", "period", "payment_fen")), strict=True)
    for code, fund, period, fen in rows:
        at, below, seen = str(code), "", set[str]()
        while at and at not in seen and not (at == NATION and not several):
            seen.add(at)
            if below:
                sums[(at, "below", *_kind(below, units), str(fund), str(period))] += int(fen)
            elif at in above:
                sums[(at, "own", *_kind(at, units), str(fund), str(period))] += int(fen)
            if below or at in above:
                sums[at, "total", "", "", str(fund), str(period)] += int(fen)
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
