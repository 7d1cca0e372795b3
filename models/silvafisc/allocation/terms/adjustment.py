"""Adjustment of standards (动态调整): later standards follow the published way of adjusting, and nothing else.

For category c, unit r and consecutive periods t, t+1:
    s[r, c, t+1] = the highest standard on offer ≤ max(s[t], min(s[t] + step, f(cost index, fiscal capacity, national step)))
    written for every level m:  Σ_{s ≥ m} x[r, c, t+1, s] = Σ_{s: next(s) ≥ m} x[r, c, t, s]
In words: owners can foresee what they will be paid; the office chooses the first year's standard and the way of adjusting
(a yearly step, a review every few years, or the national step), never a year at will. `allocation.adjusting` has the modes.
With `from_last_year` the first period follows last year's standard in the same way, where one is known.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from silvafisc.results import CategorySpec

from ..adjusting import Adjustment
from ..problem import Indices, Part, Problem, Row, forbid

TITLE = {"zh": "标准动态调整", "en": "Adjustment of standards"}
LAW = "生态保护补偿条例第九条（标准动态调整）；粤、京、闽做法"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Two rows per category, representative unit, pair of periods and level; the first period where it is bound too."""
    way, built = Adjustment.of(params), list[Row]()
    standard = problem.offers.table["standard_fen"].to_numpy()
    refused: list[int] = []
    for category in problem.resolved.categories:
        for code in problem.representatives(category.id):
            menus = [problem.menu_offers[f"{code}/{category.id}/{period}"] for period in problem.resolved.periods]
            for period, (before, after) in zip(problem.resolved.periods[1:], pairwise(menus), strict=True):
                follows = [
                    on_offer(way, int(level), int(period), category, standard[after]) for level in standard[before]
                ]
                built += _follow(problem, f"{code}/{category.id}/{period}", before, np.array(follows), after)
        if params.get("from_last_year"):
            refused += _not_from_last_year(problem, way, category, standard)
    return Part((*built, *forbid(problem, "adjustment", np.array(sorted(refused), np.int64)).rows))


def _not_from_last_year(problem: Problem, way: Adjustment, category: CategorySpec, standard: Indices) -> list[int]:
    """Offers of the first period that last year's standard does not lead to; units without one are free."""
    first, refused = problem.resolved.periods[0], list[int]()
    units = problem.inputs.codes if category.last_year_by_unit_fen else problem.representatives(category.id)
    for code in units:
        menu, last = problem.menu_offers.get(f"{code}/{category.id}/{first}"), category.last_year_of(code)
        if menu is not None and last is not None:
            due = on_offer(way, last, int(first), category, standard[menu])
            refused += [int(offer) for offer in menu if standard[offer] != due]
    return refused


def on_offer(way: Adjustment, standard: int, year: int, category: CategorySpec, levels: Indices) -> int:
    """The highest level on offer that the adjusted standard reaches; the lowest on offer where it reaches none."""
    reached = levels[levels <= way.next(standard, year, category)]
    return int(reached.max() if len(reached) else levels.min())


def _follow(problem: Problem, label: str, before: Indices, follows: Indices, after: Indices) -> list[Row]:
    """At every level: as many at least there afterwards as were to come there, no more and no less."""
    standard, rows = problem.offers.table["standard_fen"].to_numpy(), []
    for level in sorted(set(standard[after]))[1:]:
        there, due = after[standard[after] >= level], before[follows >= level]
        used = np.concatenate([there, due])
        values = np.concatenate([np.ones(len(there)), -np.ones(len(due))])
        rows.append(problem.row("adjustment", f"{label}/{level}/no_more", used, values, upper=0.0))
        rows.append(problem.row("adjustment", f"{label}/{level}/no_less", used, values, lower=0.0))
    return rows
