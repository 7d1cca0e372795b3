"""Single changes of an allocation that leave it well formed: one other offer in a menu, or one standard a step lower."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .problem import Floats, Indices, Problem, grouped


@dataclass(frozen=True)
class Moves:
    """matrix: choice columns x moves, -1 where a column is left and 1 where one is taken."""

    matrix: sparse.csc_matrix

    def applied(self, point: Floats, move: int) -> Floats:
        """The point after a move."""
        result, (columns, change) = point.copy(), column_of(self.matrix, move)
        result[columns] += change
        return result

    def possible(self, point: Floats, move: int) -> bool:
        """Whether a move still starts from what is chosen."""
        columns, change = column_of(self.matrix, move)
        return all(value in (0.0, 1.0) for value in point[columns] + change)


def column_of(matrix: sparse.csc_matrix, column: int) -> tuple[Indices, Floats]:
    """Row positions and values of one column, without a copy of the matrix."""
    span = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return np.asarray(matrix.indices[span], np.int64), np.asarray(matrix.data[span], np.float64)


def menus_of(problem: Problem) -> dict[str, Indices]:
    """Menus of which exactly one column is chosen (thresholds are staircases, not menus)."""
    single = problem.columns[problem.columns["kind"].isin(["task", "factor", "offer"])]
    return {menu: single.index[used].to_numpy() for (menu,), used in grouped(single, ["menu"]).items()}


def downgrades(problem: Problem, point: Floats) -> Moves:
    """All single changes: every other column of every menu; every run of equal standards one level lower.

    A standard is lowered for the whole grade that pays it, in its period alone or in all earlier periods as well, so
    that it may still only rise.
    """
    lists: list[tuple[list[int], list[int]]] = []
    for columns in menus_of(problem).values():
        now = int(columns[np.argmax(point[columns])])
        lists += [([now], [int(other)]) for other in columns if other != now]
    lists += [(off, []) for off in _lower_standards(problem, point)]
    at = [i for off, on in lists for i in (*off, *on)]
    move = [k for k, (off, on) in enumerate(lists) for _ in (*off, *on)]
    values = [v for off, on in lists for v in (*([-1.0] * len(off)), *([1.0] * len(on)))]
    return Moves(sparse.csc_matrix((values, (at, move)), shape=(problem.size, len(lists))))


def _lower_standards(problem: Problem, point: Floats) -> Iterator[list[int]]:
    """Columns to switch off for each grade, category and period whose standard is above its lowest."""
    thresholds = problem.columns[problem.columns["kind"] == "threshold"]
    for (_,), used in grouped(thresholds, ["subject"]).items():
        mine = thresholds.iloc[used]
        grids = []
        for period in problem.resolved.periods:
            group = mine[mine["period"] == period].sort_values(["level", "cell"], kind="stable")
            levels = group["level"].unique()
            grids.append((levels, group.index.to_numpy().reshape(len(levels), -1)))
        for number, (levels, grid) in enumerate(grids):
            reached = point[grid].sum(axis=0).round().astype(int) - 1
            changes = np.flatnonzero(np.diff(reached)) + 1
            for run in np.split(np.arange(grid.shape[1]), changes):
                top = int(reached[run[0]])
                if top == 0:
                    continue
                off = [int(i) for i in grid[top, run]]
                yield off
                earlier = [
                    int(i)
                    for before, columns in grids[:number]
                    for level, line in zip(before, columns[:, run], strict=True)
                    for i in line
                    if level >= levels[top] and point[i] > 0.5
                ]
                if earlier:
                    yield [*off, *earlier]
