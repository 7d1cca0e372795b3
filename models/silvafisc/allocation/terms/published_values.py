"""Published values: a category has at most K different standards, over grades and periods.

    x[r, c, p, l] ≤ v[c, l],   Σ_l v[c, l] ≤ K
In words: the notice stays short enough to be read and remembered.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..problem import Aux, Part, Problem, make_row

TITLE = {"zh": "公布标准个数", "en": "Published values"}
LAW = "标准应当简明并向社会公布（生态保护补偿条例第九条）"
RELAXABLE = True


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows per category, representative unit, period and level, and one row per category for the count."""
    built, variables = [], []
    standard = problem.offers.table["standard_fen"].to_numpy()
    nothing = np.zeros(problem.size)
    for category in problem.resolved.categories:
        names: dict[int, str] = {}
        for code in problem.representatives(category.id):
            for period in problem.resolved.periods:
                for offer in problem.menu_offers[f"{code}/{category.id}/{period}"]:
                    level = int(standard[offer])
                    name = names.setdefault(level, f"published/{category.id}/{level}")
                    built.append(
                        problem.row(
                            "published_values",
                            f"{category.id}/{period}/{code}/{level}",
                            np.array([offer]),
                            np.ones(1),
                            upper=0.0,
                            aux={name: -1.0},
                            relaxable=False,
                        )
                    )
        # Whether a value is published is forced up by the binary choices, so the indicator may stay continuous.
        variables += [Aux(name, 0.0, 1.0) for name in names.values()]
        count = dict.fromkeys(names.values(), 1.0)
        limit = float(params["at_most"])
        built.append(make_row("published_values", category.id, nothing, upper=limit, aux=count, unit="count"))
    return Part(tuple(built), tuple(variables))
