"""What the units do at given prices of the coupling rows: a plan for each component, and a bound on the best one.

A component is a set of groups that local rows tie. With prices λ on coupling rows and μ on local rows
    φ(λ, μ) = Σ_groups max_options (c − λA − μL)·x + Σ_rows max(y·lower, y·upper)
bounds its best plan for every μ. The difference between φ and a known plan, shared out over options, says which options
could still be part of a better plan; where these are few, all their combinations are tried and the bound is exact.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..problem import Floats, Indices
from ..solve import best_subset
from .form import Bools, Form
from .options import Options

_STEPS = 12
_WIDTH = 48
_BEAM = 256
_STATES = 2_000_000
"""Partial plans held at once by a thread, at most."""
_THREADS = 2
"""Batches of components that are searched side by side; NumPy leaves the interpreter to the other one meanwhile."""
_PLAN_GAP = 1e-2
"""Part of the gain of a plan that its first search may leave."""


@dataclass(frozen=True)
class Rated:
    """Options at given prices: reduced value, largest of each group, bound of each component."""

    reduced: Floats
    most: Floats
    bound: Floats


class Oracle:
    """The components of a form for one objective (coefficients over its columns)."""

    def __init__(self, form: Form, options: Options, objective: Floats) -> None:
        self.form, self.options, self.objective = form, options, objective
        self.rows = form.rows[options.dualised]
        self.across = sparse.csr_matrix(self.rows.T)
        self.lower, self.upper = form.lower[options.dualised].copy(), form.upper[options.dualised].copy()
        self.coupling = form.coupling
        self.components = int(options.component[-1]) + 1
        self.of_option = options.component[options.group]
        self.first_option = np.searchsorted(self.of_option, np.arange(self.components + 1))
        of_column = np.full(form.size + 1, -1, np.int64)
        of_column[options.columns] = self.of_option[:, None]
        local = self.rows[self.coupling :]
        filled = np.flatnonzero(np.diff(local.indptr))
        of_row = np.maximum.reduceat(of_column[local.indices], local.indptr[:-1][filled]) if len(filled) else filled
        # A row of which no column is left is kept by 0 or by nothing.
        dead = self.coupling + filled[of_row < 0]
        self.hopeless = bool(np.any((self.lower[dead] > 0) | (self.upper[dead] < 0)))
        self.live, self.of_row = self.coupling + filled[of_row >= 0], of_row[of_row >= 0].astype(np.int64)
        local = self.rows[self.live]
        order = np.argsort(self.of_row, kind="stable")
        ranked = self.of_row[order]
        slot = np.empty(len(ranked), np.int64)
        slot[order] = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
        self.slot, self.slots = slot, int(slot.max(initial=-1)) + 1
        self.least = np.full((self.components, self.slots), -np.inf)
        self.largest = np.full((self.components, self.slots), np.inf)
        self.least[self.of_row, slot] = self.lower[self.live]
        self.largest[self.of_row, slot] = self.upper[self.live]
        self.tied = np.bincount(self.of_row, minlength=self.components) > 0
        # With a zero at the end, for options with fewer columns than others.
        self.padded = np.pad(self.rows[: self.coupling].toarray(), ((0, 0), (0, 1)))
        self.shared = self.padded[:, :-1]
        entries = local.tocoo()
        self.coefficients = np.zeros((self.slots, form.size + 1))
        self.coefficients[slot[entries.row], entries.col] = entries.data

    def admissible(self, prices: Floats) -> Floats:
        """Prices with the sign that their rows allow: none on a side without a limit."""
        prices = np.where(np.isinf(self.upper), np.minimum(prices, 0.0), prices)
        return np.where(np.isinf(self.lower), np.maximum(prices, 0.0), prices)

    def worth(self, prices: Floats) -> Floats:
        """max(y·lower, y·upper) of each row."""
        limit = np.where(prices > 0, self.upper, self.lower)
        return np.where(prices == 0, 0.0, prices * np.where(prices == 0, 0.0, limit))

    def rate(self, prices: Floats) -> Rated:
        """Options at these prices."""
        reduced = self.options.sums(self.objective - self.across @ prices)
        most = self.options.most(reduced)
        local = self.worth(prices)[self.live]
        return Rated(
            reduced, most, self.by_component(most) + np.bincount(self.of_row, local, minlength=self.components)
        )

    def by_component(self, per_group: Floats) -> Floats:
        """Sums over the groups of each component."""
        return np.bincount(self.options.component, per_group, minlength=self.components).astype(np.float64)

    def plan_values(self, prices: Floats, plan: Indices) -> Floats:
        """Value of a plan (option of each group) per component at the prices of the coupling rows."""
        coupling = prices.copy()
        coupling[self.coupling :] = 0.0
        return self.by_component(self.options_values(self.objective - self.across @ coupling, plan))

    def options_values(self, per_column: Floats, chosen: Indices) -> Floats:
        """Sum over the columns of each chosen option."""
        return self.options.added(np.append(per_column, 0.0), self.options.places(chosen))

    def shared_values(self, chosen: Indices) -> Floats:
        """Coupling rows x chosen options: what each puts into each row."""
        places = self.options.places(chosen)
        used = [self.options.added(line, places) for line in self.padded]
        return np.array(used, np.float64).reshape(self.coupling, len(chosen))

    def usage(self, plan: Indices) -> Floats:
        """Components x coupling rows: what a plan puts into each row."""
        used = [self.by_component(values) for values in self.shared_values(plan)]
        return np.array(used, np.float64).reshape(self.coupling, self.components).T

    def descend(self, prices: Floats, target: Floats, steps: int = _STEPS) -> tuple[Floats, Rated]:
        """Better prices of the local rows: steps along the subgradient towards a level below the best bound so far.

        target: what each component cannot fall below; the level starts there and comes closer where it is out of reach.
        """
        best = self.rate(prices)
        if not len(self.of_row):
            return prices, best
        now, rated, found, at = prices.copy(), best, best.bound.copy(), prices[self.live].copy()
        local = self.rows[self.live]
        low, high = self.lower[self.live], self.upper[self.live]
        ahead = np.maximum(found - target, 0.0)
        for _ in range(steps):
            point = self.options.point(self.form.size, self.options.first(rated.reduced, rated.most))
            activity, y = local @ point.astype(np.float64), now[self.live]
            slope = np.where(y > 0, high, np.where(y < 0, low, np.clip(activity, low, high))) - activity
            norm = np.bincount(self.of_row, slope**2, minlength=self.components)
            wanted = np.maximum(rated.bound - np.maximum(found - ahead, target), 0.0)
            length = np.divide(wanted, norm, out=np.zeros_like(norm), where=norm > 0)
            moved = y - length[self.of_row] * slope
            # Across zero the limit changes sides: stop there first.
            now[self.live] = np.where(moved * y < 0, 0.0, moved)
            now = self.admissible(now)
            rated = self.rate(now)
            ahead = np.where(rated.bound < found - 0.3 * ahead, ahead, 0.7 * ahead)
            better = rated.bound < found
            found = np.where(better, rated.bound, found)
            at = np.where(better[self.of_row], now[self.live], at)
        result = prices.copy()
        result[self.live] = at
        return result, self.rate(result)

    def reachable(self) -> Bools:
        """Options with which every local row can still be kept, whatever the other groups of the component would take.

        There are none where a row has lost all its columns and is not kept by 0.
        """
        options, kept = self.options, np.full(len(self.of_option), not self.hopeless)
        for slot in range(self.slots):
            values = options.sums(self.coefficients[slot, :-1])
            least, most = -options.most(-values), options.most(values)
            low = np.bincount(options.component, least, minlength=self.components)
            high = np.bincount(options.component, most, minlength=self.components)
            # The others' part by adding up, then taking away: with the room that rounding needs.
            room = 1e-9 * (1.0 + np.abs(low) + np.abs(high))
            rest_low, rest_high = (low[options.component] - least), (high[options.component] - most)
            over = values + (rest_low - room[options.component])[options.group] > self.largest[self.of_option, slot]
            under = values + (rest_high + room[options.component])[options.group] < self.least[self.of_option, slot]
            kept &= ~(over | under)
        return kept

    def search(
        self,
        prices: Floats,
        rated: Rated,
        plan: Indices | None,
        wanted: Bools,
        known: Bools | bool = True,
        *,
        width: int = _WIDTH,
        beam: int = _BEAM,
    ) -> tuple[Indices, Floats, Floats]:
        """Better plans by trying all combinations of options that could be part of one.

        Returns the plan, its value and a bound on the best plan per component, at the prices of the coupling rows.
        Without a plan (or where `known` says that it is none) a component's value is -inf unless one is found.
        """
        if plan is None:
            plan = self.options.first(rated.reduced, rated.most)
            known = np.zeros(self.components, bool)
        value = np.where(known, self.plan_values(prices, plan), -np.inf)
        plan, bound = plan.copy(), np.maximum(rated.bound, value)
        # Without local rows the best option of each group is the best plan.
        free = ~self.tied[self.options.component]
        plan[free] = self.options.first(rated.reduced, rated.most)[free]
        value = np.where(self.tied, value, rated.bound)
        todo = np.flatnonzero(wanted & self.tied)
        step = max(1, min(_STATES // (width * beam), -(-len(todo) // _THREADS)))
        batches = [todo[begin : begin + step] for begin in range(0, len(todo), step)]
        # Components know nothing of each other, and each batch writes its own: who is first does not matter.
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(lambda own: self._search(own, prices, rated, plan, value, bound, width, beam), batches):
                pass
        return plan, value, bound

    def _search(
        self,
        batch: Indices,
        prices: Floats,
        rated: Rated,
        plan: Indices,
        value: Floats,
        bound: Floats,
        width: int,
        beam: int,
    ) -> None:
        """`search` for some components; writes into plan, value and bound."""
        options, number = self.options, np.full(self.components, -1, np.int64)
        number[batch] = np.arange(len(batch))
        allowed = np.maximum(rated.bound - value, 0.0)
        ids = self._options_of(batch)
        lost = rated.most[options.group[ids]] - rated.reduced[ids]
        near = np.flatnonzero(lost <= allowed[self.of_option[ids]])
        near = near[np.lexsort((lost[near], options.group[ids[near]]))]
        ids, lost = ids[near], lost[near]
        group = options.group[ids]
        rank = np.arange(len(ids)) - np.searchsorted(group, group)
        cut = np.zeros(len(batch), bool)
        cut[number[self.of_option[ids[rank >= width]]]] = True
        ids, lost = ids[rank < width], lost[rank < width]
        activity = self.activity(ids)
        # Groups in order of component, those with fewer options first.
        groups, start, counts = np.unique(options.group[ids], return_index=True, return_counts=True)
        owner = number[options.component[groups]]
        order = np.lexsort((counts, owner))
        groups, start, counts, owner = groups[order], start[order], counts[order], owner[order]
        by_group = np.argsort(start)
        least, most = np.empty((len(groups), self.slots)), np.empty((len(groups), self.slots))
        least[by_group] = np.minimum.reduceat(activity, start[by_group], axis=0)
        most[by_group] = np.maximum.reduceat(activity, start[by_group], axis=0)
        heads = np.searchsorted(owner, np.arange(len(batch)))
        lengths = np.bincount(owner, minlength=len(batch))
        rest_least, rest_most = _after(least, heads, lengths), _after(most, heads, lengths)
        who = np.arange(len(batch))
        loss, total = np.zeros(len(batch)), np.zeros((len(batch), self.slots))
        allowed, smallest, largest = allowed[batch], self.least[batch], self.largest[batch]
        trail: list[tuple[Indices, Indices]] = []
        done: list[tuple[Indices, Floats, Floats, int, Indices]] = []
        for depth in range(int(lengths.max())):
            ended = lengths[who] <= depth
            if ended.any():
                done.append((who[ended], loss[ended], total[ended], depth, np.flatnonzero(ended)))
            going = np.flatnonzero(~ended)
            at = heads[who[going]] + depth
            many = counts[at]
            parent = np.repeat(going, many)
            place = np.repeat(start[at], many) + np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
            line = np.repeat(at, many)
            new_loss = loss[parent] + lost[place]
            # Most go beyond what may be lost: rows are looked at for the others only.
            kept = np.flatnonzero(new_loss <= allowed[who[parent]])
            parent, place, line, new_loss = parent[kept], place[kept], line[kept], new_loss[kept]
            mine, new_total = who[parent], total[parent] + activity[place]
            fits = (new_total + rest_least[line] <= largest[mine]).all(axis=1)
            fits &= (new_total + rest_most[line] >= smallest[mine]).all(axis=1)
            kept = np.flatnonzero(fits)
            over = np.bincount(mine[kept], minlength=len(batch)) > beam
            if over.any():
                cut |= over
                kept = kept[np.lexsort((new_loss[kept], mine[kept]))]
                ranked = mine[kept]
                kept = kept[np.arange(len(kept)) - np.searchsorted(ranked, ranked) < beam]
            trail.append((parent[kept], ids[place[kept]]))
            who, loss, total = mine[kept], new_loss[kept], new_total[kept]
        done.append((who, loss, total, int(lengths.max()), np.arange(len(who))))
        local = np.zeros((self.components, self.slots))
        local[self.of_row, self.slot] = prices[self.live]
        worth = np.zeros((self.components, self.slots))
        worth[self.of_row, self.slot] = self.worth(prices)[self.live]
        reached = value.copy()
        for mine, lose, sums, depth, states in done:
            if not len(mine):
                continue
            component = batch[mine]
            slack = (worth[component] - local[component] * sums).sum(axis=1)
            values = rated.bound[component] - lose - slack
            first = np.lexsort((-values, mine))
            first = first[np.unique(mine[first], return_index=True)[1]]
            better = first[values[first] > reached[batch[mine[first]]]]
            reached[batch[mine[better]]] = values[better]
            state = states[better]
            for parent, option in reversed(trail[:depth]):
                chosen = option[state]
                plan[options.group[chosen]] = chosen
                state = parent[state]
        value[batch] = reached[batch]
        bound[batch] = np.where(cut, bound[batch], reached[batch])

    def _options_of(self, components: Indices) -> Indices:
        """The options of some components, which lie side by side."""
        begin = self.first_option[components]
        counts = self.first_option[components + 1] - begin
        return np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))

    def solved(self, component: int, prices: Floats, plan: Indices) -> bool:
        """Put a plan of one component into `plan` by integer programming; whether there is any."""
        options = self.options
        ids = np.flatnonzero(self.of_option == component)
        coupling = prices.copy()
        coupling[self.coupling :] = 0.0
        worth = options.sums(self.objective - self.across @ coupling)[ids]
        group = np.unique(options.group[ids], return_inverse=True)[1]
        one = sparse.csr_matrix((np.ones(len(ids)), (group, np.arange(len(ids)))))
        ones = np.ones(one.shape[0])
        rows, least, most = one, ones, ones
        if self.slots:
            rows = sparse.csr_matrix(sparse.vstack([one, sparse.csr_matrix(self.activity(ids).T)]))
            least = np.concatenate([ones, self.least[component]])
            most = np.concatenate([ones, self.largest[component]])
        size = max(1.0, float(np.abs(worth).max(initial=0.0)))
        taken = best_subset(worth / size, rows, least, most, gap=_PLAN_GAP)
        if taken is None:
            return False
        chosen = ids[taken]
        activity = self.activity(chosen).sum(axis=0)
        if len(chosen) != group.max() + 1 or not self._keeps(component, activity):
            return False
        plan[options.group[chosen]] = chosen
        return True

    def _keeps(self, component: int, activity: Floats) -> bool:
        return bool(np.all(activity <= self.largest[component]) and np.all(activity >= self.least[component]))

    def activity(self, ids: Indices) -> Floats:
        """Options x slots: what each option puts into the local rows of its component."""
        places, activity = self.options.places(ids), np.empty((len(ids), self.slots))
        for slot, line in enumerate(self.coefficients):
            activity[:, slot] = self.options.added(line, places)
        return activity


def _after(values: Floats, heads: Indices, lengths: Indices) -> Floats:
    """Sum of the later lines of the same component, for every line; added one by one, since each row has its own scale."""
    place = np.arange(len(values))
    left = np.repeat(heads + lengths, lengths) - place - 1
    result = np.zeros_like(values)
    for step in range(1, int(lengths.max(initial=1))):
        line = place[left >= step]
        result[line] += values[line + step]
    return result
