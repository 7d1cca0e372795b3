"""A benefit column: the value reported is the sum of the column over the chosen offers, and none of them lacks it.

    value = Σ obj.<name>[chosen offer] + what no choice changes, where indicators were handed over
Benefits are floats: equal means within 1e-9 of the larger figure, or within 1e-6.
"""

from collections.abc import Mapping
from math import fsum
from typing import Any

from .carbon import close
from .case import ALL_UNITS, Case
from .finding import Check

KIND = "objective"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: column (`obj.<name>`). Refused by name where offers.csv has no such column or a chosen offer no value."""
    column = str(params["column"])
    name = column.removeprefix("obj.")
    if name not in case.objective_columns:
        check.refuse("offers", f"缺少列 {column}", f"the column {column} is missing")
        return
    for offer in case.offers:
        check.holds(name in offer.objectives, offer.where, column, "", "", "效益值", "the benefit")
    given = case.indicators.get((ALL_UNITS, f"{column}.fixed", ""), 0.0)
    total = fsum([given, *(offer.objectives.get(name, 0.0) for offer in case.offers)])
    value = case.indicators.get((ALL_UNITS, column, ""))
    if value is not None:
        check.holds(close(total, value), f"indicators: {column}", total, value, "", "目标值", "the objective")
