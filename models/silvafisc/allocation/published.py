"""What would be published: standards per category, grade and period, and task standards with their quantities."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results.resolved import Shares

from .menus.tonnes import COMPENSATION
from .problem import Floats, Problem

Chosen = np.ndarray[tuple[int], np.dtype[np.int64]]
COLUMNS = [
    "fund",
    "category",
    "measure",
    "grade",
    "period",
    "standard_yuan_per_mu",
    "last_year_yuan_per_mu",
    "floor_yuan_per_mu",
    "quantity_rule",
    "units",
    "area_mu",
    "payer_shares",
    "instalments",
]


def grade_of_units(problem: Problem, point: Floats) -> dict[str, str]:
    """region_code -> grade ('1' lowest score); empty where units are not graded by score.

    A cut-off is published only where some standard changes; where the scenario asks for more grades than the standards
    show, the lowest spare cut-offs make them up.
    """
    if not problem.cells or not problem.resolved.grades.by_region:
        return {}
    columns = problem.columns
    thresholds = columns[columns["kind"] == "threshold"]
    shape = thresholds.assign(on=point[thresholds.index]).pivot_table(
        index=["subject", "period", "level"], columns="cell", values="on"
    )
    staircase = shape.to_numpy()
    changes = [g for g in range(1, staircase.shape[1]) if (staircase[:, g] != staircase[:, g - 1]).any()]
    fewest = min(problem.resolved.grades.minimum, len(problem.cut_offs)) - 1
    spare = [g for g in range(1, len(problem.cut_offs)) if g not in changes]
    cuts = sorted([*changes, *spare[: max(0, fewest - len(changes))]])
    return {code: str(1 + sum(cell >= cut for cut in cuts)) for code, cell in sorted(problem.cells.items())}


def published_standards(problem: Problem, chosen: Chosen, grades: Mapping[str, str]) -> pd.DataFrame:
    """The rows of standards.csv; empty in case mode, where every unit has its own offer and nothing is published."""
    rows = [] if problem.resolved.mode == "case" else [*_categories(problem, chosen, grades), *_tasks(problem, chosen)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _categories(problem: Problem, chosen: Chosen, grades: Mapping[str, str]) -> list[tuple[object, ...]]:
    table = problem.offers.table.iloc[chosen]
    rows: list[tuple[object, ...]] = []
    for category in problem.resolved.categories:
        mine = table[table["category"] == category.id].copy()
        graded = category.graded and bool(grades)
        mine["grade"] = mine["region_code"].map(grades) if graded else ""
        last = "" if category.last_year_fen is None else fen_to_yuan(category.last_year_fen)
        payers = shares_text(category.payer_shares)
        groups = mine.groupby(["grade", "period", "standard_fen"], sort=True)["area_tenth_mu"].agg(["count", "sum"])
        for grade, period, standard, units, area in groups.reset_index().itertuples(index=False):
            floor = fen_to_yuan(category.floor_fen[str(period)])
            head = (category.fund, category.id, COMPENSATION, grade, period, fen_to_yuan(int(standard)), last, floor)
            rows.append((*head, "certified_area", int(units), tenths_to_mu(int(area)), payers, ""))
    return rows


def _tasks(problem: Problem, chosen: Chosen) -> list[tuple[object, ...]]:
    table = problem.offers.table.iloc[chosen]
    rows: list[tuple[object, ...]] = []
    for task in problem.resolved.tasks:
        mine = table[(table["nature"] == "task") & (table["measure"] == task.id)].copy()
        mine["quantity"] = [str(offer).split("q=")[1] for offer in mine["offer"]]
        mine["paid"] = mine["area_tenth_mu"] > 0
        groups = mine.groupby(["period", "standard_fen", "quantity"], sort=True)[["paid", "area_tenth_mu"]].sum()
        floor = fen_to_yuan(task.floor_fen) if task.floor_fen else ""
        terms = (shares_text(task.payer_shares), plan_text(task.instalments))
        for period, standard, quantity, units, area in groups.reset_index().itertuples(index=False):
            head = (task.fund, "", task.id, "", period, fen_to_yuan(int(standard)), "", floor)
            rows.append((*head, f"need:{quantity}", int(units), tenths_to_mu(int(area)), *terms))
    return rows


def count_published(standards: pd.DataFrame, grades: pd.DataFrame, weights: pd.DataFrame) -> int:
    """How many numbers a notice would name: standards, cut-offs, unit standards, quantity shares, pots and weights.

    A number named twice for the same thing (in several grades or periods) counts once; a task not given names none.
    """
    standard = standards["standard_yuan_per_mu"].astype(float)
    recurring = standards[(standards["category"] != "") & (standard > 0)]
    tasks = standards[(standards["category"] == "") & (standards["quantity_rule"] != "need:0")]
    pots = weights.groupby(["fund", "period"], as_index=False)["pot_fen"].sum()
    named = (
        recurring[["category", "standard_yuan_per_mu"]],
        tasks[["measure", "standard_yuan_per_mu"]],
        tasks[["measure", "quantity_rule"]],
        pots[["fund", "pot_fen"]],
        weights[["fund", "factor", "weight"]],
    )
    return sum(len(frame.drop_duplicates()) for frame in named) + max(0, len(grades) - 1)


def shares_text(shares: Mapping[str, Shares]) -> str:
    """The payers' shares by tier as they are published: '1=central:0.5+provincial:0.5;2=central:2/3+county:1/3'."""
    return ";".join(
        f"{tier}=" + "+".join(f"{payer}:{part}" for payer, part in parts) for tier, parts in sorted(shares.items())
    )


def plan_text(instalments: tuple[tuple[int, str], ...]) -> str:
    """A payment plan as it is published: '0=0.6;1=0.3;3=0.1'; empty where everything is paid at once."""
    if len(instalments) == 1 and instalments[0][0] == 0:
        return ""
    return ";".join(f"{years}={part}" for years, part in instalments)
