"""From economically additional tonnes to credited and deducted ones, by the crediting rules in force."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .mixtures import Array


@dataclass(frozen=True)
class Credit:
    """Parts of the additional flow (u, years): credited, and deducted as the price of non-permanence."""

    credited: Array
    deducted: Array


def credit(measure: str, additional: Array, first_year: int, stands: pd.DataFrame, rules: Rules) -> Credit:
    """Credited = e · a · (1 - d), deducted = e · a · d inside the crediting period; both zero for what earns no credit.

    e: eligible share: 1 where yearly precipitation is below the limit of the methodology (additionality need not be
    shown), else the assumed share of public-welfare and key-function-zone planting; d: non-permanence deduction;
    a: economically additional flow. CCER-14-001-V01. Existing forest earns no credit, so its measures give zeros.

    first_year: index (from 1) of the measure's first year. A negative additional flow is credited negatively: reversals
    come off.
    """
    if measure not in rules.texts("carbon.crediting.credited_measures"):
        return Credit(np.zeros_like(additional), np.zeros_like(additional))
    limit = rules.number("carbon.crediting.exempt_below_precipitation")
    assumed = rules.number("assumptions.carbon.crediting.exempt_share_above_limit")
    dry = stands["precipitation_mm"].to_numpy(dtype=np.float64) < limit
    eligible = np.where(dry, 1.0, assumed)[:, None] * additional
    last = first_year + rules.number("carbon.crediting.crediting_years")
    years = np.arange(1, additional.shape[1] + 1)
    eligible = np.where(years[None, :] < last, eligible, 0.0)
    deduction = float(rules.fraction("carbon.crediting.non_permanence_deduction"))
    return Credit(eligible * (1 - deduction), eligible * deduction)
