"""Restoration of degraded stands: a one-off loss, then a better curve."""

from collections.abc import Sequence

import numpy as np

from silvafisc.policy import Rules

from ..course import Course, Stocks
from ..mixtures import Array

_PREFIX = "assumptions.carbon.measures.restoration_"


def restoration(course: Course, years: Sequence[int], rules: Rules) -> Stocks:
    """Stocks of degraded stands restored at the end of each of `years` (in equal parts), and left degraded.

    Baseline V_k = q V°_k, with V° the unit's normal curve and q < 1. Restored, for k ≥ j:
    W_k = (1 - l) [q V°_j + (1 + u) q (V°_k - V°_j)] + l σ (1 + u) q R_{k-j},  R the curve of a new cohort.
    In words: the share l is cleared and replanted (survival σ); what stays and what is new grows on a curve with an
    amplitude higher by u. The first years are negative. Wood products are not counted; no short-rotation groups.
    """
    forest = course.forest
    weights = forest.weights(rules.texts(_PREFIX + "age_groups"), with_rotation=False)
    share = rules.number(_PREFIX + "volume_share")
    removal, gain = rules.number(_PREFIX + "removal"), rules.number(_PREFIX + "growth_gain")
    survival = rules.number("assumptions.carbon.measures.planting_survival")
    degraded = share * course.volumes
    planted = survival * (1 + gain) * share * forest.new_volumes(course.years)
    regrowth = forest.cohort_carbon(share * course.regrowth, forest.standing)
    original = forest.mean_carbon(degraded, weights)
    treated = np.zeros_like(original)
    for year in years:
        restored = _restored(degraded, planted, year, removal, gain)
        treated += forest.mean_carbon(restored, weights) / len(years)
    return Stocks(course.stock(treated, regrowth), course.stock(original, regrowth))


def _restored(degraded: Array, planted: Array, year: int, removal: float, gain: float) -> Array:
    at = degraded[..., year : year + 1]
    stays = (1 - removal) * (at + (1 + gain) * (degraded - at))
    new = np.zeros_like(planted)
    new[..., year:] = planted[..., : planted.shape[-1] - year]
    after = np.arange(degraded.shape[-1]) >= year
    return np.where(after, stays + removal * new[:, :, None, :], degraded)
