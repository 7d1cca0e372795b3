"""Objective: carbon kept and gained.

    maximise Σ tonnes[offer] · x + tonnes of rigid and committed money   (tCO2e, economically additional, undiscounted)
    or over draws k of their factors, with T[k] the national total in draw k, K draws and β = `share`:
        `risk: mean`      Σ_k T[k] / K
        `risk: cvar`      max η − Σ_k max(0, η − T[k]) / (β K), the mean of the worst share β of the draws
        `risk: quantile`  max t with T[k] ≥ t in all but floor(β K) draws
In words: the tonnes to the horizon that would not be there without the payments; on average, in the worst cases, or at
a level that is reached with a stated confidence. `carbon` says which tonnes: economic (additional), importance (each
unit's additional tonnes times its carbon importance) or credited (what the crediting rules leave of the additional ones).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.results.draws import DrawsError

from ..problem import Objective, ObjectiveError, Problem
from ..risk import CREDITED, ECONOMIC, IMPORTANCE, counted_tonnes, reached_level, tail, totals

TITLE = {"zh": "新增碳汇（经济额外性）", "en": "Added carbon (economically additional)"}
_COUNTED = {
    ECONOMIC: TITLE,
    IMPORTANCE: {"zh": "碳汇（按生态重要性加权）", "en": "Carbon (weighted by importance)"},
    CREDITED: {"zh": "碳汇（可计入碳信用）", "en": "Carbon (credited)"},
}
_RISK = {
    "mean": {"zh": "{}，抽样均值", "en": "{}, mean over draws"},
    "cvar": {"zh": "{}，最不利 {} 抽样情形的均值", "en": "{}, mean of the worst {} of draws"},
    "quantile": {"zh": "{}，{} 的抽样情形达到的水平", "en": "{}, level reached in {} of draws"},
}


def title(params: Mapping[str, Any]) -> dict[str, str]:
    """What the objective is called with these parameters."""
    counted, risk = _COUNTED[params.get("carbon", ECONOMIC)], params.get("risk")
    if risk is None:
        return counted
    part = float(params["share"]) if risk == "cvar" else 1 - float(params.get("share", 0))
    return {language: _RISK[risk][language].format(counted[language], f"{part:.0%}") for language in counted}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, tCO2e. Raises ObjectiveError where the draws or the tonnes that it counts are missing."""
    counted, risk = str(params.get("carbon", ECONOMIC)), params.get("risk")
    if risk is None:
        tonnes, fixed = counted_tonnes(problem, counted)
        constant = problem.offers.constants.get("carbon", 0.0) if counted == ECONOMIC else float(fixed.sum())
        return (Objective("carbon", "tco2e", problem.carried(tonnes), constant),)
    try:
        over_draws = totals(problem, counted)
    except DrawsError as error:
        raise ObjectiveError("carbon", error.en, error.zh) from None
    if risk == "mean":
        return (Objective("carbon", "tco2e", *over_draws.mean),)
    written = tail if risk == "cvar" else reached_level
    value, constant, variables, rows = written(over_draws, str(params["share"]), "carbon", "carbon")
    nothing = np.zeros(problem.size)
    return (Objective("carbon", "tco2e", nothing, constant, aux=value, variables=variables, rows=rows),)
