"""Measures on land without trees: afforestation, and closure for natural regeneration."""

from dataclasses import replace

import numpy as np

from ..mixtures import Array
from .cohorts import Strand
from .land import Land, open_land
from .plans import Plan
from .setting import Setting, in_year, shifted


def afforestation(setting: Setting, year: int) -> tuple[Plan, None]:
    """(with, without): a cohort planted in `year`, of which the assumed share survives; without, the land stays as it is.

    Land without trees has a soil in balance with its own plants, which the engine does not follow: without the measure
    its carbon does not change. From `year` on the old soil decays while the trees build up new litter, so that soil may
    fall first.
    """
    survival = setting.measure("planting_survival")
    return _grown(setting, setting.forest.planted, year, survival), None


def closure(setting: Setting, year: int) -> tuple[Plan, None]:
    """(with, without): land closed in `year` that regenerates by itself, later and more sparsely than planted land."""
    later = year + round(setting.number("closure_delay_years"))
    return _grown(setting, setting.forest.standing, later, setting.number("closure_growth_share")), None


def _grown(setting: Setting, shares: Array, year: int, part: float) -> Plan:
    """Land on which cohorts start in `year` and grow the share `part` of their curves; losses start a year later."""
    land = open_land(setting.forest, setting.years, shares)
    nothing = np.zeros((len(land.unit), land.years, 3))
    if year > setting.years:
        return _bare(land, nothing)
    grown = part * setting.growth(land.regrowth, land)
    strands = (Strand(np.zeros(nothing.shape[:2]), nothing), Strand(in_year(land, year), shifted(grown, year)))
    after = np.arange(1, land.years + 1) > year
    hazards = {name: share * after for name, share in setting.hazards(land).items()}
    return replace(_bare(land, grown), strands=strands, hazards=hazards, begins=year)


def _bare(land: Land, regrowth: Array) -> Plan:
    still = np.zeros(regrowth.shape[:2])
    strand = Strand(still, np.zeros_like(regrowth))
    return Plan(land, (strand,), regrowth, {"loss": still}, begins=land.years + 1)
