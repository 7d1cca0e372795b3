"""Importance (carbon, per fixed area) and need (development): standardised composites with printed weights.

    importance_r = w_S z(stock_r) + w_F z(flow_r)
    need_r       = w_Y z(-rural income_r) + w_G z(fiscal gap_r) + w_P z(-GDP per capita_r),  fiscal gap = 1 - revenue / expenditure
    z            = Phi((x - mean) / sd)  or  (x - min) / (max - min);  1/2 for every unit where all are equal

in words: each indicator is put on 0..1 against the other units, then averaged with published weights; 6 decimals, so
that ties are ties. Stock and flow are per mu at fixed area: guarding well never lowers a score.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.policy import Rules
from silvafisc.results import UnitInputs

from .curves import normal_cdf

Floats = NDArray[np.float64]
PARAMETERS = "assumptions.economy.indices."
METHODS = ("z_score", "min_max")
DIGITS = 6
IMPORTANCE = ("stock", "flow")
NEED = ("rural_income", "fiscal_gap", "gdp")
FALLING = frozenset({"rural_income", "gdp"})
"""Indicators of which less means more need."""


def standardise(values: Floats, method: str) -> Floats:
    """Put an indicator on 0..1 against all units.

    Raises:
        ValueError: unknown method, or a value that is not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError("an indicator holds a value that is not finite")
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; one of {', '.join(METHODS)}")
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.full(values.shape, 1 / 2)
    if method == "min_max":
        return (values - low) / (high - low)
    scores = (values - values.mean()) / values.std()
    return np.array([normal_cdf(float(score)) for score in scores])


def indicators(inputs: UnitInputs, carbon_scores: pd.DataFrame) -> pd.DataFrame:
    """region_code and the five raw indicators, rows by code.

    Raises:
        ValueError: carbon scores miss a unit or hold a foreign one, or a unit has no expenditure.
    """
    regions = inputs.regions.sort_values("region_code", ignore_index=True)
    codes = set(regions["region_code"])
    scored = carbon_scores["region_code"]
    if set(scored) != codes or scored.duplicated().any():
        missing, foreign = sorted(codes - set(scored)), sorted(set(scored) - codes)
        raise ValueError(f"carbon scores do not cover the units once each: missing {missing}, foreign {foreign}")
    if not (regions["expenditure_fen"] > 0).all():
        raise ValueError(f"no expenditure: {sorted(regions.loc[regions['expenditure_fen'] <= 0, 'region_code'])}")
    merged = regions.merge(carbon_scores, on="region_code", validate="one_to_one")
    return pd.DataFrame(
        {
            "region_code": merged["region_code"],
            "stock": merged["stock_tco2e_per_mu"].astype("float64"),
            "flow": merged["flow_tco2e_per_mu"].astype("float64"),
            "rural_income": merged["rural_income_fen"].astype("float64"),
            "fiscal_gap": 1 - merged["own_revenue_fen"] / merged["expenditure_fen"],
            "gdp": merged["gdp_per_capita_fen"].astype("float64"),
        }
    )


def weights_of(rules: Rules, index: str, names: tuple[str, ...]) -> dict[str, float]:
    """Indicator -> weight.

    Raises:
        ValueError: the weights do not sum to 1.
    """
    exact = {name: rules.fraction(f"{PARAMETERS}{index}_{name}") for name in names}
    if sum(exact.values()) != 1:
        raise ValueError(f"the weights of {index} sum to {float(sum(exact.values()))}, not to 1")
    return {name: float(weight) for name, weight in exact.items()}


def composite(raw: pd.DataFrame, weights: Mapping[str, float], method: str) -> Floats:
    """Weighted mean of the standardised indicators, 6 decimals."""
    total = np.zeros(len(raw))
    for name, weight in weights.items():
        values = raw[name].to_numpy(np.float64)
        total += weight * standardise(-values if name in FALLING else values, method)
    return np.round(total, DIGITS)


def importance_and_need(raw: pd.DataFrame, rules: Rules) -> tuple[Floats, Floats]:
    """Both indices in the row order of `raw`."""
    method = rules.text(PARAMETERS + "method")
    return (
        composite(raw, weights_of(rules, "importance", IMPORTANCE), method),
        composite(raw, weights_of(rules, "need", NEED), method),
    )


def equity_weights(regions: pd.DataFrame, eta: float) -> dict[str, float]:
    """Code -> omega = (mean rural income / own rural income)^eta, mean weighted by rural population.

    Raises:
        ValueError: a rural income is not positive, nobody lives in the country, or eta is negative.
    """
    income = regions["rural_income_fen"].astype("float64")
    people = regions["rural_population_person"].astype("float64")
    if not (income > 0).all() or not people.sum() > 0:
        raise ValueError("equity weights need a positive rural income of every unit and a rural population")
    if not eta >= 0:
        raise ValueError(f"eta is 0 or more, not {eta}")
    mean = float((income * people).sum() / people.sum())
    return {str(c): float((mean / y) ** eta) for c, y in zip(regions["region_code"], income, strict=True)}
