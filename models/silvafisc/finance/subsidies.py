"""Interest subsidy (贴息): a rate on interest actually paid, for some years, claimed by calendar year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .dates import MONTHS_PER_YEAR, Day, add_months
from .schedules import Payment


@dataclass(frozen=True)
class ClaimYear:
    """A claim (1 January to 31 December); fen. entitled: by rate and years; granted: what the envelope of the year leaves."""

    year: int
    interest_fen: int
    entitled_fen: int
    granted_fen: int


def interest_subsidy(
    lines: Sequence[Payment], rate: Fraction, years: int, envelopes_fen: Mapping[int, int] | None = None
) -> tuple[ClaimYear, ...]:
    """The claims of a loan, ascending by year.

    Subsidy of a payment = floor(interest x min(1, subsidy rate / rate of the loan) x part of the period that lies
    within `years` of the drawing): never more than the interest paid, and `rate` of the principal where the loan costs
    more than that. A year's grant is what its envelope leaves (None: no envelope is stated).
    """
    until = add_months(lines[0].period.start, years * MONTHS_PER_YEAR)
    interest: dict[int, int] = {}
    entitled: dict[int, int] = {}
    for line in lines:
        period = line.period
        if period.end == period.start:
            continue
        inside = Fraction((min(period.end, until) - period.start).days, (period.end - period.start).days)
        if inside <= 0:
            break
        year = period.paid.year
        interest[year] = interest.get(year, 0) + line.interest_fen
        covered = min(Fraction(1), rate / period.rate) if period.rate else Fraction(0)
        entitled[year] = entitled.get(year, 0) + (line.interest_fen * covered * inside).__floor__()
    return tuple(
        ClaimYear(year, interest[year], fen, fen if envelopes_fen is None else min(fen, envelopes_fen.get(year, 0)))
        for year, fen in sorted(entitled.items())
    )


def longest_subsidy(small_farmer: bool, years_most: int, years_most_small_farmer: int) -> int:
    """Years for which interest is subsidised at most."""
    return years_most_small_farmer if small_farmer else years_most


def paid_out(claims: Sequence[ClaimYear], months_to_pay: int) -> dict[Day, int]:
    """Day on which each claim reaches the borrower -> fen: so many months after its year has ended."""
    return {
        add_months(Day(claim.year + 1, 1, 1), months_to_pay): claim.granted_fen for claim in claims if claim.granted_fen
    }
