"""Harvested wood products: first-order decay of sawnwood, panels and paper; fuelwood burns in its year."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silvafisc.policy import Rules

from .errors import refuse
from .mixtures import Array, read_mixture

PRODUCTS = ("sawn", "panel", "paper")
"""Pools that last, in the order of the last axis of every array here."""
USES = (*PRODUCTS, "fuel")
_WOOD_USE = "assumptions.carbon.wood_use"


@dataclass(frozen=True)
class HalfLives:
    """Half-lives in years, (products,), and the standard deviation of their logarithm; draws replace `years`."""

    years: Array
    log_sd: float

    @property
    def rate(self) -> Array:
        """k = ln 2 / half-life, per year."""
        return np.asarray(np.log(2) / self.years)


@dataclass(frozen=True)
class WoodProducts:
    """Carbon of harvested wood, tC (or tC/ha, as the harvest is given).

    pools: (n, years + 1, products) at the start and at the end of each year; oxidised: (n, years, products) decayed in
    the year; burned: (n, years) fuelwood. In every year change of the pools + oxidised + burned = harvest.
    """

    pools: Array
    oxidised: Array
    burned: Array

    @property
    def stock(self) -> Array:
        """(n, years + 1) all pools together."""
        return np.asarray(self.pools.sum(axis=2))


def read_half_lives(rules: Rules) -> HalfLives:
    """The half-lives in force. Raises InputError where one is not positive."""
    years = np.array([rules.number(f"carbon.half_lives.{product}") for product in PRODUCTS])
    if not np.all(years > 0):
        raise refuse("carbon.half_lives", f"must be positive, got {list(years)}", f"须为正数，现为 {list(years)}")
    return HalfLives(years, rules.number("assumptions.carbon.products.half_life_log_sd"))


def wood_use(rules: Rules) -> Mapping[str, Array]:
    """Origin of the wood -> (uses,) shares of its carbon, summing to 1. Raises InputError as `read_mixture`."""
    paths = rules.children(_WOOD_USE)
    return {path.rpartition(".")[2]: read_mixture(path, rules.text(path), USES) for path in paths}


def steady_state(inflow: Array, half_lives: HalfLives) -> Array:
    """(n, products) pools that an unchanging yearly inflow (n, products) keeps as they are: C = I / k (IPCC eq. 12.4)."""
    return np.asarray(inflow / half_lives.rate)


def decay(inflow: Array, start: Array, half_lives: HalfLives) -> Array:
    """(n, years + 1, products) pools under first-order decay.

    C_{i+1} = e^{-k} C_i + (1 - e^{-k}) / k · I_i,  k = ln 2 / half-life   (IPCC 2006 vol. 4 eq. 12.1).
    In words: what stood decays for a year, what comes in decays from the day it arrives, evenly over the year.

    inflow: (n, years, products); start: (n, products); both not negative.
    """
    if np.any(inflow < 0) or np.any(start < 0):
        raise ValueError("wood products must not be negative")
    rate = half_lives.rate
    kept, entering = np.exp(-rate), -np.expm1(-rate) / rate
    pools = [start]
    for year in range(inflow.shape[1]):
        pools.append(kept * pools[-1] + entering * inflow[:, year])
    return np.stack(pools, axis=1)


def wood_products(
    harvest: Mapping[str, Array],
    uses: Mapping[str, Array],
    half_lives: HalfLives,
    before: Mapping[str, Array] | None = None,
) -> WoodProducts:
    """Products of a harvest, by where the wood comes from.

    harvest: origin -> (n, years) carbon taken out of the forest; uses: as `wood_use`; before: origin -> (n,) mean yearly
    harvest of the years before, from which the pools start in the steady state; None = they start empty. Whatever the
    start, it decays alike in project and baseline, so it is in neither's difference.

    Raises:
        InputError: an origin without known use, or no harvest at all.
    """
    unknown = sorted((set(harvest) | set(before or {})) - set(uses))
    if unknown or not harvest:
        en = f"origins of wood unknown or none given: {unknown}; known: {sorted(uses)}"
        raise refuse(_WOOD_USE, en, f"木材来源未知或为空：{unknown}；可用：{sorted(uses)}")
    split = sum(harvest[origin][:, :, None] * uses[origin] for origin in sorted(harvest))
    used = np.asarray(split, dtype=np.float64)
    inflow = used[:, :, : len(PRODUCTS)]
    past = [before[origin][:, None] * uses[origin] for origin in sorted(before)] if before else []
    entering = np.asarray(sum(past), dtype=np.float64)[:, : len(PRODUCTS)] if past else np.zeros_like(inflow[:, 0])
    pools = decay(inflow, steady_state(entering, half_lives), half_lives)
    return WoodProducts(pools, inflow - np.diff(pools, axis=1), used[:, :, len(PRODUCTS)])
