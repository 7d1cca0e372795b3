"""Payment dates and parts of a year, by stated conventions: ACT/365, ACT/360, 30/360, ACT/ACT; rounding to the fen."""

import calendar
import datetime
from collections.abc import Collection
from fractions import Fraction

Day = datetime.date
DAY_COUNTS = ("ACT/365", "ACT/360", "30/360")
PERIODIC = "ACT/ACT"
"""The count of bonds that looks at coupon periods (ICMA rule 251); the others look at two days only."""
PAYMENT_RULES = ("unadjusted", "following", "modified_following", "preceding")
MONTHS_PER_YEAR = 12
_DAYS = {"ACT/365": 365, "ACT/360": 360, "30/360": 360}
"""Days of a year as the name of the convention says."""
_MONTH = 30
"""Days of a month in 30/360."""
_SATURDAY = 5


def year_fraction(start: Day, end: Day, count: str) -> Fraction:
    """The part of a year from `start` to `end` (not before it), exactly.

    ACT/365, ACT/360: days / 365 or 360. 30/360 (bond basis): (360 Δyear + 30 Δmonth + Δday) / 360, where the 31st of
    the start counts as the 30th, and the 31st of the end as the 30th behind a start on the 30th or 31st.

    Raises:
        ValueError: unknown convention, or `end` before `start`.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    if count not in _DAYS:
        raise ValueError(f"unknown day count {count!r}; one of {', '.join(DAY_COUNTS)}")
    if count != "30/360":
        return Fraction((end - start).days, _DAYS[count])
    first = min(start.day, _MONTH)
    last = _MONTH if end.day > _MONTH and first == _MONTH else end.day
    months = (end.year - start.year) * MONTHS_PER_YEAR + end.month - start.month
    return Fraction(months * _MONTH + last - first, _DAYS[count])


def part_of_year(start: Day, end: Day, count: str, anchor: Day, months: int) -> Fraction:
    """`year_fraction`, and for ACT/ACT the part by coupon periods: whole steps of `months` from `anchor`, a due date.

    ACT/ACT (ICMA): Σ over the coupon periods of days within it / days of it x months / 12, so that a whole period is its
    part of a year exactly, also where the first or last one is short or long.
    """
    if count != PERIODIC:
        return year_fraction(start, end, count)
    if end < start:
        raise ValueError(f"{end} is before {start}")
    step = ((start.year - anchor.year) * MONTHS_PER_YEAR + start.month - anchor.month) // months - 1
    total = Fraction(0)
    while (first := add_months(anchor, step * months)) < end:
        step += 1
        next_first = add_months(anchor, step * months)
        inside = (min(end, next_first) - max(start, first)).days
        if inside > 0:
            total += Fraction(inside, (next_first - first).days) * Fraction(months, MONTHS_PER_YEAR)
    return total


def add_months(day: Day, months: int) -> Day:
    """The same day `months` later, or the last day of a shorter month (31 January + 1 month = 28 February)."""
    year, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    return Day(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_dates(start: Day, first: Day, last: Day, months: int) -> tuple[Day, ...]:
    """Unadjusted due dates: `first`, then every `months` months, and `last`.

    A last period that would be shorter than the others stays short: it is not joined to the one before.

    Raises:
        ValueError: not start < first <= last, or no step.
    """
    if not start < first <= last or months < 1:
        raise ValueError(f"no dates: start {start}, first {first}, last {last}, every {months} months")
    days: list[Day] = []
    while (day := add_months(first, months * len(days))) < last:
        days.append(day)
    return (*days, last)


def is_business_day(day: Day, holidays: Collection[Day]) -> bool:
    """Neither a weekend nor a stated holiday. Working weekends (调休) are not known here."""
    return day.weekday() < _SATURDAY and day not in holidays


def payment_day(day: Day, rule: str, holidays: Collection[Day] = ()) -> Day:
    """The day on which what is due on `day` is paid.

    unadjusted: that day. following: the next business day. modified_following: the same, but the business day before
    where the next lies in another month. preceding: the business day before.

    Raises:
        ValueError: unknown rule.
    """
    if rule not in PAYMENT_RULES:
        raise ValueError(f"unknown payment rule {rule!r}; one of {', '.join(PAYMENT_RULES)}")
    if rule == "unadjusted":
        return day
    step = datetime.timedelta(days=-1 if rule == "preceding" else 1)
    moved = _moved(day, step, holidays)
    if rule == "modified_following" and moved.month != day.month:
        return _moved(day, -step, holidays)
    return moved


def year_end(year: int) -> Day:
    """The last day of a year."""
    return Day(year + 1, 1, 1) - datetime.timedelta(days=1)


def half_up(amount: Fraction) -> int:
    """Whole fen, halves away from zero."""
    size = (abs(amount) + Fraction(1, 2)).__floor__()
    return -size if amount < 0 else size


def _moved(day: Day, step: datetime.timedelta, holidays: Collection[Day]) -> Day:
    while not is_business_day(day, holidays):
        day += step
    return day
