"""Need cap: a payer bears at most a share of what a unit's work costs in full, over no more than some years.

    Σ over periods and later years, payer's part of every instalment ≤ cap · Σ full_cost[r, m] · area / 10
and no task is paid over more than `years` budget years.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
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
    if case.resolved.offers_given:
        _as_stated(case, measures, int(years), payer, paid, check)
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
            if case.resolved.offers_given and str(int(row.period) + after) in case.resolved.periods:
                continue
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


def _as_stated(
    case: Case, measures: Collection[str] | None, years: int, payer: str, paid: dict[tuple[str, str], int], check: Check
) -> None:
    """What the cost columns of chosen offers made elsewhere say, instead of a plan of instalments."""
    judged = {
        (row.region, row.measure, row.category, row.period)
        for row in case.rows
        if row.nature == "task" and (measures is None or row.measure in measures)
    }
    for offer in case.offers:
        if (offer.region, offer.measure, offer.category, offer.period) not in judged:
            continue
        for (_, who, period), fen in offer.costs.items():
            paid[offer.region, offer.measure] += fen if who == payer else 0
            run = int(period) - int(offer.period) + 1
            check.holds(run <= years, offer.where, f"≤ {years}", run, "", "补助年限", "the years it is paid over")
