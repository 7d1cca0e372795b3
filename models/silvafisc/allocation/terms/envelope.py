"""Envelope: a fund pays no more than it has.

For fund f with payer b and period p, with paid[p] = Σ cost[f, b, p] · x + fixed[f, b, p]:
    rest[p] = appropriation[p] + carried_in[p] + carry_share · rest[p−1] − paid[p] ≥ 0
and, under `full_allocation`, rest[p] ≤ reserve[p] (0 where the fund names no reserve); where the residue joins the fund's
factor pot after choosing, what is left is no more than the reserve by that.
In words: what is paid from the fund, instalments falling due and the rest make up the appropriation and what was
carried in. Instalments of earlier offers count in the period in which they fall due. Under full allocation nothing is
left over but a reserve that the fund names with its reason.

rest[p] is put in as Σ_{q ≤ p} carry_share^(p−q) · (available[q] − paid[q]): no helping variable of the size of a budget,
which a solver could not hold to the fen. Only whole fen are carried over; settlement sees to the last fen. (Under full
allocation the fraction of a fen that is not carried, and money above a carry-over limit, count as if they were there:
an allocation that this keeps is kept in whole fen as well.)
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from silvafisc.quantities import share
from silvafisc.results import FundSpec

from ..menus import cost_column
from ..problem import Floats, Part, Problem, make_row

TITLE = {"zh": "预算控制数", "en": "Envelope"}
LAW = "预算法（支出不得突破预算）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per fund and period; where the fund may carry money over, the earlier periods enter with its share."""
    built = []
    offers, full = problem.offers.table, bool(params.get("full_allocation", False))
    for fund in problem.resolved.funds:
        carry = share(fund.carry_share)
        costs, available = np.zeros(len(offers)), Fraction(0)
        for number, period in enumerate(problem.resolved.periods):
            column = cost_column(fund.id, fund.payer, period)
            own: Floats = offers[column].to_numpy(np.float64) if column in offers else np.zeros(len(offers))
            costs = own + float(carry) * costs
            available = known_available(problem, fund, period) + carry * available
            # Sums are whole multiples of 1 / denominator^number, which the floats' rounding error stays far below.
            rounding = float(Fraction(1, 2 * carry.denominator**number)) if carry.denominator > 1 and number else 0.0
            label, paid, most = f"{fund.id}/{period}", problem.carried(costs), float(available)
            built.append(make_row("envelope", label, paid, upper=most, unit="fen", rounding=rounding))
            if full and not fund.residue_joins:
                least = float(available - fund.reserve_fen.get(period, 0))
                built.append(make_row("envelope", f"{label}/full", paid, lower=least, unit="fen", rounding=rounding))
    return Part(tuple(built))


def known_available(problem: Problem, fund: FundSpec, period: str) -> int:
    """Appropriation and money carried in from before the horizon, less fixed money, in fen."""
    column, fixed = cost_column(fund.id, fund.payer, period), problem.fixed.table
    known = int(fixed[column].sum()) if column in fixed else 0
    return int(fund.appropriation_fen[period]) + int(fund.carried_in_fen.get(period, 0)) - known
