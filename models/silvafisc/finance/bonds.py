"""Bonds: coupons to the fen with a carbon-linked part and a step, price and yield, accrued interest, duration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from .dates import MONTHS_PER_YEAR, Day, part_of_year
from .rates import root
from .schedules import Payment, Period, TermsError, interest_of

_LOWEST, _HIGHEST = -0.9, 10.0
"""Yields between which the one of a price is looked for."""


_PAR = 100
"""What a quotation is per."""


@dataclass(frozen=True)
class CarbonLink:
    """The part of a coupon that follows carbon income: from `floor` to `cap`, rates per year.

    low_fen, high_fen: income of a coupon period at which it is at its floor and at its cap; straight between.
    """

    floor: Fraction
    cap: Fraction
    low_fen: int
    high_fen: int

    def rate(self, income_fen: int) -> Fraction:
        """floor + (cap − floor) x (income − low) / (high − low), not below the floor nor above the cap."""
        part = Fraction(income_fen - self.low_fen, self.high_fen - self.low_fen)
        return self.floor + (self.cap - self.floor) * max(Fraction(0), min(Fraction(1), part))


@dataclass(frozen=True)
class StepUp:
    """A rise of the coupon by `step` from the period that starts on or after `observed`, where tonnes miss the target."""

    target_tonnes: Fraction
    observed: Day
    step: Fraction

    def rate(self, tonnes_to_date: Fraction, start: Day) -> Fraction:
        """The step in a period that starts on `start`, given the tonnes verified by the day of observation."""
        return self.step if start >= self.observed and tonnes_to_date < self.target_tonnes else Fraction(0)


def coupon_rates(
    periods: Sequence[Period],
    fixed: Sequence[Fraction],
    link: CarbonLink | None = None,
    income_fen: Mapping[Day, int] | None = None,
    step: StepUp | None = None,
    tonnes_to_date: Fraction = Fraction(0),
) -> tuple[Fraction, ...]:
    """The rate of every coupon: fixed part + carbon-linked part on the income of its own period + step.

    fixed: one rate for all, or one of each period. income_fen: carbon income by day of receipt. tonnes_to_date:
    verified by the step's day of observation.

    Raises:
        TermsError: neither one fixed rate nor one of each period.
    """
    if len(fixed) not in (1, len(periods)):
        en, zh = (
            f"{len(fixed)} coupon rates for {len(periods)} coupons",
            f"{len(periods)} 期票息，列了 {len(fixed)} 个利率",
        )
        raise TermsError(en, zh)
    rates = []
    for at, period in enumerate(periods):
        rate = fixed[min(at, len(fixed) - 1)]
        if link is not None:
            money = sum(fen for day, fen in (income_fen or {}).items() if period.start <= day < period.end)
            rate += link.rate(money)
        if step is not None:
            rate += step.rate(tonnes_to_date, period.start)
        rates.append(rate)
    return tuple(rates)


def bond_lines(
    face_fen: int, periods: Sequence[Period], rates: Sequence[Fraction], repaid: Sequence[Fraction] | None = None
) -> tuple[Payment, ...]:
    """What a bond pays, fen: interest on what is outstanding, and principal by `repaid` (all at the end where None).

    repaid: share of the face repaid with each coupon, summing to 1; after coupon k, floor(face x Σ shares to k).

    Raises:
        TermsError: shares that do not sum to 1 or are not one of each coupon.
    """
    shares = [*([Fraction(0)] * (len(periods) - 1)), Fraction(1)] if repaid is None else list(repaid)
    if len(shares) != len(periods) or sum(shares, Fraction(0)) != 1:
        total = sum(shares, Fraction(0))
        en = f"{len(shares)} shares for {len(periods)} coupons, summing to {total}"
        raise TermsError(en, f"{len(periods)} 期，列了 {len(shares)} 个还本比例，合计 {total}，应为 1")
    lines: list[Payment] = []
    balance, reached = face_fen, Fraction(0)
    for number, (period, rate, part) in enumerate(zip(periods, rates, shares, strict=True), 1):
        period = replace(period, rate=rate)
        reached += part
        closing = face_fen - (face_fen * reached).__floor__()
        lines.append(Payment(number, period, balance, interest_of(balance, period), balance - closing))
        balance = closing
    return tuple(lines)


@dataclass(frozen=True)
class Quote:
    """A bond on a settlement day, per 100 of what is outstanding; floats, because a quotation is no money.

    clean = dirty − accrued. yield_: per year, compounded with each coupon. macaulay, modified: years.
    """

    clean: float
    accrued: float
    yield_: float
    macaulay: float
    modified: float

    @property
    def dirty(self) -> float:
        """What is paid."""
        return self.clean + self.accrued


def quote_at_yield(lines: Sequence[Payment], on: Day, yield_: float, months: int, count: str) -> Quote:
    """Price at a yield: dirty = Σ payment / (1 + y/f)^(f t), f coupons a year, t in years by the bond's day count.

    t to the next payment is its period less what of it has run; later payments add their whole periods. Payments after
    `on` count.

    Raises:
        ValueError: nothing is paid after `on`.
    """
    return _quote(_ahead(lines, on, months, count), MONTHS_PER_YEAR / months, yield_)


def quote_at_price(lines: Sequence[Payment], on: Day, clean: float, months: int, count: str) -> Quote:
    """Yield at a clean price per 100 outstanding: the inverse of `quote_at_yield`.

    Raises:
        ValueError: nothing is paid after `on`.
        TermsError: no yield between −90 % and 1 000 % gives the price.
    """
    ahead, f = _ahead(lines, on, months, count), MONTHS_PER_YEAR / months

    def missing(yield_: float) -> float:
        return _quote(ahead, f, yield_).clean - clean

    if missing(_LOWEST) * missing(_HIGHEST) > 0:
        raise TermsError(f"no yield gives the price {clean}", f"没有收益率与净价 {clean} 对应")
    return _quote(ahead, f, root(missing, _LOWEST, _HIGHEST))


@dataclass(frozen=True)
class _Ahead:
    """flows: (years to the payment, fen) of what is still paid; outstanding and interest accrued, fen."""

    flows: tuple[tuple[float, float], ...]
    outstanding: float
    accrued: float


def _ahead(lines: Sequence[Payment], on: Day, months: int, count: str) -> _Ahead:
    def part(start: Day, end: Day) -> Fraction:
        return part_of_year(start, end, count, lines[0].period.due, months)

    ahead = [line for line in lines if line.period.paid > on]
    if not ahead:
        raise ValueError(f"nothing is paid after {on}")
    period = ahead[0].period
    run = part(period.start, max(period.start, min(on, period.end)))
    wait = part(on, period.start) if on < period.start else Fraction(0)
    time, flows = wait - run, []
    for line in ahead:
        time += line.period.years
        late = part(line.period.end, line.period.paid) if line.period.end < line.period.paid else 0
        flows.append((float(time + late), float(line.service_fen)))
    return _Ahead(tuple(flows), float(ahead[0].opening_fen), float(ahead[0].opening_fen * period.rate * run))


def _quote(ahead: _Ahead, f: float, yield_: float) -> Quote:
    values = [amount * (1 + yield_ / f) ** (-f * time) for time, amount in ahead.flows]
    dirty = sum(values)
    macaulay = sum(time * value for (time, _), value in zip(ahead.flows, values, strict=True)) / dirty
    per = _PAR / ahead.outstanding
    accrued = ahead.accrued * per
    return Quote(dirty * per - accrued, accrued, yield_, macaulay, macaulay / (1 + yield_ / f))
