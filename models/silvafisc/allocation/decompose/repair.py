"""From plans at the best prices to one that keeps the coupling rows, then made better move by move.

A move gives one component another plan: one that it had at other prices, or its own with one option changed. A plan that
breaks rows is mended by the moves that together lose least (`_exchange`): what one frees in a row another may use. Where
none do, moves are taken one after the other, those first that lose least per unit of violation removed. Then come those
that gain most per unit of the scarce rows (at their prices), while every row holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ..problem import Floats, Indices
from ..solve import best_subset
from .oracle import Oracle, Rated

_ROUNDS = 12
_PASSES = 10
_MOST_SINGLE = 30_000
_CHUNK = 512
_EXCHANGED, _GROUPS_EACH, _EACH = 800, 20, 5
"""Moves that are chosen from together at least, groups that bring another one, and most of one component: many moves of
few units are what HiGHS takes longest for."""
_NEAR_ENOUGH = 0.05
"""Part of the gain of an exchange that may be left; HiGHS stops at the root in any case."""
_JOINED, _DEAR = 6, 10.0
"""Times that moves may join those that compete; price of what stays broken meanwhile, in the dearest move's worth."""
_ROOM = 2e-6
"""Twice HiGHS's tolerance for a row."""


@dataclass(frozen=True)
class _Moves:
    """Changes of one component each, relative to the plan now, all of which keep the component's own rows.

    plan: number of the plan that the component takes over, or -1; option: the option that is changed, where it is -1.
    """

    component: Indices
    plan: Indices
    option: Indices
    gain: Floats
    used: Floats


class Repair:
    """Plans of one oracle at its best prices."""

    def __init__(self, oracle: Oracle, plans: Sequence[Indices], prices: Floats, rated: Rated) -> None:
        self.oracle, self.plans, self.prices = oracle, list(plans), prices
        count = oracle.coupling
        self.low, self.high = oracle.lower[:count], oracle.upper[:count]
        options = oracle.options
        self.values = options.sums(oracle.objective)
        self.usage = [oracle.usage(plan) for plan in self.plans]
        self.worth = [oracle.by_component(self.values[p]) for p in self.plans]
        order = np.argsort(rated.most[options.group] - rated.reduced, kind="stable")
        self.near = np.sort(order[: max(_MOST_SINGLE, 3 * options.groups)])
        self.shared_near = oracle.shared_values(self.near)
        self.local_near = oracle.activity(self.near)
        self._most_spent = -np.inf

    def best(self, plan: Indices) -> Indices | None:
        """A plan that keeps every row, near the given one; None where moves of one component do not get there."""
        plan = plan.copy()
        # Moves chosen together lose least; where no such choice mends all rows, one move after the other may.
        broken = bool(self._broken(self._total(plan)).any())
        if broken:
            self._exchange(plan)
        mended = broken and not self._broken(self._total(plan)).any()
        if not self._repair(plan):
            return None
        for _ in range(_PASSES):
            if not self._spend(plan):
                break
        # An exchange takes longer than everything before it, and a better start mostly ends better.
        if (value := float(self.values[plan].sum())) > self._most_spent and not mended:
            self._most_spent = value
            self._exchange(plan)
        return plan

    def _moves(self, plan: Indices) -> _Moves:
        oracle, options = self.oracle, self.oracle.options
        value = oracle.by_component(self.values[plan])
        used = oracle.usage(plan)
        parts = []
        for number, (worth, usage) in enumerate(zip(self.worth, self.usage, strict=True)):
            other = np.flatnonzero((worth != value) | (usage != used).any(axis=1))
            nothing = np.full(len(other), -1)
            parts.append(_Moves(other, nothing + 1 + number, nothing, (worth - value)[other], (usage - used)[other]))
        before = plan[options.group[self.near]]
        changed = np.flatnonzero(before != self.near)
        option, before = self.near[changed], before[changed]
        component = options.component[options.group[option]]
        local = self.local_near[changed] - oracle.activity(before) + self._local(plan)[component]
        fits = (local <= oracle.largest[component]).all(axis=1) & (local >= oracle.least[component]).all(axis=1)
        changed, option, before, component = changed[fits], option[fits], before[fits], component[fits]
        change = self.shared_near[:, changed] - oracle.shared_values(before)
        gain = self.values[option] - self.values[before]
        parts.append(_Moves(component, np.full(len(option), -1), option, gain, change.T))
        return _Moves(
            np.concatenate([p.component for p in parts]),
            np.concatenate([p.plan for p in parts]),
            np.concatenate([p.option for p in parts]),
            np.concatenate([p.gain for p in parts]),
            np.concatenate([p.used for p in parts]),
        )

    def _local(self, plan: Indices) -> Floats:
        oracle = self.oracle
        point = oracle.options.point(oracle.form.size, plan).astype(np.float64)
        local = np.zeros((oracle.components, oracle.slots))
        local[oracle.of_row, oracle.slot] = oracle.rows[oracle.live] @ point
        return local

    def _take(self, plan: Indices, moves: _Moves, move: int) -> None:
        options = self.oracle.options
        if moves.plan[move] < 0:
            plan[options.group[moves.option[move]]] = moves.option[move]
            return
        first, last = np.searchsorted(options.component, [moves.component[move], moves.component[move] + 1])
        plan[first:last] = self.plans[int(moves.plan[move])][first:last]

    def _broken(self, total: Floats) -> Floats:
        """Violation of each coupling row."""
        return np.asarray(np.maximum(total - self.high, 0.0) + np.maximum(self.low - total, 0.0), np.float64)

    def _total(self, plan: Indices) -> Floats:
        """What a plan puts into the coupling rows, exactly as the model's own matrix has it."""
        oracle = self.oracle
        point = oracle.options.point(oracle.form.size, plan).astype(np.float64)
        return np.asarray(oracle.rows[: oracle.coupling] @ point, np.float64)

    def _repair(self, plan: Indices) -> bool:
        for _ in range(_ROUNDS):
            total = self._total(plan)
            size = np.maximum(np.abs(total), 1.0)
            if not self._broken(total).any():
                return True
            moves = self._moves(plan)
            before = float((self._broken(total) / size).sum())
            removed = before - (self._broken(total + moves.used) / size).sum(axis=1)
            useful = np.flatnonzero(removed > 0)
            if not len(useful):
                return False
            # What a move loses beyond the worth of what it frees: at the best prices most lose next to nothing.
            loss = moves.used[useful] @ self.prices[: len(self.low)] - moves.gain[useful]
            order = useful[np.lexsort((useful, np.maximum(loss, 0.0) / removed[useful]))]
            taken = np.zeros(self.oracle.components, bool)
            for move in order.tolist():
                if taken[moves.component[move]]:
                    continue
                now = float((self._broken(total) / size).sum())
                if now == 0:
                    break
                then = float((self._broken(total + moves.used[move]) / size).sum())
                # A move that overshoots into another row is left for a better one while there are some.
                if then < now - 0.5 * min(removed[move], now):
                    self._take(plan, moves, move)
                    total = total + moves.used[move]
                    taken[moves.component[move]] = True
            if not taken.any():
                return False
        return not self._broken(self._total(plan)).any()

    def _spend(self, plan: Indices) -> bool:
        """One pass of moves that gain while every row holds; whether any was taken."""
        moves, total = self._moves(plan), self._total(plan)
        cost = moves.used @ self.prices[: len(self.low)]
        worth = np.flatnonzero(moves.gain > 0)
        scarce = np.maximum(cost[worth], 1e-9 * moves.gain[worth])
        order = worth[np.lexsort((worth, -moves.gain[worth] / scarce))]
        taken = np.zeros(self.oracle.components, bool)
        for chunk in range(0, len(order), _CHUNK):
            some = order[chunk : chunk + _CHUNK]
            after = total + moves.used[some]
            fits = (after <= self.high).all(axis=1) & (after >= self.low).all(axis=1)
            for move in some[fits & ~taken[moves.component[some]]].tolist():
                now = total + moves.used[move]
                if not taken[moves.component[move]] and np.all(now <= self.high) and np.all(now >= self.low):
                    self._take(plan, moves, move)
                    total, taken[moves.component[move]] = now, True
        return bool(taken.any())

    def _exchange(self, plan: Indices) -> None:
        """Take the moves that together gain most while every row holds, of those worth most where they compete.

        From a plan that breaks rows, those that together lose least and mend them all; nothing where there are none.
        """
        moves, total = self._moves(plan), self._total(plan)
        some = self._competing(moves, total)
        gain, used = moves.gain[some], moves.used[some]
        broken = bool(self._broken(total).any())
        if not len(some) or not (broken or gain.max() > 0):
            return
        rows, low, high, _ = self._limits(moves.component[some], used, total)
        taken = best_subset(gain / np.abs(gain).max(), rows, low, high, gap=_NEAR_ENOUGH, nodes=1)
        if taken is None:
            return
        changed = plan.copy()
        for move in some[taken].tolist():
            self._take(changed, moves, move)
        better = broken or self.values[changed].sum() > self.values[plan].sum()
        if better and not self._broken(self._total(changed)).any():
            plan[:] = changed

    def _competing(self, moves: _Moves, total: Floats) -> Indices:
        """The moves that are worth most at the prices at which they compete for what the plan leaves.

        First those that lose least; moves that gain at the prices which these make join them, again and again.
        """
        prices = self.prices[: len(self.low)]
        many = max(_EXCHANGED, self.oracle.options.groups // _GROUPS_EACH)
        worth = moves.gain - moves.used @ prices
        some = self._first(moves, worth, many)
        for _ in range(_JOINED if len(some) else 0):
            found = self._prices_among(moves, some, total)
            if found is None:
                break
            scarce, each = found
            worth = moves.gain - moves.used @ scarce - each[moves.component]
            more = np.setdiff1d(self._first(moves, np.where(worth > 0, worth, -np.inf), many), some)
            if not len(more):
                break
            some = np.union1d(some, more)
        return some[np.argsort(-worth[some], kind="stable")[:many]]

    def _prices_among(self, moves: _Moves, some: Indices, total: Floats) -> tuple[Floats, Floats] | None:
        """Prices of the coupling rows, and of the one move of a component, where some moves may be taken in part.

        A row that they cannot mend stays broken, dearly.
        """
        gain, used = moves.gain[some], moves.used[some]
        rows, low, high, size = self._limits(moves.component[some], used, total)
        places, count = len(high) - len(size), len(high)
        limits = np.append(high, -low)
        asked = np.isfinite(limits)
        loose = sparse.eye(2 * count, format="csr")[:, np.r_[places:count, count + places : 2 * count]]
        matrix = sparse.hstack([sparse.vstack([rows, -rows]), -loose], format="csr")[asked]
        dear = _DEAR * float((np.abs(gain) + np.abs(used) @ np.abs(self.prices[: len(size)])).max())
        cost = np.append(-gain, np.full(loose.shape[1], dear))
        ends = np.append(np.ones(len(some)), np.full(loose.shape[1], np.inf))
        bounds = np.stack([np.zeros(len(cost)), ends], axis=1)
        found: Any = linprog(cost, A_ub=matrix, b_ub=limits[asked], bounds=bounds, method="highs")  # type: ignore[call-overload]
        if found.x is None:
            return None
        dual = np.zeros(2 * count)
        dual[asked] = -np.asarray(found.ineqlin.marginals)
        dual = dual[:count] - dual[count:]
        each = np.zeros(self.oracle.components)
        each[np.unique(moves.component[some])] = dual[:places]
        return dual[places:] / size, each

    def _first(self, moves: _Moves, worth: Floats, many: int) -> Indices:
        """The moves with the largest worth, few of each component, in their order; none of infinitely small worth."""
        order = np.lexsort((np.arange(len(worth)), -worth, moves.component))
        owner = moves.component[order]
        order = order[np.arange(len(order)) - np.searchsorted(owner, owner) < _EACH]
        order = order[np.isfinite(worth[order])]
        return np.sort(order[np.argsort(-worth[order], kind="stable")[:many]])

    def _limits(
        self, component: Indices, used: Floats, total: Floats
    ) -> tuple[sparse.csr_matrix, Floats, Floats, Floats]:
        """Rows, lower and upper ends: one move a component, then what the coupling rows leave.

        Last, by what each coupling row is divided, so that its coefficients are at most 1.
        """
        place = np.unique(component, return_inverse=True)[1]
        one = sparse.csr_matrix((np.ones(len(component)), (place, np.arange(len(component)))))
        size = np.maximum(np.abs(used).max(axis=0, initial=0.0), 1e-9 * np.maximum(np.abs(total), 1.0))
        rows = sparse.csr_matrix(sparse.vstack([one, sparse.csr_matrix(used.T / size[:, None])]))
        low, high = (self.low - total) / size + _ROOM, (self.high - total) / size - _ROOM
        ones = np.ones(one.shape[0])
        return rows, np.concatenate([-np.inf * ones, low]), np.concatenate([ones, high]), size
