"""Dates and parts of a year: QuantLib as the other program."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.finance.ql import COUNTS, day, ql

from silvafisc.finance.dates import (
    DAY_COUNTS,
    PAYMENT_RULES,
    add_months,
    due_dates,
    half_up,
    payment_day,
    year_fraction,
)

D = datetime.date
DATES = st.dates(D(2020, 1, 1), D(2060, 12, 31))
RULES = dict(
    zip(PAYMENT_RULES, (ql.Unadjusted, ql.Following, ql.ModifiedFollowing, ql.Preceding), strict=True),
)


@pytest.mark.parametrize("count", DAY_COUNTS)
@given(DATES, DATES)
def test_parts_of_a_year_are_those_of_quantlib(count: str, one: D, other: D) -> None:
    start, end = sorted((one, other))
    expected = COUNTS[count].yearFraction(day(start), day(end))  # other program
    assert float(year_fraction(start, end, count)) == pytest.approx(expected, abs=1e-12)


def test_thirty_days_a_month_at_the_end_of_months() -> None:
    # by hand: 31 January to 31 March is two months of 30 days; from 30 January to 31 January is nothing
    assert year_fraction(D(2026, 1, 31), D(2026, 3, 31), "30/360") == Fraction(60, 360)
    assert year_fraction(D(2026, 1, 30), D(2026, 1, 31), "30/360") == 0
    assert year_fraction(D(2026, 1, 29), D(2026, 1, 31), "30/360") == Fraction(2, 360)


@pytest.mark.parametrize("rule", PAYMENT_RULES)
@given(DATES)
def test_payment_days_are_those_of_quantlib(rule: str, due: D) -> None:
    holidays = {D(due.year, 1, 1), D(due.year, 10, 1), D(due.year, 10, 2)}
    calendar = ql.BespokeCalendar("weekends and three days")
    for weekday in (ql.Saturday, ql.Sunday):
        calendar.addWeekend(weekday)
    for year in (due.year - 1, due.year, due.year + 1):
        for month, number in ((1, 1), (10, 1), (10, 2)):
            calendar.addHoliday(ql.Date(number, month, year))
            holidays.add(D(year, month, number))
    expected = calendar.adjust(day(due), RULES[rule])  # other program
    assert day(payment_day(due, rule, holidays)) == expected


@given(DATES, st.integers(0, 500))
def test_months_are_those_of_quantlib(start: D, months: int) -> None:
    assert day(add_months(start, months)) == day(start) + ql.Period(months, ql.Months)  # other program


def test_due_dates_keep_a_short_last_period_and_do_not_drift_from_the_end_of_months() -> None:
    # by hand: steps are counted from the first date, so the 31st comes back after February
    dates = due_dates(D(2025, 12, 31), D(2026, 1, 31), D(2026, 4, 15), 1)
    assert dates == (D(2026, 1, 31), D(2026, 2, 28), D(2026, 3, 31), D(2026, 4, 15))
    with pytest.raises(ValueError, match="no dates"):
        due_dates(D(2026, 1, 1), D(2026, 1, 1), D(2027, 1, 1), 1)


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="is before"):
        year_fraction(D(2026, 1, 2), D(2026, 1, 1), "ACT/365")
    with pytest.raises(ValueError, match="unknown day count"):
        year_fraction(D(2026, 1, 1), D(2026, 1, 2), "ACT/ACT")
    with pytest.raises(ValueError, match="unknown payment rule"):
        payment_day(D(2026, 1, 1), "next")


def test_halves_go_away_from_zero() -> None:
    assert [half_up(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]  # by hand
