"""Standards only rise (标准只增不减): no unit's standard of a category falls, nor starts below last year's.

    s[r, c, p] ≥ s[r, c, p−1] and ≥ last_year[c], for every unit r with certified area in c
In rule mode grades are the same in all periods, so the published rows are compared grade by grade.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from .case import Case
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    periods = case.resolved.periods
    for category in case.resolved.categories:
        paths: dict[str, dict[str, int]] = {}
        for region in sorted(case.units):
            if case.area(region, category.id):
                unit = f"grade={case.published[region].grade}" if case.by_rule and category.graded else ""
                unit = unit if case.by_rule else f"region_code={region}"
                paths[unit] = {period: case.standard(region, category.id, period) or 0 for period in periods}
        for unit, path in sorted(paths.items()):
            for earlier, later in pairwise(periods):
                _rises(f"category={category.id}, {unit}, period={later}", path[earlier], path[later], check)
            if category.last_year_fen is not None:
                for period in periods:
                    where = f"category={category.id}, {unit}, period={period}"
                    _rises(where, category.last_year_fen, path[period], check)


def _rises(where: str, before: int, now: int, check: Check) -> None:
    check.holds(
        now >= before, where, f"≥ {before}", now, "fen/mu", "标准（只增不减）", "the standard (it may only rise)"
    )
