"""A figure of a unit from plots, helped by a model of the whole unit: a bad map widens it and cannot bias it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from .maps import PREFIX


@dataclass(frozen=True)
class Assisted:
    """Mean per area with its standard error. plain_sd: of the plots without the model; (plain_sd / sd)² is what it gains."""

    mean: float
    sd: float
    plots: int
    plain_sd: float


def assisted(predicted: float, residual: Array, measured: Array, rules: Rules) -> Assisted | None:
    """ŷ = mean of the predictions of the whole unit + mean residual of its plots, with var = Σ (e_i − ē)² / n (n − 1).

    The difference estimator (Särndal, Swensson and Wretman 1992, 6.3 and 6.6) for a simple random or systematic sample
    that is small against the unit. Residuals must be of models that did not see the plot (cross-fitting), else a model
    that learns plots by heart would look certain. Without a model: predicted 0 and residual = measured.

    residual, measured: (n,) of the plots in the unit.

    Returns:
        None where the unit has fewer plots than `unit_plots`: it is not told, and not filled.
    """
    n = len(residual)
    if len(measured) != n:
        raise refuse("plots", "residuals and plots differ in number", "残差与样地数量不一致")
    if n < max(2, round(rules.number(PREFIX + "unit_plots"))):
        return None
    sd, plain = (float(np.std(values, ddof=1) / np.sqrt(n)) for values in (residual, measured))
    return Assisted(predicted + float(residual.mean()), sd, n, plain)


def even(plots: Sequence[int], areas: Sequence[float]) -> float:
    """Probability of numbers of plots so uneven over parts of a region, if every place was as likely to be drawn.

    Chi-square against area. Where it is small the plots are no simple random sample of the region as a whole.
    """
    found, land = np.asarray(plots, np.float64), np.asarray(areas, np.float64)
    if len(found) < 2 or not found.sum() > 0:
        return 1.0
    expected = found.sum() * land / land.sum()
    return float(stats.chi2.sf(((found - expected) ** 2 / expected).sum(), len(found) - 1))
