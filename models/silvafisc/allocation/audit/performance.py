"""Performance (绩效奖惩): factor money counts the scores; what owners are due by standard and area stays whole.

factor_rfp = Σ_j largest remainder(pot_fpj, value_rj · m_r),  m_r = 1 + reward where score_r ≥ excellent,
1 − deduction where score_r < poor, else 1 (and always 1 for the factor that holds the scores)
rigid_rcp + top_up_rcp = floor(s_cp · area_rc / 10)
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .case import COMPENSATION, FACTOR_POT, Case
from .exact import entitled, fraction, largest_remainder
from .finding import Check
from .parameters import parameter, share_parameter

KIND = "rule"
NUMBERS = ("excellent", "poor", "reward", "deduction")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: factor (that holds the scores), excellent, poor, reward, deduction (decimal strings)."""
    name = parameter(params, "factor", check)
    if name is None or None in [share_parameter(params, number, check) for number in NUMBERS]:
        return
    missing = [region for region in sorted(case.units) if (region, name) not in case.factors]
    if missing:
        check.refuse(f"inputs/factors: {name}", f"缺少得分：{missing}", f"there is no score for {missing}")
        return
    _factor_money(case, check)
    for category in case.resolved.categories:
        for region in sorted(case.units):
            for period in case.resolved.periods if case.area(region, category.id) else ():
                keys = [
                    (region, nature, category.fund, COMPENSATION, category.id, period) for nature in ("rigid", "top_up")
                ]
                paid = sum(case.row_of[key].payment for key in keys if key in case.row_of)
                due = entitled(case.standard(region, category.id, period) or 0, case.area(region, category.id))
                where = f"region_code={region}, category={category.id}, period={period}"
                check.equal(where, due, paid, "fen", "权利人应得", "what owners are due")


def _factor_money(case: Case, check: Check) -> None:
    due: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in case.weights:
        values = [
            (region, case.factors.get((region, row.factor), Fraction(0)) * multiplier(case, region, row.factor))
            for region in sorted(case.units)
        ]
        if not any(value for _, value in values):
            check.refuse(row.where, "没有单位有该因素的数值", "no unit has a value of this factor")
            continue
        for region, part in largest_remainder(row.pot, values).items():
            due[region, row.fund, row.period] += part
    for (region, fund, period), fen in sorted(due.items()):
        found = case.row_of.get((region, "factor", fund, FACTOR_POT, "", period))
        where = f"region_code={region}, fund={fund}, period={period}"
        check.equal(where, fen, found.payment if found else 0, "fen", "计入绩效的因素法资金", "factor money by score")


def multiplier(case: Case, region: str, factor: str) -> Fraction:
    """What the value of a factor is counted times for a unit; 1 without the rule or without a score."""
    rule = case.resolved.rule("performance")
    if rule is None or rule.params["factor"] == factor or (region, str(rule.params["factor"])) not in case.factors:
        return Fraction(1)
    score = case.factors[region, str(rule.params["factor"])]
    excellent, poor, reward, deduction = (fraction(str(rule.params[name])) for name in NUMBERS)
    if score >= excellent:
        return 1 + reward
    return 1 - deduction if score < poor else Fraction(1)
