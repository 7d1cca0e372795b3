"""Disparity: Σ_r |y_r − (n_r / N) · Y| / N over units, y_r the allocation rows of the unit, n_r = rural people · need.

Exact in fen and fractions; compared with the indicator `disparity` (yuan per need unit, negative as it is maximised, or
positive) where handed over; floats equal within 1e-9. Without any need the objective has no meaning and is refused.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from math import isclose
from typing import Any

from .case import ALL_UNITS, Case
from .exact import FEN_PER_YUAN
from .finding import Check

KIND = "objective"
TOLERANCE = 1e-9


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    needs = {region: unit.rural_population * case.published[region].need for region, unit in case.units.items()}
    total = sum(needs.values(), Fraction(0))
    check.holds(total > 0, "regions: need", "> 0", float(total), "", "全部需要单位", "all need units together")
    paid: defaultdict[str, int] = defaultdict(int)
    for row in case.rows:
        paid[row.region] += row.payment
    reported = case.indicators.get((ALL_UNITS, "disparity", ""))
    if reported is None or not total:
        return
    money = sum(paid.values())
    apart = sum((abs(paid.get(region, 0) - need * money / total) for region, need in needs.items()), Fraction(0))
    mean = float(apart / total / FEN_PER_YUAN)
    same = isclose(mean, abs(reported), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    check.holds(same, "indicators: disparity", mean, reported, "", "每单位需要所得的平均离差", "the mean deviation")
