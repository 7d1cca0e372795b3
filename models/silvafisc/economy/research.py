"""研究用 / research only: entropy weights, ECPS and Pearl coefficient. Never used for an official amount.

entropy   p_i = x_i / sum x,  e = -sum p ln p / ln n,  w_j = (1 - e_j) / sum (1 - e)      (熵权法)
ECPS      non-market ecosystem value / GDP, here of carbon only: flow x area x price / GDP
Pearl     r = 1 / (1 + e^(-t)),  t = 1 / En - 3,  En = Engel coefficient estimated from income
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities.money import FEN_PER_YUAN, TENTHS_PER_MU
from silvafisc.results import UnitInputs

from .indices import FALLING, IMPORTANCE, NEED, composite, standardise

PARAMETERS = "assumptions.economy.research."
PEARL_SHIFT = "pearl_shift"


def entropy_weights(raw: pd.DataFrame, names: tuple[str, ...]) -> dict[str, float]:
    """Indicator -> weight: the more an indicator differs between units, the more it weighs; equal if none differs."""
    spread = {}
    for name in names:
        values = raw[name].to_numpy(np.float64)
        part = standardise(-values if name in FALLING else values, "min_max")
        part = part / part.sum()
        filled = part[part > 0]
        entropy = -float((filled * np.log(filled)).sum()) / float(np.log(len(part))) if len(part) > 1 else 1.0
        spread[name] = max(1 - entropy, 0.0)
    total = sum(spread.values())
    return {name: value / total if total > 0 else 1 / len(names) for name, value in spread.items()}


def pearl(engel: float, shift: float) -> float:
    """r = 1 / (1 + e^(-t)), t = 1 / En - shift. Raises ValueError unless 0 < En <= 1."""
    if not 0 < engel <= 1:
        raise ValueError(f"an Engel coefficient lies above 0 and at most at 1, not {engel}")
    return float(1 / (1 + np.exp(shift - 1 / engel)))


def research_columns(
    inputs: UnitInputs, raw: pd.DataFrame, mean_income: Mapping[str, float], rules: Rules
) -> pd.DataFrame:
    """region_code, research_entropy_importance, research_entropy_need, research_ecps_carbon, research_pearl.

    mean_income: code -> mean rural income / own rural income (the equity weight at eta = 1).
    """
    regions = inputs.regions.set_index("region_code")
    area = inputs.stands.set_index("region_code")["arbor_area_tenth_mu"] / TENTHS_PER_MU
    price = rules.number(PARAMETERS + "carbon_value")
    engel = rules.number(PARAMETERS + "engel_national")
    elasticity = rules.number(PARAMETERS + "engel_income_elasticity")
    shift = rules.number(PARAMETERS + PEARL_SHIFT)
    rows = []
    for code, flow in zip(raw["region_code"], raw["flow"], strict=True):
        product = regions["gdp_per_capita_fen"][code] * regions["population_person"][code] / FEN_PER_YUAN
        own = min(engel * mean_income[code] ** elasticity, 1.0)
        rows.append((code, flow * area[code] * price / product, pearl(own, shift)))
    frame = pd.DataFrame(rows, columns=["region_code", "research_ecps_carbon", "research_pearl"])
    frame["research_entropy_importance"] = composite(raw, entropy_weights(raw, IMPORTANCE), "min_max")
    frame["research_entropy_need"] = composite(raw, entropy_weights(raw, NEED), "min_max")
    return frame
