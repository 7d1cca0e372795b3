"""The search behind `staircase`: cut-off sets in order of their bound, per period what can still win, then the join.

In the sets with the best bounds a target is lowered until an answer reaches it: the incumbent. Then every set whose
bound reaches the incumbent is looked at. So every answer is proven, and of equal answers all are seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from typing import TYPE_CHECKING

import numpy as np

from .problem import Floats, Indices
from .staircase_bound import Bounds, Priced
from .staircase_lists import Bits, Candidates, Period, TooLong, Work

if TYPE_CHECKING:
    from .staircase import Staircase

_TIE = 1e-9
# First distance of the target from the bound (share of the bound), and how it widens while nothing is found.
_FIRST, _WIDER = 3e-4, 2.0
# Beyond these the search would take longer than HiGHS is given: cut-off sets, and entries of joined lists.
_MOST_SETS, _MOST_JOINED = 200_000, 20_000_000
_CHUNK = 2_000_000
# Steps towards good multipliers; few where all combinations of a period are soon looked at.
_STEPS, _SMALL_STEPS, _SMALL = 50, 3, 20_000
# Candidates per period that are joined to get an incumbent.
_FEW = 200
# Cut-off sets that are looked at first to get one.
_TRIED = 6


@dataclass(frozen=True)
class _Filter:
    """A weighted sum of forms that every answer must bring to a least amount; upper[period, cut-off set].

    weights[period], totals[period][category]: what the sum comes to per form, and per level and edge.
    """

    priced: Priced
    upper: Floats
    least: float
    size: float
    weights: list[Floats]
    totals: list[list[Floats]]


@dataclass(frozen=True)
class _Found:
    """Answers of one cut-off set: values[i], levels[i, category, grade, period]."""

    edges: Indices
    values: Floats
    levels: Indices


class Search:
    """One solve of a staircase block."""

    def __init__(self, stairs: "Staircase", objective: Floats, beat: float) -> None:
        self.stairs = stairs
        self.best_value = self._beat = beat
        self.found: list[_Found] = []
        self._left = _MOST_JOINED
        vectors = [comb(len(t.levels) + stairs.grades - 1, stairs.grades) for t in stairs.tables[0]]
        self._steps = _STEPS if prod(vectors) > _SMALL else _SMALL_STEPS
        self._work = Work()
        self._ended = np.zeros(len(stairs.tables), np.int64)
        self.holds = [(number, least) for number, (_, least) in enumerate(stairs.holds, start=1)]
        forms = [objective, *(held for held, _ in stairs.holds)]
        self.periods = [Period.of(stairs, number, forms) for number in range(len(stairs.tables))]
        self.bounds = Bounds(
            [p.lines for p in self.periods],
            [p.priced_limits for p in self.periods],
            len(forms),
            [p.barriers for p in self.periods],
        )

    def run(self) -> list[_Found] | None:
        """All optimal answers; empty if there is none; None if the lists would be too long."""
        cells = self.stairs.cells
        inner = min(self.stairs.grades, cells) - 1
        count = comb(cells - 1, inner)
        if count > _MOST_SETS:
            return None
        sets = np.array(list(combinations(range(1, cells), inner)), np.int64).reshape(count, inner)
        edges = np.column_stack([np.zeros(len(sets), np.int64), sets, np.full(len(sets), cells)])
        reached = self._filter(0, self.holds, edges, 0.0)
        held = [self._filter(form, (), edges, least) for form, least in self.holds]
        able = np.all([f.upper.sum(axis=0) >= f.least for f in held], axis=0) if held else np.ones(len(edges), bool)
        bound = np.where(able, reached.upper.sum(axis=0) - self._known(reached), -np.inf)
        top, lowest = float(bound.max()), self._lowest()
        step = _FIRST * max(1.0, abs(top))
        order = np.argsort(-bound, kind="stable")
        filters = [reached, *held]
        try:
            # An incumbent from the best sets, then everything that can beat it.
            while not self.found and top - step > max(self._beat, lowest):
                self.best_value = top - step
                self._sets(order[:_TRIED], bound, lowest, edges, filters)
                step *= _WIDER
            if not self.found:
                self.best_value = max(self._beat, lowest)
            self._sets(order, bound, lowest, edges, filters)
        except TooLong:
            return None
        return self.found

    def _sets(self, order: Indices, bound: Floats, lowest: float, edges: Indices, filters: list[_Filter]) -> None:
        """Cut-off sets in order of their bound, until it does not reach the incumbent."""
        for index in order:
            if bound[index] < max(self._floor(), lowest):
                break
            self._one_set(int(index), edges[index], filters)

    def _filter(self, form: int, holds: "list[tuple[int, float]] | tuple[()]", edges: Indices, least: float) -> _Filter:
        priced = self.bounds.priced(form, holds, edges, self._steps)
        upper = self.bounds.upper(priced, edges)
        size = sum(float(np.ptp(one.sums[form, :, -1])) for p in self.periods for one in p.lines)
        weights = [self.bounds.weights(priced, number) for number in range(len(self.periods))]
        totals = [[one.total(w) for one in p.lines] for p, w in zip(self.periods, weights, strict=True)]
        return _Filter(priced, upper, least, max(size, 1e-300), weights, totals)

    def _known(self, reached: _Filter) -> float:
        """What the priced held forms add at their least amounts."""
        return float(sum(reached.priced.weights[form] * least for form, least in self.holds))

    def _lowest(self) -> float:
        """No answer is worse: per category and period the worst level in every cell, less what rounding may take."""
        low = sum(float(one.sums[0].min(axis=0)[-1]) for p in self.periods for one in p.lines)
        parts = sum(float(np.diff(one.sums[0], axis=1).min(axis=0).sum()) for p in self.periods for one in p.lines)
        return min(low, parts) - _TIE * max(1.0, abs(parts))

    def _floor(self) -> float:
        return self.best_value - _TIE * max(1.0, abs(self.best_value))

    def _one_set(self, index: int, edges: Indices, filters: list[_Filter]) -> None:
        """All answers of one cut-off set that reach the incumbent."""
        needs = [self._floor() + self._known(filters[0]), *(f.least for f in filters[1:])]
        best = np.array([f.upper[:, index] for f in filters])
        order = np.argsort(
            [(best[i].sum() - need) / f.size for i, (f, need) in enumerate(zip(filters, needs, strict=True))]
        )
        first = filters[int(order[0])]
        lists: list[Candidates] = [Candidates.none()] * len(self.periods)
        # The period that ended most of the earlier sets goes first.
        for number in np.argsort(-self._ended, kind="stable"):
            rest = np.array(needs) - (best.sum(axis=1) - best[:, number])
            weights = [f.weights[number] for f in filters]
            period = self.periods[number]
            found = period.candidates(edges, weights, first.totals[number], rest, int(order[0]), self._work)
            if not found.count:
                self._ended[number] += 1
                return
            lists[number] = found
            for i, f in enumerate(filters):
                best[i, number] = min(best[i, number], float((f.priced.weights @ found.forms).max()))
        for number, found in enumerate(lists):
            rest = np.array(needs) - (best.sum(axis=1) - best[:, number])
            reach = np.array([f.priced.weights @ found.forms for f in filters])
            lists[number] = found.at((reach >= rest[:, None]).all(axis=0))
            if not lists[number].count:
                return
        if not self.found:
            # An incumbent first: the best few of every period, so that the whole lists need not be joined blindly.
            self._join([one.best(_FEW) for one in lists], edges)
            if self.found:
                self._one_set(index, edges, filters)
                return
        self._join(lists, edges)

    def _join(self, lists: list[Candidates], edges: Indices) -> None:
        """Join the periods under "standards only rise" and "at most K values"."""
        later = np.zeros((len(lists) + 1, self.bounds.shared))
        for p in range(len(lists) - 1, -1, -1):
            later[p] = later[p + 1] + lists[p].forms.max(axis=1)
        sums, bits, picks = lists[0].forms, lists[0].bits, np.arange(lists[0].count)[:, None]
        for p, right in enumerate(lists[1:], start=1):
            parts = list(self._pairs(sums, bits, picks, lists[p - 1], right, later[p + 1]))
            if not parts:
                return
            left, at = (np.concatenate([part[i] for part in parts]) for i in range(2))
            self._left -= len(left)
            if self._left < 0:
                raise TooLong
            sums, bits = sums[:, left] + right.forms[:, at], bits[left] | right.bits[at]
            picks = np.column_stack([picks[left], at])
        least = np.array([self._floor(), *(least for _, least in self.holds)])
        good = np.flatnonzero((sums >= least[:, None]).all(axis=0))
        if not len(good):
            return
        levels = np.stack([lists[p].levels[picks[good, p]] for p in range(len(lists))], axis=-1)
        self.found = [f for f in self.found if f.edges is not edges]
        self.found.append(_Found(edges, sums[0, good], levels))
        self.best_value = max(self.best_value, float(sums[0, good].max()))
        self.found = [kept for kept in map(self._kept, self.found) if len(kept.values)]

    def _kept(self, found: _Found) -> _Found:
        good = found.values >= self._floor()
        return found if good.all() else _Found(found.edges, found.values[good], found.levels[good])

    def _pairs(
        self, sums: Floats, bits: Bits, picks: Indices, before: Candidates, right: Candidates, later: Floats
    ) -> Iterator[tuple[Indices, Indices]]:
        """(partial answer, candidate) that go together and can still reach what is needed."""
        least = np.array([self._floor(), *(least for _, least in self.holds)]) - later
        order = np.argsort(-right.forms[0], kind="stable")
        counts = np.searchsorted(-right.forms[0, order], sums[0] - least[0], side="right")
        ends = np.cumsum(counts)
        start = 0
        while start < len(counts):
            given = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, given + _CHUNK, side="right")))
            some = counts[start:stop]
            left = np.repeat(np.arange(start, stop), some)
            at = order[np.arange(len(left)) - np.repeat(np.cumsum(some) - some, some)]
            start = stop
            for form, need in enumerate(least[1:], start=1):
                fits = sums[form, left] + right.forms[form, at] >= need
                left, at = left[fits], at[fits]
            for category, most in self.stairs.most.items():
                fits = np.bitwise_count(bits[left, category] | right.bits[at, category]) <= most
                left, at = left[fits], at[fits]
            if self.stairs.rises:
                fits = (right.standards[at] >= before.standards[picks[left, -1]]).all(axis=(1, 2))
                left, at = left[fits], at[fits]
            yield left, at

    def point(self) -> Floats:
        """The smallest published numbers among the optima, as a point; cut-offs only where a standard changes."""
        stairs = self.stairs
        table = min((self._by_cell(found) for found in self.found), key=lambda t: tuple(t.ravel()))
        point = np.zeros(len(stairs.block.columns))
        for p, line in enumerate(stairs.tables):
            for c, t in enumerate(line):
                for g in range(stairs.cells):
                    point[t.columns[: table[c, g, p] + 1, g]] = 1.0
        point[stairs.cuts] = (table[:, 1:] != table[:, :-1]).any(axis=(0, 2))
        self._publish(point, table)
        return point

    def _by_cell(self, found: _Found) -> Indices:
        """Smallest levels[category, cell, period] of the best answers of one cut-off set."""
        flat = found.levels.reshape(len(found.levels), -1)
        first = found.levels[np.lexsort(flat.T[::-1])[0]]
        grade = np.searchsorted(found.edges[1:-1], np.arange(self.stairs.cells), side="right")
        return np.asarray(first[:, grade, :])

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
