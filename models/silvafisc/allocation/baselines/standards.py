"""Baselines that name standards: one flat standard, priority ranking, benefit–cost greedy.

All three leave the factor pots as they were decided (same pot, same weights), so that only standards and tasks differ.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

import numpy as np

from silvafisc.quantities import share
from silvafisc.results import CategorySpec, TaskSpec

from ..exact import Ints
from ..menus.tasks import task_levels
from ..problem import Floats, Indices
from ..rule_mode import unit_scores
from .ground import Ground

Rooms = Mapping[str, Ints]
"""fund -> fen left per period."""


def flat_standard(ground: Ground, rooms: Rooms, kept: Indices) -> Indices:
    """One standard per category and period for all units, as high as the money allows on the grid.

    Tasks stay as they were decided, so the money is that of the decided top-ups and of what they left. The categories of
    a fund rise one grid step each in turn (never above a category that may not lie below them), from last period's
    standards where these can be kept.

    Args:
        rooms: fund -> fen per period without the factor pots. kept: the decided task offers.
    """
    chosen = [int(i) for i in kept]
    for fund in ground.funds:
        mine = kept[(ground.offers["fund"].to_numpy()[kept] == fund.id)]
        left = rooms[fund.id] - ground.own[mine].sum(axis=0)
        categories = [c for c in ground.problem.resolved.categories if c.fund == fund.id]
        for category, period, level in _flat_levels(ground, categories, left):
            chosen += [int(i) for i in _offers(ground, category, period, f"{level}")]
    return np.array(sorted(chosen), np.int64)


def priority_ranking(ground: Ground, rooms: Rooms, kept: Indices) -> Indices:
    """Units in order of score (ties by code) are paid the highest level of everything while it can be paid.

    A unit's package of a fund is the highest standard of each category and the highest unit standard on its need, spread
    evenly over the periods, from one period to the last, so that nobody's standard falls again. Who does not fit into
    the rest is passed over, and comes again with a package that starts a period later.
    """
    rank = _ranking(ground)
    chosen: list[int] = []
    for fund in ground.funds:
        left, waiting = rooms[fund.id].copy(), list(rank)
        packages = _packages(ground, fund.id)
        for first in range(len(ground.periods)):
            for code in list(waiting):
                package = [i for period, i in packages.get(code, []) if period >= first]
                cost = ground.own[package].sum(axis=0)
                if (cost <= left).all():
                    left -= cost
                    chosen += package
                    waiting.remove(code)
    return np.array(sorted(chosen), np.int64)


def benefit_cost_greedy(ground: Ground, rooms: Rooms, kept: Indices) -> Indices:
    """Repeatedly the jump with the highest Δbenefit / Δcost on the efficient hull of its menu that still fits.

    Every menu starts at its cheapest offer. Cost is the money of the fund's payer over the horizon; a jump fits where
    the fund of every period, the unit's local capacity (where that is a rule) and the need of a task allow it.
    """
    jumps: list[tuple[float, int, int, int]] = []
    at: dict[int, int] = {}
    for number, menu in enumerate(menu for key in sorted(ground.menus) for menu in ground.menus[key]):
        hull = efficient_hull(ground, menu)
        at[number] = hull[0]
        for low, high in pairwise(hull):
            gain = float(ground.gain[high] - ground.gain[low])
            cost = int(ground.own[high].sum() - ground.own[low].sum())
            jumps.append((-(gain / cost if cost else np.inf), number, low, high))
    held = _Held(ground, rooms, list(at.values()))
    for _, number, low, high in sorted(jumps):
        if at[number] == low and held.moves(low, high):
            at[number] = high
    return np.array(sorted(at.values()), np.int64)


def efficient_hull(ground: Ground, menu: Ints) -> list[int]:
    """Offers of a menu on the upper concave hull of benefit over cost, from the cheapest on."""
    cost, gain = ground.own[menu].sum(axis=1), ground.gain[menu]
    order = np.lexsort((menu, -gain, cost))
    hull: list[int] = [int(order[0])]
    for i in (int(j) for j in order[1:]):
        if gain[i] <= gain[hull[-1]]:
            continue
        while len(hull) > 1 and _steeper(cost, gain, hull[-2], hull[-1], i):
            hull.pop()
        hull.append(i)
    return [int(menu[i]) for i in hull]


def _steeper(cost: Ints, gain: Floats, a: int, b: int, c: int) -> bool:
    """Whether b lies on or below the line from a to c."""
    return float((gain[b] - gain[a]) * (cost[c] - cost[a])) <= float((gain[c] - gain[a]) * (cost[b] - cost[a]))


class _Held:
    """What is left of funds, local capacity and needs while offers are taken."""

    def __init__(self, ground: Ground, rooms: Rooms, start: list[int]) -> None:
        self._ground = ground
        self._room = {fund: room.copy() for fund, room in rooms.items()}
        self._local = {code: limit.copy() for code, limit in ground.local_limit.items()}
        self._need = dict(ground.needs)
        self._fund = ground.offers["fund"].to_numpy()
        self._code = ground.offers["region_code"].to_numpy()
        self._measure = ground.offers["measure"].to_numpy()
        self._task = (ground.offers["nature"] == "task").to_numpy()
        for offer in start:
            self._room[self._fund[offer]] -= ground.own[offer]
            if self._code[offer] in self._local:
                self._local[self._code[offer]] -= ground.local[offer]

    def moves(self, low: int, high: int) -> bool:
        """Take the jump if it fits."""
        ground, code = self._ground, str(self._code[low])
        room = self._room[str(self._fund[low])]
        own = ground.own[high] - ground.own[low]
        locally = ground.local[high] - ground.local[low]
        limit = self._local.get(code)
        if (own > room).any() or (limit is not None and ((locally > limit) & (locally > 0)).any()):
            return False
        if self._task[low]:
            key = (code, str(self._measure[low]))
            area = int(ground.area[high] - ground.area[low])
            if area > self._need[key]:
                return False
            self._need[key] -= area
        room -= own
        if limit is not None:
            limit -= locally
        return True


def even_shares(task: TaskSpec, periods: int) -> list[str]:
    """Quantity share per period: the largest on the grid that leaves the later periods their part of the need."""
    grid = sorted((share(text), text) for text in task.quantity_shares)
    left, shares = Fraction(1), []
    for remaining in range(periods, 0, -1):
        part, text = max((p for p in grid if p[0] <= left / remaining), default=(Fraction(0), "0"))
        shares.append(text)
        left -= part
    return shares


def _flat_levels(ground: Ground, categories: list[CategorySpec], left: Ints) -> list[tuple[str, str, int]]:
    """(category, period, standard) that are affordable; takes their cost out of `left`."""
    offers = ground.offers
    rises = ground.problem.resolved.rule("standards_only_rise") is not None
    result: list[tuple[str, str, int]] = []
    before = {c.id: (c.last_year_fen or 0) if rises else 0 for c in categories}
    for at, period in enumerate(ground.periods):
        costs: dict[str, dict[int, int]] = {}
        for category in categories:
            mine = (offers["category"] == category.id).to_numpy() & (ground.period_of == at)
            sums: dict[int, int] = {}
            for level, fen in zip(offers["standard_fen"].to_numpy()[mine], ground.own[mine, at], strict=True):
                sums[int(level)] = sums.get(int(level), 0) + int(fen)
            costs[category.id] = sums
        costs = {name: levels for name, levels in costs.items() if levels}
        level = _rise(costs, [c for c in categories if c.id in costs], int(left[at]), before)
        left[at] -= sum(costs[name][value] for name, value in level.items())
        result += [(name, period, value) for name, value in sorted(level.items())]
        before = before | level
    return result


def _rise(
    costs: Mapping[str, Mapping[int, int]], categories: list[CategorySpec], room: int, before: Mapping[str, int]
) -> dict[str, int]:
    """Round after round each category takes its next level, as long as order and money allow."""
    start = {name: min((x for x in levels if x >= before[name]), default=max(levels)) for name, levels in costs.items()}
    if sum(costs[name][level] for name, level in start.items()) > room:
        start = {name: min(levels) for name, levels in costs.items()}
    level, moved = start, True
    while moved:
        moved = False
        for category in categories:
            higher = [x for x in costs[category.id] if x > level[category.id]]
            if not higher:
                continue
            tried = level | {category.id: min(higher)}
            ordered = all(tried[c.id] >= tried[n] for c in categories for n in c.not_below if n in tried)
            if ordered and sum(costs[name][x] for name, x in tried.items()) <= room:
                level, moved = tried, True
    return level


def _highest(task: TaskSpec, quantity: str) -> str:
    """Name of the offer at the highest unit standard."""
    levels = task_levels(task)
    return next((name for name, u, q in levels if (u, q) == (task.standards_fen[-1], quantity)), levels[0][0])


def _offers(ground: Ground, subject: str, period: str, choice: str) -> Indices:
    """Offers of all units at one published number: a category's standard in fen, or a task's offer name."""
    offers = ground.offers
    if choice.isdigit():
        named = (offers["category"] == subject) & (offers["standard_fen"] == int(choice))
    else:
        named = (offers["measure"] == subject) & (offers["offer"] == choice)
    return np.flatnonzero(named & (offers["period"] == period))


def _ranking(ground: Ground) -> list[str]:
    """Codes by descending score; where no α was decided, that in the middle of the scenario's."""
    problem = ground.problem
    alphas = sorted(problem.resolved.grades.alphas, key=float)
    scores = unit_scores(problem.indices, problem.alpha or alphas[len(alphas) // 2])
    return sorted(ground.codes, key=lambda code: (-scores[code], code))


def _packages(ground: Ground, fund: str) -> dict[str, list[tuple[int, int]]]:
    """region -> (period, offer) of the highest level of every menu of the fund."""
    resolved, periods = ground.problem.resolved, len(ground.periods)
    offers, packages = ground.offers, dict[str, list[tuple[int, int]]]()
    wanted: list[Indices] = []
    for category in (c for c in resolved.categories if c.fund == fund):
        top = str(category.levels_fen[-1])
        wanted += [_offers(ground, category.id, period, top) for period in ground.periods]
    for task in (t for t in resolved.tasks if t.fund == fund):
        plan = zip(ground.periods, even_shares(task, periods), strict=True)
        wanted += [_offers(ground, task.id, period, _highest(task, quantity)) for period, quantity in plan]
    for offer in (int(i) for group in wanted for i in group):
        packages.setdefault(str(offers["region_code"].iat[offer]), []).append((int(ground.period_of[offer]), offer))
    return packages
