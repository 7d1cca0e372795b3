"""Bounds of graded standards: money rows priced by multipliers, the rest a shortest path over the grades.

For given cut-offs a category and period is a non-decreasing vector of levels, one per grade. Every form (objective, held
objective, row) is a sum over category, period and grade. With multipliers λ ≥ 0 on the rows that tie cells together
(envelopes, shares) and ν ≥ 0 on the held objectives, for any cut-off set S

    value ≤ Σ_p ( Σ_c max over non-decreasing vectors of (value + ν·held − λ·row) + λ·limit ) − ν·least

and the maximum is a dynamic programme over the grades: best[k, l] = gain[k, l] + max over l' ≤ l of best[k − 1, l'].
Two categories of which one may not fall below the other are taken together, over pairs of levels. "Standards only
rise" is priced by multipliers of its own (`staircase_rise`); the number of published values is left out here, the search
adds it.
Multipliers are those of the linear relaxations of some sets, held forms included, each in all sets that it bounds better.
Where that of the most even cut-offs has no answer, common ones are found first by cutting planes (Kelley 1960), half-way
between the best and the newest ones.
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
class Own:
    """Multipliers of each cut-off set's own: weights[period][set, form] (priced rows negative), upper[period, set].

    Shared forms weigh the same in all periods. rise[set]: number of its multipliers on "standards only rise".
    """

    weights: list[Floats]
    upper: Floats
    rise: Indices

    def at(self, which: Indices) -> "Own":
        """Those of some cut-off sets."""
        return Own([one[which] for one in self.weights], self.upper[:, which], self.rise[which])

    def take(self, which: Indices, better: "Own") -> None:
        """Put others in place in some cut-off sets."""
        for one, other in zip(self.weights, better.weights, strict=True):
            one[which] = other
        self.upper[:, which], self.rise[which] = better.upper, better.rise


@dataclass(frozen=True)
class Bounds:
    """What multipliers come to.

    lines[period][category]; the first forms are the same in all periods (the objective, then held ones that must come to
    `least`; -inf: the objective), the next ones are the period's priced rows, "at most" limits[period]. groups[period]:
    categories that are bounded together; orders between others are left out. A bound of weighted forms is one of what
    lies above the least amounts and below the limits.
    """

    lines: Sequence[Sequence[Line]]
    limits: Sequence[Floats]
    least: Floats
    groups: Sequence[Sequence[Group]]
    rise: Rise

    @property
    def shared(self) -> int:
        """Number of the forms that are the same in all periods."""
        return len(self.least)

    def base(self, period: int) -> Floats:
        """What every weighted form and row of a period is compared with: equal parts of the least amounts, the limits."""
        held = np.where(np.isfinite(self.least), self.least, 0.0)
        return np.concatenate([held / len(self.lines), self.limits[period]])

    def best(self, period: int, edges: Indices, weights: Floats, rise: Indices) -> Floats:
        """Bound of one period per cut-off set at weights[set, form] and rise[set]."""
        found = -weights @ self.base(period)
        for part in parts(len(edges)):
            extra = self.rise.extra(period, rise[part])
            for group in self.groups[period]:
                found[part] += Chains.of(self.lines[period], group, edges[part], weights[part], extra).top
        return np.asarray(found)

    def sloped(self, period: int, edges: Indices, weights: Floats, rise: Indices) -> tuple[Floats, Floats]:
        """`best` and the amounts [set, form] of the chains that it comes from."""
        found, amounts = -weights @ self.base(period), np.zeros(weights.shape)
        for part in parts(len(edges)):
            extra = self.rise.extra(period, rise[part])
            for group in self.groups[period]:
                chains = Chains.of(self.lines[period], group, edges[part], weights[part], extra)
                found[part] += chains.top
                amounts[part] += chains.amounts()
        return np.asarray(found), amounts

    def common(self, weights: Sequence[Floats], edges: Indices, rise: int = 0) -> Own:
        """The same multipliers weights[period][form] for all cut-off sets."""
        many, numbers = [np.tile(one, (len(edges), 1)) for one in weights], np.full(len(edges), rise)
        upper = [self.best(p, edges, one, numbers) for p, one in enumerate(many)]
        return Own(many, np.array(upper), numbers)

    def spread(self, form: int, held: bool, edges: Indices) -> Own | None:
        """The multipliers of the most even cut-offs' linear relaxation, in every set; None: no answer there."""
        even = int(np.square(np.diff(edges)).sum(axis=1).argmin())
        found = self._relaxed(form, held, edges[even])
        return None if found is None else self.common(found[0], edges, found[1])

    def relax(self, form: int, held: bool, own: Own, edges: Indices, which: int, among: Indices) -> None:
        """Put the multipliers of one set's linear relaxation in place in every set `among` that they bound better.

        held: whether the held forms have to be kept.
        """
        found = self._relaxed(form, held, edges[which])
        if found is None:
            return
        new = self.common(found[0], edges[among], found[1])
        better = np.flatnonzero(new.upper.sum(axis=0) < own.upper[:, among].sum(axis=0))
        own.take(among[better], new.at(better))

    def _relaxed(self, form: int, held: bool, edges: Indices) -> tuple[list[Floats], int] | None:
        return self.rise.relaxed(edges, form, self.least if held else np.full(self.shared, -np.inf))

    def own(self, own: Own, form: int, edges: Indices, need: float, steps: int) -> Own:
        """Better multipliers of the rows for each cut-off set; those of held forms and of the rise stay.

        Steps along the slope towards a lower bound (Polyak 1969); a set whose bound falls below `need` is left alone.
        """
        upper = own.upper.copy()
        sizes = np.split(self.scales(form), np.cumsum([len(limit) for limit in self.limits])[:-1])
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

    def priced(self, form: int, held: bool, edges: Indices, steps: int) -> list[Floats]:
        """Good weights [period][form] for the largest value of a shared form under the rows and, if asked, held forms.

        steps: of the cutting planes; any multipliers bound, better ones bound more tightly.
        """
        counts = [len(limit) for limit in self.limits]
        kept = np.flatnonzero(np.isfinite(self.least)) if held else np.zeros(0, np.int64)
        limits = np.concatenate([*self.limits, -self.least[kept]])
        every, none = range(len(self.lines)), np.zeros(1, np.int64)
        only = (np.arange(self.shared) == form).astype(np.float64)

        def at(prices: Floats) -> list[Floats]:
            *rows, added = np.split(prices, np.cumsum(counts))
            weights = only.copy()
            weights[kept] += added
            return [np.concatenate([weights, -row]) for row in rows]

        def values(prices: Floats, which: Indices) -> Floats:
            return np.asarray(self.common(at(prices), edges[which]).upper.sum(axis=0))

        def answer(prices: Floats, which: int) -> tuple[float, Floats]:
            """Value and row amounts of the best vectors of one cut-off set."""
            one = edges[which : which + 1]
            forms = [self.sloped(p, one, weights[None], none)[1][0] for p, weights in enumerate(at(prices))]
            total = np.sum(
                [amounts[: self.shared] - self.base(p)[: self.shared] for p, amounts in enumerate(forms)], axis=0
            )
            amounts = [amounts[self.shared :] for amounts in forms]
            return float(total[form]), np.concatenate([*amounts, -total[kept] - self.least[kept]])

        if not len(limits):
            return at(limits)
        whole = self._size(every, form)
        sizes = [whole / size if size > 0 else 0.0 for size in (self._size(every, int(one)) for one in kept)]
        scale = np.concatenate([self.scales(form), sizes])
        return at(_minimise(values, answer, limits, scale, max(1.0, whole), len(edges), steps))

    def _size(self, periods: Sequence[int], form: int) -> float:
        """By how much a form can vary, about."""
        return float(sum(np.ptp(one.sums[form, :, -1]) for p in periods for one in self.lines[p]))

    def scales(self, form: int) -> Floats:
        """Per priced row of every period: size of a shared form over the size of the row."""
        whole = self._size(range(len(self.lines)), form)
        rows = [self._size([p], self.shared + i) for p, limit in enumerate(self.limits) for i in range(len(limit))]
        return np.array([whole / row if row > 0 else 0.0 for row in rows])


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
