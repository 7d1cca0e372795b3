"""Factor values of the factor pot.

    task_need          = sum_m yearly need_mr x national full cost_m          (yuan)
    forest_resource    = forest area                                          (mu)
    fiscal_difficulty  = 1 - own revenue / expenditure, 2019                  (1, not below 0)
    performance        = 1 for every unit: no monitoring table exists, so no unit is set apart

in words: what has to be done, what there is to guard, and how little a unit can pay by itself.
"""

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import TENTHS_PER_MU

from ..facts import Facts, rounded, tenths_of_mu
from ..frames import input_frame
from .costs import benchmarks
from .forest_parts import ForestParts
from .tasks import yearly_needs

DIGITS = 6
SOURCES = {
    "task_need": "年需求 × 全国成本基准之和 / sum of yearly needs × national benchmark cost",
    "forest_resource": "森林面积（第九次清查）/ forest area (9th inventory)",
    "fiscal_difficulty": "1 − 2019年一般公共预算收入 ÷ 支出 / 1 − general budget revenue over expenditure, 2019",
    "performance": "各地均为 1：尚无监测考核表 / 1 for every unit: no monitoring table exists",
}


def factors_table(
    provinces: Facts, totals: Facts, ages: Facts, parts: Mapping[str, ForestParts], rules: Rules
) -> pd.DataFrame:
    """The `factors` table: four factors per unit, exact decimals."""
    needs = yearly_needs(provinces, totals, ages, parts, rules)
    cost = benchmarks(rules)
    rows = []
    for code in provinces.codes:
        work = sum((needs[code, measure] * fen for measure, fen in cost.items()), Fraction(0))
        revenue = provinces.exact(code, "budget_revenue_2019_100m_yuan")
        spending = provinces.exact(code, "budget_expenditure_2019_100m_yuan")
        gap = rounded(max(1 - revenue / spending, Fraction(0)), DIGITS)
        area = provinces.exact(code, "forest_area_10k_ha", "mu")
        fiscal = provinces.status(code, "budget_revenue_2019_100m_yuan", "budget_expenditure_2019_100m_yuan")
        values = {
            "task_need": (str((work / UNITS["yuan"].factor).__floor__()), "assumption", ""),
            "forest_resource": (
                decimal_text(Fraction(tenths_of_mu(area), TENTHS_PER_MU)),
                provinces.status(code, "forest_area_10k_ha"),
                "清查 / inventory",
            ),
            "fiscal_difficulty": (decimal_text(gap), worst_status("computed", fiscal), "决算 / final accounts"),
            "performance": ("1", "assumption", ""),
        }
        for factor, (value, status, verified_by) in values.items():
            rows.append(
                {
                    "region_code": code,
                    "factor": factor,
                    "value": value,
                    "reported_by": "公开统计推算 / derived from published statistics",
                    "verified_by": verified_by,
                    "status": status,
                    "source": SOURCES[factor],
                }
            )
    return input_frame("factors", rows)


def decimal_text(value: Fraction) -> str:
    """A number of at most six decimals as plain text, without trailing zeros."""
    whole, rest = divmod(int(value * 10**DIGITS), 10**DIGITS)
    return f"{whole}.{rest:0{DIGITS}d}".rstrip("0").rstrip(".")
