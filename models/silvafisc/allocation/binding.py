"""Which rules keep a chosen offer from being the next dearer one."""

import numpy as np
from scipy import sparse

from .model import Model
from .problem import SINGLE, Floats, grouped
from .rows import entries_of
from .settle import broken_rows

Chosen = np.ndarray[tuple[int], np.dtype[np.int64]]


def binding_rules(model: Model, point: Floats, chosen: Chosen) -> dict[int, str]:
    """Position of a chosen offer -> rules, joined by `;`, that would be broken if its number alone moved up one step.

    In rule mode the step moves the published number for everybody it applies to.
    """
    problem = model.problem
    activity = np.asarray(model.matrix @ point).ravel()
    by_column = sparse.csc_matrix(model.matrix)
    cost = problem.carried(np.asarray(problem.offers.table[problem.offers.cost_columns].sum(axis=1), np.float64))
    steps = _next_steps(model, point, cost)
    binding: dict[int, str] = {}
    known: dict[tuple[int, ...], str] = {}
    membership = sparse.csr_matrix(problem.membership)
    for offer in chosen:
        members, _ = entries_of(membership, int(offer))
        column = int(members[np.argmax(point[members])])
        if column not in steps:
            continue
        change = steps[column]
        if change not in known:
            known[change] = _broken(model, by_column, point, activity, change)
        binding[int(offer)] = known[change]
    return binding


def _next_steps(model: Model, point: Floats, cost: Floats) -> dict[int, tuple[int, ...]]:
    """Chosen column -> signed columns (position + 1, negative for leaving) of the step to the next dearer number."""
    columns = model.problem.columns
    steps: dict[int, tuple[int, ...]] = {}
    single = columns[columns["kind"].isin([kind for kind in SINGLE if kind != "factor"])]
    for used in grouped(single, ["menu"]).values():
        menu = single.index.to_numpy()[used]
        now = int(menu[np.argmax(point[menu])])
        dearer = menu[cost[menu] > cost[now]]
        if dearer.size:
            steps[now] = (int(dearer[np.lexsort((dearer, cost[dearer]))[0]]) + 1, -(now + 1))
    thresholds = columns[columns["kind"] == "threshold"]
    for _, group in thresholds.groupby("menu", sort=True):
        ordered = group.sort_values(["level", "cell"], kind="stable")
        grid = ordered.index.to_numpy().reshape(ordered["level"].nunique(), -1)
        reached = point[grid].sum(axis=0).round().astype(int) - 1
        for grade in np.split(np.arange(grid.shape[1]), np.flatnonzero(np.diff(reached)) + 1):
            top = int(reached[grade[0]])
            if top + 1 < len(grid):
                # The thresholds of the level paid stay on; the next ones are switched on as well, for the whole grade.
                change = tuple(int(column) + 1 for column in grid[top + 1, grade])
                steps.update(dict.fromkeys((int(column) for column in grid[top, grade]), change))
    return steps


def _broken(
    model: Model, by_column: sparse.csc_matrix, point: Floats, activity: Floats, change: tuple[int, ...]
) -> str:
    columns = [entries_of(by_column, abs(signed) - 1) for signed in change]
    touched = np.unique(np.concatenate([rows for rows, _ in columns]))
    moved = activity[touched]
    for signed, (rows, values) in zip(change, columns, strict=True):
        moved[np.searchsorted(touched, rows)] += np.sign(signed) * values
    wrong = touched[(moved > model.upper[touched]) | (moved < model.lower[touched])]
    if model.helped[wrong].any():
        # A helping variable follows the step (a value newly published, a larger change); only what then stays counts.
        tried = point.copy()
        for signed in change:
            tried[abs(signed) - 1] += np.sign(signed)
        wrong = broken_rows(model, model.completed(tried))
    names = set()
    for row in wrong:
        rule, label = model.rows[row].rule, model.rows[row].label
        # Inside the structure only the order of grades and the cut-offs are rules that a reader knows.
        if rule != "menu":
            names.add(rule)
        elif label.startswith(("cut/", "order/")):
            names.add("grades")
    return ";".join(sorted(names))
