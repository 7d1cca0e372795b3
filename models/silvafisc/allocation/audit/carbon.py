"""Carbon: the tonnes of the allocation are the tonnes of the chosen offers, no more and no less.

    carbon[row] = obj.carbon[its chosen offer];  committed rows carry none (the task row has the whole trajectory)
    carbon.total = Σ carbon over all rows, where indicators were handed over
Tonnes are floats: equal means within 1e-9 of the larger figure, or within 1e-6 t.
"""

from collections.abc import Mapping
from math import fsum, isclose
from typing import Any

from .case import ALL_UNITS, Case
from .finding import Check

KIND = "objective"
RELATIVE = 1e-9
ABSOLUTE = 1e-6


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters. Refused by name where offers.csv has no column obj.carbon or a row has no figure."""
    if case.offers and "carbon" not in case.objective_columns:
        check.refuse("offers", "缺少列 obj.carbon", "the column obj.carbon is missing")
        return
    tonnes = {(o.region, o.measure, o.category, o.period): o.objectives.get("carbon") for o in case.offers}
    for row in case.rows:
        if row.nature == "committed":
            check.equal(row.where, 0.0, row.carbon or 0.0, "tCO2e", "已承诺资金的碳汇量", "carbon of committed money")
            continue
        if row.carbon is None:
            check.refuse(row.where, "缺少碳汇量", "carbon_tco2e is missing")
            continue
        expected = tonnes.get((row.region, row.measure, row.category, row.period))
        if row.nature in ("top_up", "task") and expected is not None:
            same = close(expected, row.carbon)
            check.holds(same, row.where, expected, row.carbon, "tCO2e", "碳汇量", "carbon")
    for (region, variable, year), value in sorted(case.indicators.items()):
        if (region, variable, year) == (ALL_UNITS, "carbon.total", ""):
            total = fsum(row.carbon or 0.0 for row in case.rows)
            check.holds(
                close(total, value), f"indicators: {variable}", total, value, "tCO2e", "碳汇总量", "total carbon"
            )


def close(one: float, other: float) -> bool:
    """Equal within the stated tolerance."""
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
