"""Standards only rise (标准只增不减): no unit's standard of a category falls, nor starts below last year's.

    s[r, c, p] ≥ s[r, c, p−1] and ≥ last_year[c], for every unit r with certified area in c
With `tasks: true`: u[r, m, p] ≥ u[r, m, p'] for every earlier p' in which the unit had the task.
In rule mode grades are the same in all periods, so the published rows are compared grade by grade.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from .case import Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: tasks (bool, absent = false): also the unit standards of task measures."""
    periods = case.resolved.periods
    for category in case.resolved.categories:
        paths: dict[str, dict[str, int]] = {}
        for region in sorted(case.units):
            if case.area(region, category.id):
                unit = f"grade={case.published[region].grade}" if case.by_rule and category.graded else ""
                unit = unit if case.by_rule else f"region_code={region}"
                paths[unit] = {period: case.standard(region, category.id, period) or 0 for period in periods}
        for region, before in sorted(category.last_year_by_unit_fen.items()):
            for period in periods if region in case.units and case.area(region, category.id) else ():
                where = f"category={category.id}, region_code={region}, period={period}"
                _rises(where, before, case.standard(region, category.id, period) or 0, check)
        for unit, path in sorted(paths.items()):
            for earlier, later in pairwise(periods):
                _rises(f"category={category.id}, {unit}, period={later}", path[earlier], path[later], check)
            if category.last_year_fen is not None:
                for period in periods:
                    where = f"category={category.id}, {unit}, period={period}"
                    _rises(where, category.last_year_fen, path[period], check)
    if params.get("tasks", False):
        _tasks(case, check)


def _tasks(case: Case, check: Check) -> None:
    """Unit standards of the task rows of a unit and measure, in order of period."""
    highest: dict[tuple[str, str], int] = {}
    rows = [row for row in case.rows if row.nature == "task" and row.area and row.standard is not None]
    for row in sorted(rows, key=lambda row: (row.period, row.key)):
        unit = (row.region, row.measure)
        assert row.standard is not None
        _rises(
            f"region_code={row.region}, measure={row.measure}, period={row.period}",
            highest.get(unit, 0),
            row.standard,
            check,
        )
        highest[unit] = max(highest.get(unit, 0), row.standard)


def _rises(where: str, before: int, now: int, check: Check) -> None:
    check.holds(
        now >= before, where, f"≥ {before}", now, "fen/mu", "标准（只增不减）", "the standard (it may only rise)"
    )
