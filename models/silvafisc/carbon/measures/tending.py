"""Tending (thinning): less volume at once, better growth of what stays."""

from collections.abc import Sequence

import numpy as np

from silvafisc.policy import Rules

from ..course import Course, Stocks
from ..mixtures import Array

_PREFIX = "assumptions.carbon.measures.tending_"


def tending(course: Course, years: Sequence[int], rules: Rules) -> Stocks:
    """Stocks of young and middle-aged stands tended at the end of each of `years` (in equal parts), and untended.

    W_k = V_k (1 - r 2^{-(k-j)/τ}) + (1 - r) m Σ_{i=j+1..k} 2^{-(i-j-1)/H} (V_i - V_{i-1})   for k ≥ j;  W_k = V_k before.
    In words: tending takes the share r of the volume, of trees that would partly have died suppressed (half-life τ), and
    the trees that stay grow by the factor 1 + m, a gain that fades with half-life H. The first years are negative.
    Wood products are not counted; short-rotation groups are not tended.
    """
    forest = course.forest
    weights = forest.weights(rules.texts(_PREFIX + "age_groups"), with_rotation=False)
    removal, gain = rules.number(_PREFIX + "removal"), rules.number(_PREFIX + "growth_gain")
    fading = rules.number(_PREFIX + "gain_half_life")
    suppressed = rules.number(_PREFIX + "suppressed_half_life")
    regrowth = forest.cohort_carbon(course.regrowth, forest.standing)
    original = forest.mean_carbon(course.volumes, weights)
    treated = np.zeros_like(original)
    for year in years:
        tended = _tended(course.volumes, year, removal, gain, fading, suppressed)
        treated += forest.mean_carbon(tended, weights) / len(years)
    return Stocks(course.stock(treated, regrowth), course.stock(original, regrowth))


def _tended(volumes: Array, year: int, removal: float, gain: float, fading: float, suppressed: float) -> Array:
    steps = np.arange(volumes.shape[-1])
    since = np.maximum(steps - year, 0)
    missing = np.where(steps >= year, removal * np.exp2(-since / suppressed), 0.0)
    released = np.where(steps > year, np.exp2(-(since - 1) / fading), 0.0)
    growth = np.diff(volumes, axis=-1, prepend=volumes[..., :1])
    gained = (1 - removal) * gain * np.cumsum(released * growth, axis=-1)
    return np.asarray(volumes * (1 - missing) + gained)
