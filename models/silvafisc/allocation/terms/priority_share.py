"""Priority share: a group of units receives at least a share of the money open to choice.

For period p (and fund f where given), natures top_up, factor, task:
    Σ_{r in group} payment[r, p] · x ≥ share · Σ_r payment[r, p] · x
In words: poorer, ethnic, border or otherwise listed units together get at least this share.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities import share

from ..problem import Part, Problem, make_row

TITLE = {"zh": "重点倾斜比例", "en": "Priority share"}
LAW = "林业草原改革发展资金管理办法（向革命老区、民族地区、边疆地区、脱贫地区倾斜）"
RELAXABLE = True
LIMITS = {"share": "lower"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per period."""
    exact = share(str(params["share"]))
    part = float(exact)
    # Both sides are whole multiples of 1 / denominator fen; half a multiple keeps the floats' rounding error out of it.
    rounding = 0.5 / exact.denominator if exact.denominator > 1 else 0.0
    members = problem.resolved.groups[params["group"]]
    inside = problem.offers.table["region_code"].isin(members).to_numpy()
    built = []
    for period in problem.resolved.periods:
        cost = problem.total_cost(period, params.get("fund"))
        # Instalments of earlier offers are committed money of their later period, not money open to choice there.
        own = (problem.offers.table["period"] == period).to_numpy()
        coefficients = problem.carried(np.where(own, cost * (inside - part), 0.0))
        label = f"{params['group']}/{period}"
        built.append(make_row("priority_share", label, coefficients, lower=0.0, unit="fen", rounding=rounding))
    return Part(tuple(built))
