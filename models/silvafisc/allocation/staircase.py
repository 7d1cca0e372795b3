"""Exact optimum of graded standards by their structure, without a solver.

A published rule gives each category and period a staircase over the cells of the score. For a set of cut-offs with G
grades a category and period is a non-decreasing vector of G levels, and all rows and objectives are sums over
categories and periods. `staircase_bound` bounds every cut-off set by pricing the rows; `staircase_search` takes the
sets in order of the bound, lists per period what can still reach the incumbent, and joins the periods. Nothing grows
with the number of units, and no list holds more than what lies between incumbent and bound.

Fewer grades than the maximum are covered, since neighbouring grades may pay the same. Costs are whole fen, sums stay
below 2**53, so feasibility is exact; the optimum is proven, and equal optima are all seen, so the smallest published
numbers win.

A block that has other columns or rows is not handled here (`Staircase.of` returns None): HiGHS solves it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .blocks import Block
from .problem import Floats, Indices
from .rows import entries_of
from .solve import Solution
from .staircase_answers import Found, point
from .staircase_search import Search

_STRUCTURE = {"menu", "published_values"}
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """One category in one period: columns[level, cell] of the block, levels in fen."""

    columns: Indices
    levels: Indices


@dataclass(frozen=True)
class Limit:
    """One side of a row of a single period: coefficients @ point <= limit."""

    coefficients: Floats
    limit: float


@dataclass(frozen=True)
class _Seen:
    """All answers of an objective from `least` on, while `holds` were held."""

    objective: Floats
    holds: list[tuple[Floats, float]]
    least: float
    found: list[Found]

    def holds_all(self, holds: list[tuple[Floats, float]]) -> bool:
        """Whether only these answers keep the forms held, because the objective itself is held now, near its best."""
        every = [*self.holds, (self.objective, self.least)]
        return len(holds) == len(every) and all(
            np.array_equal(now, one) and at_least >= least
            for (now, at_least), (one, least) in zip(holds, every, strict=True)
        )


@dataclass
class Staircase:
    """The staircases of one block. Objectives and points are vectors over the block's columns.

    tables[period][category]; limits[period]; order: (upper category, lower category) that it may not fall below;
    most: category -> number of values that it may publish; paid[category]: cells in which some unit has it.
    """

    block: Block
    tables: list[list[Table]]
    limits: list[list[Limit]]
    cuts: Indices
    grades: int
    most: dict[int, int]
    order: list[tuple[int, int]]
    rises: bool
    categories: list[str]
    paid: list[Flags]
    holds: list[tuple[Floats, float]] = field(default_factory=list)
    incumbent: Floats | None = None
    """The best point that the last solve saw, where it gave up."""
    _seen: _Seen | None = None

    @property
    def cells(self) -> int:
        """Number of cells of the score."""
        return int(self.tables[0][0].columns.shape[1])

    @staticmethod
    def of(block: Block) -> "Staircase | None":
        """The structure of a block made of graded (or ungraded) standards only, all open to choice, else None."""
        problem, model = block.model.problem, block.model
        mine = block.columns[: block.choices]
        kinds = set(problem.columns["kind"].iloc[mine].unique())
        closed = not block.column_bounds[1][: block.choices].all()
        if closed or "threshold" not in kinds or not kinds <= {"threshold", "cut"}:
            return None
        chosen = problem.columns.iloc[mine].reset_index(drop=True)
        helping = [model.variables[c - problem.size].name for c in block.columns[block.choices :]]
        if any(not name.startswith("published/") for name in helping):
            return None
        periods = [p for p in problem.resolved.periods if p in set(chosen["period"])]
        categories = [c.id for c in problem.resolved.categories if c.id in set(chosen["subject"])]
        tables = [[_table(chosen, period, category) for category in categories] for period in periods]
        if len({table.columns.shape[1] for line in tables for table in line}) != 1:
            return None
        rows = [model.rows[r] for r in block.rows]
        where = {period: number for number, period in enumerate(periods)}
        of_period = np.array([where.get(p, -1) for p in chosen["period"]] + [-1] * len(helping))
        limits: list[list[Limit]] = [[] for _ in periods]
        rises, most, grades = False, {}, 1
        for number, row in enumerate(rows):
            if row.label == "grades":
                grades = int(row.upper) + 1
            if row.rule == "published_values" and row.label in categories:
                most[categories.index(row.label)] = int(row.upper)
            if row.rule in _STRUCTURE:
                continue
            at, values = entries_of(block.matrix, number)
            touched = set(of_period[at].tolist())
            if row.rule == "standards_only_rise" and len(touched) > 1:
                rises = True
            elif row.aux or len(touched) != 1 or -1 in touched:
                return None
            else:
                line = np.zeros(len(block.columns))
                line[at] = values
                limits[touched.pop()] += _limits(line, block.lower[number], block.upper[number])
        order = [
            (number, categories.index(other))
            for number, category in enumerate(categories)
            for other in problem.resolved.category(category).not_below
        ]
        cuts = np.flatnonzero(chosen["kind"] == "cut")
        paid = [_cells_with_units(block, category, tables[0][0].columns.shape[1]) for category in categories]
        return Staircase(block, tables, limits, cuts, grades, most, order, rises, categories, paid)

    def hold(self, objective: Floats, at_least: float) -> None:
        """Keep an objective at or above a value in all later solves."""
        self.holds.append((objective, at_least))

    def release(self) -> None:
        """Forget all held objectives."""
        self.holds.clear()

    def maximise(self, objective: Floats, beat: float = -np.inf) -> Solution | None:
        """The proven optimum; None where the lists would be too long (HiGHS takes over).

        beat: answers below it are of no use and not looked for; then the status is `infeasible`.
        """
        search = Search(self, objective, beat)
        best: list[Found] | None = search.among(self._seen.found) if self._seen else []
        # What a stage leaves is among its own answers, where it is held at its best.
        if not (self._seen and self._seen.holds_all(self.holds)):
            best = search.run()
        self.incumbent = None
        if best is None:
            self.incumbent = point(self, search.found) if search.found else None
            return None
        if not best:
            return Solution("infeasible", np.zeros(0), -np.inf, -np.inf)
        self._seen = _Seen(objective, list(self.holds), search.least, best)
        chosen = point(self, best)
        value = float(objective @ chosen)
        return Solution("optimal", chosen, value, value)


def _table(chosen: object, period: str, category: str) -> Table:
    subject, at = chosen["subject"].to_numpy(object), chosen["period"].to_numpy(object)  # type: ignore[index]
    mine = np.flatnonzero((subject == category) & (at == period))
    levels, cells = (chosen[name].to_numpy(np.int64)[mine] for name in ("level", "cell"))  # type: ignore[index]
    order, grid = np.lexsort((cells, levels)), np.unique(levels)
    return Table(mine[order].reshape(len(grid), -1), grid)


def _limits(coefficients: Floats, lower: float, upper: float) -> list[Limit]:
    sides = [Limit(coefficients, upper)] if np.isfinite(upper) else []
    return [*sides, Limit(-coefficients, -lower)] if np.isfinite(lower) else sides


def _cells_with_units(block: Block, name: str, cells: int) -> Flags:
    """The cells in which some unit has the category; only these publish a standard."""
    problem = block.model.problem
    codes = problem.categories_of_units.get(name, ())
    used = {problem.cells[code] if problem.resolved.category(name).graded else 0 for code in codes}
    return np.isin(np.arange(cells), list(used))
