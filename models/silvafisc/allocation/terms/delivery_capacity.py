"""Delivery capacity: no more is assigned in a year than labour and seedlings can deliver.

    area[r, m, p] ≤ capacity[r, m];   with loans Σ_{grant, loan} area[r, m, p] · x ≤ capacity[r, m]
In words: an offer whose area exceeds the unit's yearly capacity for that measure cannot be chosen, nor grants and loans
that exceed it together.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import WORK, Part, Problem, forbid, joined

TITLE = {"zh": "实施能力", "en": "Delivery capacity"}
LAW = "任务安排应与实施能力相适应"
RELAXABLE = True
RELAXED_BY = {
    "zh": "须在 tasks 表中为这些单位写明更大的能力",
    "en": "state a larger capacity of these units in the input table tasks",
}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per offer above the unit's capacity (menus made here are already capped), and per unit, measure and period
    where grants and loans together could exceed it.
    """
    table, tasks = problem.offers.table, problem.inputs.tasks
    capacity: dict[tuple[str, ...], int] = {
        (r, m): int(a)
        for r, m, a in zip(tasks["region_code"], tasks["measure"], tasks["capacity_tenth_mu"], strict=True)
    }
    limit = np.zeros(len(table), np.int64)
    for key, used in problem.positions("region_code", "measure").items():
        limit[used] = capacity.get(key, 0)
    area = table["area_tenth_mu"].to_numpy()
    work = table["nature"].isin(WORK).to_numpy() & (area > 0)
    alone = forbid(problem, "delivery_capacity", np.flatnonzero(work & (area > limit)))
    if not problem.resolved.loans:
        return alone
    together = []
    menus = table["menu"].to_numpy(object)
    for key, used in problem.positions("region_code", "measure", "period").items():
        mine = used[work[used]]
        most = sum(int(area[mine][menus[mine] == menu].max()) for menu in set(menus[mine]))
        if len(set(menus[mine])) > 1 and most > limit[mine[0]]:
            room = float(limit[mine[0]])
            label, values = "/".join(key), area[mine].astype(np.float64)
            together.append(problem.row("delivery_capacity", label, mine, values, upper=room, unit="tenth_mu"))
    return Part(joined(alone.rows, together))
