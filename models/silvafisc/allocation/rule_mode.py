"""Rule mode: the columns are the numbers that a notice would publish.

Graded standards. Units are ordered by score = α·importance + (1 − α)·need. Candidate cut-offs divide the order into
cells. Binary u[c, p, l, g] says that category c pays *at least* level l in period p in cell g, so the standard of a cell
is a staircase: u falls with l and rises with g (a higher score never pays less). Binary b[g] says that a cut-off is
published before cell g; u may change there only. An offer of exactly level l happens where u[l] − u[l+1] = 1.
Without envelopes these rows are differences of two columns, whose linear relaxation is integral; so the relaxation
is tight and the size depends on cells and levels, not on the number of units. (Columns for whole intervals of cells,
one per level, were tried first: 3 100 columns instead of 500 and minutes instead of seconds; decision record 0004.)
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from silvafisc.results import CategorySpec, GradeSpec, Resolved, UnitInputs

from .menus import Menus
from .problem import SINGLE, Part, Problem, Row, grouped, one_of

_DECIMALS = 6
_SIX = Decimal(1).scaleb(-_DECIMALS)


def unit_scores(indices: pd.DataFrame, alpha: str) -> dict[str, Decimal]:
    """region_code -> α·importance + (1 − α)·need, rounded to 6 decimals (indices are already rounded to 6)."""
    weight = Decimal(alpha)
    return {
        str(code): (weight * _six(importance) + (1 - weight) * _six(need)).quantize(_SIX, ROUND_HALF_EVEN)
        for code, importance, need in zip(indices["region_code"], indices["importance"], indices["need"], strict=True)
    }


def _six(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(_SIX, ROUND_HALF_EVEN)


def candidate_cut_offs(scores: dict[str, Decimal], cells: int) -> list[Decimal]:
    """Where each cell begins: quantiles of the distinct scores, so that ties share a cell. The first is 0.

    A cut-off stands in the middle between the scores on its two sides, so that the distance to it says how far a unit is
    from another grade, and is written as short as it can be.
    """
    distinct = sorted(set(scores.values()))
    count = min(cells, len(distinct))
    starts = sorted({(k * len(distinct)) // count for k in range(1, count)})
    return [Decimal(0).quantize(_SIX), *(between(distinct[at - 1], distinct[at]) for at in starts)]


def between(low: Decimal, high: Decimal) -> Decimal:
    """The middle of two different scores, rounded to the fewest decimals (at most six) with which it lies between them.

    Neighbours in the sixth decimal have nothing between them: there it is the higher one.
    """
    steps = [Decimal(1).scaleb(-decimals) for decimals in range(_DECIMALS + 1)]
    middles = [((low + high) / 2).quantize(step, ROUND_HALF_UP) for step in steps]
    return next((middle for middle in middles if low < middle < high), middles[-1])


def rule_problem(resolved: Resolved, inputs: UnitInputs, indices: pd.DataFrame, menus: Menus, alpha: str) -> Problem:
    """The problem of choosing one published rule at one α."""
    grading = resolved.grades if resolved.grades.by_region else GradeSpec(by_region=False)
    scores = unit_scores(indices, alpha)
    cut_offs = candidate_cut_offs(scores, grading.cut_offs) if grading.by_region else [Decimal(0).quantize(_SIX)]
    cells = {code: sum(score >= cut for cut in cut_offs) - 1 for code, score in scores.items()}
    columns = _columns(resolved, menus, len(cut_offs))
    membership = _membership(resolved, menus, columns, cells)
    structure = Part((*_structure(columns, len(cut_offs), grading).rows, *_category_order(resolved, columns)))
    return Problem(
        resolved,
        inputs,
        indices,
        menus.offers,
        menus.fixed,
        columns,
        membership,
        structure,
        alpha,
        cells,
        tuple(str(cut) for cut in cut_offs),
        {code: str(score) for code, score in scores.items()},
    )


def _columns(resolved: Resolved, menus: Menus, cells: int) -> pd.DataFrame:
    """One row per column, in a fixed order: cut-offs, thresholds, task levels, factor weightings."""
    rows: list[tuple[str, str, str, str, int, str, int]] = [("cut", "", "", "", -1, "", g) for g in range(1, cells)]
    for category in resolved.categories:
        spans = range(cells) if category.graded else range(1)
        for period in resolved.periods:
            for level in _levels(category, period):
                rows += [("threshold", category.id, category.fund, period, level, "", g) for g in spans]
    table = menus.offers.table
    loans = {loan.measure: loan.id for loan in resolved.loans}
    for nature in ("task", "interest_subsidy", "factor"):
        chosen = table[table["nature"] == nature]
        keys = chosen[["measure", "fund", "period", "standard_fen", "offer"]].drop_duplicates()
        for measure, fund, period, standard, offer in zip(*(keys[name] for name in keys.columns), strict=True):
            subject = loans[measure] if nature == "interest_subsidy" else measure
            rows.append((nature, subject, fund, period, int(standard), offer, 0))
    frame = pd.DataFrame(rows, columns=["kind", "subject", "fund", "period", "level", "offer", "cell"])
    frame["menu"] = frame["kind"] + "/" + frame["fund"] + "/" + frame["subject"] + "/" + frame["period"]
    frame["region_code"] = ""
    shown = frame["offer"].where(frame["kind"] != "threshold", frame["level"].astype(str))
    frame["name"] = frame["menu"] + "/" + shown + "/" + frame["cell"].astype(str)
    return frame


def _levels(category: CategorySpec, period: str) -> list[int]:
    """Levels on offer in a period: the grid at or above that period's floor."""
    return [level for level in category.levels_fen if level >= category.floor_fen[period]]


def _membership(resolved: Resolved, menus: Menus, columns: pd.DataFrame, cells: dict[str, int]) -> sparse.csr_matrix:
    """offers x columns: offer of level l = u[l] − u[next level]; tasks and factor offers = their column."""
    table = menus.offers.table
    names = ("kind", "fund", "subject", "period", "level", "offer", "cell")
    position = {key: i for i, key in enumerate(zip(*(columns[name] for name in names), strict=True))}
    graded = {c.id: c.graded for c in resolved.categories}
    loans = {loan.measure: loan.id for loan in resolved.loans}
    # The threshold above, where there is one, is taken off.
    next_level = {
        (c.id, period, low): high
        for c in resolved.categories
        for period in resolved.periods
        for low, high in pairwise(_levels(c, period))
    }
    cell = table["region_code"].map(cells).fillna(0).to_numpy(np.int64)
    own, higher = np.full((2, len(table)), -1)
    # Offers of one subject, period and level share their column, or lie in the columns of the cells, one after another.
    by = ["nature", "fund", "category", "measure", "period", "standard_fen", "offer"]
    for (nature, fund, category, measure, period, level, offer), at in grouped(table, by).items():
        if nature != "top_up":
            subject = loans[measure] if nature == "interest_subsidy" else measure
            own[at] = position[nature, fund, subject, period, level, offer, 0]
            continue
        place = cell[at] if graded[category] else 0
        own[at] = position["threshold", fund, category, period, level, "", 0] + place
        above = next_level.get((category, period, level))
        if above is not None:
            higher[at] = position["threshold", fund, category, period, above, "", 0] + place
    less = np.flatnonzero(higher >= 0)
    at = np.concatenate([np.arange(len(table)), less])
    value = np.concatenate([np.ones(len(table)), -np.ones(len(less))])
    shape = (len(table), len(columns))
    return sparse.csr_matrix((value, (at, np.concatenate([own, higher[less]]))), shape=shape)


def _structure(columns: pd.DataFrame, cells: int, grading: GradeSpec) -> Part:
    """Staircases of thresholds, cut-offs where they change, one level per task and factor menu."""
    rows: list[Row] = []
    cuts = columns.index[columns["kind"] == "cut"].to_numpy()
    if len(cuts):
        lowest, highest = float(min(grading.minimum, cells) - 1), float(min(grading.maximum, cells) - 1)
        rows.append(Row("menu", "grades", cuts, np.ones(len(cuts)), lowest, highest, relaxable=False))
    cut_before = dict(zip(columns["cell"][cuts], cuts, strict=True))
    thresholds = columns[columns["kind"] == "threshold"]
    for (subject, period), used in grouped(thresholds, ["subject", "period"]).items():
        group = thresholds.iloc[used]
        grid = group.pivot(index="level", columns="cell", values="name").map(
            dict(zip(group["name"], group.index, strict=True)).get
        )
        staircase = grid.to_numpy(np.int64)
        for g in range(staircase.shape[1]):
            label = f"{subject}/{period}/{g}"
            rows.append(Row("menu", f"lowest/{label}", staircase[:1, g], np.ones(1), 1.0, 1.0, relaxable=False))
            for low, high in pairwise(staircase[:, g]):
                rows.append(_at_most(f"levels/{label}", high, low))
        for left, right in pairwise(range(staircase.shape[1])):
            for level in range(1, staircase.shape[0]):
                label = f"{subject}/{period}/{right}/{level}"
                before, after = staircase[level, left], staircase[level, right]
                rows.append(_at_most(f"order/{label}", before, after))
                used_columns = np.array([after, before, cut_before[right]])
                rows.append(
                    Row("menu", f"cut/{label}", used_columns, np.array([1.0, -1.0, -1.0]), upper=0.0, relaxable=False)
                )
    menus = columns[columns["kind"].isin(SINGLE)]
    rows += [one_of(menu, menus.index[used].to_numpy()) for (menu,), used in grouped(menus, ["menu"]).items()]
    return Part(tuple(rows), ())


def _category_order(resolved: Resolved, columns: pd.DataFrame) -> list[Row]:
    """Category order: a standard is not below those named in `not_below` (same cell and period)."""
    names = ("kind", "subject", "period", "level", "cell")
    position = {key: i for i, key in enumerate(zip(*(columns[name] for name in names), strict=True))}
    rows = []
    for category in resolved.categories:
        for other in (resolved.category(name) for name in category.not_below):
            cells = sorted(set(columns["cell"][columns["subject"].isin([category.id, other.id])]))
            for period in resolved.periods:
                own = _levels(category, period)
                for level in _levels(other, period):
                    reached = next((x for x in own if x >= level), None)
                    if reached == own[0]:
                        continue
                    for cell in cells:
                        lower = position["threshold", other.id, period, level, cell if other.graded else 0]
                        label = f"category_order/{category.id}/{other.id}/{period}/{level}/{cell}"
                        if reached is None:
                            rows.append(Row("menu", label, np.array([lower]), np.ones(1), upper=0.0, relaxable=False))
                        else:
                            key = ("threshold", category.id, period, reached, cell if category.graded else 0)
                            rows.append(_at_most(label, lower, position[key]))
    return rows


def _at_most(label: str, smaller: int, larger: int) -> Row:
    """smaller <= larger."""
    return Row("menu", label, np.array([smaller, larger]), np.array([1.0, -1.0]), upper=0.0, relaxable=False)
