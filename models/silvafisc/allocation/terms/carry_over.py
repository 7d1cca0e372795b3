"""Carry-over: no more than a share of the appropriation is carried out, and what was carried lapses in time.

With a = carry_share, limit[p] = min(at_most · appropriation[p], money young enough to be spent in p+1):
    carried_out[p] = min(a · rest[p], limit[p]), put in as
    Σ_{k=q…p} a^(p−k) · paid[k] ≤ Σ_{k=q…p} a^(p−k) · available[k] + a^(p−q) · limit[q−1]   for every q ≤ p but the first
In words: a fund carries its share of the rest into the next year, but never more than the limit, and money lapses when
the years in which it may be spent are over (the oldest is spent first). The rows unfold the minimum: whichever period q
is the last in which the limit bound, spending since then is covered by that limit and by what came later.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from silvafisc.quantities import share

from ..carry import carry_limits
from ..menus import cost_column
from ..problem import Floats, Part, Problem, Row, make_row
from .envelope import known_available

TITLE = {"zh": "结转上限", "en": "Carry-over"}
LAW = "预算法第四十二条（结转资金下一年用于原项目，连续两年未用完的作为结余资金管理）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per fund and pair of periods; none for a fund that carries nothing."""
    built: list[Row] = []
    offers, periods = problem.offers.table, problem.resolved.periods
    for fund in problem.resolved.funds:
        carry, limits = share(fund.carry_share), carry_limits(problem.resolved, fund)
        for first in range(1, len(periods)) if carry else ():
            costs, available = np.zeros(len(offers)), Fraction(limits[periods[first - 1]])
            for number, period in enumerate(periods[first:]):
                column = cost_column(fund.id, fund.payer, period)
                own: Floats = offers[column].to_numpy(np.float64) if column in offers else np.zeros(len(offers))
                costs = own + float(carry) * costs
                available = known_available(problem, fund, period) + (carry if number else 1) * available
                rounding = (
                    float(Fraction(1, 2 * carry.denominator**number)) if carry.denominator > 1 and number else 0.0
                )
                label = f"{fund.id}/{periods[first]}-{period}"
                carried = problem.carried(costs)
                limit = float(available)
                built.append(make_row("carry_over", label, carried, upper=limit, unit="fen", rounding=rounding))
    return Part(tuple(built))
