"""Blocks of multiple choice solved by prices: a true bound, and a plan that keeps every row, whatever the number of units.

Prices of the few rows that couple units are found by cutting planes (`dual`), each unit answering by itself (`oracle`);
rows inside a unit have prices too, and what these leave open is closed by trying the few combinations that could matter.
Which levels are published is decided at those prices (`levels`). The plans are then made to keep the coupling rows
(`repair`). The bound is one of the linear or of the convexified problem; it is true at any prices, and so is the gap.
"""

from dataclasses import dataclass

import numpy as np

from ..problem import Floats, Indices
from .dual import Dual, minimise
from .form import Form, Levels, recognise
from .levels import Published
from .options import Options, options_of
from .oracle import Oracle
from .repair import Repair

__all__ = ["Answer", "Form", "Levels", "by_prices", "recognise"]

_LEVEL_ROUNDS = 4
_COARSE = 2e-3
_POOL, _TRIED = 8, 3
"""Plans that components may take over, and plans that are repaired."""
_ROUNDING = 1e-12
"""Room for the floats' rounding in a sum of as many terms as there are units, relative to their size."""


@dataclass(frozen=True)
class Answer:
    """chosen: the columns that are taken. value, bound: of the objective over the choices."""

    chosen: Indices
    value: float
    bound: float


def by_prices(form: Form, objective: Floats, gap: float) -> Answer | None:
    """The best allocation found, with a true bound; None where none was found.

    Args:
        objective: coefficients over the choices. gap: relative distance of value and bound that is asked for.
    """
    options = options_of(form)
    oracle = _within_reach(Oracle(form, options, objective))
    if oracle is None:
        return None
    if form.levels is None:
        found = _solve(oracle, np.zeros(len(oracle.lower)), gap)
        if found is None:
            return None
        dual, plan = found
        return _answer(oracle, plan, dual.bound)
    return _with_levels(oracle, gap)


def _within_reach(oracle: Oracle) -> Oracle | None:
    kept = oracle.reachable()
    if np.bincount(oracle.options.group[kept], minlength=oracle.options.groups).min() == 0:
        return None
    return oracle if kept.all() else Oracle(oracle.form, oracle.options.only(kept), oracle.objective)


def _solve(oracle: Oracle, prices: Floats, gap: float) -> tuple[Dual, Indices] | None:
    """Best prices, and the best repaired plan of the last ones met."""
    dual = minimise(oracle, prices, None, 0.2 * gap)
    if dual is None:
        return None
    best: Indices | None = None
    top = -np.inf
    repair = Repair(oracle, dual.plans[-_POOL:], dual.prices, dual.rated)
    for plan in dual.plans[-_TRIED:]:
        tried = repair.best(plan)
        if tried is not None and (value := _value(oracle, tried)) > top:
            best, top = tried, value
    return None if best is None else (dual, best)


def _with_levels(oracle: Oracle, gap: float) -> Answer | None:
    """Levels chosen at the prices of all levels, then at those of the levels chosen, while that helps."""
    published = Published(oracle.form, oracle.options)
    free = minimise(oracle, np.zeros(len(oracle.lower)), None, max(_COARSE, gap))
    if free is None:
        return None
    bound, prices = free.bound, free.prices
    best: Answer | None = None
    tried: set[bytes] = set()
    for _ in range(_LEVEL_ROUNDS):
        rated = oracle.rate(prices)
        total, levels = published.choose(rated.reduced, rated.most)
        bound = min(bound, total + float(oracle.worth(prices).sum()))
        key = b"|".join(one.tobytes() for one in levels)
        if key in tried:
            break
        tried.add(key)
        kept = published.within(levels)
        if np.bincount(oracle.options.group[kept], minlength=oracle.options.groups).min() == 0:
            break
        narrow = _within_reach(Oracle(oracle.form, oracle.options.only(kept), oracle.objective))
        found = None if narrow is None else _solve(narrow, prices, gap)
        if narrow is None or found is None:
            break
        dual, plan = found
        prices = dual.prices
        answer = _answer(narrow, plan, bound)
        if best is None or answer.value > best.value:
            best = answer
        if bound - best.value <= gap * max(1.0, abs(best.value)):
            break
    return None if best is None else Answer(best.chosen, best.value, max(bound, best.value))


def _value(oracle: Oracle, plan: Indices) -> float:
    return float(oracle.options_values(oracle.objective, plan).sum())


def _answer(oracle: Oracle, plan: Indices, bound: float) -> Answer:
    chosen = np.flatnonzero(oracle.options.point(oracle.form.size, plan))
    value = float(oracle.objective[chosen].sum())
    size = float(np.abs(oracle.objective[chosen]).sum())
    return Answer(chosen, value, max(value, bound + _ROUNDING * size))
