"""Local capacity: a unit's own budgets carry no more than a share of their disposable revenue.

For unit r and period p:  Σ cost[payers at or below r's level] · x ≤ κ · own_revenue[r]
In words: co-financing asked of a unit and of the levels below it stays within κ of its own revenue. What a higher level
pays is not its burden.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.quantities import share

from ..problem import Floats, Indices, Part, Problem, cost_columns

TITLE = {"zh": "地方财力约束", "en": "Local capacity"}
LAW = "生态保护补偿条例第九、十条（财政承受能力）"
RELAXABLE = True
LIMITS = {"kappa": "higher"}
LOCAL_PAYERS = {"province": ("provincial", "city", "county"), "city": ("city", "county"), "county": ("county",)}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit and period in which some choice could break the limit."""
    kappa = share(str(params["kappa"]))
    revenue = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["own_revenue_fen"], strict=True))
    levels = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["unit_level"], strict=True))
    table, fixed = problem.offers.table, problem.fixed.table
    listed: list[tuple[str, Indices, Floats]] = []
    limits: list[float] = []
    menus, _ = pd.factorize(table["menu"])
    for period in problem.resolved.periods:
        costs = local_costs(table, period, levels)
        known = pd.Series(local_costs(fixed, period, levels)).groupby(fixed["region_code"]).sum()
        dearest = pd.Series(costs).groupby(menus).max().groupby(table["region_code"].groupby(menus).first()).sum()
        for (code,), used in problem.positions("region_code").items():
            limit = float((kappa * int(revenue[code])).__floor__() - int(known.get(code, 0)))
            if dearest[code] > limit:
                listed.append((f"{code}/{period}", used, costs[used]))
                limits.append(limit)
    upper = np.array(limits)
    return Part(problem.listed_rows("local_capacity", listed, (np.full(len(upper), -np.inf), upper), unit="fen"))


def local_costs(frame: pd.DataFrame, period: str, levels: Mapping[str, str]) -> Floats:
    """What payers at or below the unit's own level pay, per row."""
    total = np.zeros(len(frame))
    unit, codes = pd.factorize(frame["region_code"])
    payers = [LOCAL_PAYERS.get(levels[code], ()) for code in codes]
    for column in cost_columns(frame, period):
        own = np.array([column.split(".")[2] in some for some in payers], bool)[unit]
        total += np.where(own, frame[column], 0.0)
    return total
