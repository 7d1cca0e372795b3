"""Carbon: the tonnes of the allocation are the tonnes of the chosen offers, no more and no less.

    carbon[row] = obj.carbon[its chosen offer];  committed rows carry none (the task row has the whole trajectory)
    carbon.total = Σ carbon over all rows, where indicators were handed over
    carbon.over_draws = mean, mean of the worst share, or level reached, of the tonnes in every draw (with `risk`)
Tonnes are floats: equal means within 1e-9 of the larger figure, or within 1e-6 t.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, isclose
from typing import Any

from .case import ALL_UNITS, Case
from .credited import credited
from .finding import Check
from .over_draws import level_reached, tonnes_in_draws, worst_mean
from .parameters import share_parameter

KIND = "objective"
RELATIVE = 1e-9
ABSOLUTE = 1e-6


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: risk, share, carbon. Refused by name where offers.csv has no column obj.carbon or a row has no figure."""
    if params.get("carbon") == "credited":
        credited(case, check)
    elif case.offers and "carbon" not in case.objective_columns:
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
    if "risk" in params:
        _over_draws(case, params, check)


def _over_draws(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """What the objective maximises over draws, against the indicator where it was handed over."""
    values = tonnes_in_draws(case, params, check)
    part = share_parameter(params, "share", check) if params["risk"] != "mean" else Fraction(1)
    published = case.indicators.get((ALL_UNITS, "carbon.over_draws", ""))
    if values is None or part is None or published is None:
        return
    reached = level_reached(values, part) if params["risk"] == "quantile" else worst_mean(values, part)
    same, where = close(float(reached), published), "indicators: carbon.over_draws"
    check.holds(same, where, float(reached), published, "tCO2e", "抽样中的碳汇目标值", "carbon over the draws")


def close(one: float, other: float) -> bool:
    """Equal within the stated tolerance."""
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
