"""Delivery capacity: no more is assigned in a year than labour and seedlings can deliver.

    area[r, m, p] ≤ capacity[r, m]
In words: an offer whose area exceeds the unit's yearly capacity for that measure cannot be chosen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import Part, Problem, forbid

TITLE = {"zh": "实施能力", "en": "Delivery capacity"}
LAW = "任务安排应与实施能力相适应"
RELAXABLE = True
RELAXED_BY = {
    "zh": "须在 tasks 表中为这些单位写明更大的能力",
    "en": "state a larger capacity of these units in the input table tasks",
}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per task offer above the unit's capacity; menus made here are already capped."""
    table, tasks = problem.offers.table, problem.inputs.tasks
    capacity: dict[tuple[str, ...], int] = {
        (r, m): int(a)
        for r, m, a in zip(tasks["region_code"], tasks["measure"], tasks["capacity_tenth_mu"], strict=True)
    }
    limit = np.zeros(len(table), np.int64)
    for key, used in problem.positions("region_code", "measure").items():
        limit[used] = capacity.get(key, 0)
    task = (table["nature"] == "task").to_numpy()
    over = task & (table["area_tenth_mu"].to_numpy() > limit)
    return forbid(problem, "delivery_capacity", np.flatnonzero(over))
