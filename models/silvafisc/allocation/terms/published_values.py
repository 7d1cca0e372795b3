"""Published values: a category has at most K different standards, over grades and periods.

    x[r, c, p, l] ≤ v[c, l] for every l > 0,   Σ_l v[c, l] ≤ K
In words: the notice stays short enough to be read and remembered. "Nothing" is no published value.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from ..problem import Aux, Indices, Part, Problem, joined, make_row

TITLE = {"zh": "公布标准个数", "en": "Published values"}
LAW = "标准应当简明并向社会公布（生态保护补偿条例第九条）"
RELAXABLE = True
LIMITS = {"at_most": "higher"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows per category, representative unit, period and level above 0, and one row per category for the count."""
    offers, levels, places = _standards_paid(problem)
    subject = problem.offers.table["category"].to_numpy(object)[offers]
    names = [f"published/{name}/{level}" for name, level in zip(subject, levels, strict=True)]
    number, known = pd.factorize(np.array(names, object))
    count = len(offers)
    single = problem.rows(
        "published_values",
        lambda at: f"{places[at]}/{levels[at]}",
        (np.arange(count), offers, np.ones(count)),
        (np.full(count, -np.inf), np.zeros(count)),
        relaxable=False,
    )
    helping = sparse.csr_matrix((-np.ones(count), (np.arange(count), number)), shape=(count, len(known)))
    single = replace(single, names=tuple(str(name) for name in known), helping=helping)
    nothing, limit = np.zeros(problem.size), float(params["at_most"])
    counting = []
    for category in problem.resolved.categories:
        mine = {str(name): 1.0 for name in known if str(name).startswith(f"published/{category.id}/")}
        counting.append(make_row("published_values", category.id, nothing, upper=limit, aux=mine, unit="count"))
    # Whether a value is published is forced up by the binary choices, so the indicator may stay continuous.
    return Part(joined(single, tuple(counting)), tuple(Aux(str(name), 0.0, 1.0) for name in known))


def _standards_paid(problem: Problem) -> tuple[Indices, Indices, list[str]]:
    """Offers above nothing of representative units' categories, their standards, and category/period/unit of each."""
    standard, offers, places = problem.offers.table["standard_fen"].to_numpy(), [], []
    for category in problem.resolved.categories:
        for code in problem.representatives(category.id):
            for period in problem.resolved.periods:
                menu = problem.menu_offers[f"{code}/{category.id}/{period}"]
                menu = menu[standard[menu] > 0]
                offers.append(menu)
                places += [f"{category.id}/{period}/{code}"] * len(menu)
    found = np.concatenate(offers) if offers else np.zeros(0, np.int64)
    return found, standard[found], places
