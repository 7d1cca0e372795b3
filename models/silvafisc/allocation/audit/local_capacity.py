"""Local capacity: a unit's own budgets carry no more than a share of their disposable revenue.

Σ (provincial + city + county columns) of unit r in period p ≤ floor(κ · own_revenue[r])
"""

from collections import defaultdict
from collections.abc import Mapping
from math import floor
from typing import Any

from .case import PAYERS, Case
from .finding import Check
from .parameters import share_parameter

KIND = "rule"
LOCAL = PAYERS[1:]


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: kappa (decimal string)."""
    kappa = share_parameter(params, "kappa", check)
    if kappa is None:
        return
    borne: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in case.rows:
        borne[row.region, row.period] += sum(row.columns[payer] for payer in LOCAL)
    for (region, period), fen in sorted(borne.items()):
        limit = floor(kappa * case.units[region].own_revenue)
        where = f"region_code={region}, period={period}"
        check.holds(fen <= limit, where, f"≤ {limit}", fen, "fen", "地方负担", "the local burden")
