"""Not below last year (不低于上年) for listed units, like for like.

Σ (rigid + top_up + factor payments)[r, f, p] ≥ last[r, f], for r in the group
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check
from .like_for_like import last_year, this_year
from .parameters import group_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: group."""
    members = group_parameter(case, params, check)
    if case.last_year is None:
        check.refuse("inputs/last_year", "缺少上年资金表，无法校核", "the table of last year's amounts is missing")
    if members is None or case.last_year is None:
        return
    now = this_year(case, ("rigid", "top_up", "factor"))
    for (region, fund), last in sorted(last_year(case, rigid=True).items()):
        for period in case.resolved.periods if region in members else ():
            amount = now.get((region, fund, period), 0)
            where = f"region_code={region}, fund={fund}, period={period}"
            check.holds(
                amount >= last,
                where,
                f"≥ {float(last):.2f}",
                amount,
                "fen",
                "资金（不低于上年）",
                "the money (not below last year)",
            )
