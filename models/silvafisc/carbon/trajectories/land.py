"""The land that is followed: today's stands as rows of unit x forest-type group x age group."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..age_structure import AGE_GROUPS
from ..forest import Forest
from ..mixtures import Array

Whole = NDArray[np.int64]


class AboveGround(Protocol):
    """Volume -> living carbon above ground."""

    def __call__(self, volume: Array, group: Whole) -> Array:
        """(rows, k) m3/ha and (rows,) groups -> (rows, k, 3) tC/ha of stems, leaves, branches."""
        ...


@dataclass(frozen=True)
class Land:
    """Rows of land without any event. Weights of a unit's rows sum to 1.

    unit, group: (rows,) positions. age: (rows,) position in AGE_GROUPS, -1 where nothing stands. weight: (rows,) share of
    the unit's area. volume, regrowth: (rows, years + 1) m3/ha of what stands and of a cohort that follows a loss.
    """

    unit: Whole
    group: Whole
    age: Whole
    weight: Array
    volume: Array
    regrowth: Array

    @property
    def years(self) -> int:
        """Number of years that are followed."""
        return int(self.volume.shape[1]) - 1

    def part(self, chosen: np.ndarray) -> "Land":
        """The chosen rows, weights as they are."""
        return Land(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def mean(self, values: Array, units: int) -> Array:
        """(units, …) area-weighted means of (rows, …) values; zero for a unit without such land."""
        weighted = values * self.weight.reshape(-1, *[1] * (values.ndim - 1))
        sums = np.zeros((units, *values.shape[1:]))
        np.add.at(sums, self.unit, weighted)
        return sums


def growth_of(volume: Array, group: Whole, above: AboveGround) -> Array:
    """(rows, years, 3) yearly growth above ground, tC/ha, of (rows, years + 1) volumes."""
    return np.asarray(np.diff(above(volume, group), axis=1))


def standing(forest: Forest, years: int, age_groups: Sequence[str] = AGE_GROUPS, *, with_rotation: bool = True) -> Land:
    """Today's stands of these age groups; optionally no short-rotation groups.

    Raises:
        InputError: as `Forest.weights`.
    """
    weights = forest.weights(tuple(age_groups), with_rotation=with_rotation)
    unit, group, age = (np.asarray(axis, np.int64) for axis in np.nonzero(weights > 0))
    return Land(
        unit,
        group,
        age,
        weights[unit, group, age],
        forest.volumes(years)[unit, group, age],
        forest.regrowth_volumes(years)[unit, group],
    )


def open_land(forest: Forest, years: int, shares: Array) -> Land:
    """Land without trees for cohorts of these (units, groups) shares; `regrowth` holds the cohorts' volumes."""
    unit, group = (np.asarray(axis, np.int64) for axis in np.nonzero(shares > 0))
    new = forest.new_volumes(years)[unit, group]
    return Land(unit, group, np.full(len(unit), -1), shares[unit, group], np.zeros_like(new), new)


def poorer(land: Land, share: float) -> Land:
    """The same land with this share of its volume, standing and regrown: a degraded site."""
    return replace(land, volume=share * land.volume, regrowth=share * land.regrowth)


def share_of(forest: Forest, age_groups: Sequence[str]) -> Array:
    """(units,) share of the unit's forest in stands of these age groups without short rotation."""
    chosen = forest.age_shares[:, [AGE_GROUPS.index(group) for group in age_groups]].sum(axis=1)
    return np.asarray(chosen * forest.standing[:, ~forest.rotation].sum(axis=1))


def area_of(forest: Forest, age_groups: Sequence[str]) -> Array:
    """(units,) area of these stands, in the unit of the stands table."""
    return np.asarray(forest.stands["arbor_area_tenth_mu"] * share_of(forest, age_groups))
