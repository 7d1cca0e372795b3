"""Statutory floor: no standard below what the law of the period pays.

s[r, c, p] ≥ floor[c, p] wherever r has certified area;  u[m, p] ≥ floor[m] wherever area is assigned
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    floors = {(c.id, period): c.floor_fen[period] for c in case.resolved.categories for period in case.resolved.periods}
    for published in case.standards:
        if published.category and published.standard is not None:
            least = floors[published.category, published.period]
            check.holds(
                published.standard >= least,
                published.where,
                f"≥ {least}",
                published.standard,
                "fen/mu",
                "标准",
                "the standard",
            )
    for row in case.rows:
        if row.category and row.standard is not None:
            least = floors[row.category, row.period]
        elif row.nature == "task" and row.area:
            least = case.resolved.task(row.measure).floor_fen
        else:
            continue
        paid = row.standard or 0
        check.holds(paid >= least, row.where, f"≥ {least}", paid, "fen/mu", "标准", "the standard")
    for (region, category), area in sorted(case.areas.items()):
        for period in case.resolved.periods if area and (category, case.resolved.periods[0]) in floors else ():
            least = floors[category, period]
            paid = case.standard(region, category, period) or 0
            where = f"region_code={region}, category={category}, period={period}"
            check.holds(paid >= least, where, f"≥ {least}", paid, "fen/mu", "标准", "the standard")
