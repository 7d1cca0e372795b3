"""Options of groups: a menu, or several menus tied by rows of logic, whose feasible combinations are written out.

A standard that may only rise ties the menus of a category over the periods; written out, the 12 x 12 x 12 combinations
of which 364 rise are one menu of a group, and no multiplier is needed for its rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..problem import Floats, Indices
from .form import Bools, Form

_MOST_MENUS = 3
_MOST_TOGETHER = 5_000
"""Combinations of a group that are written out; above it the rows stay rows."""
_AT_ONCE = 1 << 15
"""Options that are summed at once."""


@dataclass(frozen=True)
class Options:
    """All options, sorted by component, then group.

    columns: options x width, positions of the columns chosen, `size` of the form where there are fewer. Stored column
        after column, which is how `sums` reads it again and again.
    group: option -> group, ascending; start: first option of each group; component: group -> component, ascending.
    dualised: rows of the form that are not yet kept by the options themselves (coupling ones first).
    """

    columns: NDArray[np.int32]
    group: Indices
    start: Indices
    component: Indices
    dualised: Indices

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.start)

    def sums(self, per_column: Floats) -> Floats:
        """Sum over the columns of each option."""
        padded, total = np.append(per_column, 0.0), np.empty(len(self.columns))
        more = np.empty(min(_AT_ONCE, len(self.columns)))
        # Piece by piece, so that positions, terms and sums stay in the processor's cache.
        for begin in range(0, len(total), _AT_ONCE):
            part = self.columns[begin : begin + _AT_ONCE]
            into, term = total[begin : begin + _AT_ONCE], more[: len(part)]
            np.take(padded, part[:, 0], out=into, mode="clip")
            for place in range(1, part.shape[1]):
                np.take(padded, part[:, place], out=term, mode="clip")
                into += term
        return total

    def places(self, ids: Indices) -> list[Indices]:
        """Positions of the columns of some options, for `added`."""
        return [self.columns[ids, place].astype(np.int64) for place in range(self.columns.shape[1])]

    @staticmethod
    def added(padded: Floats, places: list[Indices]) -> Floats:
        """Sum over the columns of some options. padded: one value per column, with a zero at the end."""
        total = padded.take(places[0], mode="clip")
        for place in places[1:]:
            total += padded.take(place, mode="clip")
        return np.asarray(total, np.float64)

    def most(self, per_option: Floats) -> Floats:
        """Largest value in each group."""
        return np.asarray(np.maximum.reduceat(per_option, self.start), np.float64)

    def first(self, per_option: Floats, most: Floats) -> Indices:
        """The first option of each group that reaches its largest value."""
        reached = np.flatnonzero(per_option == most[self.group])
        groups = self.group[reached]
        return reached[np.searchsorted(groups, np.arange(self.groups))]

    def only(self, kept: Bools) -> "Options":
        """The options that are kept. Raises ValueError where a group has none left."""
        group = self.group[kept]
        start = np.searchsorted(group, np.arange(self.groups))
        if np.bincount(group, minlength=self.groups).min() == 0:
            raise ValueError("a group without options")
        return Options(np.asfortranarray(self.columns[kept]), group, start, self.component, self.dualised)

    def plan_of(self, point: Floats) -> Indices | None:
        """The option of each group whose columns a point takes (1 or 0 per column); None where a group has none."""
        needed = (self.columns < len(point)).sum(axis=1)
        taken = np.flatnonzero(self.sums(point) == needed)
        taken = taken[np.unique(self.group[taken], return_index=True)[1]]
        return taken if len(taken) == self.groups else None

    def part(self, components: Bools) -> "Options":
        """Only the groups of some components, numbered anew."""
        groups = components[self.component]
        kept = groups[self.group]
        number = np.cumsum(groups) - 1
        start = np.searchsorted(number[self.group[kept]], np.arange(int(groups.sum())))
        renamed = (np.cumsum(components) - 1)[self.component[groups]]
        return Options(np.asfortranarray(self.columns[kept]), number[self.group[kept]], start, renamed, self.dualised)

    def point(self, size: int, chosen: Indices) -> Bools:
        """Columns that the chosen options take."""
        taken = np.zeros(size + 1, bool)
        taken[self.columns[chosen].ravel()] = True
        return taken[:size]


def options_of(form: Form) -> Options:
    """Write out the options of a form; rows of logic (all coefficients of one size) are kept by them."""
    local = np.arange(form.coupling, form.rows.shape[0])
    logic = local[_of_one_size(form.rows[local]) & (menus_in(form, local) <= _MOST_MENUS)]
    clusters = _written_out(form, logic)
    tied = [number for cluster in clusters for number in cluster.menus]
    free = form.open & ~np.isin(form.menu, tied)
    parts = [np.flatnonzero(free).astype(np.int32)[:, None], *(c.columns for c in clusters)]
    heads = [form.menu[free], *(np.full(len(c.columns), c.menus[0]) for c in clusters)]
    width = max(part.shape[1] for part in parts)
    padded = [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=form.size) for p in parts]
    columns, head = np.concatenate(padded), np.concatenate(heads)
    kept = [c.rows for c in clusters]
    dualised = np.setdiff1d(np.arange(form.rows.shape[0]), np.concatenate([np.zeros(0, np.int64), *kept]))
    # Groups tied by the remaining local rows stand side by side.
    ties = [c.menus for c in clusters]
    component = connected(form, dualised[dualised >= form.coupling], ties)
    order = np.lexsort((head, component[head]))
    columns, head = columns[order], head[order]
    start = np.flatnonzero(np.diff(head, prepend=-1))
    group = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(head))))
    numbers = np.unique(component[head[start]], return_inverse=True)[1].astype(np.int64)
    return Options(np.asfortranarray(columns), group, start, numbers, dualised)


def connected(form: Form, rows: Indices, ties: list[Indices] | None = None) -> Indices:
    """menu -> component, where rows (and lists of menus that belong together) tie menus."""
    entries = form.rows[rows].tocoo()
    menus = len(form.unit)
    heads = [np.repeat(t[0], len(t)) for t in ties or []]
    left = np.concatenate([form.menu[entries.col], *heads])
    right = np.concatenate([menus + entries.row, *(ties or [])])
    # Rows and menus as the nodes of one graph, as in `blocks_of`.
    nodes = menus + len(rows)
    graph = sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(nodes, nodes))
    return np.unique(connected_components(graph, directed=False)[1][:menus], return_inverse=True)[1].astype(np.int64)


def menus_in(form: Form, rows: Indices) -> Indices:
    """Number of menus in each row."""
    entries = form.rows[rows].tocoo()
    pairs = np.sort(entries.row.astype(np.int64) * len(form.unit) + form.menu[entries.col])
    return np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] // len(form.unit), minlength=len(rows))


def _of_one_size(rows: sparse.csr_matrix) -> Bools:
    """Rows whose coefficients all have the same magnitude."""
    size, counts = np.abs(rows.data), np.diff(rows.indptr)
    same = np.zeros(len(counts), bool)
    filled = counts > 0
    starts = rows.indptr[:-1][filled]
    same[filled] = np.minimum.reduceat(size, starts) == np.maximum.reduceat(size, starts)
    return same


@dataclass(frozen=True)
class _Cluster:
    """Menus that rows of logic tie, and the columns of their feasible combinations."""

    menus: Indices
    rows: Indices
    columns: NDArray[np.int32]


def _written_out(form: Form, logic: Indices) -> list[_Cluster]:
    """Every cluster that is small enough to be written out."""
    if not len(logic):
        return []
    rows = form.rows[logic]
    label = connected(form, logic)
    of_row = label[form.menu[rows.indices[rows.indptr[:-1]]]]
    opened = np.flatnonzero(form.open)
    opened = opened[np.argsort(form.menu[opened], kind="stable")]
    columns_of = np.split(opened, np.cumsum(np.bincount(form.menu[opened], minlength=len(form.unit)))[:-1])
    menu_order, row_order = np.argsort(label, kind="stable"), np.argsort(of_row, kind="stable")
    menu_ends = np.cumsum(np.bincount(label))
    row_ends = np.cumsum(np.bincount(of_row, minlength=len(menu_ends)))
    # Most clusters look alike: what is feasible is worked out once for each look.
    known: dict[bytes, Indices] = {}
    found = []
    for number in np.unique(of_row):
        menus = menu_order[menu_ends[number - 1] if number else 0 : menu_ends[number]]
        mine = row_order[row_ends[number - 1] if number else 0 : row_ends[number]]
        columns = [columns_of[m] for m in menus]
        if np.prod([float(len(c)) for c in columns]) > _MOST_TOGETHER:
            continue
        table = _table(rows, mine, np.concatenate(columns))
        low, high = form.lower[logic[mine]], form.upper[logic[mine]]
        sizes = np.array([len(c) for c in columns])
        key = b"|".join(part.tobytes() for part in (table, low, high, sizes))
        if key not in known:
            known[key] = _combinations(table, low, high, sizes)
        chosen = known[key]
        taken = np.concatenate(columns)[chosen].astype(np.int32)
        found.append(_Cluster(menus, logic[mine], taken))
    return found


def _table(rows: sparse.csr_matrix, mine: Indices, columns: Indices) -> Floats:
    """Coefficients of some rows over some columns, dense."""
    spans = [slice(rows.indptr[row], rows.indptr[row + 1]) for row in mine]
    found, values = (np.concatenate([entries[span] for span in spans]) for entries in (rows.indices, rows.data))
    line = np.repeat(np.arange(len(mine)), [span.stop - span.start for span in spans])
    order = np.argsort(columns)
    at = order[np.minimum(np.searchsorted(columns, found, sorter=order), len(columns) - 1)]
    there = columns[at] == found
    table = np.zeros((len(mine), len(columns)))
    table[line[there], at[there]] = values[there]
    return table


def _combinations(table: Floats, low: Floats, high: Floats, sizes: Indices) -> Indices:
    """Positions (in the columns of the menus one after the other) of every choice that keeps the rows."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    grids = np.meshgrid(*(np.arange(s) for s in sizes), indexing="ij")
    chosen = np.stack([g.ravel() for g in grids], axis=1) + starts
    activity = table[:, chosen].sum(axis=2)
    feasible = ((activity <= high[:, None]) & (activity >= low[:, None])).all(axis=0)
    return np.asarray(chosen[feasible], np.int64)
