"""Published values: a category has at most K different standards, over grades and periods.

    |{s[r, c, p] : r with certified area in c, all p} \\ {0}| ≤ K
Standards at the floor count too; "nothing" is no published value, and a grade without such units publishes none.
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check
from .parameters import share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: at_most (whole number)."""
    limit = share_parameter(params, "at_most", check)
    if limit is None:
        return
    for category in case.resolved.categories:
        values = {
            standard
            for region in case.units
            for period in case.resolved.periods
            if case.area(region, category.id) and (standard := case.standard(region, category.id, period))
        }
        where = f"category={category.id}: {', '.join(str(value) for value in sorted(values))} fen/mu"
        check.holds(
            len(values) <= limit, where, f"≤ {limit}", len(values), "", "公布标准个数", "the number of standards"
        )
