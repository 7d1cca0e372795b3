"""The prices of the coupling rows: cutting planes from the units' plans, inside a box that grows and shrinks.

    minimise over λ  Σ_components best plan at λ + Σ_rows max(λ·lower, λ·upper)
Each plan met is a cut: its value at any other λ is a lower bound on what its component can reach there. Components are
put together in a few clusters, one variable each, so that the master problem stays small whatever the number of units.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ..problem import Floats, Indices
from .oracle import Oracle, Rated

_CLUSTERS = 24
_SERIOUS = 0.1
_MOST_ITERATIONS = 60
_MOST_IDLE = 6
_WIDE = 1e3
MIXTURES = 5
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
"""Multiples of it fill the unit interval evenly."""
_FIRST_STEPS, _LATER_STEPS = 40, 6
"""Steps of the local rows' prices before a first plan is sought; fewer where they come from a like problem."""
_QUICK = (10, 24)
"""Options per group and partial plans per component on the way; the end is searched more thoroughly."""
_FIRST_WIDTHS = ((6, 12), (16, 64), (48, 512), (120, 4096))
"""The same for a first plan, in turn: the last takes hundredths of a second where integer programming takes seconds."""


@dataclass(frozen=True)
class Dual:
    """Prices with the bound that holds at them, and the plan that the components have there."""

    prices: Floats
    bound: float
    rated: Rated
    plan: Indices


def minimise(
    oracle: Oracle, prices: Floats, plan: Indices | None, accuracy: float, radius: float = 0.5
) -> tuple[Dual, list[Indices]] | None:
    """Minimise the bound until no cut promises more than `accuracy` (relative) or the last cuts brought nothing.

    Returns the best prices and all plans met, newest last, then mixtures that keep the coupling rows on average; None
    where a component finds no plan.
    """
    center = _at(oracle, prices, plan, accuracy)
    if center is None:
        return None
    master, idle, best, plans = _Master(oracle), 0, center, [center.plan]
    master.cut(center.plan)
    for _ in range(_MOST_ITERATIONS if oracle.coupling else 0):
        tried, promised, inside = master.solve(center.prices, radius)
        promise = center.bound - promised
        if promise <= accuracy * max(1.0, abs(center.bound)):
            if inside:
                break
            radius *= 4.0
            continue
        start = center.prices.copy()
        start[: oracle.coupling] = tried
        found = _at(oracle, start, plans[-1], accuracy)
        if found is None:
            return None
        master.cut(found.plan)
        plans.append(found.plan)
        idle = 0 if found.bound < best.bound - 0.5 * accuracy * abs(best.bound) else idle + 1
        best = found if found.bound < best.bound else best
        if found.bound < center.bound - _SERIOUS * promise:
            radius = radius if inside else 2.0 * radius
            center = found
        else:
            radius *= 0.5
        if idle >= _MOST_IDLE:
            break
    if len(plans) > 1:
        plans += master.mixed(best.prices, plans)
    return best, plans


def _at(oracle: Oracle, prices: Floats, plan: Indices | None, accuracy: float) -> Dual | None:
    """Bound and plan at the given prices, prices of local rows made better first."""
    if plan is None:
        # No plan is known to aim at; good prices of the local rows lead towards one that keeps them.
        rough = oracle.rate(prices).bound
        steps = _LATER_STEPS if prices[oracle.coupling :].any() else _FIRST_STEPS
        prices, rated = oracle.descend(prices, rough - 0.5 * np.abs(rough), steps)
        plan = _first_plan(oracle, prices, rated)
        if plan is None:
            return None
    prices, rated = oracle.descend(prices, oracle.plan_values(prices, plan))
    value = oracle.plan_values(prices, plan)
    share = accuracy * max(1.0, abs(float(rated.bound.sum()))) / oracle.components
    plan, value, bound = oracle.search(
        prices, rated, plan, rated.bound - value > 0.2 * share, width=_QUICK[0], beam=_QUICK[1]
    )
    total = float(bound.sum() + oracle.worth(prices)[: oracle.coupling].sum())
    return Dual(prices, total, rated, plan)


def _first_plan(oracle: Oracle, prices: Floats, rated: Rated) -> Indices | None:
    """A plan for every component: the few best options of each group first, then more of them, then integer programming."""
    plan: Indices | None = None
    missing = oracle.tied
    for width, beam in _FIRST_WIDTHS:
        plan, value, _ = oracle.search(prices, rated, plan, missing, ~missing, width=width, beam=beam)
        missing = np.isneginf(value)
    assert plan is not None
    found = all(oracle.solved(int(component), prices, plan) for component in np.flatnonzero(missing))
    return plan if found else None


class _Master:
    """The cuts met so far, in scaled prices: 1 is a price at which a row's whole range is worth the objective's."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        options = oracle.options
        self.clusters = min(_CLUSTERS, oracle.components)
        self.cluster = np.arange(oracle.components) * self.clusters // oracle.components
        self.size = _range(oracle, oracle.objective)
        self.rows = np.array([_range(oracle, line) for line in oracle.shared])
        self.group_cluster = self.cluster[options.component]
        self.values: list[Floats] = []
        self.used: list[Floats] = []
        self.upper = np.where(np.isinf(oracle.upper[: oracle.coupling]), 0.0, oracle.upper[: oracle.coupling])
        self.lower = np.where(np.isinf(oracle.lower[: oracle.coupling]), 0.0, oracle.lower[: oracle.coupling])

    def cut(self, plan: Indices) -> None:
        """Add a plan."""
        oracle, clusters = self.oracle, self.clusters
        values = oracle.options_values(oracle.objective, plan)
        self.values.append(np.bincount(self.group_cluster, values, minlength=clusters) / self.size)
        used = [np.bincount(self.group_cluster, line, minlength=clusters) for line in oracle.shared_values(plan)]
        self.used.append(np.array(used).T.reshape(clusters, oracle.coupling) / self.rows)

    def solve(self, center: Floats, radius: float) -> tuple[Floats, float, bool]:
        """Prices inside the box with the smallest promised bound, that bound, and whether the box did not matter."""
        count = self.oracle.coupling
        middle = center[:count] * self.rows / self.size
        found = self._linear(middle, radius)
        if found.x is None:
            return center[:count], -np.inf, True
        scaled = found.x[self.clusters : self.clusters + count] - found.x[self.clusters + count :]
        inside = bool(np.all(np.abs(scaled - middle) < radius * (1 - 1e-9)))
        return scaled * self.size / self.rows, float(found.fun) * self.size, inside

    def mixed(self, center: Floats, plans: list[Indices]) -> list[Indices]:
        """Every component with one of the plans, in the proportions in which the cuts hold the optimum of the master.

        Such a mixture keeps the coupling rows on average; which component has which plan follows from its number alone.
        """
        oracle = self.oracle
        found = self._linear(center[: oracle.coupling] * self.rows / self.size, _WIDE)
        if found.x is None:
            return []
        weights = -np.asarray(found.ineqlin.marginals).reshape(len(self.values), self.clusters)
        shares = np.cumsum(np.maximum(weights, 0.0), axis=0)[:, self.cluster]
        stacked, mixtures = np.stack(plans), []
        for shift in np.arange(MIXTURES) / MIXTURES:
            place = (np.arange(oracle.components) * _GOLDEN + shift) % 1.0 * shares[-1]
            number = np.minimum((shares <= place).sum(axis=0), len(plans) - 1)
            chosen = stacked[number[oracle.options.component], np.arange(oracle.options.groups)]
            mixtures.append(np.asarray(chosen, np.int64))
        return mixtures

    def _linear(self, middle: Floats, radius: float) -> Any:
        """The master problem as a linear one."""
        oracle, count, clusters = self.oracle, self.oracle.coupling, self.clusters
        lines = len(self.values) * clusters
        used = np.concatenate(self.used)
        theta = sparse.csr_matrix((np.ones(lines), (np.arange(lines), np.tile(np.arange(clusters), len(self.values)))))
        matrix = -sparse.hstack([theta, sparse.csr_matrix(used), sparse.csr_matrix(-used)], format="csr")
        cost = np.concatenate([np.ones(clusters), self.upper / self.rows, -self.lower / self.rows])
        above, below = np.isfinite(oracle.upper[:count]), np.isfinite(oracle.lower[:count])
        sides = [(above, middle), (below, -middle)]
        least = [np.where(side, np.maximum(at - radius, 0.0), 0.0) for side, at in sides]
        most = [np.where(side, np.maximum(at + radius, 0.0), 0.0) for side, at in sides]
        low = np.concatenate([np.full(clusters, -np.inf), *least])
        high = np.concatenate([np.full(clusters, np.inf), *most])
        bounds = np.stack([low, high], axis=1)
        limit = -np.concatenate(self.values)
        return linprog(cost, A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")  # type: ignore[call-overload]


def _range(oracle: Oracle, per_column: Floats) -> float:
    """Sum over the groups of the distance between the largest and the smallest value of their options; 1 if none."""
    values = oracle.options.sums(per_column)
    width = float((oracle.options.most(values) + oracle.options.most(-values)).sum())
    return width if width > 0 else 1.0
