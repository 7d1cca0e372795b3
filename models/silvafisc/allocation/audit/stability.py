"""Stability: Σ |rigid + top-up + factor money − last year, like for like| over units, funds and periods.

Units without a last year's row do not count; without any such table the objective has no meaning and is refused.
Compared with the indicator `stability` (yuan, negative as it is maximised, or positive) where handed over; within 1e-9.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import isclose
from typing import Any

from .case import ALL_UNITS, Case
from .exact import FEN_PER_YUAN
from .finding import Check
from .like_for_like import last_year, this_year

KIND = "objective"
TOLERANCE = 1e-9


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    if case.last_year is None:
        check.refuse("inputs/last_year", "缺少上年资金表，无法校核", "the table of last year's amounts is missing")
        return
    now = this_year(case, ("rigid", "top_up", "factor"))
    before = last_year(case, rigid=True)
    known = {unit: area for unit, area in before.items() if unit[0] in case.units}
    check.equal(
        "inputs/last_year", sorted(before), sorted(known), "", "上年资金表的单位", "the units of the last-year table"
    )
    moved = sum(
        (
            abs(now.get((region, fund, period), 0) - last)
            for (region, fund), last in known.items()
            for period in case.resolved.periods
        ),
        Fraction(0),
    )
    published = case.indicators.get((ALL_UNITS, "stability", ""))
    if published is not None:
        total = float(moved / FEN_PER_YUAN)
        same = isclose(total, abs(published), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        check.holds(
            same, "indicators: stability", total, abs(published), "yuan", "较上年变动", "the change against last year"
        )
