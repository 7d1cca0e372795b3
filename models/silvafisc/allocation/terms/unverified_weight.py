"""Unverified weight: factors that nobody verifies carry at most a stated share of a pot.

For fund f and period p:  Σ_{j unverified} w[f, j, p] ≤ share;  j is unverified where `verified_by` is empty for any unit
In words: who reports a figure must not be the only one who has seen it, so figures that nobody checks move little money.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from silvafisc.quantities import share
from silvafisc.results import UnitInputs

from ..menus.factor_pot import offer_name, weight_vectors
from ..problem import Part, Problem, forbid

TITLE = {"zh": "未核实因素权重上限", "en": "Unverified weight"}
LAW = "预算法及专项转移支付管理办法（分配因素的数据须可核查）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per weighting that gives unverified factors too much; of a pot's offers one unit's stands for all."""
    limit, weak = share(str(params["at_most"])), unverified_factors(problem.inputs)
    table = problem.offers.table
    refused = []
    for fund in problem.resolved.funds:
        vectors = weight_vectors(problem.resolved, fund.id)
        heavy = [v for v in vectors if sum((w for name, w in v.items() if name in weak), Fraction(0)) > limit]
        names = {offer_name(pot, vector) for pot in fund.factor_pot_fen for vector in heavy}
        mine = table[(table["nature"] == "factor") & (table["fund"] == fund.id) & table["offer"].isin(names)]
        refused += mine.drop_duplicates(["period", "offer"]).index.tolist()
    return forbid(problem, "unverified_weight", np.array(sorted(refused), np.int64))


def unverified_factors(inputs: UnitInputs) -> frozenset[str]:
    """Factors of which some unit's value has nobody who verified it."""
    silent = inputs.factors["verified_by"].fillna("").astype(str).str.strip() == ""
    return frozenset(inputs.factors.loc[silent, "factor"].astype(str))
