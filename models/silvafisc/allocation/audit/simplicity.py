"""Simplicity: the published numbers, counted in standards.csv, grades.csv and weights.csv.

    different standards above 0 per category with units + cut-offs above the first grade + different unit standards and
    quantity shares per task that is given + different pots per fund and weights per factor
Compared with the indicator `simplicity` (a count, negative as it is maximised, or positive) where handed over. Case mode
publishes nothing, so the objective is refused there.
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import ALL_UNITS, Case
from .exact import fraction
from .expected import NEED
from .finding import Check

KIND = "objective"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    if not case.by_rule:
        check.refuse("mode", "逐单位模式不公布标准", "case mode publishes no numbers", "rule", case.resolved.mode)
        return
    numbers: set[tuple[str, ...] | tuple[str, str, Fraction]] = set()
    for row in case.standards:
        if row.category and row.units and row.standard:
            numbers.add((row.category, "standard", str(row.standard)))
        elif not row.category and row.quantity_rule.startswith(NEED):
            quantity = fraction(row.quantity_rule.removeprefix(NEED))
            if quantity:
                numbers |= {(row.measure, "unit standard", str(row.standard)), (row.measure, "share", quantity)}
    pots: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in case.weights:
        pots[line.fund, line.period] += line.pot
        numbers.add((line.fund, line.factor, line.weight or Fraction(0)))
    numbers |= {(fund, "pot", str(pot)) for (fund, _), pot in pots.items()}
    count = len(numbers) + max(0, len(case.grades) - 1)
    reported = case.indicators.get((ALL_UNITS, "simplicity", ""))
    if reported is None:
        check.checked += 1
        return
    same = abs(reported) == count
    check.holds(
        same, "indicators: simplicity", count, reported, "", "公布的数字个数", "the number of published numbers"
    )
