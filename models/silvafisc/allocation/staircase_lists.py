"""One period of graded standards for given cut-offs: every combination of the categories that can still win.

A combination costs value in two ways: by not being the best at the multipliers, and by leaving priced money unused.
Only combinations whose two losses together stay within what the search allows are ever formed: vectors of a category
by their loss, pairs of categories by a window on the row with the largest multiplier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .problem import Floats, Indices
from .staircase_bound import Line

if TYPE_CHECKING:
    from .staircase import Limit, Staircase, Table

# Entries of all lists beyond which HiGHS takes over, and what making a list costs beside its entries. Vectors of one
# category are compared in groups of `_GROUP`.
_MOST, _EACH, _GROUP = 200_000_000, 20_000, 128
# Rows of a period that get a multiplier; the others are only checked.
_PRICED = 8
_MARGIN = 1e-9
Bits = NDArray[np.uint64]


class TooLong(Exception):
    """The lists would be too long."""


class Work:
    """Entries that the lists of one solve may still have."""

    def __init__(self) -> None:
        self._left = _MOST

    def take(self, entries: int) -> None:
        """Raises TooLong where nothing is left."""
        self._left -= entries
        if self._left < 0:
            raise TooLong


@dataclass(frozen=True)
class Candidates:
    """forms[form, i], levels[i, category, grade] as positions, standards likewise in fen, bits[i, category]."""

    forms: Floats
    levels: Indices
    standards: Indices
    bits: Bits

    @property
    def count(self) -> int:
        """Number of combinations."""
        return int(self.forms.shape[1])

    @staticmethod
    def none() -> "Candidates":
        """An empty list."""
        nothing = np.zeros((0, 0, 0), np.int64)
        return Candidates(np.zeros((0, 0)), nothing, nothing, np.zeros((0, 0), np.uint64))

    def at(self, which: NDArray[np.bool_]) -> "Candidates":
        """Those that are asked for."""
        return Candidates(self.forms[:, which], self.levels[which], self.standards[which], self.bits[which])

    def best(self, count: int) -> "Candidates":
        """Those with the largest first form."""
        few = np.zeros(self.count, bool)
        few[np.argsort(-self.forms[0], kind="stable")[:count]] = True
        return self.at(few)


@dataclass(frozen=True)
class Period:
    """All that is needed of one period.

    lines[category]: sums of the shared forms, then the priced rows, then the other rows. limits: of these rows.
    reach[(upper, lower)][level]: least level of the upper category where the lower one has `level`.
    """

    lines: list[Line]
    limits: Floats
    priced: int
    shared: int
    reach: dict[tuple[int, int], Indices]
    standards: list[Indices]
    bits: list[Bits]
    paid: list[NDArray[np.bool_]]
    most: dict[int, int]

    @property
    def priced_limits(self) -> Floats:
        """Limits of the priced rows."""
        return self.limits[: self.priced]

    @property
    def barriers(self) -> dict[tuple[int, int], NDArray[np.bool_]]:
        """(upper, lower) -> which pairs of levels break their order; every category in one pair at most."""
        found: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for (upper, lower), least in self.reach.items():
            if not {upper, lower} & {c for pair in found for c in pair}:
                found[upper, lower] = np.arange(len(self.standards[upper]))[:, None] < least[None, :]
        return found

    @staticmethod
    def of(stairs: "Staircase", number: int, forms: Sequence[Floats]) -> "Period":
        """Sum the block's coefficients by level and cell."""
        tables = stairs.tables[number]
        cells = stairs.cells
        touched = [[np.any(row.coefficients[t.columns] != 0, axis=0) for t in tables] for row in stairs.limits[number]]
        over = [sum(int(one.sum()) for one in row) for row in touched]
        tying = [i for i, row in enumerate(touched) if np.any(row, axis=0).sum() > 1 or (cells == 1 and over[i] > 1)]
        tying += [i for i in range(len(over)) if cells == 1 and i not in tying]
        priced = tying[:_PRICED]
        alone = [i for i in range(len(over)) if over[i] == 1 and i not in priced]
        checked = [i for i in range(len(over)) if i not in priced and i not in alone and over[i]]
        rows = [stairs.limits[number][i] for i in [*priced, *checked]]
        lines = []
        for category, table in enumerate(tables):
            exact = np.array([np.cumsum(f[table.columns], axis=0) for f in [*forms, *(r.coefficients for r in rows)]])
            barred = np.zeros(table.columns.shape, np.int64)
            for i in alone:
                row: Limit = stairs.limits[number][i]
                barred += touched[i][category] & (np.cumsum(row.coefficients[table.columns], axis=0) > row.limit)
            edged = np.zeros((*exact.shape[:2], cells + 1))
            np.cumsum(exact, axis=2, out=edged[:, :, 1:])
            lines.append(Line(edged, np.pad(np.cumsum(barred, axis=1), ((0, 0), (1, 0)))))
        # Level positions are compared across periods by their standard, so bits count standards, not positions; nothing
        # (0) is no published value.
        grids = [sorted({int(s) for line in stairs.tables for s in line[c].levels}) for c in range(len(tables))]
        return Period(
            lines,
            np.array([row.limit for row in rows]),
            len(priced),
            len(forms),
            {pair: _reach(tables[pair[0]], tables[pair[1]]) for pair in stairs.order},
            [table.levels for table in tables],
            [
                np.array([1 << grid.index(int(s)) if s else 0 for s in table.levels], np.uint64)
                for grid, table in zip(grids, tables, strict=True)
            ],
            stairs.paid,
            stairs.most,
        )

    def candidates(
        self, edges: Indices, weights: Sequence[Floats], totals: Sequence[Floats], least: Floats, first: int, work: Work
    ) -> Candidates:
        """Combinations that keep all rows and bring every weighted sum of forms to its least amount.

        weights[filter] over shared forms and rows; `first` is the one that the lists are cut by,
        totals[category] its sums.
        """
        work.take(_EACH)
        count, forms = len(self.lines), self.shared + self.priced
        mine, need = weights[first], float(least[first])
        prices = -mine[self.shared : forms]
        given = float(prices @ self.priced_limits)
        gains = [line.spans(total, edges[None]) for line, total in zip(self.lines, totals, strict=True)]
        tables = [Line.forward(gain) for gain in gains]
        best = [float(table[-1].max()) for table in tables]
        if not np.isfinite(best).all():
            return self._listed(
                edges, [np.zeros((0, len(edges) - 1), np.int64)] * count, np.zeros((0, count), np.int64)
            )
        vectors: list[Indices] = []
        values: list[Floats] = []
        for c, line in enumerate(self.lines):
            slack = _MARGIN * max(1.0, abs(need), abs(given))
            found = line.near(gains[c], tables[c], need - given - (sum(best) - best[c]) - slack)
            found = found[self._few(c, found, edges)]
            work.take(found.size)
            vectors.append(found)
            values.append(line.values(slice(0, forms), edges, found))
        chosen, sums = np.arange(len(vectors[0]))[:, None], values[0]
        for c in range(1, count):
            later = sum(best[c + 1 :])
            room = need - given - later
            last = c == count - 1
            left, right = _pairs(
                sums, values[c], mine[:forms], prices, self.priced_limits, room, self.shared, last, work
            )
            fits = self._ordered(c, vectors, chosen, left, right)
            left, right = left[fits], right[fits]
            sums, chosen = sums[:, left] + values[c][:, right], np.column_stack([chosen[left], right])
        good = (sums[self.shared :] <= self.priced_limits[:, None]).all(axis=0)
        for other, floor in zip(weights, least, strict=True):
            good &= other[: self.shared] @ sums[: self.shared] >= floor
        chosen = chosen[good]
        return self._listed(edges, vectors, chosen)

    def _few(self, category: int, vectors: Indices, edges: Indices) -> NDArray[np.bool_]:
        """Vectors that publish no more values than allowed."""
        if category not in self.most:
            return np.ones(len(vectors), bool)
        return np.asarray(np.bitwise_count(self._bits(category, vectors, edges)) <= self.most[category])

    def _bits(self, category: int, vectors: Indices, edges: Indices) -> Bits:
        """The standards that a vector publishes; a grade in which no unit has the category publishes nothing."""
        paid = [k for k, span in enumerate(np.split(self.paid[category], edges[1:-1])) if span.any()]
        return np.asarray(np.bitwise_or.reduce(self.bits[category][vectors[:, paid]], axis=1))

    def _ordered(
        self, c: int, vectors: list[Indices], chosen: Indices, left: Indices, right: Indices
    ) -> NDArray[np.bool_]:
        """Which pairs keep the order between category c and the earlier ones."""
        good = np.ones(len(left), bool)
        for (upper, lower), reach in self.reach.items():
            if max(upper, lower) != c:
                continue
            own = vectors[c][right]
            other = vectors[min(upper, lower)][chosen[left, min(upper, lower)]]
            high, low = (own, other) if upper == c else (other, own)
            good &= (high >= reach[low]).all(axis=1)
        return good

    def _listed(self, edges: Indices, vectors: list[Indices], chosen: Indices) -> Candidates:
        """The combinations that also keep the rows without a multiplier."""
        every = [v[chosen[:, c]] for c, v in enumerate(vectors)]
        rows = slice(self.shared + self.priced, None)
        amounts = sum(line.values(rows, edges, v) for line, v in zip(self.lines, every, strict=True))
        good = (amounts <= self.limits[self.priced :, None]).all(axis=0)
        every = [v[good] for v in every]
        forms = sum(line.values(slice(0, self.shared), edges, v) for line, v in zip(self.lines, every, strict=True))
        return Candidates(
            np.asarray(forms, np.float64),
            np.stack(every, axis=1),
            np.stack([s[v] for s, v in zip(self.standards, every, strict=True)], axis=1),
            np.stack([self._bits(c, v, edges) for c, v in enumerate(every)], axis=1),
        )


def _pairs(
    left: Floats,
    right: Floats,
    weights: Floats,
    prices: Floats,
    limits: Floats,
    least: float,
    shared: int,
    last: bool,
    work: Work,
) -> tuple[Indices, Indices]:
    """Pairs whose weighted sum reaches `least`; for the last category also within all priced rows.

    What a row leaves unused counts as lost at its multiplier, so the pairs of a group lie in a window of the row.
    """
    worth, other = weights @ left, weights @ right
    order = np.argsort(-other, kind="stable")
    spread = prices * right[shared:].std(axis=1) if len(prices) and right.shape[1] else np.zeros(len(prices))
    row = int(np.argmax(spread)) if last and len(prices) and spread.max() > 0 else -1
    found: list[tuple[Indices, Indices]] = []
    slack = _MARGIN * max(1.0, float(np.abs(worth).max(initial=0.0)), float(np.abs(other).max(initial=0.0)))
    for start in range(0, len(order), _GROUP):
        group = order[start : start + _GROUP]
        room = worth + other[group[0]] - least + slack
        able = np.flatnonzero(room >= 0)
        if not len(able):
            break
        if row < 0:
            low, high = np.zeros(len(able), np.int64), np.full(len(able), len(group), np.int64)
        else:
            used = right[shared + row, group]
            group = group[np.argsort(used, kind="stable")]
            used, margin = np.sort(used), _MARGIN * max(1.0, abs(float(limits[row])), float(np.abs(used).max()))
            open_ = limits[row] - left[shared + row, able]
            high = np.searchsorted(used, open_ + margin, side="right")
            low = np.searchsorted(used, open_ - room[able] / prices[row] - margin, side="left")
        counts = np.maximum(high - low, 0)
        work.take(int(counts.sum()))
        one = np.repeat(able, counts)
        two = group[np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts - low, counts)]
        fits = worth[one] + other[two] >= least - slack
        one, two = one[fits], two[fits]
        for i in range(len(limits) if last else 0):
            fits = left[shared + i, one] + right[shared + i, two] <= limits[i]
            one, two = one[fits], two[fits]
        found.append((one, two))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found])


def _reach(upper: "Table", lower: "Table") -> Indices:
    """Per level of the lower category the least level position of the upper one that is not below it."""
    return np.searchsorted(upper.levels, lower.levels, side="left").astype(np.int64)
