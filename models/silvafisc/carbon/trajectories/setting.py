"""What every measure is worked out in, and the land without measures."""

from dataclasses import dataclass

import numpy as np

from silvafisc.policy import Rules

from ..cbm import Parameters
from ..forest import Forest
from ..mixtures import Array
from .cohorts import Strand
from .hazards import hazards, healthy_growth
from .land import AboveGround, Land, growth_of
from .plans import Plan


@dataclass(frozen=True)
class Setting:
    """A calibrated forest followed for `years` years.

    above: volume -> living carbon above ground. worse: (years,) factor of the climate on the hazards of fire, pests and
    invasive species.
    """

    forest: Forest
    years: int
    above: AboveGround
    parameters: Parameters
    worse: Array
    rules: Rules

    def growth(self, volume: Array, land: Land) -> Array:
        """(rows, years, 3) tC/ha of volumes (rows, years + 1), less what pests cost."""
        return growth_of(volume, land.group, self.above) * healthy_growth(self.rules)

    def hazards(self, land: Land) -> dict[str, Array]:
        """What strikes the land; see `hazards.hazards`."""
        return hazards(self.forest, land, self.worse, self.rules)

    def number(self, name: str) -> float:
        """A parameter of the trajectories."""
        return self.rules.number("assumptions.carbon.trajectories." + name)

    def measure(self, name: str) -> float:
        """A parameter that both engines share."""
        return self.rules.number("assumptions.carbon.measures." + name)


def untouched(setting: Setting, land: Land) -> Plan:
    """The land with its hazards and without any act."""
    strand = Strand(np.zeros((len(land.unit), land.years)), setting.growth(land.volume, land))
    return Plan(land, (strand,), setting.growth(land.regrowth, land), setting.hazards(land))


def in_year(land: Land, year: int, share: float = 1.0) -> Array:
    """(rows, years) with `share` in year `year` (counted from 1) and zero elsewhere."""
    found = np.zeros((len(land.unit), land.years))
    found[:, year - 1] = share
    return found


def shifted(growth: Array, year: int) -> Array:
    """(rows, years, parts) growth of a cohort by its own years -> by calendar years, if its first year is `year`."""
    found = np.zeros_like(growth)
    found[:, year - 1 :] = growth[:, : growth.shape[1] - year + 1]
    return found


def fading(years: int, year: int, half_life: float) -> Array:
    """(years,) 1 in year `year`, halved every `half_life` years after it, zero before."""
    since = np.arange(1, years + 1) - year
    return np.where(since >= 0, np.exp2(-np.maximum(since, 0) / half_life), 0.0)
