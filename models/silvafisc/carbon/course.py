"""What every measure starts from: the course of today's stands over the years, without measure and without loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .forest import Forest
from .hazard import stock_under_loss
from .mixtures import Array


@dataclass(frozen=True)
class Course:
    """The calibrated forest followed for `years` years; index 0 is the state as given, index k the end of year k.

    volumes: (u, g, a, years + 1) today's stands; regrowth: (u, g, years + 1) what follows a loss, both m3/ha.
    hazard: (u, years) baseline share of standing volume lost in each year.
    """

    forest: Forest
    years: int
    volumes: Array
    regrowth: Array
    hazard: Array

    def stock(self, original: Array, regrowth: Array, unhurt: Sequence[int] = ()) -> Array:
        """(u, years + 1) carbon under the loss hazard, which is zero in the years `unhurt` (counted from 1)."""
        hazard = self.hazard.copy()
        hazard[:, [year - 1 for year in unhurt]] = 0.0
        return stock_under_loss(original, regrowth, hazard)


@dataclass(frozen=True)
class Stocks:
    """Carbon of a mu's worth of land, tC/ha, (u, years + 1): with the measure and without, under the same losses."""

    project: Array
    baseline: Array


def follow(forest: Forest, years: int) -> Course:
    """The course of `forest` over `years` years."""
    return Course(
        forest=forest,
        years=years,
        volumes=forest.volumes(years),
        regrowth=forest.regrowth_volumes(years),
        hazard=np.repeat(forest.hazard[:, None], years, axis=1),
    )
