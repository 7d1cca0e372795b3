"""No inversion (不倒挂): who is at least as needy and at least as important is not paid less.

    importance_r ≥ importance_q and need_r ≥ need_q  ⇒  s[r, c, p] ≥ s[q, c, p], for units with certified area in c
Indices as printed, to six decimals; the implication read both ways gives equal pairs equal standards. Units are swept
in ascending importance; a tree over the ranks of need holds the highest standard met so far, so that a nation's
counties need no comparison of all pairs.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from .case import Case
from .finding import Check

KIND = "rule"

Point = tuple[Fraction, Fraction, int, str]
"""(importance, need, standard, unit)."""


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """No parameters."""
    for category in case.resolved.categories:
        units = [case.published[region] for region in sorted(case.units) if case.area(region, category.id)]
        for period in case.resolved.periods:
            points = [
                (unit.importance, unit.need, case.standard(unit.region, category.id, period) or 0, unit.region)
                for unit in units
            ]
            for unit, paid, other, least in inversions(points):
                where = f"category={category.id}, period={period}, region_code={unit}"
                zh = f"标准（不低于发展需要和生态重要性都不更高的 {other}）"
                en = f"the standard (not below {other}, which is neither more needy nor more important)"
                check.holds(paid >= least, where, f"≥ {least}", paid, "fen/mu", zh, en)


def inversions(points: list[Point]) -> list[tuple[str, int, str, int]]:
    """(unit, its standard, the best paid unit that it dominates or equals, that one's standard), one per unit."""
    ranks = {need: rank for rank, need in enumerate(sorted({need for _, need, _, _ in points}), start=1)}
    tree: list[tuple[int, str]] = [(0, "")] * (len(ranks) + 1)
    result = []
    for _, same in groupby(sorted(points), key=lambda point: point[0]):
        level = list(same)
        for _, need, standard, unit in level:
            rank = ranks[need]
            while rank < len(tree):
                tree[rank] = max(tree[rank], (standard, unit))
                rank += rank & -rank
        for _, need, standard, unit in level:
            rank, best = ranks[need], (standard, unit)
            while rank:
                best = max(best, tree[rank])
                rank -= rank & -rank
            result.append((unit, standard, best[1], best[0]))
    return result
