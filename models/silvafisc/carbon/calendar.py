"""Periods as calendar years, and calendar years as years of the course."""

from collections.abc import Sequence

from .errors import refuse


def period_years(period: str) -> tuple[int, ...]:
    """`"2026"` -> (2026,); `"2026-2028"` -> (2026, 2027, 2028). Raises InputError for anything else."""
    first, found, last = period.partition("-")
    parts = (first, last) if found else (first, first)
    if not all(len(part) == len("2026") and part.isdecimal() for part in parts) or int(parts[0]) > int(parts[1]):
        raise refuse(
            "periods", f"{period!r} is neither a year nor first-last", f"{period!r} 既不是年份也不是“起年-止年”"
        )
    return tuple(range(int(parts[0]), int(parts[1]) + 1))


def course_years(periods: Sequence[str], horizon: int) -> tuple[int, dict[str, tuple[int, ...]]]:
    """First calendar year of the course, and each period's years counted from 1 = that year.

    Raises:
        InputError: no period, periods that overlap or repeat a year, a period after the horizon.
    """
    calendar = {period: period_years(period) for period in periods}
    years = sorted(year for covered in calendar.values() for year in covered)
    if not years or len(calendar) != len(periods) or len(set(years)) != len(years):
        raise refuse("periods", f"periods are empty or overlap: {list(periods)}", f"预算期为空或重叠：{list(periods)}")
    if years[-1] > horizon:
        raise refuse(
            "horizon", f"{horizon} ends before the last period {years[-1]}", f"{horizon} 早于最后的预算期 {years[-1]}"
        )
    first = years[0]
    return first, {period: tuple(year - first + 1 for year in covered) for period, covered in calendar.items()}
