"""Eligible area: nobody is paid for more area than there is.

    category: area[r, c] ≤ certified[r, c];   task: Σ_p area[r, m, p] · x ≤ need[r, m]
In words: a recurring standard is paid on certified area, and the task areas of all periods together, whether grants or
loans pay for them, stay within the need.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..problem import WORK, Floats, Indices, Part, Problem, forbid, joined

TITLE = {"zh": "面积上限", "en": "Eligible area"}
LAW = "公益林区划落界成果；任务不得超过需求"
RELAXABLE = True
RELAXED_BY = {
    "zh": "须在 tasks 表或 areas 表中为这些单位写明更大的需求或面积",
    "en": "state a larger need (tasks) or area (areas) of these units in the input tables",
}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows for offers above the certified area, and per unit and task where the periods could exceed the need."""
    table, inputs = problem.offers.table, problem.inputs
    areas = {(r, c): int(a) for r, c, a in _triples(inputs.areas, "category", "area_tenth_mu")}
    needs = {(r, m): int(a) for r, m, a in _triples(inputs.tasks, "measure", "need_tenth_mu")}
    area = table["area_tenth_mu"].to_numpy()
    over = np.zeros(len(table), bool)
    for (code, category), used in problem.positions("region_code", "category").items():
        if category:
            over[used] = area[used] > areas.get((code, category), 0)
    listed: list[tuple[str, Indices, Floats]] = []
    limits: list[float] = []
    tasks = (table["nature"].isin(WORK) & (area > 0)).to_numpy()
    menus, _ = pd.factorize(table["menu"])
    largest = pd.Series(area).groupby(menus).max().to_numpy()[menus]
    heads = np.zeros(len(table), bool)
    heads[np.unique(menus, return_index=True)[1]] = True
    for (code, measure), positions in problem.positions("region_code", "measure").items():
        used = positions[tasks[positions]]
        need = needs.get((code, measure), 0)
        if used.size and largest[positions[heads[positions]]].sum() > need:
            listed.append((f"{code}/{measure}", used, area[used].astype(np.float64)))
            limits.append(float(need))
    upper = np.array(limits)
    within = problem.listed_rows("eligible_area", listed, (np.full(len(upper), -np.inf), upper), unit="tenth_mu")
    return Part(joined(forbid(problem, "eligible_area", np.flatnonzero(over)).rows, within))


def _triples(frame: Any, key: str, value: str) -> Any:
    return zip(frame["region_code"], frame[key], frame[value], strict=True)
