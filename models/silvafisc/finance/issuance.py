"""From credited tonnes of a year to dated money: verified in lumps, issued, sold, less haircut and fees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from silvafisc.quantities.money import FEN_PER_YUAN

from .dates import Day, add_months, year_end

Price = Callable[[Day], Fraction]
"""Yuan per tonne on a day."""


@dataclass(frozen=True)
class Practice:
    """How tonnes become money.

    years_between: of verifications. months_to_issue: from the end of the monitored years; months_to_sell: from issue.
    sale_haircut, fees: shares of the price that the wait for a buyer and verification, registry and trading take.
    """

    years_between: int
    months_to_issue: int
    months_to_sell: int
    sale_haircut: Fraction
    fees: Fraction

    def later(self, months: int) -> "Practice":
        """The same with issue late by some months; what follows is late too."""
        return replace(self, months_to_issue=self.months_to_issue + months)

    @property
    def kept(self) -> Fraction:
        """Share of the price that stays: (1 − haircut)(1 − fees)."""
        return (1 - self.sale_haircut) * (1 - self.fees)


@dataclass(frozen=True)
class Lump:
    """Tonnes issued together: monitored from first_year to last_year, whole tonnes; issued and sold on days."""

    first_year: int
    last_year: int
    tonnes: int
    issued: Day
    sold: Day


@dataclass(frozen=True)
class Window:
    """Years that are verified together, both included, and the days on which what they yield is issued and sold."""

    first_year: int
    last_year: int
    issued: Day
    sold: Day


def windows(first: int, last: int, practice: Practice) -> tuple[Window, ...]:
    """The verifications of the years from `first` to `last`, in order: `years_between` at a time, the last ones also
    where fewer are left.
    """
    found = []
    for start in range(first, last + 1, practice.years_between):
        end = min(start + practice.years_between - 1, last)
        issued = add_months(year_end(end), practice.months_to_issue)
        found.append(Window(start, end, issued, add_months(issued, practice.months_to_sell)))
    return tuple(found)


def lumps(tonnes: Mapping[int, Fraction], practice: Practice) -> tuple[Lump, ...]:
    """The issues of a project, in order.

    A lump is the whole tonnes of the years of its window and of what earlier lumps left over; years in which tonnes were
    lost are made good before anything is issued again. A lump of nothing is no issue.

    tonnes: year -> tCO2e credited in it, negative where more was lost than grew.
    """
    if not tonnes:
        return ()
    issued_to_date, grown, found = 0, Fraction(0), []
    for window in windows(min(tonnes), max(tonnes), practice):
        years = range(window.first_year, window.last_year + 1)
        grown += sum((tonnes.get(year, Fraction(0)) for year in years), Fraction(0))
        amount = max(0, grown.__floor__() - issued_to_date)
        if amount:
            issued_to_date += amount
            found.append(Lump(window.first_year, window.last_year, amount, window.issued, window.sold))
    return tuple(found)


def receipts(sold: tuple[Lump, ...], price: Price, practice: Practice) -> dict[Day, int]:
    """Day of sale -> fen, rounded down: tonnes x price of the day x (1 − haircut)(1 − fees)."""
    money: dict[Day, int] = {}
    for lump in sold:
        money[lump.sold] = money.get(lump.sold, 0) + sale_fen(lump.tonnes, price(lump.sold), practice)
    return money


def sale_fen(tonnes: int, yuan_per_tonne: Fraction, practice: Practice) -> int:
    """What a sale brings, fen, rounded down."""
    return (tonnes * yuan_per_tonne * FEN_PER_YUAN * practice.kept).__floor__()


def after_fire(tonnes: Mapping[int, Fraction], year: int, share: Fraction) -> dict[int, Fraction]:
    """Credited tonnes where a fire at the start of `year` destroys a share of the stand.

    From then on (1 − share) grows; what the destroyed part had stored, share x Σ tonnes before, comes off that year.
    """
    stored = sum((amount for at, amount in tonnes.items() if at < year), Fraction(0))
    burnt = {at: amount * (1 - share) if at >= year else amount for at, amount in tonnes.items()}
    if stored and year <= max(burnt):
        burnt[year] = burnt.get(year, Fraction(0)) - stored * share
    return dict(sorted(burnt.items()))


def until(tonnes: Mapping[int, Fraction], last_year: int) -> dict[int, Fraction]:
    """The tonnes of the years not after `last_year`."""
    return {year: amount for year, amount in tonnes.items() if year <= last_year}
