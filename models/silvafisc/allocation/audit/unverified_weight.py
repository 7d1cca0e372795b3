"""Unverified weight: the published weights of factors that nobody verified, summed in fractions.

Σ_{j: verified_by empty for some unit} w[f, j, p] ≤ share   for every fund and period with a factor pot
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import Case
from .finding import Check
from .parameters import share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: at_most (decimal string)."""
    limit = share_parameter(params, "at_most", check)
    if limit is None:
        return
    for fund, period in sorted({(row.fund, row.period) for row in case.weights}):
        lines = [row for row in case.weights if (row.fund, row.period) == (fund, period)]
        weak = sorted(row.factor for row in lines if row.factor in case.unverified)
        total = sum((row.weight or Fraction(0) for row in lines if row.factor in case.unverified), Fraction(0))
        where = f"weights: fund={fund}, period={period} ({', '.join(weak) or 'all verified'})"
        zh, en = "未经核实的因素的权重之和", "the weight of unverified factors"
        check.holds(total <= limit, where, f"≤ {limit}", total, "", zh, en)
