"""Rules of single units whose own rows say whether a baseline breaks them; exact, for the rows hold whole numbers."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from silvafisc.results import Resolved

from ..problem import Indices, Part, Problem
from ..terms import rule_part
from .ground import Ground

BY_ROWS = ("need_cap", "one_channel", "task_kind", "split", "instalments")
"""Rules on tasks and top-up money that no check of `breaks` repeats."""


def broken_by_rows(ground: Ground, chosen: Indices) -> set[str]:
    """Names of these rules that the chosen offers break; a menu without a choice counts as its lowest offer."""
    resolved: Resolved = ground.problem.resolved
    specs = [spec for spec in resolved.rules if spec.rule in BY_ROWS]
    if not specs:
        return set()
    taken = np.zeros(len(ground.offers))
    taken[chosen] = 1.0
    menus = ground.offers["menu"].to_numpy(object)
    first = np.flatnonzero(np.r_[True, menus[1:] != menus[:-1]]) if len(menus) else np.zeros(0, np.int64)
    bare = ~np.isin(menus[first], menus[chosen])
    taken[first[bare]] = 1.0
    problem = offer_by_offer(ground)
    broken = set()
    for spec in specs:
        for row in rule_part(problem, spec).rows:
            lower, upper = row.limits
            total = float(row.values @ taken[row.columns])
            if not lower <= total <= upper:
                broken.add(spec.rule)
                break
    return broken


def offer_by_offer(ground: Ground) -> Problem:
    """The problem with every open offer as its own column, in the order of the ground."""
    offers = ground.offers
    return replace(
        ground.problem,
        offers=replace(ground.problem.offers, table=offers),
        columns=offers,
        membership=sparse.identity(len(offers), format="csr"),
        structure=Part(),
        cells={},
    )
