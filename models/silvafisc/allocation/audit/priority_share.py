"""Priority share: a group of units receives at least a share of the money open to choice.

    Σ_{r in group} payment[r, p] ≥ share · Σ_r payment[r, p], natures top_up, factor, task and project, in every period
(in one fund where `fund` is given, else over all funds).
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .finding import Check
from .parameters import group_parameter, share_parameter

KIND = "rule"
OPEN = ("top_up", "factor", "task", "project", "interest_subsidy")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: group, share (decimal string), fund (optional). What is paid in the period, by all payers."""
    part, members = share_parameter(params, "share", check), group_parameter(case, params, check)
    if part is None or members is None:
        return
    fund = params.get("fund")
    for period in case.resolved.periods:
        rows = [
            row for row in case.rows if row.period == period and row.nature in OPEN and (not fund or row.fund == fund)
        ]
        total = sum(row.payment for row in rows)
        group = sum(row.payment for row in rows if row.region in members)
        where = f"group={params['group']}, period={period}" + (f", fund={fund}" if fund else "")
        least = part * total
        check.holds(
            group >= least, where, f"≥ {float(least):.2f}", group, "fen", "重点单位所得", "what the group receives"
        )
