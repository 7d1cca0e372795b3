"""Objective: carbon kept and gained.

    maximise Σ tonnes[offer] · x + tonnes of rigid and committed money   (tCO2e, economically additional, undiscounted)
In words: the tonnes to the horizon that would not be there without the payments.
"""

from collections.abc import Mapping
from typing import Any

from ..problem import Objective, Problem

TITLE = {"zh": "碳汇（经济额外性）", "en": "Carbon (economically additional)"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, tCO2e."""
    values = problem.carried(problem.column_values("obj.carbon"))
    return (Objective("carbon", "tco2e", values, problem.offers.constants.get("carbon", 0.0)),)
