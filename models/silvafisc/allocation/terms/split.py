"""Split of a standard into uses (资金用途): the owner keeps a least share, administration takes no more than a cap.

For category c at standard s, with use u = per_mu[u] or share[u] · s for patrol, public work and administration:
    s − Σ_u u ≥ owner_at_least · s;   administration ≤ administration_at_most · s
In words: a standard of which guarding, public work and administration would leave the owner less than the least share,
or of which administration would take more than its cap, cannot be chosen.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from silvafisc.quantities import share, yuan_to_fen

from ..problem import Part, Problem, grouped

TITLE = {"zh": "资金用途", "en": "Split of money"}
LAW = "森林生态效益补偿资金构成：经济补偿、管护补助、公共管护；管理费比例上限（各省通例）"
RELAXABLE = False
ADMINISTRATION = "administration"


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per category, period and standard that breaks the split: no unit is paid it."""
    table, built = problem.offers.table, []
    levels = table[["category", "period"]].assign(level=table["standard_fen"].astype(str))
    for (category, period, level), used in grouped(levels, ["category", "period", "level"]).items():
        if category in params["uses"] and not _keeps(int(level), params["uses"][category], params):
            built.append(problem.row("split", f"{category}/{period}/{level}", used, np.ones(len(used)), upper=0.0))
    return Part(tuple(built))


def used_per_mu(use: Mapping[str, str], standard: int) -> Fraction:
    """Fen per mu of one use at a standard in fen per mu."""
    if "per_mu" in use:
        return Fraction(yuan_to_fen(use["per_mu"]))
    return share(use["share"]) * standard


def _keeps(standard: int, uses: Mapping[str, Mapping[str, str]], params: Mapping[str, Any]) -> bool:
    taken = {name: used_per_mu(use, standard) for name, use in uses.items()}
    owner = standard - sum(taken.values(), Fraction(0))
    administration = taken.get(ADMINISTRATION, Fraction(0))
    least, most = share(str(params["owner_at_least"])), share(str(params["administration_at_most"]))
    return owner >= least * standard and administration <= most * standard
