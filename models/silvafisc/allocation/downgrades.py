"""Single changes of an allocation that leave it well formed: one other offer in a menu, or one standard a step lower."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from .problem import SINGLE, Floats, Indices, Problem, grouped
from .rows import entries_of


@dataclass(frozen=True)
class Moves:
    """matrix: choice columns x moves, -1 where a column is left and 1 where one is taken."""

    matrix: sparse.csc_matrix

    def applied(self, point: Floats, move: int) -> Floats:
        """The point after a move."""
        result, (columns, change) = point.copy(), entries_of(self.matrix, move)
        result[columns] += change
        return result

    def possible(self, point: Floats, move: int) -> bool:
        """Whether a move still starts from what is chosen."""
        columns, change = entries_of(self.matrix, move)
        return all(value in (0.0, 1.0) for value in point[columns] + change)


def menus_of(problem: Problem) -> dict[str, Indices]:
    """Menus of which exactly one column is chosen (thresholds are staircases, not menus)."""
    single = problem.columns[problem.columns["kind"].isin(SINGLE)]
    return {menu: single.index[used].to_numpy() for (menu,), used in grouped(single, ["menu"]).items()}


def downgrades(problem: Problem, point: Floats) -> Moves:
    """All single changes: every other column of every menu; every run of equal standards one level lower.

    A standard is lowered for the whole grade that pays it, in its period alone or in all earlier periods as well, so
    that it may still only rise.
    """
    off, on = _other_columns(problem, point)
    lower = list(_lower_standards(problem, point))
    count = len(off) + len(lower)
    at = np.concatenate([off, on, *(np.array(columns, np.int64) for columns in lower)])
    numbers = np.arange(len(off))
    move = np.concatenate([numbers, numbers, *(np.full(len(c), len(off) + k) for k, c in enumerate(lower))])
    values = np.concatenate([-np.ones(len(off)), np.ones(len(on)), *(-np.ones(len(columns)) for columns in lower)])
    return Moves(sparse.csc_matrix((values, (at, move)), shape=(problem.size, count)))


def _other_columns(problem: Problem, point: Floats) -> tuple[Indices, Indices]:
    """For every column of a menu that is not chosen: the chosen one, and itself; menus in order of their names."""
    single = problem.columns[problem.columns["kind"].isin(SINGLE)]
    columns = single.index.to_numpy()
    menu, names = pd.factorize(single["menu"], sort=True)
    order = np.lexsort((columns, menu))
    columns, menu = columns[order], menu[order]
    # The first column of the largest value is the one chosen.
    best = np.lexsort((columns, -point[columns], menu))
    now = columns[best[np.searchsorted(menu[best], np.arange(len(names)))]]
    others = columns != now[menu]
    return now[menu][others].astype(np.int64), columns[others].astype(np.int64)


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
