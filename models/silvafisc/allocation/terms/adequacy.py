"""Objective: adequacy, the smallest payment over opportunity cost.

    maximise t,  t ≤ Σ s / oc[r, c] · x[r, c, p, s]  for every unit with area in c above `min_area_mu`
    then minimise the mean shortfall max(0, 1 − s / oc)
In words: lift the worst covered owner first; then, so that one worst unit does not decide everything, the mean shortfall.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities.money import TENTHS_PER_MU

from ..problem import Aux, Objective, ObjectiveError, Problem, grouped

TITLE = {"zh": "补偿充足度", "en": "Adequacy"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """The max-min objective (share of opportunity cost), then the mean shortfall (negative share).

    Raises ValueError where no unit has recurring area above `min_area_mu`.
    """
    table, responses = problem.offers.table, problem.inputs.responses.dropna(subset=["opportunity_cost_fen"])
    cost = {
        (r, s): float(oc)
        for r, s, oc in zip(
            responses["region_code"], responses["subject"], responses["opportunity_cost_fen"], strict=True
        )
    }
    smallest = float(params.get("min_area_mu", 0)) * TENTHS_PER_MU
    recurring = ((table["category"] != "") & (table["area_tenth_mu"] > smallest)).to_numpy()
    if not recurring.any():
        raise ObjectiveError(
            "adequacy",
            "no unit has recurring area above min_area_mu; drop the objective or lower the limit",
            "没有单位的补偿面积超过 min_area_mu；请去掉该目标或降低门槛",
        )
    offers = np.flatnonzero(recurring)
    cover = np.zeros(len(table))
    rows = []
    menus = grouped(table.iloc[offers], ["region_code", "category", "period"])
    for (code, category, period), positions in menus.items():
        used = offers[positions]
        cover[used] = table["standard_fen"].to_numpy()[used] / cost[code, category]
        label = f"{code}/{category}/{period}"
        rows.append(
            problem.row("adequacy", label, used, cover[used], lower=0.0, aux={"adequacy": -1.0}, relaxable=False)
        )
    nothing = np.zeros(problem.size)
    worst = Objective("adequacy", "1", nothing, aux={"adequacy": 1.0}, variables=(Aux("adequacy"),), rows=tuple(rows))
    shortfall = np.where(recurring, np.maximum(0.0, 1.0 - cover), 0.0) / max(1, len(menus))
    return worst, Objective("adequacy_shortfall", "1", problem.carried(-shortfall))
