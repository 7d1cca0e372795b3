"""Internal rates of return on actual dates; where the signs change more than once, every rate is told."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from .dates import Day, year_fraction

LOWEST, HIGHEST = -0.99, 100.0
"""Rates between which roots are looked for: nearly all lost, and a hundredfold in a year."""
_STEPS = 500
"""Points of the scan, even in log(1 + rate): roots closer together than one step are told as none or one."""
_EXACT = 1e-12
"""Width at which a root is found: far below a hundredth of a basis point."""


@dataclass(frozen=True)
class InternalRates:
    """rates: every effective yearly rate at which the flows are worth nothing, ascending. sign_changes: of the flows."""

    rates: tuple[float, ...]
    sign_changes: int


def internal_rates(flows_fen: Mapping[Day, int]) -> InternalRates:
    """Rates r with Σ flow / (1 + r)^t = 0, t in years of 365 days from the first day (as a spreadsheet's XIRR).

    With one change of sign there is at most one rate; with more there may be several or none, and all found between
    −99 % and 10 000 % are told. A rate is no money: floats.
    """
    days = sorted(day for day, fen in flows_fen.items() if fen)
    times = [float(year_fraction(days[0], day, "ACT/365")) for day in days]
    amounts = [float(flows_fen[day]) for day in days]
    changes = sum(one * other < 0 for one, other in pairwise(amounts))

    def value(rate: float) -> float:
        return sum(amount * math.pow(1 + rate, -time) for amount, time in zip(amounts, times, strict=True))

    span = (1 + HIGHEST) / (1 + LOWEST)
    grid = [(1 + LOWEST) * span ** (step / _STEPS) - 1 for step in range(_STEPS + 1)]
    found = [root(value, low, high) for low, high in pairwise(grid) if value(low) * value(high) < 0]
    found += [rate for rate in grid if value(rate) == 0]
    return InternalRates(tuple(sorted(found)), changes)


def root(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes sign between two points is nothing, by halving."""
    rising = value(low) < 0
    while high - low > _EXACT:
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if (value(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
