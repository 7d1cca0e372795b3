"""What a measure's tonnes cost: yuan per tonne, the carbon price at which it breaks even, and whether it is recommended."""

from dataclasses import dataclass

import numpy as np

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array, read_pairs

_PREFIX = "assumptions.carbon.precision."
LOW, CENTRAL, OPTIMISTIC = CASES = ("low", "central", "optimistic")
GRADES = ("meta_analysis", "single_study", "single_trial", "judgement", "none")
"""Grades of evidence, from best to worst: many studies together; one published study; one trial quoted without source;
a modeller's judgement; no figure at all."""
ONCE, YEARLY = "once", "per_year"
NO_TONNES, LOSES, CHEAP, DEAR_AT_LOW, DEAR, FRAGILE, FIRM = (
    "no_tonnes",
    "loses_carbon",
    "pays_at_low_price",
    "pays_only_at_high_price",
    "too_dear",
    "fails_in_low_case",
    "holds_in_low_case",
)
"""Reasons of a verdict."""


@dataclass(frozen=True)
class Case:
    """A measure on a mean mu of some units (n), in one case.

    evidence: its grade. effect: what the case puts in, as a share (a growth gain, a share of trees spared).
    cost: (n,) yuan per mu, paid when the measure is carried out. flows: (n, years) tCO2e per mu, from that year on.
    """

    name: str
    evidence: str
    effect: float
    cost: Array
    flows: Array


@dataclass(frozen=True)
class Worth:
    """Of a case, each (n,): tonnes and present_tonnes tCO2e per mu; per_tonne and break_even yuan per tCO2e, NaN where
    there is none because carbon is lost.
    """

    tonnes: Array
    present_tonnes: Array
    per_tonne: Array
    break_even: Array


def discount_rate(rules: Rules) -> float:
    """Share per year. Raises InputError below zero."""
    rate = float(rules.fraction(_PREFIX + "discount_rate"))
    if rate < 0:
        raise refuse(_PREFIX + "discount_rate", "must not be negative", "不得为负")
    return rate


def worth(case: Case, rate: float) -> Worth:
    """Q = Σ q_k,  Q_0 = Σ q_k (1 + r)^-k over the years k = 1, 2, …;  yuan per tonne C / Q;  break-even price C / Q_0.

    in words: the cost is paid at the start of the first year, the tonnes of a year count at its end, and the break-even
    price is the one carbon price, the same in all years, at which the net present value p Q_0 - C is zero.
    """
    later = (1 + rate) ** -np.arange(1.0, case.flows.shape[1] + 1)
    tonnes, present = case.flows.sum(axis=1), case.flows @ later
    return Worth(tonnes, present, _per(case.cost, tonnes), _per(case.cost, present))


def verdict(central: Worth, low: Worth, prices: tuple[float, float]) -> list[tuple[bool, tuple[str, str]]]:
    """(recommended, reasons) of each unit, the price of carbon being somewhere from prices[0] to prices[1].

    Recommended: the central case breaks even at the lower price, and the low case at the upper one at least.
    """
    found = []
    cheapest, dearest = prices
    for present, price, low_price in zip(central.present_tonnes, central.break_even, low.break_even, strict=True):
        # A price that does not exist is NaN and lies below nothing.
        first = LOSES if not present > 0 else CHEAP if price <= cheapest else DEAR_AT_LOW if price <= dearest else DEAR
        firm = bool(low_price <= dearest)
        found.append((first == CHEAP and firm, (first, FIRM if firm else FRAGILE)))
    return found


def graded(rules: Rules, path: str) -> dict[str, str]:
    """Case -> grade of evidence, from a text `low=…;central=…;optimistic=…`.

    Raises:
        InputError: an unknown case or grade.
    """
    pairs = read_pairs(path, rules.text(path))
    wrong = sorted({*set(pairs) - set(CASES), *set(pairs.values()) - set(GRADES)})
    if wrong or CENTRAL not in pairs:
        en = f"cases are {', '.join(CASES)}, grades {', '.join(GRADES)}: {rules.text(path)}"
        raise refuse(path, en, f"情形为 {'、'.join(CASES)}，等级为 {'、'.join(GRADES)}：{rules.text(path)}")
    return pairs


def _per(cost: Array, tonnes: Array) -> Array:
    """Cost over tonnes, NaN where no tonne is gained."""
    return np.divide(cost, tonnes, out=np.full_like(cost, np.nan), where=tonnes > 0)
