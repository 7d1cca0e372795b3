"""Development: the equity weights follow from rural income by one single exponent.

    ω_r = (mean / income_r)^η, mean = Σ rural population · income / Σ rural population; so ln ω_r = η · ln(mean / income_r)
η is taken from the unit farthest from the mean and must be ≥ 0 and explain every other unit within 1e-6. The income
behind obj.development is modelled (owners' responses) and cannot be recomputed from the tables; it must be there.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import isclose, log
from typing import Any

from .case import Case
from .finding import Check

KIND = "objective"
TOLERANCE = 1e-6


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: eta (optional). Without it η is only recovered from the published weights."""
    if case.offers and "development" not in case.objective_columns:
        check.refuse("offers", "缺少列 obj.development", "the column obj.development is missing")
    units = [case.units[region] for region in sorted(case.units)]
    people = sum(unit.rural_population for unit in units)
    if not people or any(unit.rural_income <= 0 for unit in units):
        check.refuse("inputs/regions", "农村人口或收入为零，无法计算公平权重", "rural population or income is zero")
        return
    mean = Fraction(sum(unit.rural_population * unit.rural_income for unit in units), people)
    ratios = {unit.region: log(mean / unit.rural_income) for unit in units}
    weights = {region: case.published[region].omega for region in ratios}
    unknown = [region for region, weight in weights.items() if weight is None or weight <= 0]
    if unknown:
        check.refuse("regions", f"缺少公平权重：{unknown}", f"omega is missing or not positive: {unknown}")
        return
    logs = {region: log(weight) for region, weight in weights.items() if weight is not None}
    farthest = max(sorted(ratios), key=lambda region: abs(ratios[region]))
    eta = logs[farthest] / ratios[farthest] if ratios[farthest] else 0.0
    if "eta" in params and ratios[farthest]:
        stated = float(params["eta"])
        same = isclose(eta, stated, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        check.holds(same, "regions", stated, eta, "", "公平权重的指数 η", "the exponent η of the equity weights")
    check.holds(
        eta >= -TOLERANCE, "regions", "≥ 0", eta, "", "公平权重的指数 η", "the exponent η of the equity weights"
    )
    for region, ratio in ratios.items():
        same = isclose(logs[region], eta * ratio, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        where = case.published[region].where
        check.holds(same, where, f"ln ω = {eta * ratio}", f"ln ω = {logs[region]}", "", "公平权重", "the equity weight")
