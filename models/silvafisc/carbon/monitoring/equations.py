"""Volume or biomass of a plot -> carbon, by the engine's forest-type groups and the types that they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..biomass import Biomass, read_biomass
from ..forest import Tabular
from ..mixtures import Array

PACKAGES = ("age_groups", "curve_uncertainty", "growth_shapes", "volume_biomass")
"""Data packages that `read_equations` reads."""


@dataclass(frozen=True)
class Equations:
    """Volume or biomass -> carbon by forest type (f); names: id or Chinese name -> position.

    biomass: volume to carbon. fraction (f,): carbon of biomass. error (f,): standard error of the equation's mean, of it.
    ages: id or Chinese name -> mean volume of the nation's age group over that of all ages.
    """

    names: Mapping[str, int]
    types: tuple[str, ...]
    biomass: Biomass
    fraction: Array
    error: Array
    ages: Mapping[str, float]

    def carbon(self, types: "pd.Series[str]", volume: Array) -> Array:
        """(n,) tC/ha of volumes (n,) m3/ha; NaN stays NaN."""
        at = self._at(types)
        chosen = Biomass(self.biomass.intercept[at], self.biomass.slope[at], self.biomass.full_at)
        return chosen.carbon(volume, axis=0)

    def of_biomass(self, types: "pd.Series[str]", biomass: Array) -> Array:
        """(n,) tC/ha of biomass (n,) t/ha."""
        return np.asarray(self.fraction[self._at(types)] * biomass)

    def _at(self, types: "pd.Series[str]") -> np.ndarray:
        return np.array([self.names[str(name)] for name in types], dtype=np.int64)


def read_equations(packages: Mapping[str, Tabular], rules: Rules) -> Equations:
    """Equations of the engine's forest-type groups, and of the single types that they are made of. packages: PACKAGES.

    The error of a group's mean is the plain mean of its types' mean prediction errors, over the normal quantile of the
    confidence that they are stated for.
    """
    shapes, rows = packages["growth_shapes"].table, packages["volume_biomass"].table
    made = dict(zip(rows["forest_type"], rows["forest_type"], strict=True))
    made |= dict(zip(shapes["forest_type"], shapes["regressions"], strict=True))
    types = tuple(sorted(str(name) for name in made))
    names = {name: at for at, name in enumerate(types)}
    for table in (rows, shapes):
        for name, zh in zip(table["forest_type"], table["forest_type_zh"], strict=True):
            # 落叶松（人工） is also known as 落叶松.
            names |= dict.fromkeys((str(zh), str(zh).partition("（")[0]), names[str(name)])
    made_of = [str(made[name]) for name in types]
    known = dict(
        zip(packages["curve_uncertainty"].table["quantity"], packages["curve_uncertainty"].table["value"], strict=True)
    )
    z = NormalDist().inv_cdf((1 + float(known["regression_confidence"])) / 2)
    own = rows.set_index("forest_type")
    means = [
        own.loc[[part.strip() for part in text.split(";")], ["carbon_fraction", "mpe_pct"]].mean() for text in made_of
    ]
    biomass = read_biomass(rows, made_of, rules.number("assumptions.carbon.stands.intercept_full_at"))
    return Equations(
        names,
        types,
        biomass,
        np.array([float(mean["carbon_fraction"]) for mean in means]),
        np.array([float(mean["mpe_pct"]) * float(UNITS["pct"].factor) / z for mean in means]),
        _relative_ages(packages["age_groups"].table),
    )


def _relative_ages(table: pd.DataFrame) -> dict[str, float]:
    volume = table["volume_10k_m3"] / table["area_10k_ha"]
    whole = float(table["volume_10k_m3"].sum() / table["area_10k_ha"].sum())
    told = [float(value) / whole for value in volume]
    return dict(zip(table["age_group"], told, strict=True)) | dict(zip(table["age_group_zh"], told, strict=True))
