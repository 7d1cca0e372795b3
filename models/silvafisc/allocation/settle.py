"""Settlement: from the solver's point to an allocation in whole fen that keeps every rule.

Rows of money hold whole fen scaled by powers of two, so `matrix @ point` with 0/1 columns is exact and a violation of one
fen is seen. Solver tolerance is repaired by the cheapest downgrade; in case mode what is left is spent on whole offers by
gain per fen while every rule holds and no objective falls. In rule mode no unit is changed alone: a published number
moves for all, and the rest stays unallocated, named.
"""

import numpy as np
from scipy import sparse

from silvafisc.quantities import share

from .carry import carried_out, carry_limits
from .downgrades import downgrades, menus_of
from .menus import cost_column
from .model import Model
from .problem import Floats, Indices
from .rows import entries_of
from .terms.envelope import known_available

_MOST_REPAIRS = 50
_TOGETHER = 4_096
"""Moves that are looked at together before they are tried one after the other."""


class SettlementError(Exception):
    """The solver's point breaks a rule by more than settlement may repair."""


def settle(model: Model, point: Floats, gain: Floats) -> Floats:
    """Round, insist on one choice per menu, repair tolerance, and in case mode spend what is left.

    Args:
        model: the matrix with all rules.
        point: over all columns, near 0/1 on choices.
        gain: objective that downgrades should lose least of and upgrades gain (the last the scenario names).

    Returns:
        A point whose choice columns are exactly 0/1 and under which no row of a rule is broken; helping variables at
        the best value that the choices allow.

    Raises:
        SettlementError: a menu without exactly one choice, or a violation that 50 downgrades do not repair.
    """
    n = model.problem.size
    settled = point.copy()
    settled[:n] = np.round(settled[:n])
    for name, columns in menus_of(model.problem).items():
        if settled[columns].sum() != 1:
            raise SettlementError(f"menu {name}: {int(settled[columns].sum())} choices instead of one")
    settled = model.completed(settled)
    for _ in range(_MOST_REPAIRS):
        limits = _limits(model, settled)
        if not broken_rows(model, settled, limits).size:
            break
        settled = _downgrade(model, settled, limits, gain)
    else:
        raise SettlementError(f"rows stay broken: {[model.rows[r].label for r in broken_rows(model, settled)[:5]]}")
    if model.problem.resolved.mode == "case":
        settled = _spend(model, settled, gain)
    return settled


def broken_rows(model: Model, point: Floats, upper: Floats | None = None) -> Indices:
    """Rows that the point breaks: exactly for rows of whole numbers, beyond rounding for rows with helping variables."""
    activity = model.matrix @ point
    slack = np.where(model.helped, 1e-6, 0.0)
    highest = model.upper if upper is None else upper
    return np.flatnonzero((activity > highest + slack) | (activity < model.lower - slack))


def _limits(model: Model, point: Floats) -> Floats:
    """Upper limits of the rows; of an envelope that only fractions of a fen carried over would hold, what whole fen leave."""
    upper = model.upper.copy()
    for row, fen in _overspent(model, point).items():
        now = float((model.matrix[row] @ point)[0])
        upper[row] = min(upper[row], now - fen * model.row_scale[row])
    return upper


def _overspent(model: Model, point: Floats) -> dict[int, int]:
    """Row of an envelope -> fen by which it is overspent when only whole fen are carried from period to period."""
    problem = model.problem
    rows = {model.rows[i].label: i for i in model.rows.of_rule("envelope")}
    carrying = [f for f in problem.resolved.funds if share(f.carry_share) > 0]
    if not rows or not carrying:
        return {}
    happens = np.asarray(problem.membership @ point[: problem.size])
    found: dict[int, int] = {}
    for fund in carrying:
        carried, limits = 0, carry_limits(problem.resolved, fund)
        for period in problem.resolved.periods:
            column = cost_column(fund.id, fund.payer, period)
            table = problem.offers.table
            paid = int(table[column].to_numpy()[happens > 0.5].sum()) if column in table else 0
            rest = known_available(problem, fund, period) + carried - paid
            row = rows.get(f"{fund.id}/{period}")
            if rest < 0 and row is not None:
                found[row] = -rest
            carried = carried_out(fund, period, rest, limits)
    return found


def _violations(activity: Floats, lower: Floats, upper: Floats) -> Floats:
    return np.asarray(np.maximum(activity - upper, 0.0) + np.maximum(lower - activity, 0.0), np.float64)


def _downgrade(model: Model, point: Floats, upper: Floats, gain: Floats) -> Floats:
    """The change of one published number or offer that loses least per unit of violation removed."""
    n = model.problem.size
    moves = downgrades(model.problem, point)
    changes = sparse.csc_matrix(model.matrix[:, :n] @ moves.matrix)
    activity = np.asarray(model.matrix @ point).ravel()
    broken = broken_rows(model, point, upper)
    before = _violations(activity, model.lower, upper)
    moved = activity[broken, None] + changes[broken].toarray()
    after = _violations(moved, model.lower[broken, None], upper[broken, None])
    removed = before[broken].sum() - after.sum(axis=0)
    loss = -np.asarray(moves.matrix.T @ gain[:n]).ravel()
    useful = np.flatnonzero(removed > 0)
    order = useful[np.lexsort((useful, np.maximum(loss[useful], 0.0) / removed[useful]))]
    for move in order:
        result = model.completed(moves.applied(point, int(move)))
        now = _violations(np.asarray(model.matrix @ result).ravel(), model.lower, upper)
        if now.sum() < before.sum():
            return result
    raise SettlementError("no downgrade of a single number reduces what is broken")


def _spend(model: Model, point: Floats, gain: Floats) -> Floats:
    """Upgrade whole offers by gain per fen while every rule holds and no other objective falls."""
    n = model.problem.size
    result = point.copy()
    moves = downgrades(model.problem, point)
    better = np.asarray(moves.matrix.T @ gain[:n]).ravel()
    kept = _kept_objectives(model)
    keeps = (np.asarray(moves.matrix.T @ kept) >= 0).all(axis=1)
    offers = model.problem.offers
    cost = model.problem.carried(np.asarray(offers.table[offers.cost_columns].sum(axis=1), np.float64))
    dearer = np.asarray(moves.matrix.T @ cost).ravel()
    worth = np.flatnonzero((better > 0) & keeps)
    order = worth[np.lexsort((worth, -better[worth] / np.maximum(dearer[worth], 1.0)))]
    changes = sparse.csc_matrix(model.matrix[:, :n] @ moves.matrix)
    activity = np.asarray(model.matrix @ result).ravel()
    for some in np.split(order, range(_TOGETHER, len(order), _TOGETHER)):
        for move in some[_fitting(changes[:, some], activity, model)].tolist():
            if not moves.possible(result, move):
                continue
            rows, change = entries_of(changes, move)
            moved = activity[rows] + change
            if ((moved <= model.upper[rows]) & (moved >= model.lower[rows])).all():
                tried = moves.applied(result, move)
                if not _overspent(model, tried):
                    activity[rows] = moved
                    result = tried
    return result


def _fitting(changes: sparse.csc_matrix, activity: Floats, model: Model) -> Indices:
    """Moves (columns of `changes`) that break no row from here; most do, and are not looked at one by one."""
    moved = activity[changes.indices] + changes.data
    wrong = (moved > model.upper[changes.indices]) | (moved < model.lower[changes.indices])
    move = np.repeat(np.arange(changes.shape[1]), np.diff(changes.indptr))
    return np.flatnonzero(np.bincount(move, wrong, minlength=changes.shape[1]) == 0)


def _kept_objectives(model: Model) -> Floats:
    """Columns x objectives of the scenario that are sums over offers; the others are kept by their rows."""
    problem = model.problem
    names = [f"obj.{o.term.removeprefix('obj.')}" for o in problem.resolved.objectives]
    found = [problem.carried(problem.column_values(name)) for name in names if name in problem.offers.table]
    return np.array(found).reshape(len(found), problem.size).T
