"""From economically additional tonnes to credited and deducted ones, by the crediting rules in force."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .errors import refuse
from .mixtures import Array

_PREFIX = "carbon.crediting."


@dataclass(frozen=True)
class Credit:
    """Parts of the additional flow (u, years): credited, and deducted as the price of non-permanence."""

    credited: Array
    deducted: Array


@dataclass(frozen=True)
class Deductions:
    """Shares that come off one after the other. leakage, non_permanence: plain shares; uncertainty: (n,)."""

    leakage: float
    uncertainty: Array
    non_permanence: float


@dataclass(frozen=True)
class Credited:
    """What becomes of an eligible flow (n, years): the four parts sum to it."""

    credited: Array
    leakage: Array
    uncertainty: Array
    non_permanence: Array

    @property
    def deducted(self) -> Array:
        """All deductions together."""
        return np.asarray(self.leakage + self.uncertainty + self.non_permanence)


def credit(measure: str, additional: Array, first_year: int, stands: pd.DataFrame, rules: Rules) -> Credit:
    """Credited = e · a · (1 - d), deducted = e · a · d inside the crediting period; both zero for what earns no credit.

    e: eligible share: 1 where yearly precipitation is below the limit of the methodology (additionality need not be
    shown), else the assumed share of public-welfare and key-function-zone planting; d: non-permanence deduction;
    a: economically additional flow. CCER-14-001-V01. Existing forest earns no credit, so its measures give zeros.

    first_year: index (from 1) of the measure's first year. A negative additional flow is credited negatively: reversals
    come off.
    """
    if not creditable(measure, rules):
        return Credit(np.zeros_like(additional), np.zeros_like(additional))
    assumed = rules.number("assumptions.carbon.crediting.exempt_share_above_limit")
    eligible = np.where(dry(stands, rules), 1.0, assumed)[:, None] * additional
    eligible = inside_period(eligible, first_year, rules)
    deduction = non_permanence(rules)
    return Credit(eligible * (1 - deduction), eligible * deduction)


def deduct(eligible: Array, first_year: int, deductions: Deductions, rules: Rules) -> Credited:
    """Credited = e (1 - LK) (1 - u) (1 - NP) inside the crediting period; each deduction is kept as its own part.

    e: eligible flow (n, years), tCO2e per mu; LK leakage, u uncertainty, NP non-permanence, taken in this order, each
    from what the one before has left. A negative flow is deducted from alike, so that a loss takes back what it earned.
    """
    inside = inside_period(eligible, first_year, rules)
    leaked = inside * deductions.leakage
    doubtful = (inside - leaked) * deductions.uncertainty[:, None]
    certain = inside - leaked - doubtful
    kept_back = certain * deductions.non_permanence
    return Credited(certain - kept_back, leaked, doubtful, kept_back)


def deductions(measure: str, half_width: Array, rules: Rules) -> Deductions:
    """The deductions of a measure. half_width: (n,) relative uncertainty as `uncertainty_deduction` takes it."""
    assumed = "assumptions.carbon.crediting.harvest_restriction_"
    restricts = measure in rules.texts(assumed + "measures")
    leakage = float(rules.fraction(assumed + "leakage" if restricts else _PREFIX + "leakage"))
    return Deductions(leakage, uncertainty_deduction(half_width, rules), non_permanence(rules))


def uncertainty_deduction(half_width: Array, rules: Rules) -> Array:
    """(n,) share deducted for uncertainty, by steps of the relative half width of the 90 % confidence interval.

    0 up to the first limit, the second and third deduction up to their limits; beyond the third the methodology demands
    more plots, and until they are measured nothing is credited: 1. Zero means a certain estimate; an unknown one
    (NaN) is refused, because absent is not zero.

    Raises:
        InputError: a half width that is negative or no number, or limits that do not ascend.
    """
    names = ("uncertainty_first_limit", "uncertainty_second_limit", "uncertainty_third_limit")
    limits = [float(rules.fraction(_PREFIX + name)) for name in names]
    second = float(rules.fraction(_PREFIX + "uncertainty_second_deduction"))
    third = float(rules.fraction(_PREFIX + "uncertainty_third_deduction"))
    if not 0 <= limits[0] <= limits[1] <= limits[2] or not 0 <= second <= third <= 1:
        en, zh = f"steps must ascend: {limits}, {second}, {third}", f"各档须递增：{limits}、{second}、{third}"
        raise refuse(_PREFIX + "uncertainty_*", en, zh)
    if not np.all(half_width >= 0):
        raise refuse("uncertainty", "must be known and not negative", "不确定性须已知且不为负")
    return np.select([half_width <= limit for limit in limits], [0.0, second, third], default=1.0)


def creditable(measure: str, rules: Rules) -> bool:
    """Whether the methodology in force credits the measure at all."""
    return measure in rules.texts(_PREFIX + "credited_measures")


def dry(stands: pd.DataFrame, rules: Rules) -> np.ndarray:
    """(u,) whether yearly precipitation is below the limit under which additionality need not be shown."""
    limit = rules.number(_PREFIX + "exempt_below_precipitation")
    return np.asarray(stands["precipitation_mm"].to_numpy(dtype=np.float64) < limit)


def non_permanence(rules: Rules) -> float:
    """Share deducted for the risk that the carbon is lost again."""
    return float(rules.fraction(_PREFIX + "non_permanence_deduction"))


def inside_period(flow: Array, first_year: int, rules: Rules) -> Array:
    """`flow` (n, years), zero after the longest crediting period that begins in year `first_year` (from 1)."""
    last = first_year + rules.number(_PREFIX + "crediting_years")
    years = np.arange(1, flow.shape[1] + 1)
    return np.where(years[None, :] < last, flow, 0.0)
