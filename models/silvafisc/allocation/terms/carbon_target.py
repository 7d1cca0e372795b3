"""Carbon target: the tonnes reach a target on average, or in a stated share of the draws.

With T[k] the national total in draw k of K draws:
    Σ_k T[k] / K ≥ target   (without `share`),   or   #{k : T[k] ≥ target} ≥ share · K:
    t ≤ T[k] + (target − least T[k]) · z[k],   Σ_k z[k] ≤ floor((1 − share) · K),   target ≤ t
In words: what was promised is kept on average, or with a stated confidence over everything that the tonnes may turn
out to be. Only t ≥ target may be relaxed: by how many tonnes the promise is too high.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities import share

from ..problem import Part, Problem, Row, make_row
from ..risk import ECONOMIC, ROUNDING, reached_level, totals

TITLE = {"zh": "碳汇目标", "en": "Carbon target"}
LAW = "绩效目标（项目支出绩效评价管理办法；林业草原改革发展资金绩效管理）"
RELAXABLE = True
LIMITS = {"target_tco2e": "lower"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row for the mean; else a row per draw that can miss the target, their count, and the target itself.

    Raises DrawsError where there are no draws or they do not speak of an offer with tonnes.
    """
    target = float(params["target_tco2e"])
    over_draws = totals(problem, str(params.get("carbon", ECONOMIC)))
    if "share" not in params:
        values, constant = over_draws.mean
        row = make_row(
            "carbon_target", "mean", values, lower=target - constant, unit="tco2e", rounding=ROUNDING * target
        )
        return Part((row,))
    missed, name = str(1 - share(str(params["share"]))), f"carbon_target/{params['share']}"
    value, _, variables, built = reached_level(over_draws, missed, name, "carbon_target", most=target)
    nothing = (np.zeros(0, np.int64), np.zeros(0))
    kept = Row(
        "carbon_target",
        f"share/{params['share']}",
        *nothing,
        lower=target,
        aux=value,
        unit="tco2e",
        rounding=ROUNDING * target,
    )
    return Part((*built, kept), variables)
