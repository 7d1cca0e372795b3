"""Multipliers on "standards only rise", from the linear relaxation of single cut-off sets.

With z[p, c, k, l] = 1 where category c pays at least level l in grade k of period p, "only rise" reads

    z[p, c, k, l] ≤ z[p + 1, c, k, r(l)]    (r(l): the least level of the later period that is not below level l)

A multiplier μ ≥ 0 moves worth from the levels of the earlier period to those of the later one: reaching level l earlier
costs μ, reaching r(l) later earns it. Any answer that keeps the rule gains by it, so every bound stays a bound, whatever
cut-off set the multipliers come from. Best ones are the duals of the relaxation 0 ≤ z ≤ 1, a linear programme whose
other rows (vectors and orders of levels) are whole in themselves.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from .problem import Floats, Indices
from .staircase_grades import Group, Line

# A pair of columns (a, b): z[a] <= z[b]. The last column stands for z = 0.
Pairs = NDArray[np.int64]


class Rise:
    """Tables of multipliers, numbered as they are added; number 0 is none.

    lines, groups and standards[period][category]; shared: number of forms before the priced rows limits[period].
    """

    def __init__(
        self,
        lines: Sequence[Sequence[Line]],
        groups: Sequence[Sequence[Group]],
        standards: Sequence[Sequence[Indices]],
        limits: Sequence[Floats],
        shared: int,
        grades: int,
        rises: bool,
    ) -> None:
        self._lines, self._groups, self._standards = lines, groups, standards
        self._limits, self._shared, self._grades, self._rises = limits, shared, grades, rises
        self._widest = max(len(one) for line in standards for one in line)
        self._tables = [np.zeros((len(lines), len(lines[0]), grades, self._widest))]

    def extra(self, period: int, numbers: Indices) -> Floats:
        """What levels of the period are worth beside the forms: extra[category, grade, level, set] by table number."""
        used, place = np.unique(numbers, return_inverse=True)
        tables = np.stack([self._tables[number][period] for number in used], axis=-1)
        return np.asarray(tables[..., place])

    def relaxed(self, edges: Indices, form: int, least: Floats) -> tuple[list[Floats], int] | None:
        """Best weights [period][shared form, row] and the number of the multipliers in one cut-off set; None: no answer.

        form: the one that is bounded, its weight is 1; least[shared form]: what must be kept, -inf for nothing.
        """
        if not self._count:
            return None
        worth, rows, room = self._amounts(edges, least)
        size = max(float(np.abs(worth[form]).max()), 1e-300)
        scale = np.maximum(np.abs(rows).max(axis=1), 1e-300)
        structure = self._structure
        # The types that come with scipy do not know that these rows may be sparse.
        above: Any = vstack([structure, csr_matrix(rows / scale[:, None])])
        found = linprog(
            -worth[form] / size,
            A_ub=above,
            b_ub=np.concatenate([np.zeros(structure.shape[0]), room / scale]),
            bounds=(0.0, 1.0),
            method="highs",
        )
        if found.status != 0:
            return None
        duals = np.maximum(-found.ineqlin.marginals, 0.0) * size
        held = np.isfinite(least)
        kept, *prices = np.split(
            duals[structure.shape[0] :] / scale,
            np.cumsum([held.sum(), *(len(limit) for limit in self._limits)])[:-1],
        )
        weights = (np.arange(self._shared) == form).astype(np.float64)
        weights[held] += kept
        self._tables.append(self._table(duals[: self._links.shape[1]]))
        return [np.concatenate([weights, -price]) for price in prices], len(self._tables) - 1

    @cached_property
    def _columns(self) -> Indices:
        """Column of z[period, category, grade, level]; -1 for level 0 (always reached) and beyond the last level."""
        sizes = [[len(one) for one in line] for line in self._standards]
        level = np.arange(self._widest)
        open_ = (level > 0) & (level < np.array(sizes)[:, :, None])
        real = np.repeat(open_[:, :, None, :], self._grades, axis=2)
        return np.where(real, np.cumsum(real).reshape(real.shape) - 1, -1)

    @cached_property
    def _links(self) -> Pairs:
        """The pairs of "only rise"; none where the rule is not in force."""
        pairs = []
        for p in range(len(self._lines) - 1 if self._rises else 0):
            for c, (early, late) in enumerate(zip(self._standards[p], self._standards[p + 1], strict=True)):
                reach = np.searchsorted(late, early)
                bound = np.flatnonzero((np.arange(len(early)) > 0) & (reach > 0))
                pairs.append(self._pairs(self._columns[p, c][:, bound], p + 1, c, reach[bound]))
        return np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), np.int64)

    def _pairs(self, lower: Indices, period: int, category: int, reach: Indices) -> Pairs:
        """z[lower] <= z at levels `reach` of a category; what lies beyond its last level cannot be reached."""
        beyond = reach >= len(self._standards[period][category])
        upper = self._columns[period, category][:, np.where(beyond, 0, reach)]
        return np.stack([lower.ravel(), np.where(beyond, self._count, upper).ravel()])

    @property
    def _count(self) -> int:
        return int(self._columns.max()) + 1

    @cached_property
    def _structure(self) -> csr_matrix:
        """Rows z[a] - z[b] <= 0 of "only rise", of levels, of grades and of the orders that are bounded together."""
        columns = self._columns
        pairs = [self._links]
        for lower, upper in ((columns[..., 1:], columns[..., :-1]), (columns[:, :, :-1], columns[:, :, 1:])):
            pairs.append(np.stack([lower.ravel(), upper.ravel()]))
        for p, groups in enumerate(self._groups):
            for group in groups:
                if len(group.categories) == 2:
                    upper_one, lower_one = group.categories
                    reach = group.broken.sum(axis=0)
                    bound = np.flatnonzero((np.arange(len(reach)) > 0) & (reach > 0))
                    pairs.append(self._pairs(columns[p, lower_one][:, bound], p, upper_one, reach[bound]))
        every = np.concatenate(pairs, axis=1)
        every = every[:, (every >= 0).all(axis=0)]
        rows = np.arange(every.shape[1])
        ones = np.ones(len(rows))
        full = csr_matrix(
            (np.concatenate([ones, -ones]), (np.tile(rows, 2), every.ravel())), shape=(len(rows), self._count + 1)
        )
        return full[:, :-1]

    def _amounts(self, edges: Indices, least: Floats) -> tuple[Floats, Floats, Floats]:
        """Shared forms over the columns, the rows (held forms, then priced ones) over them, and their room at level 0."""
        forms, nothing = np.zeros((self._shared, self._count)), np.zeros(self._shared)
        rows = [np.zeros((len(limit), self._count)) for limit in self._limits]
        room = [limit.copy() for limit in self._limits]
        for p, lines in enumerate(self._lines):
            for c, line in enumerate(lines):
                by_grade = np.diff(line.sums[: self._shared + len(room[p])][:, :, edges], axis=2)
                steps = np.moveaxis(np.diff(by_grade, axis=1), 1, 2)
                columns = self._columns[p, c][:, 1 : steps.shape[2] + 1]
                for i, step in enumerate(steps):
                    (forms[i] if i < self._shared else rows[p][i - self._shared])[columns] = step
                at_nothing = by_grade[:, 0].sum(axis=1)
                nothing += at_nothing[: self._shared]
                room[p] -= at_nothing[self._shared :]
        held = np.isfinite(least)
        return (
            forms,
            np.concatenate([-forms[held], *rows]),
            np.concatenate([nothing[held] - least[held], *room]),
        )

    def _table(self, multipliers: Floats) -> Floats:
        """extra[period, category, grade, level] of the multipliers on `_links`."""
        change = np.zeros(self._count + 1)
        np.subtract.at(change, self._links[0], multipliers)
        np.add.at(change, self._links[1], multipliers)
        return np.asarray(np.where(self._columns >= 0, change[self._columns], 0.0).cumsum(axis=3))
