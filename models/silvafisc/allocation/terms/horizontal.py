"""Horizontal compensation (横向补偿): what a unit owes under a signed agreement comes before its new co-financing.

For unit r that pays in period p:
    Σ cost[payers at or below r's level] · x + Σ transfers out[r, p] ≤ κ · own_revenue[r]
    transfer[a, p] = min(max(amount, floor), cap) by the payer where the index is met, else nothing or the other way round
In words: no transfer without a signed agreement; its floor, cap and trigger index decide the amount and the direction, and
the unit that pays keeps the means for it: it takes on only as much co-financing as is left. What a unit receives is no
new means for matching. `allocation.agreements` has the amounts; all agreements of a unit count together.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities import share

from ..agreements import all_transfers, transfers
from ..problem import Part, Problem
from .local_capacity import local_costs

TITLE = {"zh": "横向补偿协议", "en": "Horizontal agreements"}
LAW = "生态保护补偿条例（地区间横向补偿以协议为据）；新安江、重庆森林覆盖率指标交易"
RELAXABLE = True
LIMITS = {"kappa": "higher"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per period and unit that pays under this agreement, whatever else it owes included."""
    regions, table, fixed = problem.inputs.regions, problem.offers.table, problem.fixed.table
    revenue = dict(zip(regions["region_code"], regions["own_revenue_fen"], strict=True))
    levels = dict(zip(regions["region_code"], regions["unit_level"], strict=True))
    owed: defaultdict[tuple[str, str], int] = defaultdict(int)
    for transfer in all_transfers(problem.resolved):
        owed[transfer.payer, transfer.period] += transfer.fen
    kappa, built = share(str(params["kappa"])), []
    nothing = np.zeros(0, np.int64)
    for transfer in transfers(params, problem.resolved.periods):
        code, period = transfer.payer, transfer.period
        used = problem.positions("region_code").get((code,), nothing)
        costs = local_costs(table, period, levels)[used]
        known = int(local_costs(fixed, period, levels)[(fixed["region_code"] == code).to_numpy()].sum())
        limit = float((kappa * int(revenue[code])).__floor__() - known - owed[code, period])
        built.append(problem.row("horizontal", f"{code}/{period}", used, costs, upper=limit, unit="fen"))
    return Part(tuple(built))
