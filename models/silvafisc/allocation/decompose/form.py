"""A block seen as multiple choice: menus, few rows that couple many units, and rows that tie the menus of one unit.

    maximise c·x,  Σ_j x[menu, j] = 1,  lower ≤ A x ≤ upper,  x[j] ≤ v[level of j],  Σ v ≤ K
Rows on one unit are `local`, rows on several `coupling`; single-column rows only close columns; rows that no choice can
break are dropped. A helping variable that neither the objective nor anything held looks at is left to its rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..blocks import Block
from ..problem import Floats, Indices

Bools = NDArray[np.bool_]
_MOST_COUPLING = 64


@dataclass(frozen=True)
class Levels:
    """Published values: of each set at most `limit` levels may be used.

    level: column -> level number, -1 where the column is none; owner: level -> set; limit: per set.
    """

    level: Indices
    owner: Indices
    limit: Indices


@dataclass(frozen=True)
class Form:
    """The block without what is fixed: open columns in menus, and the rows that remain.

    menu: column -> menu, over all choices of the block. open: columns that may still be chosen.
    rows: matrix of coupling rows, then local rows; unit: menu -> unit; coupling: number of coupling rows; origin: row ->
        row of the block, -1 for one that is held.
    """

    menu: Indices
    open: Bools
    unit: Indices
    rows: sparse.csr_matrix
    lower: Floats
    upper: Floats
    coupling: int
    levels: Levels | None
    origin: Indices

    @property
    def size(self) -> int:
        """Number of choice columns."""
        return len(self.menu)


def recognise(block: Block, held: sparse.csr_matrix, at_least: Floats, objective: Floats) -> Form | None:
    """The block in this form, or None where it is something else.

    held, at_least: rows (over all the block's columns) that must reach their limits.
    """
    n = block.choices
    low, high = block.column_bounds
    if n == 0 or not block.integer[:n].all() or np.any(low[:n] != 0):
        return None
    found = _menus(block, n)
    if found is None:
        return None
    menu, ones = found
    watched = np.abs(objective[n:]) + np.asarray(abs(held[:, n:]).sum(axis=0)).ravel() > 0
    kept, levels = _helped(block, n, ones, watched)
    if kept is None or np.any(watched):
        return None
    mine = np.flatnonzero(kept)
    matrix = sparse.vstack([sparse.csr_matrix(block.matrix[mine][:, :n]), held[:, :n]], format="csr")
    lower = np.concatenate([block.lower[mine], at_least])
    upper = np.concatenate([block.upper[mine], np.full(len(at_least), np.inf)])
    opened = _opened(matrix, lower, upper, menu, high[:n] > 0)
    if opened is None:
        return None
    regions = block.model.problem.columns["region_code"].to_numpy(object)[block.columns[:n]]
    unit = _units(menu, regions)
    few, many = _reach(matrix, lower, upper, menu, opened)
    tight = (few < lower) | (many > upper)
    touched = _touched(matrix, unit[menu])
    coupling, local = np.flatnonzero(tight & (touched > 1)), np.flatnonzero(tight & (touched == 1))
    if len(coupling) > _MOST_COUPLING or np.any((many < lower) | (few > upper)):
        return None
    order = np.concatenate([coupling, local])
    rows, origin = sparse.csr_matrix(matrix[order]), np.append(mine, np.full(len(at_least), -1))[order]
    return Form(menu, opened, unit, rows, lower[order], upper[order], len(coupling), levels, origin)


def _menus(block: Block, n: int) -> tuple[Indices, Bools] | None:
    """column -> menu and the rows that say so, where every choice stands in exactly one row that takes just one."""
    matrix, counts = block.matrix, np.diff(block.matrix.indptr)
    filled = counts > 0
    starts = block.matrix.indptr[:-1][filled]
    least, most = np.zeros(len(counts)), np.zeros(len(counts))
    least[filled] = np.minimum.reduceat(matrix.data, starts)
    most[filled] = np.maximum.reduceat(matrix.data, starts)
    one = filled & (least == most) & (block.lower == least) & (block.upper == least) & (least > 0)
    menus = sparse.csr_matrix(matrix[np.flatnonzero(one)])
    if menus.indices.size and menus.indices.max() >= n:
        return None
    if len(menus.indices) != n or len(np.unique(menus.indices)) != n:
        return None
    menu = np.empty(n, np.int64)
    menu[menus.indices] = np.repeat(np.arange(menus.shape[0]), np.diff(menus.indptr))
    # Numbered in order of the first column, so that columns of a menu are found by sorting.
    first = np.full(menus.shape[0], n)
    np.minimum.at(first, menu, np.arange(n))
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[menu], one


def _helped(block: Block, n: int, ones: Bools, watched: Bools) -> tuple[Bools | None, Levels | None]:
    """Rows that remain once menus and helping variables are understood; None where one of these is not."""
    matrix = block.matrix
    counts = np.diff(matrix.indptr)
    helping = sparse.csr_matrix(matrix[:, n:])
    helped = np.diff(helping.indptr)
    plain = helped == 0
    kept = plain & ~ones
    if len(watched) == 0 or not helped.any():
        return kept, None
    published = _published(block, n, helping, helped, counts)
    known = np.zeros(len(watched), bool) if published is None else published[0]
    for variable in np.flatnonzero(~known):
        if watched[variable] or not _idle(block, n, helping, int(variable)):
            return None, None
    return kept, None if published is None else published[1]


def _published(
    block: Block, n: int, helping: sparse.csr_matrix, helped: Indices, counts: Indices
) -> tuple[Bools, Levels] | None:
    """Helping variables that say which level is used, and the levels; None where there are none."""
    matrix, variables = block.matrix, helping.shape[1]
    pairs = np.flatnonzero((helped == 1) & (counts == 2) & (block.upper == 0) & np.isneginf(block.lower))
    column = matrix.indices[matrix.indptr[pairs]]
    value, factor = matrix.data[matrix.indptr[pairs]], helping.data[helping.indptr[pairs]]
    level_of = helping.indices[helping.indptr[pairs]]
    fits = (column < n) & (value > 0) & (factor == -value)
    pairs, column, level_of = pairs[fits], column[fits], level_of[fits]
    sums = np.flatnonzero((helped > 1) & (counts == helped) & np.isneginf(block.lower))
    owner, limit = np.full(variables, -1, np.int64), []
    used = np.bincount(helping.indices, minlength=variables)
    for number, row in enumerate(sums):
        span = slice(helping.indptr[row], helping.indptr[row + 1])
        if np.any(helping.data[span] != helping.data[span][0]) or helping.data[span][0] <= 0:
            return None
        owner[helping.indices[span]] = number
        limit.append(int(np.floor(block.upper[row] / helping.data[span][0] + 1e-9)))
    # Every row of such a variable must be one of these two kinds, and every column have one level at most.
    explained = np.bincount(level_of, minlength=variables) + (owner >= 0)
    known = (owner >= 0) & (explained == used)
    low, high = (bound[n:] for bound in block.column_bounds)
    if not known.any() or len(np.unique(column)) != len(column) or np.any((low != 0) | (high < 1)[known]):
        return None
    level = np.full(n, -1, np.int64)
    level[column] = level_of
    return known, Levels(level, owner, np.array(limit, np.int64))


def _idle(block: Block, n: int, helping: sparse.csr_matrix, variable: int) -> bool:
    """Whether some value of a helping variable keeps all its rows, whatever is chosen."""
    column = sparse.csc_matrix(helping[:, [variable]])
    rows, factor = column.indices, column.data
    alone = np.diff(helping.indptr)[rows] == 1
    low, high = block.column_bounds[0][n + variable], block.column_bounds[1][n + variable]
    above, below = np.isfinite(block.lower[rows]), np.isfinite(block.upper[rows])
    if np.isinf(high) and np.all(~above | (factor > 0)) and np.all(~below | (factor < 0)):
        return True
    if not alone.all() or not np.isfinite(low):
        return False
    choices = sparse.csr_matrix(block.matrix[rows][:, :n])
    least = np.asarray(choices.minimum(0).sum(axis=1)).ravel() + factor * low
    most = np.asarray(choices.maximum(0).sum(axis=1)).ravel() + factor * low
    return bool(np.all(~above | (least >= block.lower[rows])) and np.all(~below | (most <= block.upper[rows])))


def _opened(matrix: sparse.csr_matrix, lower: Floats, upper: Floats, menu: Indices, opened: Bools) -> Bools | None:
    """Columns that no row of their own closes; None where a menu has none left."""
    single = np.flatnonzero(np.diff(matrix.indptr) == 1)
    column, value = matrix.indices[matrix.indptr[single]], matrix.data[matrix.indptr[single]]
    opened = opened.copy()
    opened[column[(value > upper[single]) | (value < lower[single])]] = False
    # Where the row asks for the column, the others of its menu are closed.
    asked = column[(lower[single] > 0) | (upper[single] < 0)]
    for chosen in asked:
        others = menu == menu[chosen]
        others[chosen] = False
        opened &= ~others
    return opened if np.bincount(menu[opened], minlength=menu.max() + 1).all() else None


def _units(menu: Indices, regions: NDArray[np.object_]) -> Indices:
    """menu -> number of its unit; a menu that belongs to no unit is one of its own."""
    first = np.unique(menu, return_index=True)[1]
    names = [str(code) or f"/{number}" for number, code in enumerate(regions[first])]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _reach(
    matrix: sparse.csr_matrix, lower: Floats, upper: Floats, menu: Indices, opened: Bools
) -> tuple[Floats, Floats]:
    """Smallest and largest activity of each row over all choices of one open column per menu."""
    entries = matrix.tocoo()
    row, column, value = entries.row[opened[entries.col]], entries.col, entries.data[opened[entries.col]]
    column = column[opened[column]]
    # A menu whose open columns do not all stand in the row can contribute 0 as well.
    menus = int(menu.max()) + 1
    place, at = np.unique(row.astype(np.int64) * menus + menu[column], return_inverse=True)
    sizes = np.bincount(menu[opened], minlength=menus)
    full = np.bincount(at, minlength=len(place)) == sizes[place % menus]
    least, most = np.where(full, np.inf, 0.0), np.where(full, -np.inf, 0.0)
    np.minimum.at(least, at, value)
    np.maximum.at(most, at, value)
    count = matrix.shape[0]
    return (
        np.bincount(place // menus, least, minlength=count).astype(np.float64),
        np.bincount(place // menus, most, minlength=count).astype(np.float64),
    )


def _touched(matrix: sparse.csr_matrix, unit: Indices) -> Indices:
    """Number of different units in each row."""
    entries = matrix.tocoo()
    units = int(unit.max()) + 1
    pairs = np.unique(entries.row.astype(np.int64) * units + unit[entries.col])
    return np.bincount(pairs // units, minlength=matrix.shape[0])
