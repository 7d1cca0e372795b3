"""Factors of the age groups: what turns the prior curves into ones that meet the nation's age-group means."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from ..age_structure import AGE_GROUPS
from ..errors import refuse
from ..mixtures import Array
from .shapes import Shapes


@dataclass(frozen=True)
class AgeFactors:
    """One factor per age group (a = 5). area: on the tilted area shares; volume: on the prior curve, both (a,)."""

    area: Array
    volume: Array

    def shares(self, tilted: Array) -> Array:
        """(u, a) area shares: the tilted ones times `area`, scaled to 1 per unit."""
        weighted = tilted * self.area
        return np.asarray(weighted / weighted.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class FactoredCurve:
    """V / A = φ_g(t) m_g(t): the prior shape times the age groups' factors, carried over age.

    ln m_g is the monotone cubic (PCHIP, Fritsch and Carlson 1980) through ln m_a at the ages that stand for the
    group's age groups, level before the first and after the last, so that curve and increment are continuous.
    shapes: of the groups; ages: (g, 5) years; factors: the age groups' factors.
    """

    shapes: Shapes
    ages: Array
    factors: AgeFactors

    def reached(self, age: Array) -> Array:
        """(g, ...) volume as a share of the amplitude at `age` (g, ...) in years; may exceed 1."""
        levels = np.log(self.factors.volume[[0, 0, 1, 2, 3, 4, 4]])
        factor = np.empty_like(age, dtype=np.float64)
        for group, knots in enumerate(self.knots):
            factor[group] = np.exp(PchipInterpolator(knots, levels)(np.clip(age[group], knots[0], knots[-1])))
        return np.asarray(self.shapes.reached(age) * factor)

    @property
    def knots(self) -> Array:
        """(g, 7) ages of the interpolation: 0, the five ages, and the last one mirrored at the fourth."""
        last = 2 * self.ages[:, -1:] - self.ages[:, -2:-1]
        return np.concatenate([np.zeros_like(last), self.ages, last], axis=1)

    def falling(self) -> np.ndarray:
        """(g,) whether the group's curve falls anywhere; beyond the last knot the factor is level and φ rises."""
        fine = np.linspace(0, 1, _STEPS + 1)
        age = self.knots[:, -1:] * fine[None, :]
        return np.asarray((np.diff(self.reached(age), axis=1) < 0).any(axis=1))


_STEPS = 1000
"""Points per curve at which it is checked: finer than a tenth of a year for every group that lives under a century."""


def read_factors(table: pd.DataFrame) -> AgeFactors:
    """The shipped factors, in order of age.

    Raises:
        InputError: not the five age groups once each, or a factor that is not positive.
    """
    indexed = table.set_index("age_group")
    if sorted(indexed.index) != sorted(AGE_GROUPS):
        raise refuse("age_group_factors", f"must hold {AGE_GROUPS} once each", f"须恰好包含 {AGE_GROUPS} 各一行")
    values = indexed.loc[list(AGE_GROUPS), ["area_factor", "volume_factor"]].to_numpy(dtype=np.float64)
    if not np.all(values > 0):
        raise refuse("age_group_factors", "factors must be positive", "系数须为正数")
    return AgeFactors(values[:, 0], values[:, 1])
