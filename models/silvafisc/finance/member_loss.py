"""What the lender of one instrument loses in each draw of prices and fires."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bond_case import BondCase
from .bond_draws import drawn_service
from .cover import yearly_cover
from .dates import Day
from .drawn import Draws, Sales, Selling, sales
from .enhancement import Insurance
from .schedules import Payment

_HALF_A_FEN = 0.5
"""Less is what floats leave, not a debt."""


@dataclass(frozen=True)
class Member:
    """An instrument of a pool.

    lines: what it pays; other: receipts that neither price nor fire moves. selling, market, price: what its carbon sells
    as and for on the day of drawing, yuan per tonne; none where it sells nothing. guaranteed: share of a loss that the
    guarantor bears. chance, burnt: of a fire in a year, and the share of the stand that it destroys. recovery: share of
    what stays unpaid that is got back beside what is pledged. kept: whether a year's surplus stays in the supervised
    account for later debt, or is released. bond: whose coupons follow what is sold.
    """

    id: str
    region: str
    lender: str
    lines: tuple[Payment, ...]
    other: Mapping[Day, int]
    selling: Selling | None = None
    market: str = ""
    price: float = 0.0
    guarantor: str = ""
    guaranteed: float = 0.0
    insurance: Insurance | None = None
    chance: float = 0.0
    burnt: float = 0.0
    recovery: float = 0.0
    kept: bool = False
    bond: BondCase | None = None

    @property
    def exposure_fen(self) -> int:
        """What is lent."""
        return self.lines[0].opening_fen

    @property
    def first_year(self) -> int:
        """Year of drawing."""
        return self.lines[0].period.start.year

    @property
    def last_year(self) -> int:
        """Year in which the last payment falls due."""
        return self.lines[-1].period.due.year


@dataclass(frozen=True)
class MemberLoss:
    """Fen by draw. unpaid: debt service that is never paid; lender, guarantor: what each loses of it. late: whether any
    year ended with something unpaid.
    """

    member: Member
    unpaid: Draws
    lender: Draws
    guarantor: Draws
    late: NDArray[np.bool_]


def member_loss(member: Member, prices: Draws, fires: NDArray[np.bool_], first: int) -> MemberLoss:
    """The loss of a member.

        account(t) = account(t − 1) + receipts(t) + indemnity(t) − debt service(t), at most 0 where surplus is released
        unpaid = what the account lacks at the end of the year of the last payment
        guarantor's loss = guaranteed x (1 − recovery) x unpaid;  lender's = (1 − guaranteed) x (1 − recovery) x unpaid

    By calendar year, as the yearly cover has it. A surplus pays first what earlier years left unpaid; what is late bears no
    further interest, and nothing is discounted. Running costs beyond the receipts of a year and the account are not debt.

    prices, fires: (draws, years from `first` on). Fires before the year after the drawing are none of this member's.
    """
    sold, unburnt, lost = _sales(member, prices, fires, first)
    service = _service(member, sold)
    indemnity = _indemnities(member, sold, unburnt, lost, first)
    account, late = np.zeros(len(prices)), np.zeros(len(prices), dtype=bool)
    for year in yearly_cover(member.other, member.lines):
        cash = year.receipts_fen + indemnity[:, year.year - first]
        if sold is not None:
            cash = cash + sold.of_year(year.year, member.lines[0].period.start)
        before = account + cash
        before = np.where(cash < 0, np.maximum(before, np.minimum(account, 0.0)), before)
        account = before - (year.service_fen if service is None else service[year.year])
        if not member.kept:
            account = np.minimum(account, 0.0)
        late |= account < -_HALF_A_FEN
    owed = np.where(account < -_HALF_A_FEN, -account, 0.0)
    left = (1 - member.recovery) * owed
    return MemberLoss(member, owed, (1 - member.guaranteed) * left, member.guaranteed * left, late)


def _sales(
    member: Member, prices: Draws, fires: NDArray[np.bool_], first: int
) -> tuple[Sales | None, Sales | None, Draws]:
    """What is sold, what would be sold without fires, and the share lost by year."""
    lost = np.where(fires, member.burnt, 0.0)
    lost[:, : member.first_year + 1 - first] = 0.0
    if member.selling is None:
        return None, None, lost
    return sales(member.selling, prices, first, lost), sales(member.selling, prices, first), lost


def _service(member: Member, sold: Sales | None) -> dict[int, Draws] | None:
    """Debt service by year where coupons follow what is sold; None where it stands as the lines have it."""
    if member.bond is None or sold is None:
        return None
    paid = drawn_service(member.bond, member.lines, sold)
    years: dict[int, Draws] = {year: np.zeros(len(paid)) for year in range(member.first_year, member.last_year + 1)}
    for at, line in enumerate(member.lines):
        years[line.period.due.year] = years[line.period.due.year] + paid[:, at]
    return years


def _indemnities(member: Member, sold: Sales | None, unburnt: Sales | None, lost: Draws, first: int) -> Draws:
    """What the insurer pays at the end of each year with a fire: min(limit, what fires took and no year has paid yet)."""
    paid = np.zeros(lost.shape)
    insurance = member.insurance
    if insurance is None or sold is None or unburnt is None or member.burnt < insurance.threshold:
        return paid
    start, end = member.lines[0].period.start, member.lines[-1].period.paid + datetime.timedelta(days=1)
    taken = np.maximum(0.0, unburnt.between(start, end) - sold.between(start, end))
    for year in range(member.first_year, member.last_year + 1):
        now = np.where(lost[:, year - first] > 0, np.minimum(float(insurance.limit_fen), taken), 0.0)
        paid[:, year - first] = now
        taken = taken - now
    return paid
