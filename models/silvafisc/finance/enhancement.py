"""Credit enhancement: a guarantee with its yearly fee, and index insurance against fire with its premium."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .dates import MONTHS_PER_YEAR, Day, add_months, half_up
from .schedules import Payment

PAYERS = ("borrower", "fiscal")


@dataclass(frozen=True)
class Guarantee:
    """share: of the balance that the guarantor answers for; fee_rate: per year on that; paid_by: one of PAYERS."""

    share: Fraction
    fee_rate: Fraction
    paid_by: str


@dataclass(frozen=True)
class Insurance:
    """Index insurance: pays min(limit, loss) where at least `threshold` of the stand is lost; premium = limit x rate a year."""

    limit_fen: int
    premium_rate: Fraction
    threshold: Fraction
    paid_by: str


def guarantee_fees(lines: Sequence[Payment], guarantee: Guarantee) -> dict[Day, int]:
    """Day -> fee in advance for each year of the loan: rate x share x balance of that day, fen, halves up."""
    fees = {day: half_up(balance_on(lines, day) * guarantee.share * guarantee.fee_rate) for day in loan_years(lines)}
    return {day: fen for day, fen in fees.items() if fen}


def premiums(lines: Sequence[Payment], insurance: Insurance) -> dict[Day, int]:
    """Day -> premium in advance for each year of the loan, fen, halves up."""
    yearly = half_up(insurance.limit_fen * insurance.premium_rate)
    return dict.fromkeys(loan_years(lines), yearly) if yearly else {}


def indemnity(insurance: Insurance, lost_share: Fraction, loss_fen: int) -> int:
    """What the insurer pays on a loss, fen."""
    return min(insurance.limit_fen, loss_fen) if lost_share >= insurance.threshold else 0


def loan_years(lines: Sequence[Payment]) -> tuple[Day, ...]:
    """The first day of each year of the loan, from the drawing to before the last payment."""
    days: list[Day] = []
    while (day := add_months(lines[0].period.start, MONTHS_PER_YEAR * len(days))) < lines[-1].period.end:
        days.append(day)
    return tuple(days)


def balance_on(lines: Sequence[Payment], day: Day) -> int:
    """What is owed on a day, fen, a payment of that day done."""
    return next((line.opening_fen for line in lines if day < line.period.end), 0)
