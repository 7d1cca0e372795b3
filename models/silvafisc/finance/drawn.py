"""What carbon brings a borrower over drawn prices and fires: quantities for reading, not money, so floats of fen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from silvafisc.quantities.money import FEN_PER_YUAN

from .dates import Day
from .issuance import Lump, Window

Draws = NDArray[np.float64]
_WHOLE = 1e-6
"""Tonnes that a sum of floats may lack of a whole one."""


@dataclass(frozen=True)
class Selling:
    """What a borrower has to sell.

    tonnes: year -> credited. stock: issued before the drawing and not yet sold. windows: every verification; those
    issued from `since` on are sold, earlier ones are history. kept: share of the price that stays with the borrower.
    """

    tonnes: Mapping[int, Fraction]
    stock: tuple[Lump, ...]
    windows: tuple[Window, ...]
    since: Day
    kept: Fraction


@dataclass(frozen=True)
class Sales:
    """Tonnes and fen that stay with the borrower, (draws, sales), with the day of each sale and of its issue."""

    days: tuple[Day, ...]
    issued: tuple[Day, ...]
    tonnes: Draws
    fen: Draws

    def between(self, first: Day, end: Day) -> Draws:
        """Fen of the sales from `first` (included) to `end` (excluded), by draw."""
        return self._of([first <= day < end for day in self.days])

    def of_year(self, year: int, since: Day) -> Draws:
        """Fen of the sales of a calendar year from a day on, by draw."""
        return self._of([day.year == year and day >= since for day in self.days])

    def issued_by(self, day: Day) -> Draws:
        """Tonnes issued by a day, by draw."""
        total: Draws = self.tonnes[:, [issued <= day for issued in self.issued]].sum(axis=1)
        return total

    def _of(self, which: Sequence[bool]) -> Draws:
        total: Draws = self.fen[:, list(which)].sum(axis=1)
        return total


def sales(selling: Selling, prices: Draws, first: int, lost: Draws | None = None) -> Sales:
    """The sales in each draw.

    prices: (draws, years from `first` on), yuan per tonne. lost: the same shape, share of the stand that a fire destroys
    at the start of the year; none burns where left out.

    After fires the stand that is left grows on, and what the destroyed part had stored is made good before anything is
    issued again, as `issuance.after_fire` has it for one fire.
    """
    draws, years = prices.shape
    issued = issued_tonnes(selling.tonnes, selling.windows, first, np.zeros((1, years)) if lost is None else lost)
    issued = np.broadcast_to(issued, (draws, len(selling.windows)))
    ahead = [at for at, window in enumerate(selling.windows) if window.issued >= selling.since]
    parts = [(lump.sold, lump.issued, np.full(draws, float(lump.tonnes))) for lump in selling.stock]
    parts += [(selling.windows[at].sold, selling.windows[at].issued, issued[:, at]) for at in ahead]
    if not parts:
        return Sales((), (), np.zeros((draws, 0)), np.zeros((draws, 0)))
    tonnes = np.column_stack([part[2] for part in parts])
    # What is sold after the last year counts for its tonnes only: nobody asks for the money of such a day.
    paid = np.column_stack([prices[:, min(day.year - first, years - 1)] for day, _, _ in parts])
    return Sales(
        tuple(day for day, _, _ in parts),
        tuple(day for _, day, _ in parts),
        tonnes,
        tonnes * paid * (FEN_PER_YUAN * float(selling.kept)),
    )


def issued_tonnes(tonnes: Mapping[int, Fraction], windows: Sequence[Window], first: int, lost: Draws) -> Draws:
    """Whole tonnes issued at each window, (draws, windows).

    stored(t) = (1 − lost(t)) (stored(t − 1) + standing(t − 1) tonnes(t)),  standing(t) = (1 − lost(t)) standing(t − 1);
    issued to date = the largest floor(stored) of the windows so far.
    """
    draws, years = lost.shape
    stored, standing = np.zeros(draws), np.ones(draws)
    to_date = []
    for window in windows:
        for year in range(window.first_year, window.last_year + 1):
            left = 1 - lost[:, year - first] if first <= year < first + years else 1.0
            standing = standing * left
            stored = stored * left + standing * float(tonnes.get(year, 0))
        to_date.append(np.floor(stored + _WHOLE))
    if not to_date:
        return np.zeros((draws, 0))
    reached = np.maximum.accumulate(np.column_stack([np.zeros(draws), *to_date]), axis=1)
    return np.asarray(np.diff(reached, axis=1))
