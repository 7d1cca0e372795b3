"""Standards only rise (标准只增不减).

For category c, unit r, consecutive periods p, p+1 and every level l:
    Σ_{s ≥ l} x[r, c, p, s] ≤ Σ_{s ≥ l} x[r, c, p+1, s];  and s[r, c, first] ≥ last year's standard of c
In words: no unit's standard of a category is lower than the year before.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ..problem import Part, Problem, Row, forbid

TITLE = {"zh": "标准只增不减", "en": "Standards only rise"}
LAW = "生态保护补偿条例第九条（标准动态调整）；各地实践均不下调"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows per category, representative unit, pair of periods and level; last year's standard as a bound."""
    built: list[Row] = []
    table = problem.offers.table
    standard = table["standard_fen"].to_numpy()
    for category in problem.resolved.categories:
        for code in problem.representatives(category.id):
            for earlier, later in pairwise(problem.resolved.periods):
                before = problem.menu_offers[f"{code}/{category.id}/{earlier}"]
                after = problem.menu_offers[f"{code}/{category.id}/{later}"]
                for level in sorted(set(standard[before]) | set(standard[after]))[1:]:
                    up, down = before[standard[before] >= level], after[standard[after] >= level]
                    used = np.concatenate([up, down])
                    values = np.concatenate([np.ones(len(up)), -np.ones(len(down))])
                    label = f"{code}/{category.id}/{later}/{level}"
                    built.append(problem.row("standards_only_rise", label, used, values, upper=0.0))
    last = {c.id: c.last_year_fen for c in problem.resolved.categories if c.last_year_fen is not None}
    below = [i for i, (c, s) in enumerate(zip(table["category"], standard, strict=True)) if c in last and s < last[c]]
    return Part((*built, *forbid(problem, "standards_only_rise", np.array(below, np.int64)).rows))
