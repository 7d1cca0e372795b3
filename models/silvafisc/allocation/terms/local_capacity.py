"""Local capacity: a unit's own budgets carry no more than a share of their disposable revenue.

For unit r and period p:  Σ cost[provincial, city, county] · x ≤ κ · own_revenue[r]
In words: co-financing asked of a unit and the levels below the centre stays within κ of its own revenue.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.quantities import share

from ..problem import Part, Problem, cost_columns, grouped

TITLE = {"zh": "地方财力约束", "en": "Local capacity"}
LAW = "生态保护补偿条例第九、十条（财政承受能力）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit and period in which some choice could break the limit."""
    kappa = share(str(params["kappa"]))
    revenue = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["own_revenue_fen"], strict=True))
    table, fixed, built = problem.offers.table, problem.fixed.table, []
    for period in problem.resolved.periods:
        local = _local(table, period)
        costs = table[local].sum(axis=1).to_numpy(np.float64)
        known = fixed[_local(fixed, period)].sum(axis=1).groupby(fixed["region_code"]).sum()
        for (code,), used in grouped(table, ["region_code"]).items():
            limit = float((kappa * int(revenue[code])).__floor__() - int(known.get(code, 0)))
            menus = table["menu"].to_numpy()[used]
            most = sum(costs[used][menus == menu].max() for menu in np.unique(menus))
            if most > limit:
                built.append(
                    problem.row("local_capacity", f"{code}/{period}", used, costs[used], upper=limit, unit="fen")
                )
    return Part(tuple(built))


def _local(frame: pd.DataFrame, period: str) -> list[str]:
    return [c for c in cost_columns(frame, period) if c.split(".")[2] in {"provincial", "city", "county"}]
