"""Volume -> carbon of living tree biomass, above and below ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from silvafisc.quantities import convert

from .errors import refuse
from .mixtures import Array

TCO2E_PER_MU = float(convert(Decimal(1), "tc", "tco2e") / convert(Decimal(1), "ha", "mu"))
"""tC per ha -> tCO2e per mu: 44/12 / 15."""


@dataclass(frozen=True)
class Biomass:
    """Linear volume–carbon equations by group. intercept: (groups,) tC/ha; slope: (groups,) tC/m3.

    C(V) = CF (a0 · min(V / V1, 1) + b0 V): Zeng et al. 2023 (Sci Rep 13, table 2; total biomass with roots) times the
    carbon fraction of the type; below V1 the intercept counts in proportion, so that bare land holds nothing.
    """

    intercept: Array
    slope: Array
    full_at: float

    def carbon(self, volume: Array, axis: int = 1) -> Array:
        """tC/ha of `volume` (m3/ha); `axis` is the axis of the groups."""
        shape = [1] * volume.ndim
        shape[axis] = -1
        ramp = np.minimum(volume / self.full_at, 1)
        return np.asarray(self.intercept.reshape(shape) * ramp + self.slope.reshape(shape) * volume)

    def mean(self, volume: Array, weights: Array, sums: str) -> Array:
        """Weighted sum of `carbon(volume)`, with `sums` the einsum of weights and volumes; groups on axis 1 of both.

        The equation is taken apart so that no carbon array of the size of the volumes is ever built.
        """
        shape = [1] * weights.ndim
        shape[1] = -1
        linear = np.einsum(sums, weights * self.slope.reshape(shape), volume)
        constant = np.einsum(sums, weights * self.intercept.reshape(shape), np.minimum(volume / self.full_at, 1))
        return np.asarray(linear + constant)


def read_biomass(table: pd.DataFrame, regressions: Sequence[str], full_at: float) -> Biomass:
    """Equations of each group: the plain mean of the rows of `volume_biomass` that the group names.

    regressions: per group the names of its rows, joined by `;` (column `regressions` of `growth_shapes`).

    Raises:
        InputError: a group names no row, or one that the table does not hold.
    """
    if not full_at > 0:
        raise refuse("intercept_full_at", f"must be positive, got {full_at}", f"应为正数，现为 {full_at}")
    rows = table.set_index("forest_type")
    fraction = rows["carbon_fraction"]
    equations = pd.DataFrame({"a": rows["intercept_t_per_ha"] * fraction, "b": rows["slope_t_per_m3"] * fraction})
    means = []
    for text in regressions:
        names = [name.strip() for name in text.split(";") if name.strip()]
        unknown = sorted(set(names) - set(equations.index))
        if unknown or not names:
            en = f"{text!r} names no row of volume_biomass, or unknown ones: {unknown}"
            raise refuse("growth_shapes.regressions", en, f"{text!r} 未指明 volume_biomass 的行，或行未知：{unknown}")
        means.append(equations.loc[names].to_numpy(dtype=np.float64).mean(axis=0))
    intercept, slope = np.array(means).T
    return Biomass(intercept, slope, full_at)
