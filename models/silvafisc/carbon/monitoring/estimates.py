"""Estimates of one figure by several sources, and what they make together.

Every source has one function that returns such estimates; whatever it measures, they meet here by unit, quantity and year.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules

from .fusion import fused

LIVE_CARBON = "live_carbon_tc_per_ha"
GROWTH = "growth_tc_per_ha_per_year"
SURVIVAL = "survival_share"
TEMPERATURE = "temperature_anomaly_celsius"
QUANTITIES = (LIVE_CARBON, GROWTH, SURVIVAL, TEMPERATURE)
"""Carbon of living trees with roots; its net growth; planted trees alive; air temperature against other years."""
COLUMNS = ("region_code", "quantity", "year", "source", "mean", "sd", "status", "reference")


@dataclass(frozen=True)
class Estimate:
    """What one source says of a quantity of a unit in a year, in the unit that the quantity's name ends in.

    sd: standard error of the mean, above zero. source: the kind of measurement (`plots`, `sensors`, …). status, reference:
    how well it is known and whose figures these are.
    """

    region_code: str
    quantity: str
    year: int
    mean: float
    sd: float
    source: str
    status: str
    reference: str


def fused_table(estimates: Iterable[Estimate], rules: Rules) -> pd.DataFrame:
    """One row per estimate: COLUMNS, then weight, and of all sources of the figure together value, error, agree, widened, verdict.

    verdict: `alone`; `agree`; or `contradict`, where the error is widened and each source's own figure has to be looked
    at (`fusion.fused`). Weights of a figure sum to 1.

    Raises:
        InputError: an error that is not positive.
    """
    rows = [[getattr(one, name) for name in COLUMNS] for one in estimates]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(list(COLUMNS[:4]), ignore_index=True)
    told = {name: np.full(len(table), np.nan) for name in ("weight", "value", "error", "agree", "widened")}
    verdict = np.full(len(table), "alone", dtype=object)
    for _, group in table.groupby(["region_code", "quantity", "year"]):
        at = group.index.to_numpy()
        both = fused(group["mean"].tolist(), group["sd"].tolist(), rules)
        told["weight"][at] = both.weights
        for name, value in (("value", both.value), ("error", both.error), ("agree", both.agree)):
            told[name][at] = value
        told["widened"][at] = both.inflated
        if len(at) > 1:
            verdict[at] = "contradict" if both.inflated > 1 else "agree"
            table.loc[at, "status"] = worst_status(*group["status"])
    return table.assign(**told, verdict=verdict)
