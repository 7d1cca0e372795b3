"""The search behind `staircase`: cut-off sets in order of their bound, per period what can still win, then the join.

In the sets with the best bounds the best of every period are joined to a first answer. Then a target is lowered from
the bound to that answer: in every set whose bound reaches the target all answers that reach it are looked for. Where
there are any, the best of them is the best of all. So every answer is proven, and of equal answers all are seen. A
target that is too high costs little, as lists are short near the bound; one far too low would cost all the time there is.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from .problem import Floats, Indices
from .staircase_answers import TIE, Found
from .staircase_bound import Bounds, Own
from .staircase_filters import Filter, bound_of, fewer, refined, relax
from .staircase_grades import places
from .staircase_lists import Bits, Candidates, Flags, Period, TooLong, Work
from .staircase_rise import Rise

if TYPE_CHECKING:
    from .staircase import Staircase

# More than equal answers are kept: a stage is held at its best less a tie, and all that keeps it must be here, whatever
# the sum's last digit.
_KEPT = 2 * TIE
# First distance of a target from the bound (share of the bound), and how it widens while nothing is found. A target that
# nearly as many sets reach as the first answer gives way to it, as it would only double the work. One that is far lower
# (multiple of the distance) never does: on a small grid all sets reach both, and their lists grow with the distance.
_FIRST, _WIDER, _NEARLY, _FAR = 5e-4, 1.4, 1.5, 3.0
# Beyond these the search would take longer than HiGHS is given: cut-off sets, entries of joined lists, and pairs looked
# at to join them.
_MOST_SETS, _MOST_JOINED, _MOST_PAIRED = 200_000, 20_000_000, 1_000_000_000
_CHUNK = 2_000_000
# Cut-off sets whose lists are made together: few at first, as the target may still rise.
_BATCH, _MOST_BATCH = 2, 128
# Candidates per period that are joined to get a first answer.
_FEW = 200
# How far below the best bound the multipliers of these sets are asked to come (first distances), and how often the
# distance widens in search of the best candidate of a period.
_AIMED, _LOWERED = 10, 10
# Entries of lists after which no first answer is looked for any more.
_ENTRIES = 2_000_000
# Cut-off sets that are looked at to get one.
_LOOKED = 6


class Search:
    """One solve of a staircase block."""

    def __init__(self, stairs: "Staircase", objective: Floats, beat: float) -> None:
        self.stairs = stairs
        self._beat = beat
        self.best_value = np.inf
        self.found: list[Found] = []
        self._left, self._unpaired = _MOST_JOINED, _MOST_PAIRED
        self._last = False
        self._work = Work()
        self._ended = np.zeros(len(stairs.tables), np.int64)
        forms = [objective, *(held for held, _ in stairs.holds)]
        self.periods = [Period.of(stairs, number, forms) for number in range(len(stairs.tables))]
        lines, limits = [p.lines for p in self.periods], [p.priced_limits for p in self.periods]
        groups, standards = [p.groups for p in self.periods], [p.standards for p in self.periods]
        grades = min(stairs.grades, stairs.cells)
        rise = Rise(lines, groups, standards, limits, len(forms), grades, stairs.rises)
        self.bounds = Bounds(lines, limits, np.array([-np.inf, *(least for _, least in stairs.holds)]), groups, rise)

    @property
    def least(self) -> float:
        """All answers of at least this value are in `found`, once the search has ended."""
        return self._floor()

    def among(self, known: list[Found]) -> list[Found]:
        """The best of known answers that keep the held forms, and those equal to it; the search goes on from them."""
        least = self.bounds.least[1:, None]
        beat = self._beat - _KEPT * max(1.0, abs(self._beat)) if np.isfinite(self._beat) else self._beat
        for one in known:
            edges = np.tile(one.edges, (len(one.levels), 1))
            forms = slice(0, self.bounds.shared)
            every = [
                line.values(forms, edges, one.levels[:, c, :, p])
                for p, period in enumerate(self.periods)
                for c, line in enumerate(period.lines)
            ]
            sums = np.sum(every, axis=0)
            good = (sums[1:] >= least).all(axis=0) & (sums[0] >= beat)
            if good.any():
                self.found.append(Found(one.edges, sums[0, good], one.levels[good]))
        if self.found:
            self.best_value = max(float(one.values.max()) for one in self.found)
            self._keep()
        return self.found

    def run(self) -> list[Found] | None:
        """All optimal answers; empty if there is none; None if the lists would be too long."""
        cells = self.stairs.cells
        inner = min(self.stairs.grades, cells) - 1
        count = comb(cells - 1, inner)
        if count > _MOST_SETS:
            return None
        sets = np.array(list(combinations(range(1, cells), inner)), np.int64).reshape(count, inner)
        edges = np.column_stack([np.zeros(len(sets), np.int64), sets, np.full(len(sets), cells)])
        filters = [Filter.of(self.bounds, form, edges) for form in range(self.bounds.shared)]
        lowest = self.best_value if self.found else max(self._beat, self._lowest())
        tried = np.zeros(count, bool)
        relax(self.bounds, filters, edges, tried, lowest, count)
        try:
            self._lower(edges, filters, tried, lowest)
        except TooLong:
            return None
        return self.found

    def _lower(self, edges: Indices, filters: list[Filter], tried: Flags, lowest: float) -> None:
        """Lower a target from the bound to a first answer, until answers reach it; the best of them is the best of all."""
        bound = bound_of(filters)
        top = float(bound.max())
        step = _FIRST * max(1.0, abs(top))
        self.best_value = lowest
        some = np.argsort(-bound, kind="stable")[:_LOOKED]
        some = some[bound[some] >= lowest]
        if len(some) and not self.found:
            [mine] = refined(self.bounds, [filters[0].at(some)], edges[some], top - _AIMED * step)
            self._first_answer(edges[some], mine, top, step)
        least, target = self.best_value, np.inf
        untouched, worth = np.ones(len(edges), bool), True
        while target > least and not any(found.values.max() >= target for found in self.found):
            bound = bound_of(filters)
            few = top - least <= _FAR * step and (bound >= least).sum() <= _NEARLY * (bound >= top - step).sum()
            self.best_value = target = least if few or top - step < least else top - step
            self._last = target == least
            worth = worth and fewer(self.bounds, filters, edges, tried, self._floor())
            self._sets(edges, filters, untouched)
            step *= _WIDER

    def _first_answer(self, edges: Indices, mine: Filter, top: float, step: float) -> None:
        """Join the best few of every period's candidates, from ever further below the bound, until some go together."""
        best, lowest = mine.own.upper.copy(), self.best_value
        for number in range(len(self.periods)):
            self._lowered(number, edges, mine, best[number], step)
        left = self._work.left
        while not self.found and top - step > lowest and left - self._work.left < _ENTRIES:
            lists = [self._near(number, edges, mine, best[number] - step) for number in range(len(self.periods))]
            for one in range(len(edges)):
                parts = [found.of(one).best(-1, _FEW) for found in lists]
                if all(part.count for part in parts):
                    self._join(parts, edges[one], self._needs([mine]))
            step *= _WIDER

    def _near(self, number: int, edges: Indices, mine: Filter, least: Floats) -> Candidates:
        """One period's candidates whose worth, the last of their forms, reaches least[set]."""
        extra = self.bounds.rise.extra(number, mine.own.rise)
        return self._valued(self._listed(number, edges, mine.own.weights[number], extra, least), [mine.own], [extra])

    def _listed(self, number: int, edges: Indices, weights: Floats, extra: Floats, least: Floats) -> Candidates:
        """One period's candidates whose worth at weights[set, form] reaches least[set]."""
        least = least + weights[:, : self.bounds.shared] @ self._base
        return self.periods[number].candidates(edges, weights, extra, least, self._work)

    def _valued(self, found: Candidates, owns: list[Own], extras: list[Floats]) -> Candidates:
        """With what they are worth at each of some multipliers as further forms."""
        category, grade = (np.arange(size) for size in found.levels.shape[1:])
        at, above = (
            (category[:, None], grade, found.levels, found.sets[:, None, None]),
            found.forms - self._base[:, None],
        )
        # The weights of shared forms are those of the first period in all periods.
        worth = [
            np.einsum("if,fi->i", own.weights[0][found.sets, : self.bounds.shared], above) + extra[at].sum(axis=(1, 2))
            for own, extra in zip(owns, extras, strict=True)
        ]
        return replace(found, forms=np.concatenate([found.forms, worth]))

    @property
    def _base(self) -> Floats:
        """What the shared forms of one period are compared with."""
        return self.bounds.base(0)[: self.bounds.shared]

    def _lowered(self, number: int, edges: Indices, mine: Filter, best: Floats, step: float) -> None:
        """Bring one period's bounds best[set] down to its best candidates; where none is found they stay."""
        open_ = np.flatnonzero(np.isfinite(best))
        for _ in range(_LOWERED):
            found = self._near(number, edges[open_], mine.at(open_), best[open_] - step)
            here, starts = np.unique(found.sets, return_index=True)
            if len(here):
                best[open_[here]] = np.maximum.reduceat(found.forms[-1], starts)
            open_ = np.delete(open_, here)
            if not len(open_):
                break
            step *= _WIDER

    def _sets(self, edges: Indices, filters: list[Filter], untouched: Flags) -> None:
        """All answers that reach the target, set by set in order of the bound, which gets better in place.

        `untouched` sets get multipliers of their own when it is their turn.
        """
        bound = bound_of(filters)
        order = np.argsort(-bound, kind="stable")
        start, size = 0, _BATCH
        while start < len(order) and bound[order[start]] >= self._floor():
            some = order[start : start + size]
            start, size = start + size, min(2 * size, _MOST_BATCH)
            some = some[bound[some] >= self._floor()]
            new = some[untouched[some]]
            better = refined(self.bounds, [f.at(new) for f in filters], edges[new], self._floor())
            for f, b in zip(filters, better, strict=True):
                f.own.take(new, b.own)
            untouched[new] = False
            some = some[bound_of([f.at(some) for f in filters]) >= self._floor()]
            if len(some):
                batch = [f.at(some) for f in filters]
                self._batch(edges[some], batch)
                for f, b in zip(filters, batch, strict=True):
                    f.own.upper[:, some] = b.own.upper

    def _lowest(self) -> float:
        """No answer is worse: per category and period the worst level in every cell, less what rounding may take."""
        low = sum(float(one.sums[0].min(axis=0)[-1]) for p in self.periods for one in p.lines)
        parts = sum(float(np.diff(one.sums[0], axis=1).min(axis=0).sum()) for p in self.periods for one in p.lines)
        return min(low, parts) - TIE * max(1.0, abs(parts))

    def _floor(self) -> float:
        return self.best_value - _KEPT * max(1.0, abs(self.best_value))

    def _batch(self, edges: Indices, filters: list[Filter]) -> None:
        """All answers of some cut-off sets that reach the incumbent."""
        needs = self._needs(filters)[:, None]
        best = np.array([f.own.upper for f in filters])
        lists: list[Candidates] = [Candidates.none()] * len(self.periods)
        live = np.arange(len(edges))
        # Standards [period, set, category, grade] between which a period's list lies. Later ones may not lie below the
        # lowest, earlier ones not above the highest; only for the last target, as what lists so narrow tell of a period
        # is not true for a lower one.
        shape = len(self.periods), len(edges), len(self.stairs.categories), edges.shape[1] - 1
        low, high = np.full(shape, np.iinfo(np.int64).min), np.full(shape, np.iinfo(np.int64).max)
        # The period that ended most of the earlier sets goes first.
        for number in np.argsort(-self._ended, kind="stable"):
            rest = (needs - (best.sum(axis=1) - best[:, number]))[:, live]
            sizes = np.array([f.size for f in filters])[:, None]
            first = np.argmin((best[:, number, live] - rest) / sizes, axis=0), np.arange(len(live))
            weights = np.array([f.own.weights[number][live] for f in filters])[first]
            extras = [self.bounds.rise.extra(number, f.own.rise[live]) for f in filters]
            extra = np.stack(extras)[first[0], :, :, :, first[1]].transpose(1, 2, 3, 0)
            if self._last and self.stairs.rises:
                least, most = low[: number + 1, live].max(axis=0), high[number:, live].min(axis=0)
                extra = extra + self.periods[number].outside(least, most, extra.shape[2])
            found = self._listed(number, edges[live], weights, extra, rest[first])
            found = self._valued(found, [f.own.at(live) for f in filters], extras)
            self._learn(number, filters, live, first[0], rest[first], found)
            found = found.at((found.forms[self.bounds.shared :] >= rest[:, found.sets]).all(axis=0))
            here, starts = np.unique(found.sets, return_index=True)
            self._ended[number] += len(live) - len(here)
            if not len(here):
                return
            lists[number] = replace(found, sets=live[found.sets])
            live = live[here]
            for c, standards in enumerate(self.periods[number].standards):
                low[number, live, c] = standards[np.minimum.reduceat(found.levels[:, c], starts)]
                high[number, live, c] = standards[np.maximum.reduceat(found.levels[:, c], starts)]
            most = np.maximum.reduceat(found.forms[self.bounds.shared :], starts, axis=1)
            best[:, number, live] = np.minimum(best[:, number, live], most)
        for one in live:
            mine = [found.of(int(one)) for found in lists]
            mine = self._trimmed(mine, best[:, :, one], needs)
            if mine:
                self._join(mine, edges[one], self._needs(filters))

    def _learn(
        self, number: int, filters: list[Filter], sets: Indices, used: Indices, least: Floats, found: Candidates
    ) -> None:
        """Lower a period's bounds in place to the best in its whole lists, where empty to what was asked for.

        used[set]: the filter whose worth had to reach least[set].
        """
        worth = found.forms[self.bounds.shared + used[found.sets], np.arange(found.count)]
        best = least.copy()
        np.maximum.at(best, found.sets, worth)
        for f, one in enumerate(filters):
            mine = used == f
            at = number, sets[mine]
            one.own.upper[at] = np.minimum(one.own.upper[at], best[mine])

    def _needs(self, filters: list[Filter]) -> Floats:
        """What the worth in each filter must come to."""
        return np.array([f.least if f.form else self._floor() for f in filters])

    def _trimmed(self, lists: list[Candidates], best: Floats, needs: Floats) -> list[Candidates]:
        """What the best of the other periods leaves of each list; empty if nothing."""
        for number, found in enumerate(lists):
            reach = found.forms[self.bounds.shared :]
            good = (reach >= needs - (best.sum(axis=1) - best[:, number])[:, None]).all(axis=0)
            if not good.any():
                return []
            lists[number] = found.at(good)
            best[:, number] = np.minimum(best[:, number], reach[:, good].max(axis=1))
        return lists

    def _join(self, lists: list[Candidates], edges: Indices, needs: Floats) -> None:
        """Join the periods under "standards only rise" and "at most K values"; needs: of the forms beyond the shared."""
        least = np.array([self._floor(), *self.bounds.least[1:], *needs])
        later = np.zeros((len(lists) + 1, len(least)))
        for p in range(len(lists) - 1, -1, -1):
            later[p] = later[p + 1] + lists[p].forms.max(axis=1)
        sums, bits, picks = lists[0].forms, lists[0].bits, np.arange(lists[0].count)[:, None]
        for p, right in enumerate(lists[1:], start=1):
            parts = list(self._pairs(sums, bits, picks, lists[p - 1], right, least - later[p + 1]))
            if not parts:
                return
            left, at = (np.concatenate([part[i] for part in parts]) for i in range(2))
            self._left -= len(left)
            if self._left < 0:
                raise TooLong
            sums, bits = sums[:, left] + right.forms[:, at], bits[left] | right.bits[at]
            picks = np.column_stack([picks[left], at])
        good = np.flatnonzero((sums >= least[:, None]).all(axis=0))
        if not len(good):
            return
        levels = np.stack([lists[p].levels[picks[good, p]] for p in range(len(lists))], axis=-1)
        self.found = [f for f in self.found if not np.array_equal(f.edges, edges)]
        self.found.append(Found(edges, sums[0, good], levels))
        top = float(sums[0, good].max())
        if top >= self.best_value:
            # It reaches the target: no lower one follows.
            self.best_value, self._last = top, True
        self._keep()

    def _keep(self) -> None:
        """Drop the answers that are no longer among the best."""
        floor = self._floor()
        self.found = [one.at_least(floor) for one in self.found if one.values.max() >= floor]

    def _pairs(
        self, sums: Floats, bits: Bits, picks: Indices, before: Candidates, right: Candidates, least: Floats
    ) -> Iterator[tuple[Indices, Indices]]:
        """(partial answer, candidate) that go together and can still reach what is needed."""
        first = self.bounds.shared
        order = np.argsort(-right.forms[first], kind="stable")
        counts = np.searchsorted(-right.forms[first, order], sums[first] - least[first], side="right")
        self._unpaired -= int(counts.sum())
        if self._unpaired < 0:
            raise TooLong
        for left, place in places(counts, _CHUNK):
            at = order[place]
            for form, need in enumerate(least):
                fits = sums[form, left] + right.forms[form, at] >= need
                left, at = left[fits], at[fits]
            for category, most in self.stairs.most.items():
                fits = np.bitwise_count(bits[left, category] | right.bits[at, category]) <= most
                left, at = left[fits], at[fits]
            if self.stairs.rises:
                fits = before.rises(picks[left, -1], right, at)
                left, at = left[fits], at[fits]
            yield left, at
