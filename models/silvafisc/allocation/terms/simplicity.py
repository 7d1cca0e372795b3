"""Objective: simplicity, the number of published numbers (rule mode).

    maximise −(Σ_{c, l} v[c, l] + Σ_g b[g] + Σ_{m, u} v[m, u] + Σ_{m, q} v[m, q] + Σ_f (Σ_B v[f, B] + Σ_{j, w} v[f, j, w]))
    x ≤ v for every offer x and every number v that it publishes,  b[g] = 1 where a cut-off is published
In words: a notice is read by people, so the fewer different standards, cut-offs, unit standards, quantity shares, pots and
weights it names over all grades and periods the better. A number named twice for the same thing counts once; a task that
is not given publishes nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..menus.tasks import NO_TASK
from ..problem import Aux, Objective, ObjectiveError, Problem, Row

TITLE = {"zh": "简明性（公布数字最少）", "en": "Simplicity (fewest published numbers)"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, a negative count. Raises ObjectiveError in case mode, where nothing is published."""
    if problem.resolved.mode != "rule":
        raise ObjectiveError(
            "simplicity",
            "case mode publishes no numbers; drop the objective or use mode: rule",
            "逐单位模式不公布标准；请去掉该目标或改用 mode: rule",
        )
    names: dict[str, None] = {}
    rows: list[Row] = []
    for at, numbers in _publishing(problem):
        for name in numbers:
            names.setdefault(name)
            limits = {"upper": 0.0, "aux": {name: -1.0}, "relaxable": False}
            rows.append(problem.row("simplicity", f"{name}/{at}", np.array([at]), np.ones(1), **limits))
    cuts = (problem.columns["kind"] == "cut").to_numpy()
    # Whether a number is published is forced up by the binary choices, so the indicators may stay continuous.
    variables = tuple(Aux(name, 0.0, 1.0) for name in names)
    count = dict.fromkeys(names, -1.0)
    return (Objective("simplicity", "count", np.where(cuts, -1.0, 0.0), 0.0, count, variables, tuple(rows)),)


def _publishing(problem: Problem) -> Iterator[tuple[int, list[str]]]:
    """(position, published numbers) of the offers that stand for all others of their menu and cell."""
    table = problem.offers.table
    standing = {c.id: set(problem.representatives(c.id)) for c in problem.resolved.categories}
    seen: set[tuple[str, str, str, str]] = set()
    columns = ("nature", "region_code", "fund", "measure", "category", "period", "standard_fen", "offer")
    for at, row in enumerate(zip(*(table[c] for c in columns), strict=True)):
        nature, code, fund, measure, category, period, standard, offer = row
        if nature == "top_up":
            if standard > 0 and code in standing[category]:
                yield at, [f"number/{category}/{standard}"]
            continue
        # One unit's offer stands for all: a task level or a weighting is one column.
        if (fund, measure, period, offer) in seen or offer == NO_TASK:
            continue
        seen.add((fund, measure, period, offer))
        yield at, [f"number/{fund}/{measure}/{part}" for part in str(offer).split(";")]
