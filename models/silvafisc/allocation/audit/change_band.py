"""Change band (增减幅控制): factor and top-up money moves only within limits, like for like.

    (1 + lower) · last[r, f] ≤ Σ (top_up + factor payments)[r, f, p] ≤ (1 + upper) · last[r, f]
Task money is exempt, and so is a unit without a last year's row (0 is a row, not a missing one).
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check
from .like_for_like import last_year, this_year
from .parameters import share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: lower, upper (decimal strings; lower is usually negative)."""
    lower, upper = share_parameter(params, "lower", check), share_parameter(params, "upper", check)
    if case.last_year is None:
        check.refuse("inputs/last_year", "缺少上年资金表，无法校核", "the table of last year's amounts is missing")
    if lower is None or upper is None or case.last_year is None:
        return
    now = this_year(case, ("top_up", "factor"))
    for (region, fund), last in sorted(last_year(case, rigid=False).items()):
        least, most = (1 + lower) * last, (1 + upper) * last
        for period in case.resolved.periods:
            amount = now.get((region, fund, period), 0)
            where = f"region_code={region}, fund={fund}, period={period}"
            expected = f"{float(least):.2f} … {float(most):.2f}"
            check.holds(
                least <= amount <= most, where, expected, amount, "fen", "提标与因素法资金", "top-up and factor money"
            )
