"""Living biomass as the three above-ground pools of the full engine, and the roots under them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import refuse
from ..mixtures import Array

LIVE = ("merch", "foliage", "other")
"""Above-ground pools: stems, leaves, and branches with all the rest. Last axis of `Split.live`."""


@dataclass(frozen=True)
class Split:
    """Shares by group (g,). shoot: above-ground share of total biomass; merch, foliage: shares of above-ground."""

    shoot: Array
    merch: Array
    foliage: Array

    @property
    def root_shoot(self) -> Array:
        """(g,) roots per above-ground biomass."""
        return np.asarray(1 / self.shoot - 1)

    def live(self, carbon: Array, axis: int = 1) -> Array:
        """(..., 3) tC/ha in merch, foliage, other of total biomass `carbon` (...) in tC/ha, groups on `axis`.

        merch + foliage + other = shoot · carbon; with roots = root_shoot times that, the four make up `carbon`.
        """
        along = [1] * carbon.ndim
        along[axis] = -1
        above = carbon * self.shoot.reshape(along)
        merch, foliage = above * self.merch.reshape(along), above * self.foliage.reshape(along)
        return np.stack([merch, foliage, above - merch - foliage], axis=-1)

    def roots(self, live: Array, axis: int = 1) -> Array:
        """(...) tC/ha of roots under `live` (..., 3)."""
        along = [1] * (live.ndim - 1)
        along[axis] = -1
        return np.asarray(live.sum(axis=-1) * self.root_shoot.reshape(along))


def increments(live: Array) -> Array:
    """(..., years, 3) net yearly increments tC/ha of pools `live` (..., years + 1, 3)."""
    return np.diff(live, axis=-2)


def read_split(biomass: pd.DataFrame, table: pd.DataFrame, regressions: Sequence[str]) -> Split:
    """Shares of the groups whose rows of `volume_biomass` are named in `regressions` (joined by `;`).

    Of several rows each counts by its carbon per cubic metre: shoot = Σ b_i / (1 + R_i) ÷ Σ b_i, and the stem and
    foliage shares by the above-ground b_i / (1 + R_i); stem share = 1 / expansion factor.

    Raises:
        InputError: a type without a row in `biomass_split`, or stems and leaves that exceed the whole.
    """
    rows = biomass.merge(table, on="forest_type", how="left", validate="one_to_one").set_index("forest_type")
    shares = []
    for text in regressions:
        names = [name.strip() for name in text.split(";") if name.strip()]
        own = rows.loc[names]
        slope = (own["slope_t_per_m3"] * own["carbon_fraction"]).to_numpy(dtype=np.float64)
        above = slope / (1 + own["root_shoot_ratio"].to_numpy(dtype=np.float64))
        stem = 1 / own["biomass_expansion_factor"].to_numpy(dtype=np.float64)
        leaves = own["foliage_share"].to_numpy(dtype=np.float64)
        if not np.all(stem + leaves <= 1):
            en, zh = f"{names}: missing, or stems and leaves exceed the whole", f"{names} 缺行，或干与叶之和超过 1"
            raise refuse("biomass_split", en, zh)
        whole = above.sum()
        shares.append((whole / slope.sum(), (above * stem).sum() / whole, (above * leaves).sum() / whole))
    shoot, merch, foliage = np.array(shares).T
    return Split(shoot, merch, foliage)
