"""One period of graded standards for many cut-off sets at once: a dynamic programme over the grades.

A category is a non-decreasing vector of levels, one per grade. A category that may not fall below another one is taken
together with it, so a state is a pair of levels; a category of its own is a pair with one idle level. All arrays end
with the cut-off sets: tables[grade][upper level, lower level, set].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .problem import Floats, Indices

# Cut-off sets whose pairs of levels are looked at together: tables that fit the processor's cache.
_TOGETHER = 128


@dataclass(frozen=True)
class Line:
    """One category in one period.

    sums[form, level, edge]: what the cells before `edge` add to a form at exactly this level; barred[level, edge]: how
    many of these cells may not have the level.
    """

    sums: Floats
    barred: Indices

    def values(self, forms: slice, edges: Indices, levels: Indices) -> Floats:
        """Value of forms [form, vector] at vectors of levels, each for its own cut-off set edges[vector, edge]."""
        sums = self.sums[forms]
        grades = enumerate(pairwise(edges.T))
        return np.asarray(sum(sums[:, levels[:, k], b] - sums[:, levels[:, k], a] for k, (a, b) in grades))


@dataclass(frozen=True)
class Group:
    """One category, or an upper and a lower one; broken[upper level, lower level]: where their order is broken."""

    categories: tuple[int, ...]
    broken: NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Parts of answers: sets[i], worth[i] (weighted), sums[form, i], levels[i, category, grade]."""

    sets: Indices
    worth: Floats
    sums: Floats
    levels: Indices

    def at(self, which: Indices | NDArray[np.bool_]) -> "Rows":
        """Those that are asked for."""
        return Rows(self.sets[which], self.worth[which], self.sums[:, which], self.levels[which])


@dataclass(frozen=True)
class Chains:
    """A group of categories in the cut-off sets edges[set, edge] at weights[set, form].

    forms[place in the group][grade][form, level, set]; gains[grade] and best[grade] (up to and with the grade) are
    weighted sums over pairs of levels; reached[grade]: the best at or below every pair, but for the last grade.
    """

    forms: list[list[Floats]]
    gains: list[Floats]
    best: list[Floats]
    reached: list[Floats]

    @staticmethod
    def of(lines: Sequence[Line], group: Group, edges: Indices, weights: Floats, extra: Floats) -> "Chains":
        """All tables; a level that is barred in some cell of a grade is worth -inf there.

        extra[category, grade, level, set]: what a level is worth beside the weighted forms.
        """
        forms, spans = [], []
        count = weights.shape[1]
        for category in group.categories:
            line = lines[category]
            edged = line.sums[:count][:, :, edges.T]
            steps = [edged[:, :, k + 1] - edged[:, :, k] for k in range(len(edges.T) - 1)]
            beside = extra[category, :, : line.sums.shape[1]]
            gains = [np.einsum("sf,fls->ls", weights, step) + beside[k] for k, step in enumerate(steps)]
            if line.barred.any():
                for k, gain in enumerate(gains):
                    gain[(line.barred[:, edges[:, k + 1]] - line.barred[:, edges[:, k]]) > 0] = -np.inf
            forms.append(steps)
            spans.append(gains)
        if len(spans) == 1:
            spans.append([np.zeros((1, len(edges)))] * len(spans[0]))
        both = [a[:, None, :] + b[None, :, :] for a, b in zip(*spans, strict=True)]
        for table in both:
            table[group.broken] = -np.inf
        return Chains(forms, both, *_totals(both))

    @property
    def top(self) -> Floats:
        """The largest worth per cut-off set."""
        return np.asarray(self.best[-1].reshape(-1, self.best[-1].shape[2]).max(axis=0))

    def amounts(self) -> Floats:
        """Forms [set, form] of one best chain of every cut-off set."""
        every = np.arange(self.gains[0].shape[2])
        found = np.zeros((self.forms[0][0].shape[0], len(every)))
        last = self.best[-1]
        high, low = np.divmod(last.reshape(-1, len(every)).argmax(axis=0), last.shape[1])
        for k in range(len(self.gains) - 1, -1, -1):
            if k < len(self.reached):
                # The first pair that reaches the best at or below the later one.
                reached = self.reached[k]
                top = reached[high, low, every]
                high = (reached[:, low, every] >= top).argmax(axis=0)
                low = (reached[high, :, every] >= top[:, None]).argmax(axis=1)
            for steps, level in zip(self.forms, (high, low), strict=False):
                found += steps[k][:, level, every]
        return found.T

    def whole(self, least: Floats) -> Rows:
        """Every chain that is worth least[set] or more."""
        return self._listed(len(self.gains) - 1, 0, np.zeros_like(self.best[-1]), least)

    def halves(self, least: Floats) -> tuple[Rows, Rows]:
        """The first and the last grades of every such chain, each with the best that the others can add."""
        last = len(self.gains) - 1
        middle = (last + 1) // 2
        after = _later(_totals([gain[::-1, ::-1] for gain in self.gains[: middle - 1 : -1]])[0][-1])[::-1, ::-1]
        return self._listed(middle - 1, 0, after, least), self._listed(last, middle, np.zeros_like(after), least)

    def _listed(self, last: int, first: int, after: Floats, least: Floats) -> Rows:
        """Grades first … last of every chain that is worth `least` with what comes before and `after`."""
        high, low, sets = np.nonzero(self.best[last] + after >= least)
        order = np.argsort(sets, kind="stable")
        high, low, sets = high[order], low[order], sets[order]
        beyond = after[high, low, sets]
        worth = self.gains[last][high, low, sets]
        levels = [(high, low)]
        for k in range(last - 1, first - 1, -1):
            at, high, low = _before(self.best[k], levels[-1], sets, worth + beyond, least)
            sets, beyond = sets[at], beyond[at]
            worth = worth[at] + self.gains[k][high, low, sets]
            levels = [*((h[at], w[at]) for h, w in levels), (high, low)]
        levels.reverse()
        sums = sum(
            steps[k][:, pair[place], sets]
            for place, steps in enumerate(self.forms)
            for k, pair in enumerate(levels, start=first)
        )
        kept = np.array([[pair[place] for pair in levels] for place in range(len(self.forms))])
        return Rows(sets, worth, np.asarray(sums), np.moveaxis(kept, 2, 0))


def parts(count: int) -> Iterator[slice]:
    """Cut-off sets that are looked at together."""
    for start in range(0, count, _TOGETHER):
        yield slice(start, start + _TOGETHER)


def places(counts: Indices, most: int) -> Iterator[tuple[Indices, Indices]]:
    """(row, 0 … counts[row] - 1) of every row, as two vectors of about `most` entries at a time."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        given = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, given + most, side="right")))
        some = counts[start:stop]
        row = np.repeat(np.arange(start, stop), some)
        yield row, np.arange(len(row)) - np.repeat(np.cumsum(some) - some, some)
        start = stop


def _later(table: Floats) -> Floats:
    """The largest entry at or below every pair of levels. Level by level: faster than an accumulation."""
    reached = table.copy()
    for i in range(1, reached.shape[0]):
        np.maximum(reached[i], reached[i - 1], out=reached[i])
    for i in range(1, reached.shape[1]):
        np.maximum(reached[:, i], reached[:, i - 1], out=reached[:, i])
    return reached


def _totals(gains: list[Floats]) -> tuple[list[Floats], list[Floats]]:
    """best[k, l] = gain[k, l] + max over l' ≤ l of best[k − 1, l'], and these maxima of all grades but the last."""
    found: list[Floats] = [gains[0]]
    reached: list[Floats] = []
    for gain in gains[1:]:
        reached.append(_later(found[-1]))
        found.append(gain + reached[-1])
    return found, reached


def _before(
    best: Floats, levels: tuple[Indices, Indices], sets: Indices, worth: Floats, least: Floats
) -> tuple[Indices, Indices, Indices]:
    """(row, upper level, lower level) of the grade before the rows' first one: first the upper level, then the lower."""
    high, low = levels
    wide, narrow, _ = best.shape
    over = np.maximum.accumulate(best, axis=1)
    need = least[sets] - worth
    fits = (over[:, low, sets] >= need) & (np.arange(wide)[:, None] <= high)
    row, upper = np.nonzero(fits.T)
    fits = (best[upper, :, sets[row]] >= need[row, None]) & (np.arange(narrow)[None, :] <= low[row, None])
    at, lower = np.nonzero(fits)
    return row[at], upper[at], lower
