"""What a loan moves year by year, by the audit's own road: months instead of dates, one balance carried forward.

interest_k = half up(balance · rate · months / 12); level payment = half up(P · i / (1 − (1 + i)^−n)); the last payment
repays what is left. Interest subsidy of a payment = floor(interest · min(1, subsidy rate / rate)) in the subsidised
years, summed by calendar year and paid `months_to_pay` after it; fee subsidy and risk compensation as each year begins.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from silvafisc.results.loans import LoanSpec

from .exact import entitled, fraction

YEAR = 12
ITEMS = (
    "principal_drawn",
    "principal",
    "interest",
    "guarantee_fee",
    "interest_subsidy",
    "guarantee_fee_subsidy",
    "risk_compensation",
    "public_cost",
)
"""Items that follow from terms and principal alone."""


@dataclass(frozen=True)
class Installment:
    """months: after the drawing."""

    months: int
    opening: int
    interest: int
    principal: int


def half_up(amount: Fraction) -> int:
    """Whole fen of an amount not below 0."""
    return floor(amount + Fraction(1, 2))


def principal_per_mu(spec: LoanSpec, full_cost: int) -> int:
    """floor(full cost · share lent)."""
    return floor(full_cost * fraction(spec.lent_share))


def principal(spec: LoanSpec, full_cost: int, area: int) -> int:
    """What is lent for an area in 0.1 mu."""
    return entitled(principal_per_mu(spec, full_cost), area)


def installments(spec: LoanSpec, amount: int) -> list[Installment]:
    """Every payment of a loan above nothing."""
    count = spec.years * YEAR // spec.every_months
    rate = fraction(spec.rate) * spec.every_months / YEAR
    waits = spec.interest_only if spec.repayment == "interest_only_then" else 0
    level = 0
    if spec.repayment in ("equal_instalment", "interest_only_then"):
        left = count - waits
        exact = amount * rate / (1 - (1 + rate) ** -left) if rate else Fraction(amount, left)
        level = half_up(exact)
    found: list[Installment] = []
    balance = amount
    for number in range(1, count + 1):
        interest = half_up(balance * rate)
        if number == count:
            repaid = balance
        elif spec.repayment == "bullet" or number <= waits:
            repaid = 0
        elif spec.repayment == "equal_principal":
            repaid = floor(Fraction(amount * number, count)) - floor(Fraction(amount * (number - 1), count))
        else:
            repaid = min(level - interest, balance)
        found.append(Installment(number * spec.every_months, balance, interest, repaid))
        balance -= repaid
    return found


def money(spec: LoanSpec, period: str, amount: int, subsidy_rate: Fraction) -> Mapping[tuple[int, str], int]:
    """(calendar year, item) -> fen of a principal; nothing of nothing."""
    moved: defaultdict[tuple[int, str], int] = defaultdict(int)
    if not amount:
        return moved
    begins = int(spec.drawn.split("-")[0]) - 1
    rate = fraction(spec.rate)
    covered = min(Fraction(1), subsidy_rate / rate) if rate else Fraction(0)

    def year_of(months: int) -> int:
        return int(period) + (begins + months) // YEAR

    moved[int(period), "principal_drawn"] += amount
    claims: defaultdict[int, int] = defaultdict(int)
    for line in installments(spec, amount):
        year = year_of(line.months)
        moved[year, "principal"] += line.principal
        moved[year, "interest"] += line.interest
        if line.months <= spec.subsidy_years * YEAR:
            claims[year] += floor(line.interest * covered)
        first = line.months - spec.every_months
        if first % YEAR == 0:  # a year of the loan begins with this payment's period
            at = year_of(first)
            fee = half_up(line.opening * fraction(spec.guarantee_share) * fraction(spec.fee_rate))
            moved[at, "guarantee_fee"] += fee
            moved[at, "guarantee_fee_subsidy"] += floor(fee * fraction(spec.fee_subsidised))
            lost = fraction(spec.default_rate) * fraction(spec.loss_share) * fraction(spec.borne_share)
            moved[at, "risk_compensation"] += floor(line.opening * lost)
    for year, fen in claims.items():
        moved[year + 1 + spec.months_to_pay // YEAR, "interest_subsidy"] += fen
    for (year, item), fen in list(moved.items()):
        if item in ("interest_subsidy", "guarantee_fee_subsidy", "risk_compensation"):
            moved[year, "public_cost"] += fen
    return {key: fen for key, fen in moved.items() if fen}


def public_cost(spec: LoanSpec, period: str, amount: int, subsidy_rate: Fraction) -> dict[str, int]:
    """Year -> what funds pay, fen."""
    moved = money(spec, period, amount, subsidy_rate)
    return {str(year): fen for (year, item), fen in moved.items() if item == "public_cost"}
