"""Credited tonnes: those of the chosen offers' own column, no more and no less; committed rows carry none.

credited[row] = obj.carbon_credited[its chosen offer]
carbon.credited = Σ credited over all rows, where indicators were handed over
"""

from math import fsum, isclose

from .case import ALL_UNITS, Case
from .finding import Check

COLUMN = "carbon_credited"
RELATIVE, ABSOLUTE = 1e-9, 1e-6


def credited(case: Case, check: Check) -> None:
    """Refused by name where offers.csv has no such column or a row has no figure."""
    if case.offers and COLUMN not in case.objective_columns:
        check.refuse("offers", f"缺少列 obj.{COLUMN}", f"the column obj.{COLUMN} is missing")
        return
    tonnes = {(o.region, o.measure, o.category, o.period): o.objectives.get(COLUMN) for o in case.offers}
    for row in case.rows:
        if row.credited is None:
            check.refuse(row.where, "缺少可计入碳信用的碳汇量", "credited_tco2e is missing")
            continue
        expected = tonnes.get((row.region, row.measure, row.category, row.period))
        if row.nature == "committed":
            expected = 0.0
        if row.nature in ("top_up", "task", "committed") and expected is not None:
            same = _close(expected, row.credited)
            zh, en = "可计入碳信用的碳汇量", "credited carbon"
            check.holds(same, row.where, expected, row.credited, "tCO2e", zh, en)
    published = case.indicators.get((ALL_UNITS, "carbon.credited", ""))
    if published is not None:
        total = fsum(row.credited or 0.0 for row in case.rows)
        zh, en = "可计入碳信用的碳汇总量", "total credited carbon"
        check.holds(_close(total, published), "indicators: carbon.credited", total, published, "tCO2e", zh, en)


def _close(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
