"""Objective: equity-weighted income.

    maximise Σ_r ω_r · y_r,  ω_r = (mean rural income / rural income_r)^η
In words: money that reaches households and unit budgets, net of own cost and of income given up; a yuan in a poorer
unit counts more. Refused where no offer brings any income.
"""

from collections.abc import Mapping
from typing import Any

from ..problem import Objective, ObjectiveError, Problem

TITLE = {"zh": "发展（公平加权收入）", "en": "Development (equity-weighted income)"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, weighted yuan. Raises ObjectiveError where y <= 0 for every offer."""
    income = problem.column_values("obj.development")
    if not (income > 0).any():
        raise ObjectiveError(
            "development",
            "no offer brings any income to households or unit budgets; drop the objective",
            "没有任何档次能给农户或单位财政带来收入；请去掉该目标",
        )
    values = problem.carried(income)
    return (Objective("development", "yuan", values, problem.offers.constants.get("development", 0.0)),)
