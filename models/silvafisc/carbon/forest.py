"""The calibrated forest of each unit: composition, ages, growth curves scaled to its mean volume, and biomass."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .age_structure import AGE_GROUPS, age_limits, tilted_shares
from .biomass import Biomass, read_biomass
from .composition import composition, rotation_mask
from .errors import refuse
from .growth import ChapmanRichards, Curve, representative_ages
from .mixtures import Array
from .stand_table import checked_stands

_NEEDED = ("age_group_limits", "age_groups", "growth_shapes", "species_composition", "volume_biomass")


class Tabular(Protocol):
    """A loaded data package, as far as this model needs it."""

    @property
    def table(self) -> pd.DataFrame:
        """Rows with typed columns."""
        ...

    def column_status(self, name: str) -> str:
        """How well the values of a column are known."""
        ...


@dataclass(frozen=True)
class Forest:
    """Units (u) x groups (g) x age groups (a) of a calibrated forest.

    codes, stands: units ascending by code. standing, planted: (u, g) shares. ages: (g, a) years. age_shares: (u, a).
    amplitude: (u, g) m3/ha; curve: the share of it by age. rotation: (g,) groups whose mean volume does not grow.
    """

    codes: tuple[str, ...]
    stands: pd.DataFrame
    groups: tuple[str, ...]
    standing: Array
    planted: Array
    published: np.ndarray
    age_shares: Array
    ages: Array
    amplitude: Array
    curve: Curve
    rotation: np.ndarray
    biomass: Biomass

    @property
    def hazard(self) -> Array:
        """(u,) baseline share of standing volume lost per year."""
        return self.stands["loss_hazard_per_year"].to_numpy(dtype=np.float64)

    def volumes(self, years: int) -> Array:
        """(u, g, a, years + 1) m3/ha of today's stands 0 .. `years` years on, without loss; rotation groups stay."""
        steps = np.arange(years + 1, dtype=np.float64) * ~self.rotation[:, None]
        reached = self.curve.reached(self.ages[:, :, None] + steps[:, None, :])
        return np.asarray(self.amplitude[:, :, None, None] * reached[None])

    def new_volumes(self, years: int) -> Array:
        """(u, g, years + 1) m3/ha of a cohort at ages 0 .. `years`; full growth, also of rotation groups."""
        age = np.tile(np.arange(years + 1, dtype=np.float64), (len(self.groups), 1))
        return np.asarray(self.amplitude[:, :, None] * self.curve.reached(age))

    def regrowth_volumes(self, years: int) -> Array:
        """(u, g, years + 1) as `new_volumes`, rotation groups only up to their present mean volume."""
        present = np.einsum("ua,uga->ug", self.age_shares, self.volumes(0)[..., 0])[:, :, None]
        grown = self.new_volumes(years)
        return np.where(self.rotation[None, :, None], np.minimum(grown, present), grown)

    def mean_carbon(self, volumes: Array, weights: Array) -> Array:
        """Mean carbon (u, k), tC/ha, of volumes (u, g, a, k) by weights (u, g, a)."""
        return self.biomass.mean(volumes, weights, "uga,ugak->uk")

    def cohort_carbon(self, volumes: Array, shares: Array) -> Array:
        """Mean carbon (u, k), tC/ha, of cohorts (u, g, k) by shares (u, g)."""
        return self.biomass.mean(volumes, shares, "ug,ugk->uk")

    def weights(self, age_groups: tuple[str, ...] = AGE_GROUPS, *, with_rotation: bool = True) -> Array:
        """(u, g, a) area shares of the stands in these age groups, scaled to 1 per unit; optionally no rotation groups.

        Raises:
            InputError: unknown age group, or a unit without any such stand.
        """
        unknown = sorted(set(age_groups) - set(AGE_GROUPS))
        if unknown or not age_groups:
            raise refuse("age_groups", f"unknown or no age groups: {unknown}", f"龄组为空或未知：{unknown}")
        chosen = np.array([group in age_groups for group in AGE_GROUPS])
        kept = np.ones(len(self.groups), dtype=bool) if with_rotation else ~self.rotation
        weights = (self.standing * kept)[:, :, None] * (self.age_shares * chosen)[:, None, :]
        total = weights.sum(axis=(1, 2), keepdims=True)
        bare = [code for code, value in zip(self.codes, total[:, 0, 0], strict=True) if not value > 0]
        if bare:
            raise refuse("age_groups", f"no such stands in {bare}", f"{bare} 没有此类林分")
        return np.asarray(weights / total)


def calibrate(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> Forest:
    """The forest of each unit, sorted by code.

    The priors of `growth_shapes` give the relation between groups, the unit's inventory mean volume the level
    (`scaled`), and Chapman–Richards the way from age to volume.

    stands: as results.INPUT_TABLES["stands"]. packages: at least carbon.PACKAGES.

    Raises:
        InputError: missing packages, unusable stands, mixtures that do not close, unknown types.
    """
    stands = checked_stands(stands)
    missing = sorted(set(_NEEDED) - set(packages))
    if missing:
        raise refuse("packages", f"missing: {missing}", f"缺少数据包：{missing}")
    tables = {name: packages[name].table for name in _NEEDED}
    shapes = tables["growth_shapes"].sort_values("forest_type")
    groups = tuple(str(name) for name in shapes["forest_type"])
    ages = representative_ages(age_limits(groups, tables["age_group_limits"], rules))
    national = _by_age_group(tables["age_groups"])
    mix = composition(stands, tables["species_composition"], groups, rules)
    volume = stands["mean_volume_m3_per_ha"].to_numpy(dtype=np.float64)
    tilt = rules.number("assumptions.carbon.stands.age_tilt")
    age_shares = tilted_shares(_floats(national, "area_10k_ha"), _floats(national, "volume_10k_m3"), volume, tilt)
    prior, rate, shape = (_floats(shapes, column) for column in ("amplitude_m3_per_ha", "rate_per_year", "shape"))
    curve = ChapmanRichards(rate, shape)
    full_at = rules.number("assumptions.carbon.stands.intercept_full_at")
    return Forest(
        codes=tuple(str(code) for code in stands["region_code"]),
        stands=stands,
        groups=groups,
        standing=mix.standing,
        planted=mix.planted,
        published=mix.published,
        age_shares=age_shares,
        ages=ages,
        amplitude=scaled(prior, curve.reached(ages), mix.standing, age_shares, volume),
        curve=curve,
        rotation=rotation_mask(groups, rules),
        biomass=read_biomass(tables["volume_biomass"], [str(text) for text in shapes["regressions"]], full_at),
    )


def scaled(prior: Array, reached: Array, standing: Array, age_shares: Array, volume: Array) -> Array:
    """(u, g) amplitudes m3/ha: A_ug = s_u A_g with s_u = V_u / Σ_g w_ug Σ_a f_ua A_g φ_ga.

    So the area-weighted mean volume over groups and ages equals the inventory's V_u, exactly.
    prior: (g,) A; reached: (g, a) φ, share of the amplitude; standing: (u, g) w; age_shares: (u, a) f; volume: (u,).
    """
    scale = volume / np.einsum("ug,ua,ga->u", standing, age_shares, prior[:, None] * reached)
    return np.asarray(scale[:, None] * prior[None, :])


def _by_age_group(table: pd.DataFrame) -> pd.DataFrame:
    """The five rows in order of age, whatever their order in the table."""
    indexed = table.set_index("age_group")
    if sorted(indexed.index) != sorted(AGE_GROUPS):
        raise refuse("age_groups", f"must hold {AGE_GROUPS} once each", f"须恰好包含 {AGE_GROUPS} 各一行")
    return indexed.loc[list(AGE_GROUPS)]


def _floats(table: pd.DataFrame, column: str) -> Array:
    values = table[column].to_numpy(dtype=np.float64)
    if not np.all(values > 0):
        raise refuse(column, "values must be positive numbers", "数值须为正")
    return values
