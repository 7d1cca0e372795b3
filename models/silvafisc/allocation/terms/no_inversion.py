"""No inversion: who is at least as needy and at least as important is not paid less.

For category c, period p, units r, q with area and importance_r ≥ importance_q, need_r ≥ need_q (one strictly):
    Σ_{s ≥ l} x[q, c, p, s] ≤ Σ_{s ≥ l} x[r, c, p, s]  for every level l; equal pairs have equal standards
In words: standards follow need and importance; indices are compared at 6 decimals.
In rule mode it follows from the order of grades (the score rises with both indices), so no row is needed.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ..problem import Part, Problem, Row

TITLE = {"zh": "不倒挂", "en": "No inversion"}
LAW = "生态保护补偿条例第九条（综合考虑经济社会发展水平、财政承受能力、生态保护成效）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows for the direct pairs of the dominance order (its transitive reduction) and every level."""
    if problem.cells:
        return Part()
    built: list[Row] = []
    standard = problem.offers.table["standard_fen"].to_numpy()
    for category, codes in sorted(problem.categories_of_units.items()):
        pairs = dominance_pairs(problem, codes)
        for period in problem.resolved.periods:
            for upper, lower in pairs:
                high = problem.menu_offers[f"{upper}/{category}/{period}"]
                low = problem.menu_offers[f"{lower}/{category}/{period}"]
                for level in sorted(set(standard[high]) | set(standard[low]))[1:]:
                    below, above = low[standard[low] >= level], high[standard[high] >= level]
                    used = np.concatenate([below, above])
                    values = np.concatenate([np.ones(len(below)), -np.ones(len(above))])
                    label = f"{upper}/{lower}/{category}/{period}/{level}"
                    built.append(problem.row("no_inversion", label, used, values, upper=0.0))
    return Part(tuple(built))


def dominance_pairs(problem: Problem, codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """(at least as needy and important, the other): direct pairs only; equal units appear both ways round."""
    indices = problem.indices.set_index("region_code")
    point = {c: (round(float(indices["importance"][c]), 6), round(float(indices["need"][c]), 6)) for c in codes}
    # Chains of equal units are linked in order of code, and only their first member stands in the order.
    groups: dict[tuple[float, float], list[str]] = {}
    for code in codes:
        groups.setdefault(point[code], []).append(code)
    pairs = [pair for g in groups.values() for a, b in pairwise(g) for pair in ((a, b), (b, a))]
    heads = sorted(groups)
    above = {p: {q for q in heads if q != p and q[0] >= p[0] and q[1] >= p[1]} for p in heads}
    for p in heads:
        direct = above[p] - {q for between in above[p] for q in above[between]}
        pairs += [(groups[q][0], groups[p][0]) for q in sorted(direct)]
    return pairs
