"""Instalments: later payments pass a gate, and what falls due after the horizon stays payable.

For fund f with payer b and every year y after the last period P:
    Σ due[f, b, y] · x ≤ floor(liabilities_at_most · appropriation[f, P])
In words: the instalments that today's choices leave to one later year take no more than a share of an appropriation like
the last one. Instalments of earlier years enter the committed money only where their check of survival or retention was
passed (`Resolved.withheld_commitments` holds the others); instalments due inside the horizon count in their envelope.
"""

from collections.abc import Mapping
from math import floor
from typing import Any

from silvafisc.quantities import share

from ..beyond import due_beyond
from ..problem import Floats, Part, Problem, make_row

TITLE = {"zh": "分期兑付", "en": "Instalments"}
LAW = "造林补助分期兑付、验收合格后拨付的通例；预算法（不得超出以后年度财力安排支出）"
RELAXABLE = True
LIMITS = {"liabilities_at_most": "higher"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per fund and later year in which something would fall due."""
    most, built = share(str(params["liabilities_at_most"])), []
    last = problem.resolved.periods[-1]
    for (name, payer, year), fen in sorted(due_beyond(problem).items()):
        fund = problem.resolved.fund(name)
        if payer != fund.payer or not fen.any():
            continue
        carried: Floats = problem.carried(fen.astype(float))
        limit = float(floor(most * fund.appropriation_fen[last]))
        built.append(make_row("instalments", f"{name}/{year}", carried, upper=limit, unit="fen"))
    return Part(tuple(built))
