"""Volume curves of each unit, group and age group, and what lives on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from ..age_structure import AGE_GROUPS, age_limits
from ..errors import refuse
from ..forest import Forest, Tabular, calibrate, scaled
from ..mixtures import Array
from .factors import AgeFactors, FactoredCurve, read_factors
from .shapes import Shapes, read_shapes
from .split import Split, increments, read_split


@dataclass(frozen=True)
class Curves:
    """Calibrated growth of units (u) x groups (g) x age groups (a).

    forest: units, composition, ages and the calibrated curves; its `published` says where the composition was read
    from a published table (elsewhere it is the zones' mixture; the age structure is the tilted national split
    everywhere). shapes: where the shapes come from. split: biomass to pools.
    """

    forest: Forest
    shapes: Shapes
    factors: AgeFactors
    split: Split

    def weights(self, age_groups: tuple[str, ...] = AGE_GROUPS, *, with_rotation: bool = True) -> Array:
        """(u, g, a) area shares of today's stands, 1 per unit; see `Forest.weights`."""
        return self.forest.weights(age_groups, with_rotation=with_rotation)

    def today(self, years: int) -> Array:
        """(u, g, a, years + 1) m3/ha of today's stands 0 .. `years` years on, without loss; rotation groups stay."""
        return self.forest.volumes(years)

    def new(self, years: int) -> Array:
        """(u, g, years + 1) m3/ha of a cohort at ages 0 .. `years`, also of rotation groups."""
        return self.forest.new_volumes(years)

    def regrowth(self, years: int) -> Array:
        """(u, g, years + 1) m3/ha as `new`, rotation groups only up to their present mean volume."""
        return self.forest.regrowth_volumes(years)

    def live(self, volume: Array) -> Array:
        """(..., 3) tC/ha in merch, foliage, other above ground of `volume` (...) in m3/ha, groups on axis 1."""
        return self.split.live(self.forest.biomass.carbon(volume))

    def growth(self, volume: Array) -> Array:
        """(..., years, 3) net yearly increments tC/ha of merch, foliage, other along `volume` (..., years + 1)."""
        return increments(self.live(volume))

    def roots(self, live: Array) -> Array:
        """(...) tC/ha of roots under `live` (..., 3): the group's root:shoot ratio."""
        return self.split.roots(live)


def calibrate_curves(
    stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules, factors: AgeFactors | None = None
) -> Curves:
    """Curves of each unit, sorted by code.

    V_uga(t) = s_u A_g φ_g(t) m_g(t). φ, A: the group's shape and prior level (`read_shapes`). m: the factors of the age
    groups, fitted once on the shipped nation (`fit_age_factors`) and shipped, so that a unit's curve never depends on
    which other units stand in the table. s_u: such that the mean over groups and age groups is the unit's inventory
    mean volume, exactly. The shipped nation meets its age-group means too, to 1e-9.

    stands: as results.INPUT_TABLES["stands"]; packages: at least carbon.CURVE_PACKAGES; factors: instead of the
    shipped ones (the fit starts from ones).

    Raises:
        InputError: as `forest.calibrate`, `read_shapes`, `read_split`; a curve that falls with age.
    """
    base = calibrate(stands, packages, rules)
    tables = {name: packages[name].table for name in ("growth_shapes", "curve_sources", "growth_curves_published")}
    placeholders = tables["growth_shapes"].sort_values("forest_type")
    limits = age_limits(base.groups, packages["age_group_limits"].table, rules)
    shapes = read_shapes(
        placeholders, tables["curve_sources"], tables["growth_curves_published"], limits, base.ages, rules
    )
    factors = read_factors(packages["age_group_factors"].table) if factors is None else factors
    curve = FactoredCurve(shapes, base.ages, factors)
    if falling := [group for group, falls in zip(base.groups, curve.falling(), strict=True) if falls]:
        raise refuse("growth curves", f"volume falls with age: {falling}", f"蓄积随林龄下降：{falling}")
    age_shares = factors.shares(base.age_shares)
    volume = base.stands["mean_volume_m3_per_ha"].to_numpy(dtype=np.float64)
    amplitude = scaled(shapes.prior, curve.reached(base.ages), base.standing, age_shares, volume)
    split = read_split(
        packages["volume_biomass"].table,
        packages["biomass_split"].table,
        [str(text) for text in placeholders["regressions"]],
    )
    return Curves(replace(base, age_shares=age_shares, amplitude=amplitude, curve=curve), shapes, factors, split)
