"""Delivery capacity: no more is assigned in a year than labour and seedlings can deliver.

Σ task area[r, m, p] ≤ capacity[r, m]
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .case import WORK, Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters. Areas in 0.1 mu; a unit without a row in the table of tasks has no capacity."""
    assigned: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.nature in WORK:
            assigned[row.region, row.measure, row.period] += row.area or 0
    for (region, measure, period), area in sorted(assigned.items()):
        limit = case.capacities.get((region, measure), 0)
        where = f"region_code={region}, measure={measure}, period={period}"
        check.holds(area <= limit, where, f"≤ {limit}", area, "0.1 mu", "任务面积", "the task area")
