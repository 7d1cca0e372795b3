"""Published values: which levels each category may use, at given prices.

    bound = Σ_groups without levels + Σ_sets max over {S: |S| ≤ K} Σ_groups max {options within S}
For fixed prices the sets are independent, and each is decided exactly: every S is tried (at most `_MOST_SETS`). Where
there are too many the levels are dropped one after the other, and the bound is that of all levels.
"""

from itertools import combinations
from math import comb

import numpy as np

from ..problem import Floats, Indices
from .form import Bools, Form
from .options import Options

_MOST_SETS = 20_000


class Published:
    """The options of groups with levels, by the set of levels that they use.

    owner: group -> set of its levels, -1 where it has none. An option of a group with levels may use none itself.
    tangled: some group has levels of several sets, which cannot be decided one after the other.
    """

    def __init__(self, form: Form, options: Options) -> None:
        levels = form.levels
        assert levels is not None
        self.options, self.levels = options, levels
        number = np.append(levels.level, -1)[options.columns]
        owners = np.where(number >= 0, levels.owner[np.maximum(number, 0)], -1)
        self.owner = np.maximum.reduceat(owners.max(axis=1), options.start)
        of_option = self.owner[options.group]
        self.tangled = bool(np.any((number >= 0) & (owners != of_option[:, None])))
        first = {int(o): np.flatnonzero(levels.owner == o) for o in np.unique(self.owner[self.owner >= 0])}
        self.sets = [_Set(options, number, of_option == o, known, int(levels.limit[o])) for o, known in first.items()]

    def choose(self, reduced: Floats, most: Floats) -> tuple[float, list[Indices]]:
        """Bound of all groups together, and the best levels of each set."""
        total, chosen = float(most[self.owner < 0].sum()), []
        for one in self.sets:
            value, levels = one.choose(reduced)
            total += value
            chosen.append(levels)
        return total, chosen

    def within(self, chosen: list[Indices]) -> Bools:
        """Options that use the chosen levels only."""
        kept = np.asarray(self.owner[self.options.group] < 0)
        for one, levels in zip(self.sets, chosen, strict=True):
            allowed = np.isin(one.known, levels)
            inside = (one.masks & ~np.uint64(_bits(allowed))) == 0
            kept[one.ids] = inside[one.kind]
        return kept


class _Set:
    """One category: its levels, and its options sorted by group and by the levels that they use."""

    def __init__(self, options: Options, number: Indices, mine: Bools, known: Indices, limit: int) -> None:
        ids = np.flatnonzero(mine)
        place = np.full(int(known.max()) + 2, -1, np.int64)
        place[known] = np.arange(len(known))
        levels = place[number[ids]]
        bits = np.where(levels >= 0, np.uint64(1) << np.maximum(levels, 0).astype(np.uint64), np.uint64(0))
        mask = np.bitwise_or.reduce(bits, axis=1)
        self.known, self.limit, self.ids = known, min(limit, len(known)), ids
        self.masks, self.kind = np.unique(mask, return_inverse=True)
        self.groups, group = np.unique(options.group[ids], return_inverse=True)
        key = group * len(self.masks) + self.kind
        self.order = np.argsort(key, kind="stable")
        sorted_key = key[self.order]
        self.start = np.flatnonzero(np.diff(sorted_key, prepend=-1))
        self.cell = sorted_key[self.start]

    def choose(self, reduced: Floats) -> tuple[float, Indices]:
        """Largest sum over the groups with at most `limit` levels (a bound where there are too many sets), and levels."""
        cells = np.full(len(self.groups) * len(self.masks), -np.inf)
        cells[self.cell] = np.maximum.reduceat(reduced[self.ids[self.order]], self.start)
        table = cells.reshape(len(self.groups), len(self.masks)).T.copy()
        count = len(self.known)
        if comb(count, self.limit) > _MOST_SETS:
            return float(table.max(axis=0).sum()), self.known[self._dropped(table)]
        best, levels = -np.inf, np.arange(self.limit)
        for chosen in combinations(range(count), self.limit):
            value = self._value(table, chosen)
            if value > best:
                best, levels = value, np.array(chosen)
        return best, self.known[levels]

    def _value(self, table: Floats, chosen: tuple[int, ...]) -> float:
        allowed = np.uint64(sum(1 << level for level in chosen))
        return float(table[(self.masks & ~allowed) == 0].max(axis=0, initial=-np.inf).sum())

    def _dropped(self, table: Floats) -> Indices:
        """Levels left when the one that costs least is dropped, again and again."""
        left = list(range(len(self.known)))
        while len(left) > self.limit:
            tried = [self._value(table, tuple(x for x in left if x != level)) for level in left]
            left.pop(int(np.argmax(tried)))
        return np.array(left, np.int64)


def _bits(allowed: Bools) -> int:
    return sum(1 << int(level) for level in np.flatnonzero(allowed))
