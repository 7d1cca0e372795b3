"""Envelope: a fund pays no more than it has.

For fund f with payer b and period p:
    Σ cost[f, b, p] · x + fixed[f, b, p] + rest[f, p] = appropriation[f, p] + carried_in[f, p] + carry[f, p−1],  rest ≥ 0
    carry[f, p] ≤ carry_share · rest[f, p]
In words: what is paid from the fund, instalments falling due and the rest make up the appropriation and what was
carried in. Instalments of earlier offers count in the period in which they fall due.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities import share

from ..menus import cost_column
from ..problem import Aux, Part, Problem, make_row

TITLE = {"zh": "预算控制数", "en": "Envelope"}
LAW = "预算法（支出不得突破预算）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per fund and period; helping variables only where the fund may carry money over."""
    built, variables = [], []
    fixed, offers = problem.fixed.table, problem.offers.table
    for fund in problem.resolved.funds:
        carries = share(fund.carry_share) > 0
        for number, period in enumerate(problem.resolved.periods):
            column = cost_column(fund.id, fund.payer, period)
            costs = offers[column].to_numpy(np.float64) if column in offers else np.zeros(len(offers))
            known = float(fixed[column].sum()) if column in fixed else 0.0
            available = fund.appropriation_fen[period] + fund.carried_in_fen.get(period, 0) - known
            label = f"{fund.id}/{period}"
            if not carries:
                built.append(make_row("envelope", label, problem.carried(costs), upper=float(available), unit="fen"))
                continue
            rest, carry = f"rest/{label}", f"carry/{label}"
            aux = {rest: 1.0}
            if number:
                aux[f"carry/{fund.id}/{problem.resolved.periods[number - 1]}"] = -1.0
            built.append(
                make_row(
                    "envelope",
                    label,
                    problem.carried(costs),
                    lower=float(available),
                    upper=float(available),
                    aux=aux,
                    unit="fen",
                )
            )
            variables += [Aux(rest), Aux(carry)]
            limit = {carry: 1.0, rest: -float(share(fund.carry_share))}
            nothing = np.zeros(problem.size)
            built.append(make_row("envelope", f"{label}/carry", nothing, upper=0.0, aux=limit, relaxable=False))
    return Part(tuple(built), tuple(variables))
