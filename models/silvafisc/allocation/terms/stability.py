"""Objective: stability against last year.

    maximise −Σ_{r, f, p} d[r, f, p],  d ≥ |rigid + Σ (top_up + factor) · x − last[r, f]|   (yuan, like for like)
In words: change nobody's amount without a reason. Units without a last year's row do not count.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities.money import FEN_PER_YUAN

from ..problem import Aux, Objective, ObjectiveError, Problem
from .change_band import like_for_like, money_that_moves
from .not_below_last_year import rigid_money

TITLE = {"zh": "稳定（较上年变动最小）", "en": "Stability (least change on last year)"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, negative yuan. Raises ObjectiveError without a last year's table."""
    last = like_for_like(problem, natures=("rigid", "top_up", "factor"))
    if not last:
        raise ObjectiveError(
            "stability", "there is no table of last year's amounts to compare with", "没有上年数据可比"
        )
    moving, rigid = money_that_moves(problem), rigid_money(problem)
    rows, variables = [], []
    for (code, fund), amount in sorted(last.items()):
        for period in problem.resolved.periods:
            used, fen = moving(code, fund, period)
            target = (float(amount) - float(rigid.get((code, fund, period), 0))) / FEN_PER_YUAN
            values = fen / FEN_PER_YUAN
            name, label = f"change/{code}/{fund}/{period}", f"{code}/{fund}/{period}"
            variables.append(Aux(name))
            rows.append(problem.row("stability", label, used, values, upper=target, aux={name: -1.0}, relaxable=False))
            rows.append(problem.row("stability", label, used, values, lower=target, aux={name: 1.0}, relaxable=False))
    nothing = np.zeros(problem.size)
    total = {variable.name: -1.0 for variable in variables}
    return (Objective("stability", "yuan", nothing, aux=total, variables=tuple(variables), rows=tuple(rows)),)
