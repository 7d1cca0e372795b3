"""Plots by stratum: the estimate of a total, the best places for more plots, and what more money narrows."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array

_PREFIX = "assumptions.carbon.monitoring."


@dataclass(frozen=True)
class Strata:
    """Plots of some strata (h): area (h,) mu; mean, sd (h,) of what a plot shows per mu; plots (h,)."""

    area: Array
    mean: Array
    sd: Array
    plots: Array

    def __post_init__(self) -> None:
        shapes = {array.shape for array in (self.area, self.mean, self.sd, self.plots)}
        if len(shapes) != 1 or not (self.area > 0).all() or not (self.sd >= 0).all() or not (self.plots >= 2).all():
            raise refuse(
                "strata",
                "every stratum needs an area, a spread and at least two plots",
                "每层须有面积、离散度和至少两个样地",
            )


@dataclass(frozen=True)
class Total:
    """A total over all strata with its standard error and the half width of its interval, relative to it."""

    total: float
    error: float
    half_width: float


def total(strata: Strata, rules: Rules) -> Total:
    """Y = Σ A_h ȳ_h,  var = Σ A_h² s_h² / n_h  (Cochran 1977, 5.3; areas are large against plots).

    The half width takes Student's t with the degrees of freedom of Satterthwaite: (Σ g_h)² / Σ g_h² / (n_h − 1), with
    g_h = A_h² s_h² / n_h.

    Raises:
        InputError: a total of zero, of which no share can be told.
    """
    parts = strata.area**2 * strata.sd**2 / strata.plots
    value, variance = float(strata.area @ strata.mean), float(parts.sum())
    if value == 0:
        raise refuse("strata", "the total is zero: no relative width", "总量为零，无法给出相对误差")
    freedom = variance**2 / float((parts**2 / (strata.plots - 1)).sum()) if variance else np.inf
    reach = float(stats.t.ppf((1 + rules.number(_PREFIX + "confidence")) / 2, freedom)) if variance else 0.0
    error = float(np.sqrt(variance))
    return Total(value, error, reach * error / abs(value))


def best_plots(strata: Strata, plots: int) -> Array:
    """(h,) whole plots, at least two each, that make the error smallest (Neyman 1934): n_h in proportion to A_h s_h.

    Plots are given one by one to the stratum whose variance falls most, which is exact for a sum of terms c_h / n_h.

    Raises:
        InputError: fewer than two plots per stratum.
    """
    given = np.full(len(strata.area), 2, dtype=np.int64)
    if plots < given.sum():
        raise refuse("plots", f"{plots} are fewer than two per stratum", f"{plots} 个样地少于每层两个")
    weight = (strata.area * strata.sd) ** 2
    for _ in range(plots - int(given.sum())):
        given[int(np.argmax(weight / (given * (given + 1))))] += 1
    return given.astype(np.float64)


def narrowed(strata: Strata, money_yuan: float, rules: Rules) -> tuple[int, Total]:
    """(plots that the money buys, the total with them): existing plots stay, further ones go where they narrow most.

    A plot costs `assumptions.carbon.monitoring.plot_cost`; means and spreads are taken as they are.

    Raises:
        InputError: no money, or a plot without cost.
    """
    cost = rules.number(_PREFIX + "plot_cost")
    if not cost > 0 or not money_yuan >= 0:
        raise refuse("money", f"{money_yuan} yuan at {cost} a plot", f"{money_yuan} 元、每个样地 {cost} 元")
    plots, weight = strata.plots.copy(), (strata.area * strata.sd) ** 2
    bought = int(money_yuan // cost)
    for _ in range(bought):
        plots[int(np.argmax(weight / (plots * (plots + 1))))] += 1
    return bought, total(Strata(strata.area, strata.mean, strata.sd, plots), rules)
