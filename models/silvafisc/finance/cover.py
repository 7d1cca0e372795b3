"""How far pledged receipts cover a loan: by year, over its life, and the price at which they just do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.quantities.money import FEN_PER_YUAN

from .cash_flows import present_value
from .dates import Day
from .schedules import Payment


@dataclass(frozen=True)
class YearCover:
    """A calendar year of a loan; fen."""

    year: int
    receipts_fen: int
    service_fen: int

    @property
    def ratio(self) -> Fraction | None:
        """Receipts / debt service; None in a year without service."""
        return Fraction(self.receipts_fen, self.service_fen) if self.service_fen else None


def yearly_cover(receipts: Mapping[Day, int], lines: Sequence[Payment]) -> tuple[YearCover, ...]:
    """Every calendar year from the drawing to the last payment: what came in (from the drawing on) and what fell due.

    A payment counts in the year of its due date, also where a weekend moves it into the next.
    """
    first, last = lines[0].period.start, lines[-1].period.due
    received = dict.fromkeys(range(first.year, last.year + 1), 0)
    served: dict[int, int] = {}
    for day, fen in receipts.items():
        if first <= day and day.year in received:
            received[day.year] += fen
    for line in lines:
        served[line.period.due.year] = served.get(line.period.due.year, 0) + line.service_fen
    return tuple(YearCover(year, fen, served.get(year, 0)) for year, fen in received.items())


def least_cover(years: Sequence[YearCover]) -> Fraction:
    """The lowest ratio of the years with debt service; 0 where a year with service has no receipts."""
    return min(year.ratio for year in years if year.ratio is not None)


def life_cover(receipts: Mapping[Day, int], lines: Sequence[Payment]) -> Fraction:
    """Loan life cover: present value, at the loan's first rate, of the receipts to its last payment, over its principal."""
    period = lines[0].period
    value = present_value(receipts, period.start, period.rate, lines[-1].period.paid)
    return value / lines[0].opening_fen


def break_even_price(
    sold_kept: Mapping[Day, Fraction], other: Mapping[Day, int], lines: Sequence[Payment], least: Fraction
) -> Fraction | None:
    """The lowest flat price, yuan per tonne, at which every year's cover reaches `least`; None where none does.

    max over years with service of (least x service − other receipts) / tonnes sold that year, net of haircut and fees.

    sold_kept: day of sale -> tonnes x (1 − haircut)(1 − fees) x the borrower's share. other: receipts that are not carbon.
    """
    tonnes: dict[int, Fraction] = {}
    for day, kept in sold_kept.items():
        if day >= lines[0].period.start:
            tonnes[day.year] = tonnes.get(day.year, Fraction(0)) + kept
    price = Fraction(0)
    for year in yearly_cover(other, lines):
        lacking = least * year.service_fen - year.receipts_fen
        if year.service_fen and lacking > 0:
            if not tonnes.get(year.year):
                return None
            price = max(price, lacking / (tonnes[year.year] * FEN_PER_YUAN))
    return price
