"""Importance of a unit: its replacement cost.

    loss = best value of the first objective − best value when the unit gets no optional money
In words: what the whole plan loses when a unit stays at its floors and the others may use the money it leaves: what the
unit's own offers bring, less what the others make up for.

Without optional money means: of each menu of the unit only the offer that costs least. In case mode the others are
closed, so the loss is not negative. In rule mode what is published for the others holds for the unit no longer: whatever
level is published, the unit's offers cost and bring what its cheapest one does. There a loss may be negative: the common
rule pays the unit although the same money, published for the others alone, would bring more. Factor money stays in both
modes: it is shared by a formula.

A unit whose amount a rule protects (`change_band`, `not_below_last_year`) cannot be left out: it is `needed`. Its loss is
then measured with these rules waived for it alone, which is named; where other rules keep it, there is no loss to tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .engine import Engine
from .problem import Floats, Indices, Problem
from .solve import Solution, TimeEnded

PROTECTING = ("change_band", "not_below_last_year")
"""Rules with one row per unit that hold its amount where it was."""


@dataclass(frozen=True)
class Importance:
    """One unit, in the unit of the first objective.

    own: what its optional offers bring in the best plan; loss: what the plan loses without them, surely between
    `least` and `most` (equal to it at gap 0; all NaN where it cannot be left out at all); money_fen: its optional money
    in the best plan. needed: the rules do not let it go; waived: those that were waived for it to measure the loss.
    """

    region_code: str
    own: float
    loss: float
    least: float
    most: float
    money_fen: int
    needed: bool = False
    waived: tuple[str, ...] = ()


def importance(engine: Engine, term: str, codes: Sequence[str]) -> Iterator[Importance]:
    """The importance of units for an objective that is a sum over offers. Raises KeyError for another objective."""
    problem = engine.problem
    vector = engine.vector(engine.objectives[term][0])
    gains, costs = problem.column_values(f"obj.{term}"), _costs(problem)
    best = engine.maximise(vector)
    if _impossible(best):
        raise ValueError("there is no plan to measure importance from")
    happens = np.asarray(problem.membership @ best.point[: problem.size])
    for code in codes:
        optional, cheapest = _optional(problem, code)
        taken = happens[optional] > 0.5
        own = float((gains[optional] - gains[cheapest])[taken].sum())
        money = int((costs[optional] - costs[cheapest])[taken].sum())
        without = _without(engine, optional, cheapest)
        left = without.vector(without.objectives[term][0])
        found, waived = without.maximise(left), tuple[str, ...]()
        if _impossible(found):
            rows = _protecting(without, code)
            waived = tuple(sorted({without.model.rows[row].rule for row in rows}))
            found = without.without_rows(rows).maximise(left) if waived else found
        if _impossible(found):
            yield Importance(code, own, np.nan, np.nan, np.nan, money, needed=True)
            continue
        low = 0.0 if problem.resolved.mode == "case" and not waived else -np.inf
        loss, least, most = best.value - found.value, best.value - found.bound, best.bound - found.value
        yield Importance(code, own, max(low, loss), max(low, least), max(low, most), money, bool(waived), waived)


def _optional(problem: Problem, code: str) -> tuple[Indices, Indices]:
    """Positions of the unit's offers that are not the cheapest of their menu, and of the cheapest of the same menu."""
    table, costs = problem.offers.table, _costs(problem)
    mine = (table["region_code"] == code) & (table["nature"] != "factor")
    offers, instead = [], []
    for menu in table.loc[mine, "menu"].unique():
        positions = problem.menu_offers[str(menu)]
        least = positions[int(np.argmin(costs[positions]))]
        others = positions[positions != least]
        offers.append(others)
        instead.append(np.full(len(others), least))
    nothing = np.zeros(0, np.int64)
    return np.concatenate([nothing, *offers]), np.concatenate([nothing, *instead])


def _without(engine: Engine, optional: Indices, cheapest: Indices) -> Engine:
    """The same problem in which these offers are closed, or count as the cheapest ones."""
    problem = engine.problem
    if problem.resolved.mode == "case":
        chosen = problem.membership[optional]
        return engine.without_columns(np.unique(chosen.indices).astype(np.int64))
    table = problem.offers.table.copy()
    fields = [*problem.offers.cost_columns, *problem.offers.objective_columns]
    for name in fields:
        values = table[name].to_numpy().copy()
        values[optional] = values[cheapest]
        table[name] = values
    offers = replace(problem.offers, table=table)
    return Engine(replace(problem, offers=offers), known=engine.known)


def _protecting(engine: Engine, code: str) -> Indices:
    """Rows that keep this unit's own amount near or above last year's."""
    rows = engine.model.rows
    places = sorted(place for rule in PROTECTING for place in rows.of_rule(rule))
    return np.array([place for place in places if rows[place].label.startswith(f"{code}/")], np.int64)


def _impossible(solution: Solution) -> bool:
    """Whether it is proven that there is no plan. Raises TimeEnded where the time limit left that open."""
    if not solution.found and solution.status != "infeasible":
        raise TimeEnded("the time ended before any plan without a unit was found", "时限内未找到剔除某单位后的方案")
    return not solution.found


def _costs(problem: Problem) -> Floats:
    return np.asarray(problem.offers.table[problem.offers.cost_columns].sum(axis=1), np.float64)
