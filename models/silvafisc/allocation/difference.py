"""How far two plans lie apart, and the plan that lies farthest from given ones.

A plan is a choice of *numbers*: in rule mode the published ones (the standard of each cell of the score, a task's level
and quantity, a pot's weighting), in case mode one offer per unit, measure and period. Two measures:
    numbers:  how many of them differ
    money:    Σ |difference of what a unit gets from them|, fen, all payers, over the horizon
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from .model import power_of_two
from .problem import Aux, Floats, Indices, Objective, Problem, grouped, make_row

Measure = Literal["money", "numbers"]
MEASURES = ("money", "numbers")
TERM = "difference"


@dataclass(frozen=True)
class Number:
    """One number of a plan.

    columns: those that decide it; of a menu exactly one is chosen, of a staircase (levels ascending) the first few.
    """

    kind: str
    subject: str
    fund: str
    region_code: str
    period: str
    cell: int
    columns: Indices
    staircase: bool

    def at(self, point: Floats) -> int:
        """The column that says what it is in a plan."""
        taken = self.columns[point[self.columns] > 0.5]
        return int(taken[-1])


def numbers_of(problem: Problem) -> list[Number]:
    """All numbers of a plan, in a fixed order. Cut-offs are none of their own: they show where standards change."""
    decided = problem.columns[problem.columns["kind"] != "cut"]
    found = []
    for _, used in grouped(decided, ["kind", "fund", "subject", "region_code", "period", "menu"]).items():
        group = decided.iloc[used]
        kind = str(group["kind"].iat[0])
        staircase = kind == "threshold"
        for cell, part in group.groupby("cell", sort=True) if staircase else [(0, group)]:
            ordered = part.sort_values("level", kind="stable") if staircase else part
            subject, fund, region, when = (str(ordered[n].iat[0]) for n in ("subject", "fund", "region_code", "period"))
            columns = ordered.index.to_numpy(np.int64)
            found.append(Number(kind, subject, fund, region, when, int(str(cell)), columns, staircase))
    return found


class Differences:
    """Differences between the plans of one problem. steps[column]: what a threshold or an offer is worth to each unit."""

    def __init__(self, problem: Problem, measure: Measure) -> None:
        self.problem, self.measure = problem, measure
        self.numbers = numbers_of(problem)
        table = problem.offers.table
        cost = np.asarray(table[problem.offers.cost_columns].sum(axis=1), np.float64)
        units = {code: i for i, code in enumerate(sorted(set(table["region_code"])))}
        at = np.array([units[code] for code in table["region_code"]])
        per_unit = sparse.csr_matrix((cost, (at, np.arange(len(table)))), shape=(len(units), len(table)))
        self.steps = sparse.csc_matrix(per_unit @ problem.membership)

    def between(self, one: Floats, other: Floats) -> int:
        """The difference of two plans."""
        if self.measure == "numbers":
            return sum(number.at(one) != number.at(other) for number in self.numbers)
        parts = ((self._weights(n, one), other[n.columns] - self._origin(n, one)) for n in self.numbers)
        return round(sum(float(weights @ moved) for weights, moved in parts))

    def objective(self, plans: Sequence[Floats]) -> Objective:
        """Maximise t, t <= difference to every one of the plans.

        t is counted in its own unit of the size of the largest step: one fen beside 10 bn is less than a solver keeps.
        """
        size = self.problem.size
        largest = np.asarray(abs(self.steps).sum(axis=0), np.float64) if self.measure == "money" else np.ones(1)
        unit = 1.0 / power_of_two(largest, 1.0)
        variables, rows = [Aux(TERM)], []
        for order, plan in enumerate(plans):
            dense, constant, helping = np.zeros(size), 0.0, {TERM: -unit}
            for place, number in enumerate(self.numbers):
                weights, origin = self._weights(number, plan), self._origin(number, plan)
                if self.measure == "numbers" and number.staircase:
                    # One number, however many levels it moves: y <= levels moved, y <= 1.
                    name = f"{TERM}/{order}/{place}"
                    variables.append(Aux(name, 0.0, 1.0))
                    helping[name] = 1.0
                    moved = np.zeros(size)
                    moved[number.columns] = weights
                    least = float(weights @ origin)
                    rows.append(make_row(TERM, name, moved, lower=least, aux={name: -1.0}, relaxable=False))
                    continue
                dense[number.columns] += weights
                constant -= float(weights @ origin)
            rows.append(make_row(TERM, str(order), dense, lower=-constant, aux=helping, relaxable=False))
        nothing = np.zeros(size)
        return Objective(TERM, "fen", nothing, aux={TERM: unit}, variables=tuple(variables), rows=tuple(rows))

    def _origin(self, number: Number, plan: Floats) -> Floats:
        """The plan on the number's columns where it counts steps, else nothing."""
        return plan[number.columns] if number.staircase else np.zeros(len(number.columns))

    def _weights(self, number: Number, plan: Floats) -> Floats:
        """What choosing each column adds to the difference: a step up counts where the plan has it not, one down where
        it has it."""
        here = self.steps[:, number.columns].toarray() if self.measure == "money" else np.zeros((0, 0))
        if number.staircase:
            size = np.abs(here).sum(axis=0) if self.measure == "money" else np.ones(len(number.columns))
            return np.where(plan[number.columns] > 0.5, -size, size)
        mine = int(np.flatnonzero(number.columns == number.at(plan))[0])
        if self.measure == "money":
            return np.asarray(np.abs(here - here[:, [mine]]).sum(axis=0), np.float64)
        return np.where(np.arange(len(number.columns)) == mine, 0.0, 1.0)
