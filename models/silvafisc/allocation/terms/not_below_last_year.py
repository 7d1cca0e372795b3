"""Not below last year (不低于上年) for listed units, like for like.

For unit r in the group, fund f and period p:  rigid + Σ (top_up + factor) · x ≥ last[r, f]
In words: at this year's area, a listed unit gets no less from a fund than it got last year.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import Part, Problem, cost_columns
from .change_band import like_for_like

TITLE = {"zh": "不低于上年", "en": "Not below last year"}
LAW = "脱贫县、重点帮扶县等投入力度总体稳定的要求"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per listed unit, fund and period with a last year's amount."""
    members = set(problem.resolved.groups[params["group"]])
    table, fixed, built = problem.offers.table, problem.fixed.table, []
    moved = table["nature"].isin(["top_up", "factor"]).to_numpy()
    for (code, fund), last in sorted(like_for_like(problem, natures=("rigid", "top_up", "factor")).items()):
        if code not in members:
            continue
        for period in problem.resolved.periods:
            mine = moved & (table["region_code"] == code).to_numpy() & (table["period"] == period).to_numpy()
            used = np.flatnonzero(mine & (table["fund"] == fund).to_numpy())
            rigid = fixed[(fixed["region_code"] == code) & (fixed["fund"] == fund) & (fixed["nature"] == "rigid")]
            columns = cost_columns(fixed, period)
            known = int(rigid[columns].to_numpy().sum())
            values = problem.total_cost(period, fund)[used]
            limit = float(last.__ceil__() - known)
            built.append(
                problem.row("not_below_last_year", f"{code}/{fund}/{period}", used, values, lower=limit, unit="fen")
            )
    return Part(tuple(built))
