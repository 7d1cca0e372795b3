"""Statutory floor: no standard below what the law of the period pays.

    s[c, p] ≥ floor[c, p];  u[m] ≥ floor[m]
In words: an offer below the floor of its tenure (or of its task measure) cannot be chosen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import Part, Problem, forbid

TITLE = {"zh": "法定最低标准", "en": "Statutory floor"}
LAW = "国家级公益林补偿标准（见参数 compensation.floor）"
RELAXABLE = False


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per offer below its floor; menus made here contain none, tables made elsewhere may."""
    table, resolved = problem.offers.table, problem.resolved
    floors = {(c.id, p): c.floor_fen[p] for c in resolved.categories for p in resolved.periods}
    floors |= {(t.id, p): t.floor_fen for t in resolved.tasks for p in resolved.periods}
    floor = np.zeros(len(table), np.int64)
    for (category, measure, period), used in problem.positions("category", "measure", "period").items():
        floor[used] = floors.get((category or measure, period), 0)
    standard = table["standard_fen"].to_numpy()
    paid = (table["area_tenth_mu"] > 0).to_numpy()
    return forbid(problem, "statutory_floor", np.flatnonzero((standard >= 0) & (standard < floor) & paid))
