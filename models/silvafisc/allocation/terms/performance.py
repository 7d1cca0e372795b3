"""Performance (绩效奖惩): scores move management and discretionary money only; the owner's share is untouchable.

For factor money of unit r and factor j:  amount_rj = apportion(pot_j, value_rj · m_r),  m_r by the unit's score
For recurring standards:  payment_rc = entitlement(s, area) whatever the score
In words: a factor offer that does not count the scores cannot be chosen, and neither can an offer that takes anything from
what owners are due by standard and area. Finished tasks are paid as accepted. `allocation.performance` has the multiplier.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..exact import entitlements
from ..menus.factor_pot import pot_amounts
from ..problem import Indices, Part, Problem, cost_columns, forbid

TITLE = {"zh": "绩效奖惩", "en": "Performance"}
LAW = "预算法（绩效结果应用）；财预〔2020〕10号；粤2024年公益林考核：只扣县级管护经费"
RELAXABLE = False


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per factor or recurring offer that pays another amount; menus made here hold none."""
    return forbid(problem, "performance", np.concatenate([_unscored(problem), _cut(problem)]))


def _unscored(problem: Problem) -> Indices:
    """Factor offers whose amount is not the one that the scores give."""
    table, order = problem.offers.table, {code: i for i, code in enumerate(problem.inputs.codes)}
    wrong: list[int] = []
    for fund in problem.resolved.funds:
        due = pot_amounts(problem.resolved, problem.inputs, fund) if fund.factor_pot_fen else {}
        for period in problem.resolved.periods:
            mine = table[(table["nature"] == "factor") & (table["fund"] == fund.id) & (table["period"] == period)]
            paid = mine[cost_columns(mine, period)].sum(axis=1)
            for at, code, offer, fen in zip(mine.index, mine["region_code"], mine["offer"], paid, strict=True):
                if offer not in due or int(fen) != due[offer][order[code]]:
                    wrong.append(int(at))
    return np.array(wrong, np.int64)


def _cut(problem: Problem) -> Indices:
    """Recurring offers that pay less than standard and area give."""
    table, wrong = problem.offers.table, list[int]()
    for category in problem.resolved.categories:
        for period in problem.resolved.periods:
            mine = table[(table["category"] == category.id) & (table["period"] == period)]
            area, standard = mine["area_tenth_mu"].to_numpy(), mine["standard_fen"].to_numpy()
            due = entitlements(standard, area) - entitlements(category.floor_fen[period], area)
            wrong += mine.index[mine[cost_columns(mine, period)].sum(axis=1).to_numpy() < due].tolist()
    return np.array(wrong, np.int64)
