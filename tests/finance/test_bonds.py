"""Bonds: QuantLib as the other program, the published coupon of 2014, and price and yield as each other's inverse."""

import datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.finance.ql import COUNTS, day, ql

from silvafisc.finance.bonds import (
    CarbonLink,
    StepUp,
    bond_lines,
    coupon_rates,
    quote_at_price,
    quote_at_yield,
)
from silvafisc.finance.dates import add_months, part_of_year
from silvafisc.finance.schedules import Payment, Period, Terms, interest_periods

D = datetime.date
ISSUED = D(2024, 1, 15)
FACE = 10**11


def periods(years: int, months: int = 12, count: str = "30/360") -> tuple[Period, ...]:
    last = add_months(ISSUED, 12 * years)
    first = add_months(ISSUED, months)
    return interest_periods(Terms(ISSUED, first, last, months, ((ISSUED, Fraction(0)),), "bullet", count, "unadjusted"))


def bond(coupons: list[str], months: int = 12, count: str = "30/360", years: int = 5) -> tuple[Payment, ...]:
    held = periods(years, months, count)
    return bond_lines(FACE, held, coupon_rates(held, [Fraction(coupon) for coupon in coupons]))


def test_five_coupons_at_a_clean_price_as_quantlib_has_them() -> None:
    quote = quote_at_price(bond(["0.03", "0.03", "0.031", "0.0305", "0.0295"]), ISSUED, 99.5, 12, "30/360")
    assert f"{quote.yield_:.5%}" == "3.12986%"  # other program, no calendar shift
    assert f"{quote.modified:.4f}" == "4.5710"
    assert quote.accrued == 0


@settings(max_examples=60)
@given(
    coupons=st.lists(st.integers(0, 900), min_size=1, max_size=1)
    | st.lists(st.integers(1, 900), min_size=4, max_size=4),
    months=st.sampled_from([3, 6, 12]),
    count=st.sampled_from(sorted(COUNTS)),
    clean=st.floats(60, 140),
    days=st.integers(0, 1000),
)
def test_yield_duration_and_accrued_interest_are_those_of_quantlib(
    coupons: list[int], months: int, count: str, clean: float, days: int
) -> None:
    held = periods(4, months, count)
    rates = [
        Fraction(coupons[min(at * len(coupons) // len(held), len(coupons) - 1)], 10_000) for at in range(len(held))
    ]
    on = ISSUED + datetime.timedelta(days=days)
    found = quote_at_price(bond_lines(FACE, held, rates), on, clean, months, count)
    frequency = {3: ql.Quarterly, 6: ql.Semiannual, 12: ql.Annual}[months]
    ql.Settings.instance().evaluationDate = day(on)
    schedule = ql.Schedule(
        day(ISSUED), day(add_months(ISSUED, 48)), ql.Period(frequency), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted,
        ql.DateGeneration.Forward, False,
    )  # fmt: skip
    other = ql.FixedRateBond(0, 100.0, schedule, [float(rate) for rate in rates], COUNTS[count])
    yield_ = other.bondYield(ql.BondPrice(clean, ql.BondPrice.Clean), COUNTS[count], ql.Compounded, frequency)
    duration = ql.BondFunctions.duration(other, yield_, COUNTS[count], ql.Compounded, frequency, ql.Duration.Modified)
    assert found.yield_ == pytest.approx(yield_, abs=1e-7)  # other program
    assert found.modified == pytest.approx(duration, rel=1e-6)
    assert found.accrued == pytest.approx(other.accruedAmount(day(on)), abs=1e-7)


@settings(max_examples=60)
@given(
    months=st.sampled_from([3, 6, 12]),
    first=st.dates(D(2024, 1, 16), D(2025, 6, 30)),
    shift=st.booleans(),
    face=st.integers(10**8, 10**10),
)
def test_short_and_long_first_periods_and_shifted_payments_accrue_by_coupon_periods_as_in_quantlib(
    months: int, first: datetime.date, shift: bool, face: int
) -> None:
    last = add_months(first, 24)
    rule = "following" if shift else "unadjusted"
    terms = Terms(
        ISSUED, first, last, months, ((ISSUED, Fraction(0)),), "bullet", "ACT/ACT", rule, accrue_to_paid=False
    )
    held = interest_periods(terms)
    found = bond_lines(face, held, [Fraction("0.0365")] * len(held))
    for period, line in zip(held, found, strict=True):
        # other program: a period behind the first is regular, the first is counted in steps back from its end
        ends = [period.end]
        while ends[0] > period.start:
            ends.insert(0, add_months(first, 12 * (period.end.year - first.year) - months * len(ends)
                                      + period.end.month - first.month))  # fmt: skip
        years = sum(
            COUNTS["ACT/ACT"].yearFraction(day(max(start, period.start)), day(end), day(start), day(end))
            for start, end in pairwise(ends)
        )
        assert float(period.years) == pytest.approx(years, abs=1e-12)
        assert abs(line.interest_fen - face * 0.0365 * years) <= 0.5001
    assert all(period.years == Fraction(months, 12) for period in held[1:])


def test_a_leap_year_does_not_change_a_whole_coupon_of_actual_over_actual() -> None:
    # by hand: 182 of the 366 days from 15 January 2024, 181 of 365 the year after; a whole year is 1 both times
    assert part_of_year(ISSUED, D(2024, 7, 15), "ACT/ACT", D(2025, 1, 15), 12) == Fraction(182, 366)
    assert part_of_year(D(2025, 1, 15), D(2025, 7, 15), "ACT/ACT", D(2025, 1, 15), 12) == Fraction(181, 365)
    assert part_of_year(ISSUED, D(2026, 1, 15), "ACT/ACT", D(2025, 1, 15), 12) == 2
    with pytest.raises(ValueError, match="is before"):
        part_of_year(D(2025, 1, 15), ISSUED, "ACT/ACT", D(2025, 1, 15), 12)


@given(st.floats(-0.2, 0.5), st.integers(0, 1500))
def test_price_and_yield_invert(yield_: float, days: int) -> None:
    lines = bond(["0.0565"])
    on = ISSUED + datetime.timedelta(days=days)
    price = quote_at_yield(lines, on, yield_, 12, "30/360").clean
    assert quote_at_price(lines, on, price, 12, "30/360").yield_ == pytest.approx(yield_, abs=1e-9)


def test_the_coupon_of_2014_runs_from_five_to_twenty_basis_points_above_its_fixed_part() -> None:
    # published: 5.65 % fixed, 5 to 20 bp on the income of five wind farms, 0.5 M to 3 M yuan a year
    link = CarbonLink(Fraction(5, 10_000), Fraction(20, 10_000), 50_000_000, 300_000_000)
    held = periods(5)
    incomes = (0, 50_000_000, 175_000_000, 300_000_000, 900_000_000)
    income = {period.start: fen for period, fen in zip(held, incomes, strict=True)}
    rates = coupon_rates(held, [Fraction("0.0565")], link, income)
    assert [f"{float(rate):.4%}" for rate in rates] == ["5.7000%", "5.7000%", "5.7750%", "5.8500%", "5.8500%"]
    assert bond_lines(FACE, held, rates)[0].interest_fen == 5_700_000_000  # 57 M on 1 bn


def test_a_missed_target_steps_the_coupon_up_from_its_day() -> None:
    step = StepUp(Fraction(1000), D(2026, 1, 15), Fraction(25, 10_000))
    held = periods(4)
    missed = coupon_rates(held, [Fraction(3, 100)], step=step, tonnes_to_date=Fraction(999))
    met = coupon_rates(held, [Fraction(3, 100)], step=step, tonnes_to_date=Fraction(1000))
    assert [float(rate) for rate in missed] == [0.03, 0.03, 0.0325, 0.0325]  # by hand
    assert set(met) == {Fraction(3, 100)}


@given(st.lists(st.integers(1, 50), min_size=4, max_size=4), st.integers(1, 10**12))
def test_an_amortising_bond_closes_to_the_fen(weights: list[int], face: int) -> None:
    held = periods(4)
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    lines = bond_lines(face, held, [Fraction(4, 100)] * 4, shares)
    assert sum(line.principal_fen for line in lines) == face
    assert lines[-1].closing_fen == 0
    with pytest.raises(ValueError, match="summing to"):
        bond_lines(face, held, [Fraction(4, 100)] * 4, shares[:3])


def test_what_has_no_price_is_refused() -> None:
    lines = bond(["0.03"])
    with pytest.raises(ValueError, match="nothing is paid after"):
        quote_at_yield(lines, D(2029, 1, 15), 0.03, 12, "30/360")
    with pytest.raises(ValueError, match="no yield gives"):
        quote_at_price(lines, ISSUED, -5.0, 12, "30/360")
    with pytest.raises(ValueError, match="coupon rates"):
        coupon_rates(periods(5), [Fraction(0)] * 2)
