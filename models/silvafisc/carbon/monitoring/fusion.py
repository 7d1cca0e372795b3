"""Several independent estimates of one figure as one, and whether they agree at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from silvafisc.policy import Rules

from ..errors import refuse

_AGREE = "assumptions.carbon.monitoring.disagreement"


@dataclass(frozen=True)
class Fused:
    """value with error; weights of the sources, summing to 1; agree: probability of so wide a spread if all are right.

    inflated: factor by which the error was widened, 1 where the sources agree.
    """

    value: float
    error: float
    weights: tuple[float, ...]
    agree: float
    inflated: float


def fused(values: Sequence[float], errors: Sequence[float], rules: Rules) -> Fused:
    """x = Σ w_i x_i with w_i ∝ 1/σ_i²,  σ² = 1 / Σ 1/σ_i².

    Q = Σ (x_i − x)² / σ_i² is chi-square with k − 1 degrees of freedom where all are right. Where it would be so large
    with less than the stated probability, the sources contradict each other and the error is multiplied by
    √(Q / (k − 1)) (Birge 1932): what disagrees is not made certain by averaging.

    errors: standard errors, independent of each other.

    Raises:
        InputError: no source, lists of different length, an error that is not positive.
    """
    x, sd = np.asarray(values, np.float64), np.asarray(errors, np.float64)
    if not len(x) or x.shape != sd.shape or not np.isfinite(x).all() or not (sd > 0).all():
        raise refuse("sources", "each needs a value and an error above zero", "每个来源须有数值和大于零的误差")
    precision = 1 / sd**2
    weights = precision / precision.sum()
    value, error = float(weights @ x), float(1 / np.sqrt(precision.sum()))
    if len(x) == 1:
        return Fused(value, error, (1.0,), 1.0, 1.0)
    spread, freedom = float((precision * (x - value) ** 2).sum()), len(x) - 1
    agree = float(stats.chi2.sf(spread, freedom))
    inflated = max(1.0, float(np.sqrt(spread / freedom))) if agree < rules.number(_AGREE) else 1.0
    return Fused(value, error * inflated, tuple(float(w) for w in weights), agree, inflated)
