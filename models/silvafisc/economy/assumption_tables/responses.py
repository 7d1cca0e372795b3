"""Opportunity costs, full costs, household shares and curve parameters per unit and subject.

    recurring   oc_r = i x stumpage value_r / forest area_r    (fen per mu and year)
    tasks       oc = need to be paid once, full cost once      (fen per mu; see costs.py)

in words: protection gives up the yearly return on standing timber; a task has to be paid for as far as its own benefit
does not cover its cost.
"""

import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules

from ..facts import Facts
from ..frames import input_frame
from .costs import unit_costs

PARAMETERS = "assumptions.economy.responses."
TENURES = ("collective", "state")
SOURCE_RECURRING = (
    "机会成本 = 2010年林木资产价值 ÷ 森林面积 × 5%；其余为参数 / "
    "opportunity cost = stumpage value 2010 over forest area × 5 %; the rest are parameters"
)
SOURCE_TASKS = (
    "须付额（一次性）= 全部成本 − 自身收益；成本中的人工随农村收入 / "
    "need to be paid once = full cost − own benefit; the labour part of cost follows rural income"
)


def opportunity_cost(provinces: Facts, stumpage: Facts, code: str, rules: Rules) -> int:
    """Income that protecting one mu gives up in a year, whole fen, rounded down.

    Raises:
        ValueError: the unit has no timber value: an opportunity cost of 0 would make any payment enough.
    """
    value = stumpage.exact(code, "total_100m_yuan", "fen")
    area = provinces.exact(code, "forest_area_10k_ha", "mu")
    cost = (value / area * rules.fraction(PARAMETERS + "interest")).__floor__()
    if cost <= 0:
        raise ValueError(f"the opportunity cost of {code} is {cost} fen per mu")
    return cost


def responses_table(provinces: Facts, stumpage: Facts, rules: Rules) -> pd.DataFrame:
    """The `responses` table: one row per unit and subject (two categories, three task measures)."""
    common = {
        "sigma": rules.number(PARAMETERS + "sigma"),
        "retention_max": rules.number(PARAMETERS + "retention_maximum"),
    }
    reach = {kind: rules.number(PARAMETERS + f"household_share_{kind}") for kind in (*TENURES, "task")}
    rows = []
    for code in provinces.codes:
        cost = opportunity_cost(provinces, stumpage, code, rules)
        for tenure in TENURES:
            rows.append(
                {
                    "region_code": code,
                    "subject": f"public_welfare_{tenure}",
                    "opportunity_cost_fen": cost,
                    "full_cost_fen": cost,
                    "household_share": reach[tenure],
                    "status": worst_status("assumption", stumpage.status(code, "total_100m_yuan")),
                    "source": SOURCE_RECURRING,
                    **common,
                }
            )
    for (code, measure), (full, need) in unit_costs(provinces, rules).items():
        rows.append(
            {
                "region_code": code,
                "subject": measure,
                "opportunity_cost_fen": need,
                "full_cost_fen": full,
                "household_share": reach["task"],
                "status": "assumption",
                "source": SOURCE_TASKS,
                **common,
            }
        )
    return input_frame("responses", rows)
