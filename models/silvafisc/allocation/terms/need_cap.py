"""Need cap: a payer bears at most a share of what a unit's work costs in full, over no more than some years.

For unit r and task measure m, over all periods and later years, with payer b:
    Σ cost[b] · x ≤ cap · Σ full_cost[r, m] · area[r, m] / 10 · x;   an offer paid over more than `years` years: x = 0
In words: the money that one payer (the centre) puts into a unit's project stays below its part of the money the project
needs, the rest being raised by others; and no year's task is paid in instalments that run longer than allowed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from silvafisc.quantities import share
from silvafisc.quantities.money import TENTHS_PER_MU

from ..beyond import due_beyond
from ..exact import Ints
from ..problem import Indices, Part, Problem, Row, forbid, grouped

TITLE = {"zh": "补助比例上限", "en": "Need cap"}
LAW = "三北工程补助资金管理办法第三章（中央补助不超过资金需求的八成，补助年限不超过三年）"
RELAXABLE = True
LIMITS = {"cap": "higher"}


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit and measure where some choice could exceed the cap; offers paid for too long are ruled out."""
    table, cap = problem.offers.table, share(str(params["cap"]))
    projects = _projects(problem, params)
    paid = _paid(problem, str(params["payer"]))
    needed = _needed(problem, projects)
    # Both sides are whole multiples of 1 / denominator fen; half a multiple keeps the floats' rounding error out of it.
    scale = cap.denominator * TENTHS_PER_MU
    over = paid * scale - needed * cap.numerator
    built = [*_too_long(problem, projects, int(params["years"]))]
    for (code, measure), used in grouped(table.iloc[projects], ["region_code", "measure"]).items():
        mine = projects[used]
        if (over[mine] > 0).any():
            label, values = f"{code}/{measure}", over[mine] / scale
            built.append(problem.row("need_cap", label, mine, values, upper=0.0, unit="fen", rounding=0.5 / scale))
    return Part(tuple(built))


def _projects(problem: Problem, params: Mapping[str, Any]) -> Indices:
    """Positions of the task offers that the rule speaks of."""
    table = problem.offers.table
    tasks = table["nature"] == "task"
    if params.get("measures") is not None:
        tasks &= table["measure"].isin(params["measures"])
    return np.flatnonzero(tasks)


def _paid(problem: Problem, payer: str) -> Ints:
    """Fen of the payer per offer, over all periods and what is due beyond them."""
    table = problem.offers.table
    columns = [c for c in problem.offers.cost_columns if c.split(".")[2] == payer]
    total = np.asarray(table[columns].sum(axis=1), np.int64)
    for (_, who, _), fen in due_beyond(problem).items():
        total = total + (fen if who == payer else 0)
    return total


def _needed(problem: Problem, projects: Indices) -> Ints:
    """Full cost x area of each of these offers, in tenths of a fen; 0 for the others."""
    responses, table = problem.inputs.responses.dropna(subset=["full_cost_fen"]), problem.offers.table
    cost = {
        (r, s): int(fen)
        for r, s, fen in zip(responses["region_code"], responses["subject"], responses["full_cost_fen"], strict=True)
    }
    needed = np.zeros(len(table), np.int64)
    keys = zip(table["region_code"].iloc[projects], table["measure"].iloc[projects], strict=True)
    full = np.array([cost[key] for key in keys], np.int64)
    needed[projects] = full * table["area_tenth_mu"].to_numpy()[projects]
    return needed


def _too_long(problem: Problem, projects: Indices, years: int) -> Iterator[Row]:
    """One row per measure whose instalments run over more than `years` budget years: none of its work is chosen.

    Offers made elsewhere are paid as their columns say, each in its own way.
    """
    table = problem.offers.table.iloc[projects]
    if problem.resolved.offers_given:
        run = np.zeros(len(table), np.int64)
        for column in problem.offers.cost_columns:
            after = int(column.removesuffix("_fen").rsplit(".", 1)[-1]) - table["period"].astype(int).to_numpy()
            run = np.maximum(run, np.where(table[column] != 0, after + 1, 0))
        yield from forbid(problem, "need_cap", projects[run > years]).rows
    for task in problem.resolved.tasks:
        if max(after for after, _ in task.instalments) >= years:
            used = projects[((table["measure"] == task.id) & (table["area_tenth_mu"] > 0)).to_numpy()]
            yield problem.row("need_cap", f"{task.id}/years", used, np.ones(len(used)), upper=0.0)
