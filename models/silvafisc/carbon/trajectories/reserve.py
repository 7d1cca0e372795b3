"""Damage of fire, pests and invasive species in a mean and in a bad year, and the reserve that a budget keeps for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import TENTHS_PER_MU

from ..biomass import TCO2E_PER_MU
from ..errors import refuse
from ..mixtures import Array
from .hazards import FIRES, INVASIVE, PEST
from .land import standing
from .plans import killed_share
from .setting import Setting

EMERGENCIES: Mapping[str, tuple[str, ...]] = {"fire": FIRES, "invasive": (INVASIVE,), "pest": (PEST,)}
"""Emergency -> its disturbance matrices. Felling is nobody's emergency."""
_PREFIX = "assumptions.carbon.reserve."
_NOISE = 1e-6
"""Tenths of a mu that rounding of floats may add to a whole number, without being an area."""
_PER_CENT = float(1 / UNITS["pct"].factor)


@dataclass(frozen=True)
class Damage:
    """Of one emergency in a mean year, per unit. struck: (u,) share of the area; killed: (u,) tCO2e per mu of trees that
    die, over the unit's whole area."""

    struck: Array
    killed: Array


def reserve_table(setting: Setting, year: int) -> pd.DataFrame:
    """One row per emergency and unit, by both, for the year `year` (counted from 1).

    columns: hazard, region_code, quantile_pct, then for a mean year and for the bad year of that quantile
    <mean|bad>_area_tenth_mu (struck, rounded up), <mean|bad>_tco2e (of the trees that die, given off at once or over the
    years), cost_fen_per_mu, mean_cost_fen, reserve_fen: the cost of the bad year, which a fund names as its `reserve`
    with the hazard as its `reserve_reason`. Sums over units and hazards are what bad years cost that fall together.

    bad = mean · f with f as `bad_year`; no more than the whole area.

    Raises:
        InputError: as `hazards.hazards` and `bad_year`.
    """
    area = [int(tenths) for tenths in setting.forest.stands["arbor_area_tenth_mu"]]
    mu = np.array(area) / TENTHS_PER_MU
    frames = []
    for hazard in sorted(EMERGENCIES):
        damage = mean_damage(setting, hazard, year)
        worse = np.full(len(area), bad_year(hazard, setting.rules))
        worse = np.minimum(worse, np.divide(1, damage.struck, out=worse.copy(), where=damage.struck > 0))
        cost = setting.rules.fen(f"{_PREFIX}{hazard}_cost")
        mean, bad = (_tenths(damage.struck * factor, area) for factor in (np.ones(len(area)), worse))
        frames.append(
            pd.DataFrame(
                {
                    "hazard": hazard,
                    "region_code": list(setting.forest.codes),
                    "quantile_pct": _PER_CENT * setting.rules.number(_PREFIX + "quantile"),
                    "mean_area_tenth_mu": mean,
                    "bad_area_tenth_mu": bad,
                    "mean_tco2e": damage.killed * mu,
                    "bad_tco2e": damage.killed * worse * mu,
                    "cost_fen_per_mu": cost,
                    "mean_cost_fen": [_cost(tenths, cost) for tenths in mean],
                    "reserve_fen": [_cost(tenths, cost) for tenths in bad],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def mean_damage(setting: Setting, hazard: str, year: int) -> Damage:
    """Σ_e h_e of the area is struck and Σ_e h_e m_e of the trees die, over the matrices e of the emergency."""
    land, parameters = standing(setting.forest, setting.years), setting.parameters
    rates = setting.hazards(land)
    struck = np.sum([rates[name][:, year - 1] for name in EMERGENCIES[hazard]], axis=0)
    dying = np.sum(
        [rates[name][:, year - 1] * killed_share(parameters.matrices[name]) for name in EMERGENCIES[hazard]], axis=0
    )
    above = setting.above(land.volume[:, year - 1 : year], land.group)[:, 0].sum(axis=1)
    trees = above * (1 + parameters.root_shoot[land.group]) * TCO2E_PER_MU
    units = len(setting.forest.codes)
    return Damage(land.mean(struck, units), land.mean(dying * trees, units))


def bad_year(hazard: str, rules: Rules) -> float:
    """Damage in the bad year over that in the mean one: f = exp(z σ - σ² / 2), σ² = ln(1 + s²).

    In words: yearly damage is lognormal about its mean with the coefficient of variation s, and z is the normal quantile.
    Below 1 where damage is so uneven that most years, and the quantile's too, lie under the mean.

    Raises:
        InputError: a quantile outside (0, 1), a negative spread.
    """
    quantile, spread = rules.number(_PREFIX + "quantile"), rules.number(f"{_PREFIX}{hazard}_spread")
    if not 0 < quantile < 1 or spread < 0:
        en, zh = "the quantile must lie in (0, 1), a spread must not be negative", "分位须在 (0, 1) 内，波动不得为负"
        raise refuse(_PREFIX + "quantile", en, zh)
    variance = math.log1p(spread**2)
    return math.exp(NormalDist().inv_cdf(quantile) * math.sqrt(variance) - variance / 2)


def _tenths(share: Array, area: list[int]) -> list[int]:
    return [math.ceil(part * whole - _NOISE) for part, whole in zip(share, area, strict=True)]


def _cost(tenths: int, fen_per_mu: int) -> int:
    """Whole fen, rounded up."""
    return -(-tenths * fen_per_mu // TENTHS_PER_MU)
