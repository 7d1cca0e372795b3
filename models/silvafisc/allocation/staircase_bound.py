"""Bounds of graded standards: money rows priced by multipliers, the rest a shortest path over the grades.

For given cut-offs a category and period is a non-decreasing vector of levels, one per grade. Every form (objective, held
objective, row) is a sum over category, period and grade. With multipliers λ ≥ 0 on the rows that tie cells together
(envelopes, shares) and ν ≥ 0 on the held objectives, for any cut-off set S

    value ≤ Σ_p ( Σ_c max over non-decreasing vectors of (value + ν·held − λ·row) + λ·limit ) − ν·least

and the maximum is a dynamic programme over the grades: best[k, l] = gain[k, l] + max over l' ≤ l of best[k − 1, l'].
Two categories of which one may not fall below the other are taken together, over pairs of levels. "Standards only
rise" is priced by multipliers of its own (`staircase_rise`); the number of published values is left out here, the search
adds it.
Multipliers are those of the linear relaxations of a few sets, each in all sets that it bounds better. Where forms are
held, common ones are found first by cutting planes (Kelley 1960), half-way between the best and the newest ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .problem import Floats, Indices
from .solve import Planes
from .staircase_grades import Chains, Group, Line, parts
from .staircase_rise import Rise

# Multipliers this near their best (share of the bound) do: what the periods lose by whole levels is ten times as much.
_NEAR = 1e-4
# Cut-off sets that the multipliers are fitted to, and how often those that come out on top are added.
_FITTED, _ROUNDS = 24, 2
# Multipliers above this multiple of (size of the objective / size of the row) only show that a row cannot be kept.
_MOST = 1e3
# Own multipliers of a cut-off set: the step aims at a bound that is lower by a part of the set's distance to what is
# needed; the aim grows where at least this share of it is reached and shrinks otherwise.
_REACHED, _GROW, _SHRINK = 0.25, 1.2, 0.6


@dataclass(frozen=True)
class Priced:
    """Forms that every answer must bring to a least amount, with the multipliers that bound them.

    weights[form]: of the forms of all periods (objective and held ones) in the sum that is bounded. prices[period]: per
    priced row of the period.
    """

    weights: Floats
    prices: list[Floats]


@dataclass(frozen=True)
class Own:
    """Multipliers of each cut-off set's own: weights[period][set, form] (priced rows negative), upper[period, set].

    rise[set]: number of its multipliers on "standards only rise".
    """

    weights: list[Floats]
    upper: Floats
    rise: Indices

    def at(self, which: Indices) -> "Own":
        """Those of some cut-off sets."""
        return Own([one[which] for one in self.weights], self.upper[:, which], self.rise[which])

    def put(self, which: Indices, better: "Own") -> "Own":
        """With others in some cut-off sets."""
        weights, upper, rise = [one.copy() for one in self.weights], self.upper.copy(), self.rise.copy()
        for one, other in zip(weights, better.weights, strict=True):
            one[which] = other
        upper[:, which], rise[which] = better.upper, better.rise
        return Own(weights, upper, rise)


@dataclass(frozen=True)
class Bounds:
    """What `Priced` comes to.

    lines[period][category]; the first `shared` forms are the same in all periods, the next ones are the period's priced
    rows, "at most" limits[period]. groups[period]: categories that are bounded together; orders between others are left
    out.
    """

    lines: Sequence[Sequence[Line]]
    limits: Sequence[Floats]
    shared: int
    groups: Sequence[Sequence[Group]]
    rise: Rise

    def weights(self, priced: Priced, period: int) -> Floats:
        """Weight of every shared form and priced row of a period, rows negative."""
        return np.concatenate([priced.weights, -priced.prices[period]])

    def best(self, period: int, edges: Indices, weights: Floats, rise: Indices) -> Floats:
        """Bound of one period per cut-off set at weights[set, form] and rise[set]."""
        found = -weights[:, self.shared :] @ self.limits[period]
        for part in parts(len(edges)):
            extra = self.rise.extra(period, rise[part])
            for group in self.groups[period]:
                found[part] += Chains.of(self.lines[period], group, edges[part], weights[part], extra).top
        return np.asarray(found)

    def sloped(self, period: int, edges: Indices, weights: Floats, rise: Indices) -> tuple[Floats, Floats]:
        """`best` and the amounts [set, form] of the chains that it comes from."""
        found, amounts = -weights[:, self.shared :] @ self.limits[period], np.zeros(weights.shape)
        for part in parts(len(edges)):
            extra = self.rise.extra(period, rise[part])
            for group in self.groups[period]:
                chains = Chains.of(self.lines[period], group, edges[part], weights[part], extra)
                found[part] += chains.top
                amounts[part] += chains.amounts()
        return np.asarray(found), amounts

    def upper(self, priced: Priced, edges: Indices) -> Floats:
        """Bound of the weighted forms [period, cut-off set]."""
        none, every = np.zeros(len(edges), np.int64), range(len(self.lines))
        return np.array([self.best(p, edges, self._everywhere(priced, p, edges), none) for p in every])

    def _everywhere(self, priced: Priced, period: int, edges: Indices) -> Floats:
        """The common weights, once per cut-off set."""
        return np.tile(self.weights(priced, period), (len(edges), 1))

    def common(self, priced: Priced, edges: Indices) -> Own:
        """The same multipliers for all cut-off sets."""
        every = range(len(self.lines))
        weights = [self._everywhere(priced, p, edges) for p in every]
        return Own(weights, self.upper(priced, edges), np.zeros(len(edges), np.int64))

    def spread(self, objective: int, edges: Indices) -> tuple[Priced, Own] | None:
        """The multipliers of the most even cut-offs' linear relaxation, in every set; None: no answer there."""
        weights = (np.arange(self.shared) == objective).astype(np.float64)
        priced = Priced(weights, [np.zeros(len(limit)) for limit in self.limits])
        unbounded = np.full((len(self.lines), len(edges)), np.inf)
        none = Own(
            [self._everywhere(priced, p, edges) for p in range(len(self.lines))],
            unbounded,
            np.zeros(len(edges), np.int64),
        )
        even = int(np.square(np.diff(edges)).sum(axis=1).argmin())
        own = self.relaxed(priced, none, edges, even, -np.inf)
        return None if own is none else (priced, own)

    def relaxed(self, priced: Priced, own: Own, edges: Indices, which: int, need: float) -> Own:
        """The multipliers of one set's linear relaxation, in every set that reaches `need` and is bounded better by them."""
        found = self.rise.relaxed(edges[which], priced.weights)
        if found is None:
            return own
        open_ = np.flatnonzero(own.upper.sum(axis=0) >= need)
        rise = np.full(len(open_), found[1])
        weights = [self.weights(Priced(priced.weights, found[0]), p) for p in range(len(self.lines))]
        upper = [self.best(p, edges[open_], np.tile(w, (len(open_), 1)), rise) for p, w in enumerate(weights)]
        better = np.sum(upper, axis=0) < own.upper[:, open_].sum(axis=0)
        many = [np.tile(w, (int(better.sum()), 1)) for w in weights]
        return own.put(open_[better], Own(many, np.array(upper)[:, better], rise[better]))

    def own(self, own: Own, priced: Priced, edges: Indices, need: float, steps: int) -> Own:
        """Better multipliers of the rows for each cut-off set; those of held forms and of the rise stay.

        Steps along the slope towards a lower bound (Polyak 1969); a set whose bound falls below `need` is left alone.
        """
        upper = own.upper.copy()
        sizes = np.split(self.scales(priced.weights), np.cumsum([len(limit) for limit in self.limits])[:-1])
        kept = [one.copy() for one in own.weights]
        tried = [one.copy() for one in kept]
        aims = np.tile(np.maximum(upper.sum(axis=0) - need, 0.0) / len(upper), (len(upper), 1))
        for step in range(steps):
            open_ = np.flatnonzero(upper.sum(axis=0) >= need)
            if not len(open_):
                break
            for p, (limit, size) in enumerate(zip(self.limits, sizes, strict=True)):
                if not len(limit):
                    continue
                weights = tried[p][open_]
                now, amounts = self.sloped(p, edges[open_], weights, own.rise[open_])
                before, aim = upper[p, open_], aims[p, open_]
                lower = now < before
                kept[p][open_[lower]] = weights[lower]
                upper[p, open_] = np.minimum(before, now)
                if step:
                    aims[p, open_] = aim = aim * np.where(now < before - _REACHED * aim, _GROW, _SHRINK)
                slope = (limit - amounts[:, self.shared :]) * size
                length = (now - upper[p, open_] + aim) / np.maximum((slope**2).sum(axis=1), 1e-300)
                moved = weights[:, self.shared :] + length[:, None] * slope * size
                tried[p][open_, self.shared :] = np.minimum(moved, 0.0)
        return Own(kept, upper, own.rise)

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
            priced, one = at(prices), edges[which : which + 1]
            every, none = range(len(self.lines)), np.zeros(1, np.int64)
            forms = [self.sloped(p, one, self._everywhere(priced, p, one), none)[1][0] for p in every]
            total = np.sum([form[: self.shared] for form in forms], axis=0)
            amounts = [form[self.shared :] for form in forms]
            return float(total[objective]), np.concatenate([*amounts, [-total[form] for form, _ in holds]])

        if not len(limits):
            return at(limits)
        size = max(1.0, self._size(range(len(self.lines)), objective))
        return at(_minimise(values, answer, limits, self._sizes(objective, holds), size, len(edges), steps))

    def _size(self, periods: Sequence[int], form: int) -> float:
        """By how much a form can vary, about."""
        return float(sum(np.ptp(one.sums[form, :, -1]) for p in periods for one in self.lines[p]))

    def scales(self, weights: Floats) -> Floats:
        """Per priced row of every period: size of the weighted forms over the size of the row."""
        every = range(len(self.lines))
        whole = sum(abs(weight) * self._size(every, form) for form, weight in enumerate(weights) if weight)
        rows = [self._size([p], self.shared + i) for p, limit in enumerate(self.limits) for i in range(len(limit))]
        return np.array([whole / row if row > 0 else 0.0 for row in rows])

    def _sizes(self, objective: int, holds: Sequence[tuple[int, float]]) -> Floats:
        """Scale of the multipliers: the size of the objective over the size of the row."""
        only = (np.arange(self.shared) == objective).astype(np.float64)
        whole = self._size(range(len(self.lines)), objective)
        held = [self._size(range(len(self.lines)), form) for form, _ in holds]
        return np.concatenate([self.scales(only), [whole / size if size > 0 else 0.0 for size in held]])


def _minimise(
    values: Callable[[Floats, Indices], Floats],
    answer: Callable[[Floats, int], tuple[float, Floats]],
    limits: Floats,
    scale: Floats,
    size: float,
    count: int,
    steps: int,
) -> Floats:
    """Multipliers near the minimum over λ of the maximum over cut-off sets.

    scale: of the multipliers, 0 for a row that nothing touches. size: of the values.
    """
    fitted: Indices = np.unique(np.linspace(0, count - 1, _FITTED).astype(np.int64))
    prices = scale
    planes = Planes(limits * scale / size, np.where(scale > 0, _MOST, 0.0))
    for _ in range(_ROUNDS):
        best, centre = np.inf, prices
        for _ in range(steps):
            now = values(prices, fitted)
            gain, amount = answer(prices, int(fitted[int(now.argmax())]))
            if not np.isfinite(now.max()):
                break
            planes.add(gain / size, amount * scale / size)
            if now.max() < best:
                best, centre = float(now.max()), prices
            found = planes.lowest()
            if found is None:
                break
            lowest, newest = found
            if best - lowest * size <= _NEAR * max(1.0, abs(best)):
                break
            prices = (centre + newest * scale) / 2
        prices = centre
        over = values(prices, np.arange(count))
        if over.max() <= best + _NEAR * max(1.0, abs(best)):
            break
        fitted = np.unique(np.concatenate([fitted, np.argsort(-over)[:_FITTED]]))
    return prices
