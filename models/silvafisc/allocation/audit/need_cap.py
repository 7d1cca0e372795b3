"""Need cap: a payer bears at most a share of what a unit's work costs in full, over no more than some years.

    Σ over periods and later years, payer's part of every instalment ≤ cap · Σ full_cost[r, m] · area / 10
and no task is paid over more than `years` budget years.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import Case
from .exact import TENTHS_PER_MU, entitled
from .expected import instalments, split
from .finding import Check
from .parameters import parameter, share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: cap (decimal string), years (whole number), payer, measures (optional list)."""
    cap, years = share_parameter(params, "cap", check), parameter(params, "years", check)
    payer, measures = parameter(params, "payer", check), params.get("measures")
    if cap is None or years is None or payer is None:
        return
    paid: defaultdict[tuple[str, str], int] = defaultdict(int)
    needed: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in case.rows:
        if row.nature != "task" or (measures is not None and row.measure not in measures):
            continue
        key, task = (row.region, row.measure), case.resolved.task(row.measure)
        if key not in case.of_rules.full_cost:
            check.refuse(
                row.where, "responses 表没有该任务的全部成本", "the table responses has no full cost of this task"
            )
            continue
        shares, area = case.payer_shares(task.payer_shares, row.region), row.area or 0
        for after, part in instalments(task, entitled(row.standard or 0, area)):
            paid[key] += split(part, shares).get(payer, 0)
            within = after < int(years) or not area
            check.holds(within, row.where, f"≤ {years}", after + 1, "", "补助年限", "the years it is paid over")
        needed[key] += Fraction(case.of_rules.full_cost[key] * area, TENTHS_PER_MU)
    for key, fen in sorted(paid.items()):
        where = f"region_code={key[0]}, measure={key[1]}"
        most = cap * needed[key]
        check.holds(
            fen <= most, where, f"≤ {float(most):.2f}", fen, "fen", "该级补助合计", "what this payer bears in all"
        )
