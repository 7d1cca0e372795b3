"""Who joins and what is paid, for one order of sites and one way of paying, at a given budget.

With cost c (yuan/mu) of a site and a highest rate p:
    flat            pays p to every site with c ≤ p
    tiered          K classes of the sites with c ≤ p by cost, equal in number; each is paid the highest cost of its class
    discriminative  pays c: what a perfectly informed agency would pay (K = number of sites, p without limit)
    capped          flat, but no unit gets more than a share of the budget; land beyond it does not join
In words: a site joins where the rate covers what its owner gives up. Flat, tiered and discriminative are one family:
the finer the classes, the smaller the information rent, which is what is paid above cost.

The highest rate is given, or the one among the sites' own costs that brings most benefit in the order chosen: what the
best published number can do for a rule of thumb.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .targeting import ranked

PAYMENTS = ("flat", "discriminative", "capped", "tiered")
Floats = NDArray[np.float64]

_MOST_RATES = 200
"""Rates tried where none is given: all costs of few sites, evenly spaced quantiles of many."""


@dataclass(frozen=True)
class Policy:
    """How sites are chosen and paid.

    rate_yuan_per_mu: highest rate; None = the best one. cap_share: most that one unit may get of the budget (capped).
    tiers: number of classes (tiered).
    """

    target: str
    payment: str
    rate_yuan_per_mu: float | None = None
    cap_share: float = 1.0
    tiers: int = 1

    def __post_init__(self) -> None:
        if self.payment not in PAYMENTS:
            raise ValueError(f"unknown payment {self.payment!r}; known: {', '.join(PAYMENTS)}")
        if self.tiers < 1 or not 0 < self.cap_share <= 1:
            raise ValueError("tiers must be 1 or more and the cap above 0 and at most 1")


def enrol(sites: pd.DataFrame, policy: Policy, budget_yuan: float) -> pd.DataFrame:
    """The sites with enrolled (share of the area, 0..1), rate_yuan_per_mu, payment_yuan and cost_yuan of what joins.

    Raises:
        ValueError: as `ranked`; a budget that is not above 0.
    """
    if not budget_yuan > 0:
        raise ValueError("the budget must be above 0")
    order = ranked(sites, policy.target)
    area, cost = sites["area_mu"].to_numpy(float), sites["cost_yuan_per_mu"].to_numpy(float)
    benefit = sites["benefit_t_per_mu"].to_numpy(float) * area
    units = pd.factorize(sites["region_code"])[0]

    def filled(highest: float) -> tuple[Floats, Floats]:
        rates = _rates(cost, policy, highest)
        return _fill(order, area * rates, units, policy, budget_yuan), rates

    best = max((filled(rate) for rate in _candidates(cost, policy)), key=lambda found: float(found[0] @ benefit))
    enrolled, rates = best
    paying = np.where(np.isfinite(rates), rates, 0.0)
    return sites.assign(
        enrolled=enrolled,
        rate_yuan_per_mu=paying,
        payment_yuan=enrolled * area * paying,
        cost_yuan=enrolled * area * cost,
    )


def _candidates(cost: Floats, policy: Policy) -> Floats:
    if policy.payment == "discriminative":
        return np.array([np.inf])
    if policy.rate_yuan_per_mu is not None:
        return np.array([policy.rate_yuan_per_mu])
    levels = np.unique(cost)
    if len(levels) <= _MOST_RATES:
        return levels
    return np.asarray(levels[np.linspace(0, len(levels) - 1, _MOST_RATES).round().astype(int)], np.float64)


def _rates(cost: Floats, policy: Policy, highest: float) -> Floats:
    """Rate per site; infinite where it does not join."""
    joins = cost <= highest
    if policy.payment == "discriminative":
        return cost
    rates = np.where(joins, highest, np.inf)
    if policy.payment == "tiered" and joins.any():
        inside = np.flatnonzero(joins)
        # Equal costs stay in one class: the class of a cost is that of its first place in ascending order.
        place = np.searchsorted(np.sort(cost[inside]), cost[inside], side="left")
        classes = place * policy.tiers // len(inside)
        tops = pd.Series(cost[inside]).groupby(classes).transform("max")
        rates[inside] = tops.to_numpy(float)
    return rates


def _fill(order: NDArray[np.int64], price: Floats, units: NDArray[np.int64], policy: Policy, budget: float) -> Floats:
    """Share of each site that joins: in order, until the budget (and a unit's cap) is used up."""
    enrolled = np.zeros(len(price))
    capped = policy.payment == "capped"
    room = np.full(units.max(initial=0) + 1, policy.cap_share * budget if capped else np.inf)
    left = budget
    for site in order:
        if not np.isfinite(price[site]):
            continue
        spent = min(float(price[site]), left, float(room[units[site]]))
        enrolled[site] = spent / price[site]
        left -= spent
        room[units[site]] -= spent
        if left <= 0:
            break
    return enrolled
