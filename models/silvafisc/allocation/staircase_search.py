"""The search behind `staircase`: bound every cut-off set, enumerate in order of the bound, join the periods."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .problem import Floats, Indices

if TYPE_CHECKING:
    from .staircase import Staircase

_TIE = 1e-9
_MOST_JOINS = 300_000
Bits = NDArray[np.uint64]


@dataclass(frozen=True)
class _Candidates:
    """Combinations of a period that survive: forms[row, i], levels[i, category * grade], level bits per category."""

    forms: Floats
    levels: Indices
    bits: Bits


class Search:
    """One solve: bound every cut-off set, then enumerate in order of the bound."""

    def __init__(self, stairs: "Staircase", forms: list[Floats], beat: float) -> None:
        self.stairs, self.forms = stairs, forms
        self.best_value = beat
        self.best: list[tuple[float, tuple[int, ...], tuple[tuple[int, ...], ...]]] = []
        self.too_large = False
        # A floor that rises takes levels away, so each period has vectors of its own.
        self.vectors = [[self._vectors(len(table.levels)) for table in line] for line in stairs.tables]

    def _vectors(self, levels: int) -> Indices:
        grades = self.stairs.grades
        return np.array(list(combinations_with_replacement(range(levels), grades)), np.int64).reshape(-1, grades)

    def run(self) -> list[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]] | None:
        """All optimal (cut-off set, level vectors per period); empty if infeasible; None if too large."""
        bounded = sorted(
            ((sum(u[0] for u in ups), cuts, ups) for cuts, ups in self._bounds()), key=lambda b: (-b[0], b[1])
        )
        for bound, cuts, ups in bounded:
            if bound < self._floor():
                break
            self._enumerate(cuts, ups)
            if self.too_large:
                return None
        return [(cuts, path) for value, cuts, path in self.best if value >= self._floor()]

    def point(self, best: list[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]) -> Floats:
        """The smallest published numbers among the optima, as a point; cut-offs only where a standard changes."""
        stairs = self.stairs
        choice = min(self._by_cell(cuts, periods) for cuts, periods in best)
        point = np.zeros(len(stairs.block.columns))
        cells, categories = stairs.cells, len(stairs.tables[0])
        table = np.array(choice).reshape(categories, cells, len(stairs.tables))
        for p, line in enumerate(stairs.tables):
            for c, t in enumerate(line):
                for g in range(cells):
                    point[t.columns[: table[c, g, p] + 1, g]] = 1.0
        changed = (table[:, 1:, :] != table[:, :-1, :]).any(axis=(0, 2)) if cells > 1 else np.zeros(0, bool)
        point[stairs.cuts] = changed
        self._publish(point, table)
        return point

    def _publish(self, point: Floats, table: Indices) -> None:
        """Set the indicators of published values and, where the minimum asks for more grades, the lowest spare cut-offs."""
        block = self.stairs.block
        names = [v.name for v in block.model.variables]
        for position in range(block.choices, len(block.columns)):
            _, category, level = names[block.columns[position] - block.model.problem.size].split("/")
            c = self.stairs.categories.index(category)
            paid = self.stairs.paid[c]
            levels = [set(line[c].levels[table[c, paid, p]]) for p, line in enumerate(self.stairs.tables)]
            point[position] = float(any(int(level) in found for found in levels))
        row = next((r for r in block.rows if block.model.rows[r].label == "grades"), None)
        if row is not None:
            missing = int(block.model.rows[row].lower) - int(point[self.stairs.cuts].sum())
            spare = [i for i in self.stairs.cuts if point[i] == 0.0]
            point[spare[: max(0, missing)]] = 1.0

    def _by_cell(self, cuts: tuple[int, ...], periods: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        grade = np.searchsorted(np.array(cuts), np.arange(self.stairs.cells), side="right")
        grades = self.stairs.grades
        return tuple(levels[c * grades + k] for c in range(len(self.vectors[0])) for k in grade for levels in periods)

    def _floor(self) -> float:
        return self.best_value - _TIE * max(1.0, abs(self.best_value))

    def _cut_sets(self) -> Iterator[tuple[int, ...]]:
        return combinations(range(1, self.stairs.cells), min(self.stairs.grades, self.stairs.cells) - 1)

    def _values(self, period: int, category: int, cuts: tuple[int, ...], form: Floats) -> Floats:
        """Value of a linear form for every level vector of a category in a period."""
        table = self.stairs.tables[period][category]
        cumulative = np.cumsum(form[table.columns], axis=0)
        edges = [0, *cuts]
        per_grade = np.add.reduceat(cumulative, edges, axis=1)
        vectors = self.vectors[period][category]
        return np.asarray(sum(per_grade[vectors[:, k], k] for k in range(len(edges))), np.float64)

    def _bounds(self) -> Iterator[tuple[tuple[int, ...], list[list[float]]]]:
        """Per cut-off set: for each period the largest value of every form within the period's main envelope."""
        for cuts in self._cut_sets():
            ups = []
            for period, resources in enumerate(self.stairs.resources):
                row = next((r for r in resources if self._rule(r[0]) == "envelope"), None)
                ups.append([self._upper(period, cuts, form, row) for form in self.forms])
            holds = [at_least for _, at_least in self.stairs.holds]
            reach = [sum(up[1 + i] for up in ups) for i in range(len(holds))]
            if all(most >= need for most, need in zip(reach, holds, strict=True)):
                yield cuts, ups

    def _rule(self, row: int) -> str:
        return str(self.stairs.block.model.rows[self.stairs.block.rows[row]].rule)

    def _upper(self, period: int, cuts: tuple[int, ...], form: Floats, row: tuple[int, Floats] | None) -> float:
        """Best value of a form over all combinations, under one row with non-negative costs (or none)."""
        count = len(self.vectors[period])
        values = [self._values(period, c, cuts, form) for c in range(count)]
        if row is None:
            return float(sum(v.max() for v in values))
        limit = float(self.stairs.block.upper[row[0]])
        costs = [self._values(period, c, cuts, row[1]) for c in range(count)]
        if count > 2:
            return float(
                sum(
                    v[k <= limit - sum(o.min() for o in costs) + k.min()].max(initial=-np.inf)
                    for v, k in zip(values, costs, strict=True)
                )
            )
        if count == 1:
            return float(values[0][costs[0] <= limit].max(initial=-np.inf))
        order = np.argsort(costs[1], kind="stable")
        best = np.maximum.accumulate(values[1][order])
        at = np.searchsorted(costs[1][order], limit - costs[0], side="right") - 1
        reachable = at >= 0
        return float((values[0][reachable] + best[at[reachable]]).max(initial=-np.inf))

    def _enumerate(self, cuts: tuple[int, ...], ups: list[list[float]]) -> None:
        """All joins of one cut-off set that reach the incumbent; first with few candidates, to get an incumbent."""
        needs = [self._floor(), *(h for _, h in self.stairs.holds)]
        if not np.isfinite(self.best_value):
            for most in (64, 1024, 16384):
                self._join([self._candidates(p, cuts, [-np.inf] * len(needs), most) for p in range(len(ups))], cuts)
                if np.isfinite(self.best_value):
                    break
            needs[0] = self._floor()
        candidates = []
        for period in range(len(ups)):
            others = [sum(up[i] for q, up in enumerate(ups) if q != period) for i in range(len(needs))]
            thresholds = [n - o if np.isfinite(n) else -np.inf for n, o in zip(needs, others, strict=True)]
            candidates.append(self._candidates(period, cuts, thresholds, None))
        self._join(candidates, cuts)

    def _candidates(self, period: int, cuts: tuple[int, ...], thresholds: list[float], most: int | None) -> _Candidates:
        """Feasible combinations of a period whose forms all reach their thresholds, best first."""
        stairs = self.stairs
        forms = list(self.forms)
        rows = stairs.resources[period]
        envelope = next((j for j, (row, _) in enumerate(rows) if self._rule(row) == "envelope"), None)
        values = [
            [self._values(period, c, cuts, f) for f in (*forms, *(r for _, r in rows))]
            for c in range(len(self.vectors[period]))
        ]
        kept = np.ones((1, 0), np.int64)
        sums = np.zeros((len(forms) + len(rows), 1))
        for c, per_form in enumerate(values):
            block = np.array(per_form)
            rest = [sum(values[d][i].max() for d in range(c + 1, len(values))) for i in range(len(block))]
            least = [sum(values[d][i].min() for d in range(c + 1, len(values))) for i in range(len(block))]
            # The objective and the envelope thin out the product; other rows are looked at only for what remains.
            good = sums[0][:, None] >= (thresholds[0] - rest[0]) - block[0][None, :]
            if envelope is not None:
                limit = stairs.block.upper[rows[envelope][0]] - least[len(forms) + envelope]
                good &= sums[len(forms) + envelope][:, None] <= limit - block[len(forms) + envelope][None, :]
            left, right = np.nonzero(good)
            for i in range(len(block)):
                amount = sums[i][left] + block[i][right]
                if i < len(forms):
                    fits = amount + rest[i] >= thresholds[i]
                else:
                    row = rows[i - len(forms)][0]
                    fits = amount + least[i] <= stairs.block.upper[row]
                    fits &= amount + rest[i] >= stairs.block.lower[row]
                left, right = left[fits], right[fits]
            sums = sums[:, left] + block[:, right]
            kept = np.column_stack([kept[left], right])
        order = np.argsort(-sums[0], kind="stable")[:most]
        kept, sums = kept[order], sums[: len(forms), order]
        count = len(self.vectors[period])
        levels = np.concatenate([self.vectors[period][c][kept[:, c]] for c in range(count)], axis=1)
        bits = np.zeros((len(kept), count), np.uint64)
        grades = stairs.grades
        # Level positions are compared across periods by their standard, so bits count standards, not positions.
        grids = [sorted({int(s) for line in stairs.tables for s in line[c].levels}) for c in range(count)]
        for c, grid in enumerate(grids):
            bit = np.array([1 << grid.index(int(s)) for s in stairs.tables[period][c].levels], np.uint64)
            # A grade in which no unit has the category publishes nothing.
            paid = [k for k, span in enumerate(np.split(stairs.paid[c], cuts)) if span.any()]
            bits[:, c] = np.bitwise_or.reduce(bit[levels[:, [c * grades + k for k in paid]]], axis=1)
        return _Candidates(sums, levels, bits)

    def _join(self, candidates: list[_Candidates], cuts: tuple[int, ...]) -> None:
        """Depth first over the periods, best first, cut off by what the later periods can still add."""
        if any(len(c.levels) == 0 for c in candidates):
            return
        later = np.zeros((len(candidates) + 1, len(self.forms)))
        for p in range(len(candidates) - 1, -1, -1):
            later[p] = later[p + 1] + candidates[p].forms.max(axis=1)
        standards = [self._standards(p, c.levels) for p, c in enumerate(candidates)]
        budget = [_MOST_JOINS]

        def descend(p: int, sums: Floats, below: Indices | None, bits: Bits, path: tuple[tuple[int, ...], ...]) -> None:
            c = candidates[p]
            able = np.ones(len(c.levels), bool)
            if below is not None and self.stairs.rises:
                able &= (standards[p] >= below).all(axis=1)
            joined = c.bits | bits
            for category, limit in self.stairs.limits.items():
                able &= np.bitwise_count(joined[:, category]) <= limit
            for i, (_, at_least) in enumerate(self.stairs.holds, start=1):
                able &= sums[i] + c.forms[i] + later[p + 1][i] >= at_least
            for index in np.flatnonzero(able):
                if sums[0] + c.forms[0, index] + later[p + 1][0] < self._floor():
                    return
                budget[0] -= 1
                if budget[0] < 0:
                    self.too_large = True
                    return
                total, step = sums + c.forms[:, index], (*path, tuple(int(x) for x in c.levels[index]))
                if p + 1 < len(candidates):
                    descend(p + 1, total, standards[p][index], joined[index], step)
                else:
                    self._found(float(total[0]), cuts, step)

        descend(0, np.zeros(len(self.forms)), None, np.zeros(len(self.vectors[0]), np.uint64), ())

    def _standards(self, period: int, levels: Indices) -> Indices:
        grades = self.stairs.grades
        parts = [t.levels[levels[:, c * grades : (c + 1) * grades]] for c, t in enumerate(self.stairs.tables[period])]
        return np.concatenate(parts, axis=1)

    def _found(self, value: float, cuts: tuple[int, ...], path: tuple[tuple[int, ...], ...]) -> None:
        if value < self._floor():
            return
        if value > self.best_value + _TIE * max(1.0, abs(self.best_value)):
            self.best.clear()
        self.best_value = max(self.best_value, value)
        self.best.append((value, cuts, path))
