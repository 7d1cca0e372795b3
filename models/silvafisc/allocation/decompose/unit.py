"""A block of the model solved by prices, and handed on to HiGHS with a start where that leaves too wide a gap."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from ..blocks import Block
from ..model import completed, power_of_two
from ..problem import Floats
from ..solve import Session, Solution
from . import by_prices, recognise

SMALLEST = 2_000
"""Choices below which HiGHS alone is as fast."""
LARGEST = 60_000
"""Choices above which HiGHS would not end in a time that anybody waits for; the answer then stands with its own gap."""

_ROUNDING = 1e-6
"""What a scaled row may miss its limit by: sums of fractions are rounded, and settlement mends the last fen."""

Held = Sequence[tuple[Floats, float]]


def priced(block: Block, held: Held, objective: Floats, gap: float, start: Floats | None = None) -> Solution | None:
    """The block by prices: `optimal` within the gap, else `time_limit`; None where it is not of that form, or nothing
    was found that keeps every row (which proves nothing)."""
    n = block.choices
    scales = [power_of_two(values) for values, _ in held]
    rows = [sparse.csr_matrix(values * scale) for (values, _), scale in zip(held, scales, strict=True)]
    matrix = sparse.vstack([sparse.csr_matrix((0, len(block.columns))), *rows], format="csr")
    limits = np.array([least * scale for (_, least), scale in zip(held, scales, strict=True)])
    form = recognise(block, matrix, limits, objective)
    if form is None:
        return None
    size = power_of_two(objective)
    answer = by_prices(form, objective[:n] * size, gap, None if start is None else np.round(start[:n]))
    if answer is None:
        return None
    point = np.zeros(len(block.columns))
    point[answer.chosen] = 1.0
    point = completed(block.matrix, (block.lower, block.upper), block.column_bounds, n, point)
    if not _keeps(block, point):
        return None
    value = float(objective @ point)
    bound = max(answer.bound / size, value)
    close = bound - value <= gap * max(1.0, abs(value))
    prices, origin = np.zeros(len(block.rows)), form.origin[: form.coupling]
    mine = origin >= 0
    prices[origin[mine]] = answer.prices[mine] * block.row_scale[origin[mine]] / size
    return Solution("optimal" if close else "time_limit", point, value, bound, prices)


def _keeps(block: Block, point: Floats) -> bool:
    """Whether no row is broken by more than settlement mends."""
    activity = block.matrix @ point
    return bool(np.all(activity <= block.upper + _ROUNDING) and np.all(activity >= block.lower - _ROUNDING))


def handed_on(session: Session, found: Solution, objective: Floats, gap: float) -> Solution:
    """HiGHS from the answer that is known: the better point and the lower bound of the two."""
    other = session.maximise(objective, gap=gap, start=found.point)
    if not other.found:
        return found
    best = other if other.value >= found.value else found
    bound = max(min(found.bound, other.bound), best.value)
    close = bound - best.value <= gap * max(1.0, abs(best.value))
    return Solution("optimal" if close else "time_limit", best.point, best.value, bound, found.prices)
