"""Loan schedules to the fen: level instalments, level principal, bullet, interest only first, or matched to receipts.

Every schedule closes: the principal repaid sums to the principal drawn, and the last balance is zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from .dates import Day, due_dates, half_up, part_of_year, payment_day

REPAYMENTS = ("equal_instalment", "equal_principal", "bullet", "interest_only_then", "issuance_matched")


class TermsError(ValueError):
    """Terms from which no payments follow, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh
        super().__init__(en)


@dataclass(frozen=True)
class Terms:
    """What a schedule follows from.

    drawn, first, last: ISO dates of drawing, of the first and of the last payment; months: between payments.
    rates: (day from which it holds, rate per year), ascending, the first not after `drawn`; a floating rate has
    several. The rate of a period is the one in force on its first day (重定价日为付息日).
    repayment: one of REPAYMENTS; interest_only: payments of interest alone before the level instalments of
    `interest_only_then`. day_count, payment_rule: see `dates`; holidays: beside weekends. accrue_to_paid: interest
    runs to the day of payment, else to the due date.
    """

    drawn: Day
    first: Day
    last: Day
    months: int
    rates: tuple[tuple[Day, Fraction], ...]
    repayment: str
    day_count: str
    payment_rule: str
    interest_only: int = 0
    holidays: frozenset[Day] = frozenset()
    accrue_to_paid: bool = True
    receipts: Mapping[Day, int] = field(default_factory=dict)
    """Pledged receipts by day, fen; only `issuance_matched` looks at them."""


@dataclass(frozen=True)
class Period:
    """An interest period: from `start` (included) to `end` (excluded), due on `due` and paid on `paid`, at `rate` for
    `years` of a year.
    """

    start: Day
    end: Day
    due: Day
    paid: Day
    rate: Fraction
    years: Fraction


@dataclass(frozen=True)
class Payment:
    """A line of a schedule; fen. interest + principal is paid, opening − principal = closing."""

    number: int
    period: Period
    opening_fen: int
    interest_fen: int
    principal_fen: int

    @property
    def service_fen(self) -> int:
        """What is paid."""
        return self.interest_fen + self.principal_fen

    @property
    def closing_fen(self) -> int:
        """What stays owed."""
        return self.opening_fen - self.principal_fen


def schedule(principal_fen: int, terms: Terms) -> tuple[Payment, ...]:
    """The schedule of a loan drawn in one sum.

    Interest of a period = half_up(balance x rate x part of a year).
    equal_instalment: A = P / Σ_k Π_{j<=k} 1 / (1 + r t_j), to the fen, worked out again for the rest where the rate
        changes; the last payment takes what rounding left. With equal periods A = P i (1+i)^n / ((1+i)^n − 1).
    equal_principal: after payment k of n, floor(P k / n) is repaid. bullet: all of it with the last payment.
    interest_only_then: interest alone for the first payments, then equal instalments.
    issuance_matched: paid on the days of receipts only; after receipt k, floor(P x receipts to k / all receipts) is
        repaid, with the interest run up since the last one.

    Raises:
        TermsError: no receipt before the last day, more interest-only payments than there are, or instalments that
            would not pay the interest.
        ValueError: principal not positive, or an unknown repayment.
    """
    if principal_fen <= 0:
        raise ValueError(f"a principal is positive, not {principal_fen}")
    if terms.repayment not in REPAYMENTS:
        raise ValueError(f"unknown repayment {terms.repayment!r}; one of {', '.join(REPAYMENTS)}")
    periods = interest_periods(terms)
    due = _REPAID[terms.repayment](principal_fen, periods, terms)
    lines: list[Payment] = []
    balance = principal_fen
    for number, (period, principal) in enumerate(zip(periods, due, strict=True), 1):
        lines.append(Payment(number, period, balance, interest_of(balance, period), principal))
        balance -= principal
    return tuple(lines)


def interest_of(balance_fen: int, period: Period) -> int:
    """Interest of a period on a balance, fen, halves up."""
    return half_up(balance_fen * period.rate * period.years)


def interest_periods(terms: Terms) -> tuple[Period, ...]:
    """The interest periods, in order; one is empty where two dues move to one business day.

    Raises:
        TermsError: no receipt to match, or a payment that a rule moves before its period.
        ValueError: no rate in force.
    """
    if terms.repayment == "issuance_matched":
        days = tuple(day for day in sorted(terms.receipts) if terms.drawn < day <= terms.last and terms.receipts[day])
        if not days:
            en, zh = "no receipt between {} and {} to repay from", "{} 至 {} 之间没有可用于还款的回款"
            raise TermsError(en.format(terms.drawn, terms.last), zh.format(terms.drawn, terms.last))
    else:
        days = due_dates(terms.drawn, terms.first, terms.last, terms.months)
    periods = []
    start = terms.drawn
    for day in days:
        paid = payment_day(day, terms.payment_rule, terms.holidays)
        end = paid if terms.accrue_to_paid else day
        if end < start:
            raise TermsError(f"what is due on {day} is paid before {start}", f"{day} 应付的款项早于 {start} 支付")
        part = part_of_year(start, end, terms.day_count, terms.first, terms.months)
        periods.append(Period(start, end, day, paid, rate_on(terms.rates, start), part))
        start = end
    return tuple(periods)


def rate_on(rates: Sequence[tuple[Day, Fraction]], day: Day) -> Fraction:
    """The rate in force on a day. Raises ValueError before the first."""
    held = [rate for since, rate in rates if since <= day]
    if not held:
        raise ValueError(f"no rate is in force on {day}")
    return held[-1]


def level_instalment(balance_fen: int, periods: Sequence[Period]) -> Fraction:
    """The instalment that repays a balance over the periods, exact: balance / Σ discount factors."""
    return balance_fen / _annuity(tuple(1 + period.rate * period.years for period in periods))


@lru_cache(maxsize=64)
def _annuity(growth: tuple[Fraction, ...]) -> Fraction:
    """Σ_k Π_{j<=k} 1 / g_j, from the end. Kept, since sizing tries many principals on the same dates."""
    total = Fraction(0)
    for factor in reversed(growth):
        total = (1 + total) / factor
    return total


def _level(principal: int, periods: Sequence[Period], _: Terms) -> list[int]:
    repaid: list[int] = []
    balance, instalment, rate = principal, 0, None
    for at, period in enumerate(periods[:-1]):
        if period.rate != rate:
            rate, instalment = period.rate, half_up(level_instalment(balance, _at(period.rate, periods[at:])))
        part = instalment - interest_of(balance, period)
        if part < 0:
            en = f"the instalment of {period.due} would not pay its interest: the first period is too long"
            raise TermsError(en, f"{period.due} 的等额本息不足以支付当期利息：首期过长")
        repaid.append(min(part, balance))
        balance -= repaid[-1]
    return [*repaid, balance]


def _at(rate: Fraction, periods: Sequence[Period]) -> list[Period]:
    """The periods as they look from the first of them: no later rate is known yet."""
    return [replace(period, rate=rate) for period in periods]


def _equal_principal(principal: int, periods: Sequence[Period], _: Terms) -> list[int]:
    return _cumulative(principal, range(1, len(periods) + 1))


def _bullet(principal: int, periods: Sequence[Period], _: Terms) -> list[int]:
    return [*([0] * (len(periods) - 1)), principal]


def _interest_only_then(principal: int, periods: Sequence[Period], terms: Terms) -> list[int]:
    first = terms.interest_only
    if not 0 < first < len(periods):
        en = f"{first} of {len(periods)} payments cannot be interest alone"
        raise TermsError(en, f"共 {len(periods)} 次付款，不能有 {first} 次只付息")
    return [*([0] * first), *_level(principal, periods[first:], terms)]


def _matched(principal: int, periods: Sequence[Period], terms: Terms) -> list[int]:
    received, total = [], 0
    for day in sorted(terms.receipts):
        if terms.drawn < day <= terms.last and terms.receipts[day]:
            total += terms.receipts[day]
            received.append(total)
    return _cumulative(principal, received)


def _cumulative(principal: int, parts: Sequence[int]) -> list[int]:
    """Differences of floor(principal x part / last part): every sum to date is within a fen of its share."""
    to_date = [principal * part // parts[-1] for part in parts]
    return [now - before for before, now in zip([0, *to_date[:-1]], to_date, strict=True)]


_REPAID = {
    "equal_instalment": _level,
    "equal_principal": _equal_principal,
    "bullet": _bullet,
    "interest_only_then": _interest_only_then,
    "issuance_matched": _matched,
}
