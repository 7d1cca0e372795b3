"""The department's proposal line by line: what it states, what is decided, and the reasons of the difference.

A line is what a unit gets from a fund in a period for one category, task measure, factor pot, instalments due, or money
that names none of them (`whole_fund`). Its reasons are the parts of `reasons`, kept by line: per line they sum to
decided − stated.
"""

from collections.abc import Mapping

import pandas as pd

from .problem import Problem
from .reasons import PARTS, Cell, View, moves, proposal_steps

COLUMNS = ["region_code", "fund", "subject", "period", "proposal_fen", "decided_fen", "part", "amount_fen"]
COMMITTED, WHOLE_FUND = "committed", "whole_fund"
Line = tuple[str, str, str, str]
"""(region_code, fund, subject, period)."""


def proposal_lines(problem: Problem, tables: Mapping[str, pd.DataFrame], proposal: pd.DataFrame) -> pd.DataFrame:
    """One row per line and part that moves it; a line that nothing moves has one row without a part.

    Args:
        problem, tables: what was decided, as in `reasons`. proposal: somebody's allocation in the columns of allocation.csv.
    """
    view = View.of(problem, tables["allocation"])
    reference, steps = proposal_steps(view, proposal)
    parts: dict[Line, dict[str, int]] = {_line(cell): {} for cell in [*reference, *view.own.amounts]}
    for part, cell, fen in moves(view, "proposal", reference, steps):
        mine = parts.setdefault(_line(cell), {})
        mine[part] = mine.get(part, 0) + fen
    stated, decided = _by_line(reference), _by_line(view.own.amounts)
    rows = []
    for line in sorted(parts):
        moved = [(part, parts[line][part]) for part in PARTS if parts[line].get(part)] or [("", 0)]
        rows += [(*line, stated.get(line, 0), decided.get(line, 0), part, fen) for part, fen in moved]
    return pd.DataFrame(rows, columns=COLUMNS)


def _line(cell: Cell) -> Line:
    kind, code, fund, subject, period = cell
    if kind == "committed":
        subject = f"{COMMITTED}:{subject}"
    return code, fund, subject or WHOLE_FUND, period


def _by_line(amounts: Mapping[Cell, int]) -> dict[Line, int]:
    sums: dict[Line, int] = {}
    for cell, fen in amounts.items():
        sums[_line(cell)] = sums.get(_line(cell), 0) + fen
    return sums
