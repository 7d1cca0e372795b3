"""Measures in stands: tending, restoration, replanting with a mixture, fertilising. Early losses are part of them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..mixtures import Array
from .cohorts import Strand
from .hazards import PEST
from .land import Land, poorer, standing
from .plans import Act, Plan
from .setting import Setting, fading, in_year, shifted, untouched

_MEASURES = "assumptions.carbon.measures."
_OWN = "assumptions.carbon.trajectories."


def tending(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): thinned at the start of `year`.

    The share r of the volume goes, of trees of which some would have died suppressed (half-life τ); those that stay grow
    by the factor 1 + m, a gain that halves every H years. As the stock-change mode states it, with the felled wood,
    its slash and the soil followed as well.
    """
    groups = setting.rules.texts(_MEASURES + "tending_age_groups")
    baseline = untouched(setting, standing(setting.forest, setting.years, groups, with_rotation=False))
    land, removal = baseline.land, setting.measure("tending_removal")
    thinned = thinned_volume(
        land.volume,
        year,
        removal,
        setting.measure("tending_growth_gain") * fading(land.years, year, setting.measure("tending_gain_half_life")),
        setting.measure("tending_suppressed_half_life"),
    )
    grown = np.where(_from(land, year), setting.growth(thinned, land), baseline.strands[0].growth)
    strand = replace(baseline.strands[0], growth=grown)
    return replace(baseline, strands=(strand,), acts=(Act("thinning", in_year(land, year, removal)),)), baseline


def thinned_volume(volume: Array, year: int, removal: float, gain: Array, suppressed: float) -> Array:
    """(rows, years + 1) volumes of which the end of year - 1 is already thinned; gain: (years,) of the growth of a year.

    W_k = V_k (1 - r 2^{-(k - year + 1)/τ}) + (1 - r) Σ_{i = year..k} m_i (V_i - V_{i-1}).
    """
    steps = np.arange(volume.shape[1])
    since = np.maximum(steps - (year - 1), 0)
    missing = np.where(steps >= year - 1, removal * np.exp2(-since / suppressed), 0.0)
    gained = np.zeros_like(volume)
    gained[:, 1:] = (1 - removal) * np.cumsum(gain * np.diff(volume, axis=1), axis=1)
    return np.asarray(volume * (1 - missing) + gained)


def restoration(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): a degraded stand of which a share is cleared and replanted, the rest growing on a better curve."""
    groups = setting.rules.texts(_MEASURES + "restoration_age_groups")
    land = poorer(
        standing(setting.forest, setting.years, groups, with_rotation=False),
        setting.measure("restoration_volume_share"),
    )
    gain = setting.measure("restoration_growth_gain")
    return _replanted(setting, land, year, setting.measure("restoration_removal"), stays=gain, planted=gain)


def mixed_replanting(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): a share of a pure stand cleared and replanted with other species; fewer pests from then on."""
    groups = setting.rules.texts(_OWN + "mixed_age_groups")
    land = standing(setting.forest, setting.years, groups, with_rotation=False)
    project, baseline = _replanted(
        setting, land, year, setting.number("mixed_removal"), stays=0.0, planted=setting.number("mixed_growth_gain")
    )
    spared = setting.number("mixed_pest_effect") * _from(land, year)[0, :, 0]
    pests = project.hazards[PEST] * (1 - spared)
    return replace(project, hazards={**project.hazards, PEST: pests}), baseline


def fertilising(setting: Setting, year: int) -> tuple[Plan, Plan]:
    """(with, without): fertilised in `year`; a gain of growth that fades, less what fertiliser gives off."""
    groups = setting.rules.texts(_OWN + "fertilising_age_groups")
    baseline = untouched(setting, standing(setting.forest, setting.years, groups, with_rotation=False))
    gain = setting.number("fertilising_gain") * fading(setting.years, year, setting.number("fertilising_half_life"))
    strand = replace(baseline.strands[0], growth=baseline.strands[0].growth * (1 + gain)[None, :, None])
    nitrogen = in_year(baseline.land, year, setting.number("fertilising_nitrogen"))
    return replace(baseline, strands=(strand,), nitrogen=nitrogen), baseline


def _replanted(
    setting: Setting, land: Land, year: int, removal: float, *, stays: float, planted: float
) -> tuple[Plan, Plan]:
    """The share `removal` cleared and replanted at the start of `year`; growth gains of what stays and what is planted."""
    baseline = untouched(setting, land)
    better = np.where(_from(land, year), (1 + stays) * baseline.strands[0].growth, baseline.strands[0].growth)
    new = setting.measure("planting_survival") * (1 + planted) * baseline.regrowth
    strands = (
        replace(baseline.strands[0], growth=better),
        Strand(in_year(land, year, removal), shifted(new, year)),
    )
    return replace(
        baseline, strands=strands, acts=(Act("restoration_clearing", in_year(land, year, removal)),)
    ), baseline


def _from(land: Land, year: int) -> NDArray[np.bool_]:
    """(1, years, 1) whether the year is `year` or later."""
    return (np.arange(1, land.years + 1) >= year)[None, :, None]
