"""Blocks of multiple choice solved by prices: a true bound, and a plan that keeps every row, whatever the number of units.

Prices of the few rows that couple units are found by cutting planes (`dual`), each unit answering by itself (`oracle`);
rows inside a unit have prices too, and what these leave open is closed by trying the few combinations that could matter.
Which levels are published is decided at those prices (`levels`). The plans are then made to keep the coupling rows
(`repair`). The bound is one of the linear or of the convexified problem; it is true at any prices, and so is the gap.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..problem import Floats, Indices
from .dual import MIXTURES, Dual, minimise
from .form import Form, Levels, recognise
from .levels import Published
from .options import options_of
from .oracle import Oracle, Rated
from .repair import Repair

__all__ = ["Answer", "Form", "Levels", "by_prices", "recognise"]

_COARSE, _SAMPLE, _STEPS = 1e-3, 150, 40
"""Accuracy and number of units of the sample that first prices come from; steps of the first prices of local rows."""
_NEAR = 0.02
"""First box where good prices of a like problem are known."""
_POOL = 8 + MIXTURES
"""Plans that components may take over."""
_WIDTHS = ((48, 256), (120, 1024), (400, 4096))
"""Options per group and partial plans per component in the last searches, one after the other where units stay open."""
_OPEN = 0.1
"""Part of the gap that units may stay open in all."""
_EFFORTS = ((_WIDTHS[:2], 0.5), (_WIDTHS, 0.1), (_WIDTHS, 0.1))
"""Widths of the last searches, and the part of the gap that rounding may use up before it is tried from another plan."""
_ROUNDING = 1e-12
"""Room for the floats' rounding in a sum of as many terms as there are units, relative to their size."""


@dataclass(frozen=True)
class _Effort:
    """gap: what is asked for. widths: of the last searches; rounded: part of the gap that is left to rounding."""

    gap: float
    widths: tuple[tuple[int, int], ...]
    rounded: float

    def allows(self, bound: float, value: float, part: float = 1.0) -> bool:
        """Whether value and bound are within that part of the gap."""
        return bound - value <= part * self.gap * max(1.0, abs(value))


def _efforts(gap: float) -> list[_Effort]:
    """One after the other, as long as the gap is not reached."""
    return [_Effort(gap, widths, rounded) for widths, rounded in _EFFORTS]


@dataclass(frozen=True)
class Answer:
    """chosen: the columns that are taken. value, bound: of the objective over the choices. prices: of the coupling rows."""

    chosen: Indices
    value: float
    bound: float
    prices: Floats


def by_prices(form: Form, objective: Floats, gap: float, start: Floats | None = None) -> Answer | None:
    """The best allocation found, with a true bound; None where none was found.

    Args:
        objective: coefficients over the choices. gap: relative distance of value and bound that is asked for.
        start: a point that is known to keep every row, made better where it can be.
    """
    options = options_of(form)
    oracle = _within_reach(Oracle(form, options, objective))
    if oracle is None:
        return None
    known = _sampled(oracle)
    prices, radius = (np.zeros(len(oracle.lower)), 0.5) if known is None else (known, _NEAR)
    if form.levels is not None:
        return _with_levels(oracle, prices, gap, radius, start)
    best: Answer | None = None
    for effort in _efforts(gap):
        found = _solve(oracle, prices, effort, radius, start)
        if found is None:
            break
        (dual, plan), radius = found, _NEAR
        prices, answer = dual.prices, _answer(oracle, plan, dual.bound, dual.prices)
        best = _joined(best, answer)
        if effort.allows(best.bound, best.value):
            break
    return best


def _joined(best: Answer | None, other: Answer) -> Answer:
    """The better of two answers, with the smaller bound."""
    if best is None:
        return other
    top, bound = max(best, other, key=lambda a: a.value), min(best.bound, other.bound)
    return replace(top, bound=max(bound, top.value))


def _within_reach(oracle: Oracle) -> Oracle | None:
    kept = oracle.reachable()
    if np.bincount(oracle.options.group[kept], minlength=oracle.options.groups).min() == 0:
        return None
    return oracle if kept.all() else Oracle(oracle.form, oracle.options.only(kept), oracle.objective)


def _solve(
    oracle: Oracle, prices: Floats, effort: _Effort, radius: float, start: Floats | None
) -> tuple[Dual, Indices] | None:
    """Best prices, with the best plans of the units there, and the best repaired plan of those met last."""
    found = minimise(oracle, prices, None, 0.2 * effort.gap, radius)
    if found is None:
        return None
    dual, plans = found
    plan, value, bound = _searched(oracle, dual.prices, dual.rated, dual.plan, effort)
    worth = float(oracle.worth(dual.prices)[: oracle.coupling].sum())
    total, within_reach = float(bound.sum()) + worth, float(value.sum()) + worth
    dual = Dual(dual.prices, min(dual.bound, total), dual.rated, plan)
    best: Indices | None = None
    top = -np.inf
    known = None if start is None else oracle.options.plan_of(start)
    first = [plan] if known is None else [plan, known]
    repair = Repair(oracle, [*first, *plans[-_POOL:]], dual.prices, dual.rated)
    for plan in [*first, *plans[-MIXTURES:]]:
        tried = repair.best(plan)
        if tried is not None and (reached := _value(oracle, tried)) > top:
            best, top = tried, reached
        if effort.allows(within_reach, top, effort.rounded):
            break
    return None if best is None else (dual, best)


def _searched(
    oracle: Oracle, prices: Floats, rated: Rated, plan: Indices, effort: _Effort
) -> tuple[Indices, Floats, Floats]:
    """Every unit searched for what its local rows leave open; the few that stay open more widely, until little is left."""
    wanted, bound = oracle.tied, rated.bound
    for width, beam in effort.widths:
        plan, value, tried = oracle.search(prices, rated, plan, wanted, width=width, beam=beam)
        bound = np.minimum(bound, tried)
        left, room = bound - value, _OPEN * effort.gap * abs(float(value.sum()))
        if left.sum() <= room:
            break
        wanted = oracle.tied & (left > room / oracle.components)
    return plan, value, bound


def _with_levels(oracle: Oracle, prices: Floats, gap: float, radius: float, start: Floats | None) -> Answer | None:
    """Levels chosen at the prices of all levels, then at those of the levels chosen, while that helps."""
    published = Published(oracle.form, oracle.options)
    if published.tangled:
        return None
    rough = oracle.rate(prices).bound
    prices, rated = oracle.descend(prices, rough - 0.5 * np.abs(rough), _STEPS)
    total, levels = published.choose(rated.reduced, rated.most)
    bound = total + float(oracle.worth(prices).sum()) + _rounding(oracle, prices, rated)
    best: Answer | None = None
    for effort in _efforts(gap):
        kept = published.within(levels)
        if np.bincount(oracle.options.group[kept], minlength=oracle.options.groups).min() == 0:
            break
        narrow = _within_reach(Oracle(oracle.form, oracle.options.only(kept), oracle.objective))
        found = None if narrow is None else _solve(narrow, prices, effort, radius, start)
        if narrow is None or found is None:
            break
        dual, plan = found
        radius = _NEAR
        answer = _answer(narrow, plan, bound, dual.prices)
        best = answer if best is None or answer.value > best.value else best
        prices, total, levels = _over_all_levels(oracle, published, narrow, dual, effort)
        bound = min(bound, total)
        if effort.allows(bound, best.value):
            break
    return None if best is None else replace(best, bound=max(bound, best.value))


def _over_all_levels(
    oracle: Oracle, published: Published, narrow: Oracle, dual: Dual, effort: _Effort
) -> tuple[Floats, float, list[Indices]]:
    """Prices that are good for all levels, the bound over all choices of levels there, and the best of these choices.

    A component is bounded by its groups' largest options within the levels, added up, and by its own best plan with all
    levels allowed; the bound takes for each component the one that is smaller at the best choice.
    """
    # Prices of local rows that are good for few levels are made good for all of them, or the bound would be loose.
    prices, rated = oracle.descend(dual.prices, narrow.rate(dual.prices).bound)
    _, levels = published.choose(rated.reduced, rated.most)
    plan = oracle.options.plan_of(narrow.options.point(oracle.form.size, dual.plan).astype(np.float64))
    if plan is None:
        return prices, np.inf, levels
    _, _, alone = _searched(oracle, prices, rated, plan, effort)
    of_options, group = published.within(levels), oracle.options.group
    within = oracle.options.most(np.where(of_options, rated.reduced, -np.inf))
    local = rated.bound - oracle.by_component(rated.most)
    by_levels = oracle.by_component(within) + local < alone
    share = by_levels[oracle.options.component].astype(np.float64)
    total, _ = published.choose(rated.reduced * share[group], rated.most * share)
    total += float(np.where(by_levels, local, alone).sum() + oracle.worth(prices)[: oracle.coupling].sum())
    return prices, total + _rounding(oracle, prices, rated), levels


def _rounding(oracle: Oracle, prices: Floats, rated: Rated) -> float:
    """Room for the rounding of a bound that is summed from groups, rows and components."""
    size = np.abs(rated.most).sum() + np.abs(oracle.worth(prices)).sum() + np.abs(rated.bound).sum()
    return _ROUNDING * float(size)


def _sampled(oracle: Oracle) -> Floats | None:
    """Prices of the coupling rows from every so-many-th unit, each row with its part of the room."""
    form, options = oracle.form, oracle.options
    unit = form.unit[form.menu[options.columns[options.start, 0]]]
    every = int(unit.max() + 1) // _SAMPLE
    if every < 2:
        return None
    mine = np.zeros(oracle.components, bool)
    mine[options.component[unit % every == 0]] = True
    part = Oracle(form, options.part(mine), oracle.objective)
    for row, line in enumerate(oracle.shared):
        (least, most), (low, high) = (_reach(o, line) for o in (oracle, part))
        ratio = (high - low) / (most - least) if most > least else 0.0
        part.lower[row] = low + (oracle.lower[row] - least) * ratio
        part.upper[row] = low + (oracle.upper[row] - least) * ratio
    found = minimise(part, np.zeros(len(part.lower)), None, _COARSE)
    return None if found is None else found[0].prices


def _reach(oracle: Oracle, per_column: Floats) -> tuple[float, float]:
    """Smallest and largest sum over the groups."""
    values = oracle.options.sums(per_column)
    return -float(oracle.options.most(-values).sum()), float(oracle.options.most(values).sum())


def _value(oracle: Oracle, plan: Indices) -> float:
    return float(oracle.options_values(oracle.objective, plan).sum())


def _answer(oracle: Oracle, plan: Indices, bound: float, prices: Floats) -> Answer:
    chosen = np.flatnonzero(oracle.options.point(oracle.form.size, plan))
    value = float(oracle.objective[chosen].sum())
    size = float(np.abs(oracle.objective[chosen]).sum())
    return Answer(chosen, value, max(value, bound + _ROUNDING * size), prices[: oracle.coupling])
