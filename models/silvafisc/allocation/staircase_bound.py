"""Bounds of graded standards: money rows priced by multipliers, the rest a shortest path over the grades.

For given cut-offs a category and period is a non-decreasing vector of levels, one per grade. Every form (objective, held
objective, row) is a sum over category, period and grade. With multipliers λ ≥ 0 on the rows that tie cells together
(envelopes, shares) and ν ≥ 0 on the held objectives, for any cut-off set S

    value ≤ Σ_p ( Σ_c max over non-decreasing vectors of (value + ν·held − λ·row) + λ·limit ) − ν·least

and the maximum is a dynamic programme over the grades: best[k, l] = gain[k, l] + max over l' ≤ l of best[k − 1, l'].
Two categories of which one may not fall below the other are taken together, over pairs of levels. "Standards only
rise" and the number of published values are left out here; the search adds them.
The multipliers are found by cutting planes (Kelley 1960), half-way between the best and the newest ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from .problem import Floats, Indices

# Multipliers this near their best (share of the bound) do: what the periods lose by whole levels is ten times as much.
_NEAR = 1e-4
# Cut-off sets whose pairs of levels are looked at together: tables that fit the processor's cache.
_TOGETHER = 128
# Cut-off sets that the multipliers are fitted to, and how often those that come out on top are added.
_FITTED, _ROUNDS = 24, 2
# Multipliers above this multiple of (size of the objective / size of the row) only show that a row cannot be kept.
_MOST = 1e3


@dataclass(frozen=True)
class Line:
    """One category in one period.

    sums[form, level, edge]: what the cells before `edge` add to a form at exactly this level; barred[level, edge]: how
    many of these cells may not have the level.
    """

    sums: Floats
    barred: Indices

    def total(self, weights: Floats) -> Floats:
        """A weighted sum of the forms [level, edge]."""
        return np.asarray(np.tensordot(weights, self.sums, 1))

    def spans(self, total: Floats, edges: Indices) -> list[Floats]:
        """Per grade: gain[level, cut-off set] of a sum of forms; -inf where the level is barred."""
        gains = [total[:, right] - total[:, left] for left, right in pairwise(edges.T)]
        if self.barred.any():
            for k, gain in enumerate(gains):
                gain[(self.barred[:, edges[:, k + 1]] - self.barred[:, edges[:, k]]) > 0] = -np.inf
        return gains

    @staticmethod
    def forward(gains: list[Floats]) -> list[Floats]:
        """Per grade: best[level, cut-off set] up to and with this grade."""
        found: list[Floats] = []
        for gain in gains:
            found.append(gain if not found else gain + np.maximum.accumulate(found[-1], axis=0))
        return found

    @staticmethod
    def near(gains: list[Floats], tables: list[Floats], least: float) -> Indices:
        """Every vector of levels (rows) whose value is at least `least`, for one cut-off set."""
        gains, tables = [gain[:, 0] for gain in gains], [table[:, 0] for table in tables]
        chosen = np.flatnonzero(tables[-1] >= least)[:, None]
        added = gains[-1][chosen[:, 0]]
        for table, gain in zip(tables[-2::-1], gains[-2::-1], strict=True):
            fits = table[None, :] + added[:, None] >= least
            fits &= np.arange(len(table))[None, :] <= chosen[:, :1]
            at, level = np.nonzero(fits)
            chosen, added = np.column_stack([level, chosen[at]]), added[at] + gain[level]
        return np.asarray(chosen, np.int64)

    def values(self, forms: slice | Indices, edges: Indices, levels: Indices) -> Floats:
        """Value of forms [form, vector] at vectors of levels, for one cut-off set."""
        sums = self.sums[forms]
        return np.asarray(
            sum(
                sums[:, levels[:, k], right] - sums[:, levels[:, k], left]
                for k, (left, right) in enumerate(pairwise(edges))
            )
        )


@dataclass(frozen=True)
class Priced:
    """Forms that every answer must bring to a least amount, with the multipliers that bound them.

    weights[form]: of the forms of all periods (objective and held ones) in the sum that is bounded. prices[period]: per
    priced row of the period.
    """

    weights: Floats
    prices: list[Floats]


@dataclass(frozen=True)
class Bounds:
    """What `Priced` comes to.

    lines[period][category]; the first `shared` forms are the same in all periods, the next ones are the period's priced
    rows, "at most" limits[period]. barriers[period]: (upper category, lower category) -> which pairs of levels break
    the order between them; each category stands in one pair at most, the others are bounded without their order.
    """

    lines: Sequence[Sequence[Line]]
    limits: Sequence[Floats]
    shared: int
    barriers: Sequence[Mapping[tuple[int, int], NDArray[np.bool_]]]

    def _groups(self, period: int) -> list[tuple[int, ...]]:
        """Categories that are bounded together."""
        pairs = list(self.barriers[period])
        paired = {c for pair in pairs for c in pair}
        return [*pairs, *((c,) for c in range(len(self.lines[period])) if c not in paired)]

    def _forward(self, period: int, group: tuple[int, ...], weights: Floats, edges: Indices) -> list[Floats]:
        """Per grade: best[level, …, cut-off set] of the categories of a group together, up to and with this grade."""
        lines = self.lines[period]
        gains = [lines[c].spans(lines[c].total(weights), edges) for c in group]
        if len(group) == 1:
            return Line.forward(gains[0])
        broken = np.where(self.barriers[period][group[0], group[1]], -np.inf, 0.0)[:, :, None]
        found: list[Floats] = []
        for upper, lower in zip(*gains, strict=True):
            gain = upper[:, None, :] + lower[None, :, :] + broken
            if found:
                reached = np.maximum.accumulate(found[-1], axis=0)
                gain += np.maximum.accumulate(reached, axis=1, out=reached)
            found.append(gain)
        return found

    def _best(self, period: int, group: tuple[int, ...], weights: Floats, edges: Indices) -> Floats:
        """The largest value per cut-off set."""
        parts = np.array_split(edges, -(-len(edges) // (_TOGETHER if len(group) > 1 else len(edges))))
        tops = [self._forward(period, group, weights, part)[-1].reshape(-1, len(part)).max(axis=0) for part in parts]
        return np.concatenate(tops)

    def _path(self, period: int, group: tuple[int, ...], weights: Floats, edges: Indices) -> Indices:
        """Levels[grade, category of the group] of best vectors for one cut-off set."""
        levels: list[tuple[int, ...]] = []
        for table in self._forward(period, group, weights, edges[None])[::-1]:
            open_ = table[..., 0][tuple(slice(0, at + 1) for at in levels[-1])] if levels else table[..., 0]
            levels.append(tuple(int(i) for i in np.unravel_index(int(open_.argmax()), open_.shape)))
        return np.array(levels[::-1], np.int64)

    def weights(self, priced: Priced, period: int) -> Floats:
        """Weight of every form of a period, priced rows negative."""
        rest = self.lines[period][0].sums.shape[0] - self.shared - len(self.limits[period])
        return np.concatenate([priced.weights, -priced.prices[period], np.zeros(rest)])

    def upper(self, priced: Priced, edges: Indices) -> Floats:
        """Bound of the weighted forms [period, cut-off set]."""
        found = []
        for period in range(len(self.lines)):
            weights = self.weights(priced, period)
            known = float(priced.prices[period] @ self.limits[period])
            found.append(sum(self._best(period, group, weights, edges) for group in self._groups(period)) + known)
        return np.array(found)

    def priced(self, objective: int, holds: Sequence[tuple[int, float]], edges: Indices, steps: int) -> Priced:
        """Good multipliers for the largest value of a shared form under the rows and the held forms (form, least).

        steps: of the cutting planes; any multipliers bound, better ones bound more tightly.
        """
        counts = [len(limit) for limit in self.limits]
        limits = np.concatenate([*self.limits, [-least for _, least in holds]])

        def at(prices: Floats) -> Priced:
            weights = np.zeros(self.shared)
            weights[objective] = 1.0
            for (form, _), price in zip(holds, prices[sum(counts) :], strict=True):
                weights[form] += price
            return Priced(weights, np.split(prices[: sum(counts)], np.cumsum(counts)[:-1]))

        def values(prices: Floats, which: Indices) -> Floats:
            constant = float(sum(-least * p for (_, least), p in zip(holds, prices[sum(counts) :], strict=True)))
            return np.asarray(self.upper(at(prices), edges[which]).sum(axis=0) + constant)

        def answer(prices: Floats, which: int) -> tuple[float, Floats]:
            """Value and row amounts of the best vectors of one cut-off set."""
            priced, total, amounts = at(prices), np.zeros(self.shared), []
            for period, line in enumerate(self.lines):
                weights, forms = self.weights(priced, period), np.zeros(self.shared + counts[period])
                for group in self._groups(period):
                    levels = self._path(period, group, weights, edges[which])
                    for c, vector in zip(group, levels.T, strict=True):
                        forms += line[c].values(slice(0, len(forms)), edges[which], vector[None])[:, 0]
                total += forms[: self.shared]
                amounts.append(forms[self.shared :])
            return float(total[objective]), np.concatenate([*amounts, [-total[form] for form, _ in holds]])

        if not len(limits):
            return at(limits)
        return at(_minimise(values, answer, limits, self._sizes(objective, holds), len(edges), steps))

    def _sizes(self, objective: int, holds: Sequence[tuple[int, float]]) -> Floats:
        """Largest multipliers that are tried: the size of the objective over the size of the row."""

        def size(periods: Sequence[int], form: int) -> float:
            return float(sum(np.ptp(one.sums[form, :, -1]) for p in periods for one in self.lines[p]))

        every = range(len(self.lines))
        rows = [size([p], self.shared + i) for p, limit in enumerate(self.limits) for i in range(len(limit))]
        rows += [size(every, form) for form, _ in holds]
        return np.array([_MOST * size(every, objective) / row if row > 0 else 0.0 for row in rows])


def _minimise(
    values: Callable[[Floats, Indices], Floats],
    answer: Callable[[Floats, int], tuple[float, Floats]],
    limits: Floats,
    most: Floats,
    count: int,
    steps: int,
) -> Floats:
    """Multipliers near the minimum over λ of the maximum over cut-off sets."""
    fitted: Indices = np.unique(np.linspace(0, count - 1, _FITTED).astype(np.int64))
    prices = most / _MOST
    gained: list[float] = []
    used: list[Floats] = []
    for _ in range(_ROUNDS):
        best, centre = np.inf, prices
        for _ in range(steps):
            now = values(prices, fitted)
            gain, amount = answer(prices, int(fitted[int(now.argmax())]))
            if not np.isfinite(now.max()):
                break
            gained.append(gain)
            used.append(amount)
            if now.max() < best:
                best, centre = float(now.max()), prices
            lowest, newest = _master(np.array(gained), np.array(used), limits, most)
            if best - lowest <= _NEAR * max(1.0, abs(best)):
                break
            prices = (centre + newest) / 2
        prices = centre
        over = values(prices, np.arange(count))
        if over.max() <= best + _NEAR * max(1.0, abs(best)):
            break
        fitted = np.unique(np.concatenate([fitted, np.argsort(-over)[:_FITTED]]))
    return prices


def _master(gained: Floats, used: Floats, limits: Floats, most: Floats) -> tuple[float, Floats]:
    """min z + λ·limits over 0 ≤ λ ≤ most with z ≥ gained − λ·used, in scaled numbers."""
    size = max(1.0, float(np.abs(gained).max()))
    scale = np.where(most > 0, most / _MOST, 1.0)
    cuts = np.column_stack([-used * scale / size, -np.ones(len(gained))])
    bounds = [(0.0, _MOST if top > 0 else 0.0) for top in most]
    cost = np.append(limits * scale / size, 1.0)
    found = linprog(cost, A_ub=cuts, b_ub=-gained / size, bounds=[*bounds, (None, None)], method="highs")
    # Multipliers are bounded and z is free above the cuts, so there always is an answer.
    assert found.x is not None
    assert found.fun is not None
    return float(found.fun) * size, np.asarray(found.x[:-1] * scale)
