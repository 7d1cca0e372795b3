"""What other appropriations do to the rows: the ceilings of the rules that speak of them are written again.

One fen more in period p is one fen more in the envelope of p and carry_share^(q−p) in that of every later period q, for
what is not spent by then has been carried over; under `carry_over` the limit of p grows with it, and the cap on later
instalments with the last appropriation. Rows of full allocation ask for spending: they stay as they are, for more money
is room and no duty.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from silvafisc.results import FundSpec

from .engine import Engine
from .problem import Floats, Indices
from .terms import rule_part

CARRIED = ("envelope", "carry_over")
"""Rules on the money of a period and what becomes of its rest."""
ALL = (*CARRIED, "instalments")
"""With the rule on later periods, which takes the last appropriation for theirs."""


def ceilings(engine: Engine, funds: Sequence[FundSpec], rules: Sequence[str] = ALL) -> tuple[Indices, Floats]:
    """Rows of these rules in the engine's model, and their upper limits (fen) if the funds were these."""
    resolved = replace(engine.problem.resolved, funds=tuple(funds))
    problem = replace(engine.problem, resolved=resolved)
    rows: list[int] = []
    upper: list[float] = []
    for rule in rules:
        at = engine.model.rows.of_rule(rule)
        specs = [spec for spec in resolved.rules if spec.rule == rule] if at else []
        written = [row for spec in specs for row in rule_part(problem, spec).rows]
        for row, now in zip(at, written, strict=True):
            if np.isfinite(now.upper):
                rows.append(row)
                upper.append(now.limits[1])
    return np.array(rows, np.int64), np.array(upper)


def larger(funds: Sequence[FundSpec], fund: str, period: str, fen: int) -> tuple[FundSpec, ...]:
    """The funds with so much more appropriation of one of them in one period."""
    return tuple(
        replace(f, appropriation_fen={**f.appropriation_fen, period: f.appropriation_fen[period] + fen})
        if f.id == fund
        else f
        for f in funds
    )
