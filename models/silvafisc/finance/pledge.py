"""Sizing a pledge loan: the least of what the pledge is worth, what its receipts can serve, and what is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.quantities.money import FEN_PER_YUAN

from .cover import least_cover, yearly_cover
from .dates import Day
from .schedules import Payment

Scheduled = Callable[[int], Sequence[Payment]]
"""Principal in fen -> its schedule."""


@dataclass(frozen=True)
class Sizing:
    """The three bounds on a principal, fen. value_fen: of the pledge; by_pledge_fen: the part of it that is lent."""

    value_fen: int
    by_pledge_fen: int
    by_cover_fen: int
    request_fen: int

    @property
    def principal_fen(self) -> int:
        """min(by pledge, by cover, request)."""
        return min(self.by_pledge_fen, self.by_cover_fen, self.request_fen)

    @property
    def binding(self) -> str:
        """Which bound decides: request, pledge or cover, the first of equals."""
        bounds = {"request": self.request_fen, "pledge": self.by_pledge_fen, "cover": self.by_cover_fen}
        return min(bounds, key=lambda name: bounds[name])


def size(
    value: Fraction,
    pledge_rate: Fraction,
    receipts: Mapping[Day, int],
    scheduled: Scheduled,
    least: Fraction,
    request: int,
) -> Sizing:
    """The bounds on a loan's principal.

    value: of the pledge, fen: present value of the pledged receipts at the haircut price. receipts: the same by day.
    scheduled: the schedule of a principal. least: least yearly cover. request: fen asked for.
    """
    by_pledge = (value * pledge_rate).__floor__()
    # The service of a loan repays at least its principal, so none can be larger than this.
    most = (sum(receipts.values()) / least).__floor__()
    return Sizing(value.__floor__(), by_pledge, principal_by_cover(receipts, scheduled, least, most), request)


def principal_by_cover(receipts: Mapping[Day, int], scheduled: Scheduled, least: Fraction, most: int) -> int:
    """The largest principal up to `most` fen whose every year is covered at least `least` times; 0 where none is.

    Cover falls as the principal rises, so it is found by halving; the fen of rounding can make it fall unevenly, and
    the answer is then a principal that holds and one fen more does not. Less than a yuan is no loan: its service would
    be rounded away.
    """

    def holds(principal: int) -> bool:
        return least_cover(yearly_cover(receipts, scheduled(principal))) >= least

    if most < 1 or holds(most):
        return max(0, most)
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low if low >= FEN_PER_YUAN else 0


def is_ordinary_credit(principal_fen: int, value: Fraction, multiple: Fraction) -> bool:
    """Whether a loan is so far above what its pledge is worth that it is ordinary credit, not carbon-backed."""
    return principal_fen > multiple * value
