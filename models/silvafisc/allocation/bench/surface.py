"""Benefit and cost targeting against the best, over heterogeneity and correlation (Babcock et al. 1997).

Benefits b and costs c per site are bivariate lognormal with mean 1, coefficients of variation v_b, v_c (σ² = ln(1 + v²))
and correlation ρ of their logarithms; a budget of β of all costs is spent in the order of a target, each site at cost.
Share of all benefits that is bought, in the limit of many sites (Φ the normal distribution function):

    benefit  Φ(Φ⁻¹(β) + σ_b − ρ σ_c)        cost  Φ(Φ⁻¹(β) + σ_c − ρ σ_b)
    ratio    Φ(Φ⁻¹(β) + √(σ_b² + σ_c² − 2 ρ σ_b σ_c))
In words: ratio targeting is the best there is; each rule of thumb is as good where the other quantity does not vary, or
where ρ is −1; with ρ near 1 targeting what varies less is worse than chance. Babcock, Lakshminarayan, Wu & Zilberman,
Targeting tools for the purchase of environmental amenities, Land Economics 73 (1997) 325–339. The closed forms follow
from the moments of a lognormal truncated in a correlated variable.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from .enrolment import Policy, enrol
from .targeting import TARGETS

SITES = 2000
CORRELATIONS = (-1.0, -0.5, 0.0, 0.5, 1.0)
VARIATIONS = ((0.25, 0.25), (0.25, 1.0), (1.0, 0.25), (1.0, 1.0))


def closed_form(target: str, variation: tuple[float, float], correlation: float, budget_share: float) -> float:
    """Share of all benefits that a target buys with `budget_share` of all costs, 0..1.

    variation: coefficients of variation of benefits and of costs. Raises KeyError for an unknown target.
    """
    sigma_b, sigma_c = (float(np.sqrt(np.log1p(v * v))) for v in variation)
    joint = max(0.0, sigma_b**2 + sigma_c**2 - 2 * correlation * sigma_b * sigma_c)
    gain = {
        "benefit": sigma_b - correlation * sigma_c,
        "cost": sigma_c - correlation * sigma_b,
        "ratio": float(np.sqrt(joint)),
    }[target]
    return float(norm.cdf(norm.ppf(budget_share) + gain))


def drawn_sites(count: int, variation: tuple[float, float], correlation: float, seed: int) -> pd.DataFrame:
    """`count` sites of one mu with lognormal benefits and costs of mean 1."""
    sigma_b, sigma_c = (np.sqrt(np.log1p(v * v)) for v in variation)
    first, second = np.random.default_rng(seed).standard_normal((2, count))
    other = correlation * first + np.sqrt(max(0.0, 1 - correlation**2)) * second
    benefit = np.exp(sigma_b * first - sigma_b**2 / 2)
    return pd.DataFrame(
        {
            "site": [f"{i:07d}" for i in range(count)],
            "region_code": "",
            "area_mu": 1.0,
            "cost_yuan_per_mu": np.exp(sigma_c * other - sigma_c**2 / 2),
            "benefit_t_per_mu": benefit,
            "additional_t_per_mu": benefit,
        }
    )


def surface(
    *,
    variations: Sequence[tuple[float, float]] = VARIATIONS,
    correlations: Sequence[float] = CORRELATIONS,
    budget_share: float = 0.25,
    sites: int = SITES,
    seed: int = 0,
) -> pd.DataFrame:
    """benefit_cv, cost_cv, correlation, target, bought (share of all benefits), of_best (of ratio targeting), limit.

    bought and of_best are simulated on one seeded sample per cell, paid at cost; limit is the closed form of `of_best`.

    Raises:
        ValueError: a correlation outside −1..1, a negative variation, a budget share not inside 0..1, no sites.
    """
    if not 0 < budget_share < 1 or sites < 1:
        raise ValueError("the budget share must lie inside 0..1 and there must be sites")
    if any(abs(rho) > 1 for rho in correlations) or any(min(pair) < 0 for pair in variations):
        raise ValueError("correlations lie in -1..1 and variations are not negative")
    rows = []
    for pair in variations:
        for rho in correlations:
            drawn = drawn_sites(sites, pair, rho, seed)
            budget, total = budget_share * drawn["cost_yuan_per_mu"].sum(), drawn["benefit_t_per_mu"].sum()
            bought = {}
            for target in TARGETS:
                joined = enrol(drawn, Policy(target, "discriminative"), budget)
                bought[target] = float((joined["enrolled"] * joined["benefit_t_per_mu"]).sum() / total)
            best = closed_form("ratio", pair, rho, budget_share)
            for target in TARGETS:
                limit = closed_form(target, pair, rho, budget_share) / best
                rows.append((*pair, rho, target, bought[target], bought[target] / bought["ratio"], limit))
    return pd.DataFrame(rows, columns=["benefit_cv", "cost_cv", "correlation", "target", "bought", "of_best", "limit"])
