"""How firm the indices are: every unit's own indices when one of its own indicators moves, the others staying as they are."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .curves import normal_cdf
from .indices import DIGITS, FALLING, IMPORTANCE, NEED, PARAMETERS, Floats, composite, standardise, weights_of

INDICATORS = (*IMPORTANCE, *NEED)


def moved_indices(raw: pd.DataFrame, rules: Rules, indicator: str, factor: float) -> pd.DataFrame:
    """region_code, importance, need of every unit with its own `indicator` multiplied by `factor`, in the order of `raw`.

    Row r holds the case in which unit r alone moves: the whole comparison (mean, spread, extremes) is made again for each
    unit, all at once. 6 decimals.
    """
    method = rules.text(PARAMETERS + "method")
    result = {"region_code": raw["region_code"].tolist()}
    for index, names in (("importance", IMPORTANCE), ("need", NEED)):
        total = np.zeros(len(raw))
        for name, weight in weights_of(rules, index, names).items():
            sign = -1.0 if name in FALLING else 1.0
            values = sign * raw[name].to_numpy(np.float64)
            total += weight * (
                _moved(values, values * factor, method) if name == indicator else standardise(values, method)
            )
        result[index] = np.round(total, DIGITS).tolist()
    return pd.DataFrame(result)


def reweighted_indices(raw: pd.DataFrame, rules: Rules, indicator: str, factor: float) -> pd.DataFrame:
    """region_code, importance, need with the weight of `indicator` multiplied, the rest of its index scaled to make 1."""
    method = rules.text(PARAMETERS + "method")
    result = {"region_code": raw["region_code"].tolist()}
    for index, names in (("importance", IMPORTANCE), ("need", NEED)):
        weights = weights_of(rules, index, names)
        moved = _reweighted(weights, indicator, factor) if indicator in weights else weights
        result[index] = composite(raw, moved, method).tolist()
    return pd.DataFrame(result)


def _reweighted(weights: Mapping[str, float], indicator: str, factor: float) -> dict[str, float]:
    own = min(1.0, weights[indicator] * factor)
    rest = 1 - weights[indicator]
    scale = (1 - own) / rest if rest > 0 else 0.0
    return {name: own if name == indicator else weight * scale for name, weight in weights.items()}


def _moved(values: Floats, moved: Floats, method: str) -> Floats:
    """`standardise` of each moved value among the other values as they are; a half where all are equal."""
    if method == "min_max":
        low = np.minimum(_without(values, np.sort(values)[:2]), moved)
        high = np.maximum(_without(values, -np.sort(-values)[:2]), moved)
        width = np.where(high > low, high - low, 1.0)
        return np.asarray(np.where(high > low, (moved - low) / width, 1 / 2), np.float64)
    # About the old mean, so that large values with a small spread lose no digits.
    n, mean = len(values), values.mean()
    old, new = values - mean, moved - mean
    shift = (new - old) / n
    variance = (np.sum(old**2) - old**2 + new**2) / n - shift**2
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    scores = np.array([normal_cdf(float(score)) for score in (new - shift) / spread])
    return np.asarray(np.where(variance > 0, scores, 1 / 2), np.float64)


def _without(values: Floats, extremes: Floats) -> Floats:
    """The extreme of all other values: the second one for the value that is the first itself."""
    return np.asarray(np.where(values == extremes[0], extremes[-1], extremes[0]), np.float64)
