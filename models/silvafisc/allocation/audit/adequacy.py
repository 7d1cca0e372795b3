"""Adequacy: the smallest payment over opportunity cost, recomputed from standards and input tables.

    t = min over units r with area in c above min_area_mu, and periods p, of s[r, c, p] / oc[r, c]
Compared with the indicator `adequacy.minimum` where indicators were handed over; floats equal within 1e-9.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import isclose
from typing import Any

from .case import ALL_UNITS, Case
from .exact import TENTHS_PER_MU, fraction
from .finding import Check

KIND = "objective"
TOLERANCE = 1e-9


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: min_area_mu (optional). Refused by name where an opportunity cost is missing or not positive."""
    smallest = fraction(str(params.get("min_area_mu", 0))) * TENTHS_PER_MU
    covers: list[tuple[Fraction, str]] = []
    for category in case.resolved.categories:
        for region in sorted(case.units):
            if not case.area(region, category.id) > smallest:
                continue
            cost = case.opportunity_cost.get((region, category.id), 0)
            where = f"inputs/responses: region_code={region}, subject={category.id}"
            check.holds(cost > 0, where, "> 0", cost, "fen/mu", "机会成本", "the opportunity cost")
            for period in case.resolved.periods if cost > 0 else ():
                covers.append((Fraction(case.standard(region, category.id, period) or 0, cost), region))
    published = case.indicators.get((ALL_UNITS, "adequacy.minimum", ""))
    if covers and published is not None:
        least, region = min(covers)
        same = isclose(float(least), published, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        where = f"indicators: adequacy.minimum (region_code={region})"
        check.holds(same, where, float(least), published, "", "最低补偿充足度", "the smallest adequacy")
