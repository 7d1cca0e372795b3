"""One period of graded standards: every combination of the categories that can still win, for many cut-off sets.

A combination costs value in two ways: by not being the best at the multipliers, and by leaving priced money unused.
Only combinations whose two losses together stay within what the search allows are ever formed: the first and the last
grades (or groups of categories) by their loss, pairs of them by a window on the row with the largest multiplier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .problem import Floats, Indices
from .staircase_grades import Chains, Group, Line, Rows, parts, places

if TYPE_CHECKING:
    from .staircase import Limit, Staircase, Table

# Entries of all lists beyond which HiGHS takes over, and what making a list costs beside its entries. Parts of a list
# are compared in groups of `_GROUP`, at most `_CHUNK` pairs at once.
_MOST, _EACH, _GROUP, _CHUNK = 200_000_000, 2_000, 128, 100_000
# Rows of a period that get a multiplier; the others are only checked.
_PRICED = 8
_MARGIN = 1e-9
Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]


class TooLong(Exception):
    """The lists would be too long."""


class Work:
    """Entries that the lists of one solve may still have."""

    def __init__(self) -> None:
        self.left = _MOST

    def take(self, entries: int) -> None:
        """Raises TooLong where nothing is left."""
        self.left -= entries
        if self.left < 0:
            raise TooLong


@dataclass(frozen=True)
class Candidates:
    """sets[i], forms[form, i], levels[i, category, grade] as positions.

    bits[i, category]: published values; ranks[i, word]: the standards of all categories and grades, each in a field of
    bits below a free one, which `guard` sets.
    """

    sets: Indices
    forms: Floats
    levels: Indices
    bits: Bits
    ranks: Bits
    guard: np.uint64

    @property
    def count(self) -> int:
        """Number of combinations."""
        return len(self.sets)

    def at(self, which: Indices | Flags) -> "Candidates":
        """Those that are asked for."""
        levels, bits, ranks = self.levels[which], self.bits[which], self.ranks[which]
        return Candidates(self.sets[which], self.forms[:, which], levels, bits, ranks, self.guard)

    def of(self, number: int) -> "Candidates":
        """Those of one cut-off set."""
        begin, end = np.searchsorted(self.sets, [number, number + 1])
        return self.at(np.arange(begin, end))

    def rises(self, which: Indices, later: "Candidates", at: Indices) -> Flags:
        """Whether no standard of a later period's candidate lies below its own: then no field borrows its free bit."""
        return np.asarray(
            (((later.ranks[at] | self.guard) - self.ranks[which]) & self.guard == self.guard).all(axis=1), np.bool_
        )

    @staticmethod
    def none() -> "Candidates":
        """An empty list."""
        nothing, words = np.zeros((0, 0, 0), np.int64), np.zeros((0, 0), np.uint64)
        return Candidates(np.zeros(0, np.int64), np.zeros((0, 0)), nothing, words, words, np.uint64(0))

    def best(self, form: int, count: int) -> "Candidates":
        """Those with the largest value of a form."""
        return self.at(np.sort(np.argsort(-self.forms[form], kind="stable")[:count]))


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
    ranks: list[Indices]
    bits: list[Bits]
    paid: list[NDArray[np.bool_]]
    most: dict[int, int]

    @property
    def priced_limits(self) -> Floats:
        """Limits of the priced rows."""
        return self.limits[: self.priced]

    @cached_property
    def groups(self) -> list[Group]:
        """Pairs of categories with an order between them, every category in one pair at most, and the others alone."""
        pairs: list[tuple[int, int]] = []
        for pair in self.reach:
            if not set(pair) & {c for other in pairs for c in other}:
                pairs.append(pair)
        alone = [c for c in range(len(self.lines)) if not any(c in pair for pair in pairs)]
        broken = [np.arange(len(self.standards[u]))[:, None] < self.reach[u, low][None, :] for u, low in pairs]
        return [
            *(Group(pair, one) for pair, one in zip(pairs, broken, strict=True)),
            *(Group((c,), np.zeros((len(self.standards[c]), 1), bool)) for c in alone),
        ]

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
            [np.searchsorted(grid, table.levels) for grid, table in zip(grids, tables, strict=True)],
            [
                np.array([1 << grid.index(int(s)) if s else 0 for s in table.levels], np.uint64)
                for grid, table in zip(grids, tables, strict=True)
            ],
            stairs.paid,
            stairs.most,
        )

    def candidates(self, edges: Indices, weights: Floats, extra: Floats, least: Floats, work: Work) -> Candidates:
        """Combinations in each cut-off set edges[set, edge] that keep all rows and whose worth reaches least[set].

        weights[set, form] over shared forms and priced rows, extra[category, grade, level, set] as in `Chains`.
        """
        work.take(_EACH * len(edges))
        found = [self._together(part, edges, weights, extra, least, work) for part in parts(len(edges))]
        sets = np.concatenate([start + one.sets for start, one in found])
        return Candidates(
            sets,
            np.concatenate([one.forms for _, one in found], axis=1),
            np.concatenate([one.levels for _, one in found]),
            np.concatenate([one.bits for _, one in found]),
            np.concatenate([one.ranks for _, one in found]),
            found[0][1].guard,
        )

    def outside(self, least: Indices, most: Indices, levels: int) -> Floats:
        """-inf [category, grade, level, set] for standards outside least … most[set, category, grade], else 0."""
        found = np.zeros((*least.shape[1:], levels, len(least)))
        for c, standards in enumerate(self.standards):
            of_levels = standards[:, None]
            low, high = least[:, c].T[:, None], most[:, c].T[:, None]
            found[c, :, : len(standards)][(of_levels < low) | (of_levels > high)] = -np.inf
        return found

    def _together(
        self, part: slice, edges: Indices, weights: Floats, extra: Floats, least: Floats, work: Work
    ) -> tuple[int, Candidates]:
        """`candidates` of some sets, and the position of the first one."""
        edges, weights, least = edges[part], weights[part], least[part]
        need = least + weights[:, self.shared :] @ self.priced_limits
        need -= _MARGIN * np.maximum(1.0, np.maximum(np.abs(least), np.abs(need)))
        chains = [Chains.of(self.lines, group, edges, weights, extra[..., part]) for group in self.groups]
        tops = [one.top for one in chains]
        window = _Window(weights, self.shared, self.priced_limits)
        if len(chains) == 1 and edges.shape[1] > 2:
            first, last = chains[0].halves(need)
            work.take(len(first.sets) + len(last.sets))
            following = [(first.levels[:, c, -1], last.levels[:, c, 0]) for c in range(first.levels.shape[1])]
            rows = _joined(first, last, list(window.pairs(first, last, need, True, work, following)), 2)
        else:
            # The groups one after another, each as long as the best of the others leaves room.
            others = [sum(tops[:i] + tops[i + 1 :], np.zeros(len(need))) for i in range(len(tops))]
            lists = [one.whole(need - other) for one, other in zip(chains, others, strict=True)]
            work.take(sum(len(one.sets) for one in lists))
            rows = lists[0]
            for i, one in enumerate(lists[1:], start=1):
                later = sum(tops[i + 1 :], np.zeros(len(need)))
                rows = _joined(rows, one, list(window.pairs(rows, one, need - later, i == len(lists) - 1, work)), 1)
        place = np.argsort([c for group in self.groups for c in group.categories])
        return part.start, self._listed(edges, Rows(rows.sets, rows.worth, rows.sums, rows.levels[:, place]))

    def _bits(self, category: int, rows: Rows, edges: Indices) -> Bits:
        """The standards that a vector publishes; a grade in which no unit has the category publishes nothing."""
        units = np.append(0, np.cumsum(self.paid[category]))
        paid = units[edges[:, 1:]] > units[edges[:, :-1]]
        bits = self.bits[category][rows.levels[:, category]]
        return np.asarray(np.bitwise_or.reduce(np.where(paid[rows.sets], bits, np.uint64(0)), axis=1))

    def _listed(self, edges: Indices, rows: Rows) -> Candidates:
        """The combinations that keep all rows, the orders and the number of published values."""
        good = np.asarray((rows.sums[self.shared :] <= self.priced_limits[:, None]).all(axis=0), np.bool_)
        for (upper, lower), reach in self.reach.items():
            good &= (rows.levels[:, upper] >= reach[rows.levels[:, lower]]).all(axis=1)
        rows = rows.at(good)
        bits = np.stack([self._bits(c, rows, edges) for c in range(len(self.lines))], axis=1)
        good = np.ones(len(bits), bool)
        for category, most in self.most.items():
            good &= np.bitwise_count(bits[:, category]) <= most
        if len(self.limits) > self.priced:
            others, own = slice(self.shared + self.priced, None), edges[rows.sets]
            amounts = sum(line.values(others, own, rows.levels[:, c]) for c, line in enumerate(self.lines))
            good &= (amounts <= self.limits[self.priced :, None]).all(axis=0)
        rows, bits = rows.at(good), bits[good]
        order = np.argsort(rows.sets, kind="stable")
        rows, bits = rows.at(order), bits[order]
        return Candidates(rows.sets, rows.sums[: self.shared], rows.levels, bits, *self._ranked(rows.levels))

    def _ranked(self, levels: Indices) -> tuple[Bits, np.uint64]:
        """`ranks` and `guard` of candidates."""
        width = max(int(rank.max()) for rank in self.ranks).bit_length() + 1
        fields = 64 // width
        ranks = np.concatenate([rank[levels[:, c]] for c, rank in enumerate(self.ranks)], axis=1).astype(np.uint64)
        shifts = np.arange(ranks.shape[1]) % fields * width
        starts = np.arange(0, ranks.shape[1], fields)
        guard = sum(1 << (field * width + width - 1) for field in range(fields))
        return np.add.reduceat(ranks << shifts.astype(np.uint64), starts, axis=1), np.uint64(guard)


@dataclass(frozen=True)
class _Window:
    """Pairs of parts whose worth reaches what is needed; for the last parts also within all priced rows.

    What a row leaves unused counts as lost at its multiplier, so partners lie in a window of the row.
    """

    weights: Floats
    shared: int
    limits: Floats

    def pairs(
        self,
        left: Rows,
        right: Rows,
        need: Floats,
        last: bool,
        work: Work,
        following: Sequence[tuple[Indices, Indices]] = (),
    ) -> Iterator[tuple[Indices, Indices]]:
        """Positions of the two parts; need[set]: their worth together.

        following: numbers of every left and of every right part; the right one's may not be smaller.
        """
        order = np.lexsort((-right.worth, right.sets))
        sets = right.sets[order]
        starts = np.searchsorted(sets, np.arange(len(need) + 1))
        counts = -(-np.diff(starts) // _GROUP)
        groups = np.append(0, np.cumsum(counts))
        group = groups[sets] + (np.arange(len(sets)) - starts[sets]) // _GROUP
        begins = np.searchsorted(group, np.arange(groups[-1] + 1))
        best = right.worth[order[begins[:-1]]]
        tight, prices = self._row(right) if last else (-1, np.zeros(0))
        # Every group with every row of the left part in its set that can still reach what is needed, by the tight row:
        # so the places that are looked up below follow each other.
        key = left.sums[self.shared + tight] if tight >= 0 else left.worth
        sorted_ = np.lexsort((-key, left.sets))
        begin = np.searchsorted(left.sets[sorted_], np.arange(len(need) + 1))
        of_group = sets[begins[:-1]]
        some = np.diff(begin)[of_group]
        theirs = np.repeat(np.arange(len(some)), some)
        mine = sorted_[np.arange(len(theirs)) - np.repeat(np.cumsum(some) - some - begin[of_group], some)]
        room = left.worth[mine] + best[theirs] - need[left.sets[mine]]
        kept = np.flatnonzero(room >= 0)
        mine, theirs, room = mine[kept], theirs[kept], room[kept]
        low, high = begins[theirs], begins[theirs + 1]
        if tight >= 0:
            used = right.sums[self.shared + tight, order]
            order = order[np.lexsort((used, group))]
            used = right.sums[self.shared + tight, order]
            # One sorted sequence: the groups lie further apart than any two amounts.
            least = float(used.min())
            wide = 2.0 * (float(used.max()) - least) + 1.0
            keys = used - least + wide * group
            open_ = self.limits[tight] - left.sums[self.shared + tight, mine]
            margin = _MARGIN * max(
                1.0, abs(float(self.limits[tight])), float(np.abs(used).max()), float(keys[-1]) * 1e-4
            )
            # A price of nothing leaves everything open; room may be whole fen of a nation, which 1e-300 would overflow.
            back = room / np.maximum(prices[left.sets[mine]], 1e-200)
            base = wide * theirs
            top = base + np.clip(open_ + margin - least, -0.25 * wide, 0.75 * wide)
            foot = base + np.clip(open_ - back - margin - least, -0.25 * wide, 0.75 * wide)
            high, low = np.searchsorted(keys, top, side="right"), np.searchsorted(keys, foot, side="left")
        counts = np.maximum(high - low, 0)
        work.take(int(counts.sum()))
        room = left.worth[mine] - need[left.sets[mine]]
        ranked = right.worth[order]
        for row, place in places(counts, _CHUNK):
            at = low[row] + place
            fits = np.flatnonzero(room[row] + ranked[at] >= 0)
            one, two = mine[row[fits]], order[at[fits]]
            for first, later in following:
                fits = first[one] <= later[two]
                one, two = one[fits], two[fits]
            for i in range(len(self.limits) if last else 0):
                fits = left.sums[self.shared + i, one] + right.sums[self.shared + i, two] <= self.limits[i]
                one, two = one[fits], two[fits]
            yield one, two

    def _row(self, right: Rows) -> tuple[int, Floats]:
        """The row whose multiplier times spread is largest, and its multiplier per cut-off set; -1: none."""
        prices = -self.weights[:, self.shared :]
        if not prices.size or len(right.sets) < 2:
            return -1, np.zeros(0)
        spread = prices.mean(axis=0) * right.sums[self.shared :].std(axis=1)
        row = int(np.argmax(spread))
        return (row, prices[:, row]) if spread[row] > 0 else (-1, np.zeros(0))


def _joined(left: Rows, right: Rows, pairs: Sequence[tuple[Indices, Indices]], axis: int) -> Rows:
    """Pairs of parts as one: their categories (1) or grades (2) after one another."""
    one, two = (np.concatenate([np.zeros(0, np.int64), *(pair[i] for pair in pairs)]) for i in range(2))
    levels = np.concatenate([left.levels[one], right.levels[two]], axis=axis)
    return Rows(left.sets[one], left.worth[one] + right.worth[two], left.sums[:, one] + right.sums[:, two], levels)


def _reach(upper: "Table", lower: "Table") -> Indices:
    """Per level of the lower category the least level position of the upper one that is not below it."""
    return np.searchsorted(upper.levels, lower.levels, side="left").astype(np.int64)
