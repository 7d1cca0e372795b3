"""Eligible area: nobody is paid for more area than there is.

Σ paid area[r, c, p] ≤ certified[r, c];   Σ_p task area[r, m, p] ≤ need[r, m]
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .case import WORK, Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters. Areas in 0.1 mu, each counted on the row that carries it."""
    paid: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    assigned: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.category:
            paid[row.region, row.category, row.period] += row.area or 0
        elif row.nature in WORK:
            assigned[row.region, row.measure] += row.area or 0
    for (region, category, period), area in sorted(paid.items()):
        limit = case.area(region, category)
        where = f"region_code={region}, category={category}, period={period}"
        check.holds(area <= limit, where, f"≤ {limit}", area, "0.1 mu", "计费面积", "the area paid for")
    for (region, measure), area in sorted(assigned.items()):
        limit = case.needs.get((region, measure), 0)
        where = f"region_code={region}, measure={measure}"
        check.holds(area <= limit, where, f"≤ {limit}", area, "0.1 mu", "任务面积合计", "the task area of all periods")
