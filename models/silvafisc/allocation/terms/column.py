"""Objective: a benefit column of the offers, as a table made elsewhere states it.

    maximise Σ obj.<name>[offer] · x + what no choice changes   (in the unit that the scenario names)
In words: the sum of one column of benefits over the chosen offers; entries may be negative.
"""

from collections.abc import Mapping
from typing import Any

from ..problem import Objective, Problem

TITLE = {"zh": "备选表所列效益", "en": "Benefit as the table of offers states it"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective. params: column (`obj.<name>`), unit (optional)."""
    column = str(params["column"])
    constant = problem.offers.constants.get(column.removeprefix("obj."), 0.0)
    values = problem.carried(problem.column_values(column))
    return (Objective(column, str(params.get("unit", "")), values, constant),)
