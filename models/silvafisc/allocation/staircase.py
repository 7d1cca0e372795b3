"""Exact optimum of graded standards by their structure, without a solver.

A published rule gives each category and period a staircase over the cells of the score. For a set of cut-offs with G
grades a category and period is a non-decreasing vector of G levels: at nine levels and five grades, 1 287 of them. All
rows and objectives are sums over category and period, so per cut-off set and period every combination of the
categories' vectors is looked at (vectorised), those that break a row of their period are dropped, and the periods are
joined under "standards only rise" and "at most K published values".

Bounds keep it small: per period the best combination within the main envelope bounds what a cut-off set can reach;
sets are taken in order of that bound and the search stops when the bound falls to the incumbent. Fewer grades than the
maximum are covered, since neighbouring grades may pay the same. Costs are whole fen, sums stay below 2**53, so
feasibility is exact; the optimum is proven, and equal optima are all seen, so the smallest published numbers win.

A block that has other columns or rows is not handled here (`Staircase.of` returns None): HiGHS solves it.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from .blocks import Block
from .problem import Floats, Indices
from .solve import Solution
from .staircase_search import Search

_MOST_PAIRS = 40_000_000


@dataclass(frozen=True)
class _Table:
    """One category in one period: columns[level, cell], and per linear form the cumulative value [form, level, cell]."""

    columns: Indices
    levels: Indices


class Staircase:
    """Enumerates the staircases of one block. Objectives and points are vectors over the block's columns."""

    def __init__(
        self, block: Block, tables: list[list[_Table]], cuts: Indices, grades: int, limits: dict[int, int], rises: bool
    ) -> None:
        self.block, self.tables, self.cuts, self.grades, self.limits = block, tables, cuts, grades, limits
        self.rises = rises
        self.period_of = block.model.problem.columns["period"].to_numpy(object)
        self.cells = max(table.columns.shape[1] for tables_ in tables for table in tables_)
        subjects = block.model.problem.columns["subject"].to_numpy(object)
        self.categories = [str(subjects[block.columns[table.columns[0, 0]]]) for table in tables[0]]
        self.paid = _cells_with_units(block, tables)
        self.holds: list[tuple[Floats, float]] = []
        dense = block.matrix
        self.resources: list[list[tuple[int, Floats]]] = []
        for tables_ in tables:
            columns = np.concatenate([table.columns.ravel() for table in tables_])
            rows = np.unique(dense[:, columns].nonzero()[0])
            self.resources.append(
                [(int(r), np.asarray(dense[r].todense()).ravel()) for r in rows if self._is_resource(r)]
            )

    def _is_resource(self, row: int) -> bool:
        rule = self.block.model.rows[self.block.rows[row]]
        if rule.rule in {"menu", "published_values"}:
            return str(rule.label).startswith("category_order/")
        return rule.rule != "standards_only_rise" or len(self._periods_of(row)) == 1

    def _periods_of(self, row: int) -> set[str]:
        columns = self.block.columns[self.block.matrix[row].indices]
        return set(self.period_of[columns[columns < len(self.period_of)]])

    @staticmethod
    def of(block: Block) -> "Staircase | None":
        """The enumerator of a block made of graded (or ungraded) standards only, all open to choice, else None."""
        problem = block.model.problem
        chosen = problem.columns.iloc[block.columns[: block.choices]]
        kinds = set(chosen["kind"])
        closed = not block.column_bounds[1][: block.choices].all()
        if closed or "threshold" not in kinds or not kinds <= {"threshold", "cut"}:
            return None
        names = [v.name for v in block.model.variables]
        helping = [names[c - problem.size] for c in block.columns[block.choices :]]
        if any(not name.startswith("published/") for name in helping):
            return None
        rows = [block.model.rows[r] for r in block.rows]
        rises = {"standards_only_rise"} <= {row.rule for row in rows}
        local = {int(column): i for i, column in enumerate(block.columns)}
        periods = [p for p in problem.resolved.periods if p in set(chosen["period"])]
        categories = [c.id for c in problem.resolved.categories if c.id in set(chosen["subject"])]
        tables = []
        for period in periods:
            line = []
            for category in categories:
                mine = chosen[(chosen["period"] == period) & (chosen["subject"] == category)]
                grid = mine.assign(at=[local[i] for i in mine.index]).pivot(index="level", columns="cell", values="at")
                line.append(_Table(grid.to_numpy(np.int64), grid.index.to_numpy(np.int64)))
            tables.append(line)
        widths = {table.columns.shape[1] for line in tables for table in line}
        if len(widths) != 1:
            return None
        period_of = problem.columns["period"].to_numpy(object)
        for row in rows:
            single = len(set(period_of[row.columns]) - {""}) <= 1
            if row.rule not in {"menu", "published_values", "standards_only_rise"} and (row.aux or not single):
                return None
        cut_columns = chosen.index[chosen["kind"] == "cut"]
        grades = max((int(row.upper) + 1 for row in rows if row.label == "grades"), default=1)
        limits = {
            categories.index(row.label): int(row.upper)
            for row in rows
            if row.rule == "published_values" and row.label in categories
        }
        cuts = np.array([local[i] for i in cut_columns], np.int64)
        return Staircase(block, tables, cuts, grades, limits, rises)

    def hold(self, objective: Floats, at_least: float) -> None:
        """Keep an objective at or above a value in all later solves."""
        self.holds.append((objective, at_least))

    def release(self) -> None:
        """Forget all held objectives."""
        self.holds.clear()

    def maximise(self, objective: Floats, beat: float = -np.inf) -> Solution | None:
        """The proven optimum; None where the enumeration would be too large (HiGHS takes over).

        beat: answers below it are of no use and not looked for; then the status is `infeasible`.
        """
        forms = [objective, *(h for h, _ in self.holds)]
        widest = max(self._count(table) for line in self.tables for table in line)
        if widest ** len(self.tables[0]) > _MOST_PAIRS:
            return None
        search = Search(self, forms, beat)
        best = search.run()
        if best is None:
            return None
        if not best:
            return Solution("infeasible", np.zeros(0), -np.inf, -np.inf)
        point = search.point(best)
        value = float(objective @ point)
        return Solution("optimal", point, value, value)

    def _count(self, table: _Table) -> int:
        return comb(len(table.levels) + self.grades - 1, self.grades)


def _cells_with_units(block: Block, tables: list[list[_Table]]) -> list[NDArray[np.bool_]]:
    """Per category: the cells in which some unit has it; only these publish a standard."""
    problem, found = block.model.problem, []
    for table in tables[0]:
        columns = problem.columns.iloc[block.columns[table.columns[0]]]
        category = problem.resolved.category(str(columns["subject"].iat[0]))
        codes = problem.categories_of_units.get(category.id, ())
        used = {problem.cells[code] if category.graded else 0 for code in codes}
        found.append(columns["cell"].isin(used).to_numpy(bool))
    return found
