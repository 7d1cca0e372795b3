"""Standards only rise (标准只增不减).

For category c, unit r, consecutive periods p, p+1 and every level l:
    Σ_{s ≥ l} x[r, c, p, s] ≤ Σ_{s ≥ l} x[r, c, p+1, s];  and s[r, c, first] ≥ last year's standard of c (the unit's own)
With `tasks: true`, for task measure m, periods p < p' and every level l:
    Σ_{u ≥ l, area > 0} x[r, m, p, u] + Σ_{u < l, area > 0} x[r, m, p', u] ≤ 1
In words: no unit's standard of a category is lower than the year before; nor, where asked for, is the unit standard of
a task measure lower than in any earlier year that had the task (a year without the task breaks nothing).
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ..problem import Floats, Indices, Part, Problem, Row, forbid, joined

TITLE = {"zh": "标准只增不减", "en": "Standards only rise"}
LAW = "生态保护补偿条例第九条（标准动态调整）；各地实践均不下调"
RELAXABLE = True
_NEED = ("region_code", "need_tenth_mu", "capacity_tenth_mu")


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """Rows per category, representative unit, pair of periods and level; last year's standard as a bound."""
    table = problem.offers.table
    standard = table["standard_fen"].to_numpy()
    built: Sequence[Row] = _category_rows(problem, standard)
    if params.get("tasks", False):
        built = joined(built, _task_rows(problem))
    last = {c.id: c.last_year_fen for c in problem.resolved.categories if c.last_year_fen is not None}
    least = table["category"].map(last).to_numpy(np.float64)
    for category in (c for c in problem.resolved.categories if c.last_year_by_unit_fen):
        own = table["region_code"].map(category.last_year_by_unit_fen).to_numpy(np.float64)
        mine = (table["category"] == category.id).to_numpy() & ~np.isnan(own)
        least = np.where(mine, own, least)
    return Part(joined(built, forbid(problem, "standards_only_rise", np.flatnonzero(standard < least)).rows))


def _category_rows(problem: Problem, standard: Indices) -> Sequence[Row]:
    """Rows per category, representative unit, pair of periods and level that either of them offers."""
    labels: list[str] = []
    at: list[Indices] = []
    offers: list[Indices] = []
    values: list[Floats] = []
    # The menus of most units have the same standards: their pattern of entries is made once.
    patterns: dict[bytes, tuple[Indices, Indices, Floats, Indices]] = {}
    for category in problem.resolved.categories:
        for code in problem.representatives(category.id):
            for earlier, later in pairwise(problem.resolved.periods):
                before = problem.menu_offers[f"{code}/{category.id}/{earlier}"]
                after = problem.menu_offers[f"{code}/{category.id}/{later}"]
                both = np.concatenate([before, after])
                key = standard[both].tobytes() + len(before).to_bytes(4)
                if key not in patterns:
                    patterns[key] = _rising(standard[before], standard[after])
                row, entry, value, levels = patterns[key]
                at.append(row + len(labels))
                offers.append(both[entry])
                values.append(value)
                labels += [f"{code}/{category.id}/{later}/{level}" for level in levels]
    if not labels:
        return ()
    entries = (np.concatenate(at), np.concatenate(offers), np.concatenate(values))
    limits = (np.full(len(labels), -np.inf), np.zeros(len(labels)))
    return problem.rows("standards_only_rise", lambda i: labels[i], entries, limits)


def _rising(before: Indices, after: Indices) -> tuple[Indices, Indices, Floats, Indices]:
    """Entries (row, position in before + after, value) of the rows of two menus, and the level of each row."""
    levels = np.unique(np.concatenate([before, after]))[1:]
    reached = np.concatenate([before, after])[None, :] >= levels[:, None]
    row, entry = np.nonzero(reached)
    return row, entry, np.where(entry < len(before), 1.0, -1.0), levels


def _task_rows(problem: Problem) -> list[Row]:
    """Rows per task measure, representative unit, pair of periods and level."""
    table, rows = problem.offers.table, []
    standard, area = table["standard_fen"].to_numpy(), table["area_tenth_mu"].to_numpy()
    for task in problem.resolved.tasks:
        for code in _task_units(problem, task.id):
            menus = [problem.menu_offers[f"{code}/{task.id}/{period}"] for period in problem.resolved.periods]
            done = [offers[area[offers] > 0] for offers in menus]
            for (first, before), (second, after) in combinations(enumerate(done), 2):
                for level in task.standards_fen[1:]:
                    used = np.concatenate([before[standard[before] >= level], after[standard[after] < level]])
                    label = f"{code}/{task.id}/{first}-{second}/{level}"
                    rows.append(problem.row("standards_only_rise", label, used, np.ones(len(used)), upper=1.0))
    return rows


def _task_units(problem: Problem, measure: str) -> list[str]:
    """All units with a need; in rule mode the one with the largest, whose area is positive whenever any unit's is."""
    tasks = problem.inputs.tasks[problem.inputs.tasks["measure"] == measure]
    needs = {str(c): min(int(n), int(k)) for c, n, k in zip(*(tasks[name] for name in _NEED), strict=True)}
    units = sorted((code for code, need in needs.items() if need > 0), key=lambda code: (-needs[code], code))
    return units[:1] if problem.cells else sorted(units)
