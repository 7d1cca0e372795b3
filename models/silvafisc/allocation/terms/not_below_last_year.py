"""Not below last year (不低于上年) for listed units, like for like.

For unit r in the group, fund f and period p:  rigid + Σ (top_up + factor) · x ≥ last[r, f]
In words: at this year's area, a listed unit gets no less from a fund than it got last year.
"""

from collections.abc import Mapping
from typing import Any

from ..problem import Part, Problem, cost_columns
from .change_band import like_for_like, money_that_moves

TITLE = {"zh": "不低于上年", "en": "Not below last year"}
LAW = "脱贫县、重点帮扶县等投入力度总体稳定的要求"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per listed unit, fund and period with a last year's amount."""
    members = set(problem.resolved.groups[params["group"]])
    moving, rigid, built = money_that_moves(problem), rigid_money(problem), []
    for (code, fund), last in sorted(like_for_like(problem, natures=("rigid", "top_up", "factor")).items()):
        if code not in members:
            continue
        for period in problem.resolved.periods:
            used, values = moving(code, fund, period)
            limit = float(last.__ceil__() - rigid.get((code, fund, period), 0))
            label = f"{code}/{fund}/{period}"
            built.append(problem.row("not_below_last_year", label, used, values, lower=limit, unit="fen"))
    return Part(tuple(built))


def rigid_money(problem: Problem) -> dict[tuple[str, str, str], int]:
    """(unit, fund, period) -> fen of certified area x statutory floor, all payers together."""
    rigid = problem.fixed.table[problem.fixed.table["nature"] == "rigid"]
    found: dict[tuple[str, str, str], int] = {}
    for period in problem.resolved.periods:
        paid = rigid[cost_columns(rigid, period)].sum(axis=1)
        for code, fund, fen in zip(rigid["region_code"], rigid["fund"], paid, strict=True):
            found[code, fund, period] = found.get((code, fund, period), 0) + int(fen)
    return found
