"""Settlement: from the solver's point to an allocation in whole fen that keeps every rule.

Rows of money hold whole fen scaled by powers of two, so `matrix @ point` with 0/1 columns is exact and a violation of one
fen is seen. Solver tolerance is repaired by the cheapest downgrade; in case mode what is left is spent on whole offers by
gain per fen while every rule holds. In rule mode no unit is changed alone: a published number moves for all, and the
rest stays unallocated, named.
"""

import numpy as np
from scipy import sparse

from .model import Model
from .problem import Floats, Indices, grouped

_MOST_REPAIRS = 50


class SettlementError(Exception):
    """The solver's point breaks a rule by more than settlement may repair."""


def settle(model: Model, point: Floats, gain: Floats) -> Floats:
    """Round, insist on one choice per menu, repair tolerance, and in case mode spend what is left.

    Args:
        model: the matrix with all rules.
        point: over all columns, near 0/1 on choices.
        gain: objective that downgrades should lose least of and upgrades gain (the last the scenario names).

    Returns:
        A point whose choice columns are exactly 0/1 and under which no row of a rule is broken.

    Raises:
        SettlementError: a menu without exactly one choice, or a violation that 50 downgrades do not repair.
    """
    n = model.problem.size
    settled = point.copy()
    settled[:n] = np.round(settled[:n])
    menus = _menus(model)
    for name, columns in menus.items():
        if settled[columns].sum() != 1:
            raise SettlementError(f"menu {name}: {int(settled[columns].sum())} choices instead of one")
    by_column = sparse.csc_matrix(model.matrix)
    for _ in range(_MOST_REPAIRS):
        if not broken_rows(model, settled).size:
            break
        settled = _downgrade(model, by_column, menus, settled, gain)
    else:
        raise SettlementError(f"rows stay broken: {[model.rows[r].label for r in broken_rows(model, settled)[:5]]}")
    if model.problem.resolved.mode == "case":
        settled = _spend(model, by_column, menus, settled, gain)
    return settled


def broken_rows(model: Model, point: Floats) -> Indices:
    """Rows that the point breaks: exactly for rows of whole numbers, beyond rounding for rows with helping variables."""
    activity = model.matrix @ point
    slack = np.array([1e-6 if row.aux else 0.0 for row in model.rows])
    return np.flatnonzero((activity > model.upper + slack) | (activity < model.lower - slack))


def _menus(model: Model) -> dict[str, Indices]:
    """Menus of which exactly one column is chosen (thresholds are staircases, not menus)."""
    columns = model.problem.columns
    single = columns[columns["kind"].isin(["task", "factor", "offer"])]
    return {menu: single.index[used].to_numpy() for (menu,), used in grouped(single, ["menu"]).items()}


def _violation(model: Model, activity: Floats) -> float:
    over = np.maximum(activity - model.upper, 0.0) + np.maximum(model.lower - activity, 0.0)
    return float(over.sum())


def _downgrade(
    model: Model, by_column: sparse.csc_matrix, menus: dict[str, Indices], point: Floats, gain: Floats
) -> Floats:
    """The swap inside one menu that loses least per unit of violation removed."""
    activity = np.asarray(model.matrix @ point).ravel()
    before = _violation(model, activity)
    best: tuple[float, int, int] | None = None
    for columns in menus.values():
        now = int(columns[np.argmax(point[columns])])
        for other in columns:
            if other == now:
                continue
            change = np.asarray((by_column[:, [other]] - by_column[:, [now]]).todense()).ravel()
            removed = before - _violation(model, activity + change)
            if removed > 0:
                loss = float(gain[now] - gain[other])
                key = (max(loss, 0.0) / removed, now, int(other))
                best = key if best is None or key < best else best
    if best is None:
        raise SettlementError("no downgrade of a single menu reduces what is broken")
    result = point.copy()
    result[best[1]], result[best[2]] = 0.0, 1.0
    return result


def _spend(
    model: Model, by_column: sparse.csc_matrix, menus: dict[str, Indices], point: Floats, gain: Floats
) -> Floats:
    """Upgrade whole offers by gain per fen while every rule holds."""
    result = point.copy()
    names = model.problem.offers.cost_columns
    offer_cost = np.asarray(model.problem.offers.table[names].sum(axis=1), np.float64)
    cost = np.append(model.problem.carried(offer_cost), np.zeros(len(model.variables)))
    candidates = []
    for columns in menus.values():
        now = int(columns[np.argmax(result[columns])])
        for other in columns:
            better, dearer = gain[other] - gain[now], cost[other] - cost[now]
            if better > 0:
                candidates.append((-better / max(dearer, 1.0), now, int(other)))
    activity = np.asarray(model.matrix @ result).ravel()
    for _, now, other in sorted(candidates):
        if result[now] != 1.0:
            continue
        change = by_column[:, [other]] - by_column[:, [now]]
        rows = change.indices
        moved = activity[rows] + change.data
        if ((moved <= model.upper[rows]) & (moved >= model.lower[rows])).all():
            activity[rows] = moved
            result[now], result[other] = 0.0, 1.0
    return result
