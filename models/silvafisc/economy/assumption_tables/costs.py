"""Full cost of each task measure per mu, and the part of it that somebody has to be paid for.

    C_mr = C_m (1 - l + l y_r / y),   N_mr = C_mr (1 - b_m)

in words: a national benchmark whose labour part l follows rural income y_r; the operator's own benefit covers the part
b_m, the rest N is the (one-off) need to be paid. Tending: work days x daily wage; restoration: a share of afforestation.
"""

from collections.abc import Mapping
from fractions import Fraction

from silvafisc.policy import Rules

from ..facts import Facts

PARAMETERS = "assumptions.economy.costs."
MEASURES = ("afforestation", "restoration", "tending")
"""The task measures, ascending."""


def benchmarks(rules: Rules) -> Mapping[str, Fraction]:
    """Measure -> national full cost in fen per mu (exact, not rounded)."""
    planting = Fraction(rules.fen(PARAMETERS + "afforestation_full_cost"))
    day = rules.fen(PARAMETERS + "monthly_wage") / rules.fraction(PARAMETERS + "work_days_per_month")
    return {
        "afforestation": planting,
        "restoration": planting * rules.fraction(PARAMETERS + "restoration_cost_share"),
        "tending": day * rules.fraction(PARAMETERS + "tending_work_days"),
    }


def mean_rural_income(provinces: Facts) -> Fraction:
    """Rural disposable income in yuan per person, weighted by rural population."""
    people = {c: provinces.exact(c, "census_rural_population_2020_person") for c in provinces.codes}
    income = {c: provinces.exact(c, "rural_income_2020_yuan_per_person") for c in provinces.codes}
    return sum((people[c] * income[c] for c in people), Fraction(0)) / sum(people.values())


def unit_costs(provinces: Facts, rules: Rules) -> Mapping[tuple[str, str], tuple[int, int]]:
    """(code, measure) -> (full cost, need to be paid), whole fen per mu, rounded down."""
    labour = rules.fraction(PARAMETERS + "labour_share")
    mean = mean_rural_income(provinces)
    own = {measure: rules.fraction(PARAMETERS + f"{measure}_own_benefit") for measure in MEASURES}
    costs = {}
    for measure, national in benchmarks(rules).items():
        for code in provinces.codes:
            relative = provinces.exact(code, "rural_income_2020_yuan_per_person") / mean
            cost = national * (1 - labour + labour * relative)
            costs[code, measure] = (cost.__floor__(), (cost * (1 - own[measure])).__floor__())
    return costs
