"""Baselines (对照方案): what the same money would do under simpler rules, beside the optimum.

Money is that of each fund's own payer. Every baseline has the same room: appropriation + given carried in − rigid −
committed. Baselines that name standards (`flat_standard`, `priority_ranking`, `benefit_cost_greedy`) keep the decided
factor pots; those that give money (`factor_method`, `pro_rata_area`, `pro_rata_need`, `last_year`) give all of it,
and are converted to the best offers within it.
"""

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

import numpy as np
import pandas as pd

from silvafisc.results.outcome import outcome_columns

from ..exact import Ints
from ..problem import Indices, Problem
from ..terms import plain
from .breaks import Shown, broken_rules, judge_of
from .convert import Converter, Pocket
from .ground import CARBON, Ground
from .money import Money, factor_method, last_year, pro_rata_area, pro_rata_need
from .rows import Pots, decided_tasks, money_rows, standard_rows
from .standards import benefit_cost_greedy, flat_standard, priority_ranking

__all__ = ["Baselines", "baseline_values", "baselines"]

ORDER = (
    "flat_standard",
    "factor_method",
    "pro_rata_area",
    "pro_rata_need",
    "priority_ranking",
    "benefit_cost_greedy",
    "last_year",
)
_MONEY: Mapping[str, Callable[[Ground], Money | None]] = {
    "factor_method": factor_method,
    "pro_rata_area": pro_rata_area,
    "pro_rata_need": pro_rata_need,
    "last_year": last_year,
}
_STANDARDS: Mapping[str, Callable[[Ground, Mapping[str, Ints], Indices], Indices]] = {
    "flat_standard": flat_standard,
    "priority_ranking": priority_ranking,
    "benefit_cost_greedy": benefit_cost_greedy,
}


class Baselines(NamedTuple):
    """table: rows of baselines.csv. breaks: rows of baseline_breaks.csv."""

    table: pd.DataFrame
    breaks: pd.DataFrame


def baselines(problem: Problem, tables: Mapping[str, pd.DataFrame], case: Problem | None) -> Baselines:
    """All baselines of a decided problem.

    Args:
        problem: the problem that was decided (either mode).
        tables: its outcome tables; factor rows of `allocation` and `weights` are what standard baselines keep.
        case: the case-mode problem whose menus the benefit–cost greedy takes; None = the problem's own offers.

    Returns:
        Rows and broken rules (columns of `baseline_breaks`). Columns of the rows: those of `baselines` in columns.csv,
        then one `obj.<name>` per further objective of the offers. payment_fen and converted_fen are the fund payer's money
        and include rigid and committed money, so that a baseline's sum compares with paid + instalments due of
        envelopes.csv. Rows of money baselines have no measure and category. `breaks` holds for the baseline as a whole and
        stands in each of its rows. Order: `ORDER`, then by key. `last_year` is absent without a table of last year;
        `flat_standard` is, where decided tasks stand in no menu (a scored proposal).

    Raises:
        KeyError: a factor of the scenario has no values.
    """
    ground = Ground.of(problem)
    pots, judge = Pots.of(ground, tables), judge_of(ground)
    converter, parts, broken = Converter(ground), dict[str, pd.DataFrame](), dict[str, pd.DataFrame]()
    for name, give in _MONEY.items():
        money = give(ground)
        if money is not None:
            chosen = converter.convert(Pocket(*key, np.maximum(fen, 0)) for key, fen in money.items())
            parts[name] = money_rows(ground, money, chosen)
            broken[name] = broken_rules(name, Shown(ground, chosen, None, money), tables, judge)
    for name, choose in _STANDARDS.items():
        place = ground if case is None or name != "benefit_cost_greedy" else Ground.of(case)
        kept = decided_tasks(place, tables)
        if kept is None and name == "flat_standard":
            continue
        taken = pots.taken(place)
        rooms = {fund: np.maximum(room - taken[fund], 0) for fund, room in place.room.items()}
        chosen = choose(place, rooms, kept if kept is not None else np.zeros(0, np.int64))
        parts[name] = standard_rows(place, chosen, pots)
        broken[name] = broken_rules(name, Shown(place, chosen, pots, None), tables, judge)
    shown = [name for name in ORDER if name in parts]
    rules = {name: ";".join(sorted(set(broken[name]["rule"]))) for name in shown}
    frame = pd.concat([parts[name].assign(baseline=name, breaks=rules[name]) for name in shown], ignore_index=True)
    declared = [column.name for column in outcome_columns()["baselines"]]
    return Baselines(
        frame[[*declared, *(c for c in frame.columns if c not in declared)]],
        pd.concat([broken[name] for name in shown], ignore_index=True),
    )


def baseline_values(problem: Problem, baselines: pd.DataFrame, terms: Sequence[str]) -> pd.DataFrame:
    """Objectives of each baseline: fixed money, converted offers and kept factor pots together.

    Args:
        baselines: as `baselines` returns them (with the `obj.<name>` columns).
        terms: objectives of the scenario.

    Returns:
        baseline, objective, value; in the order of the baselines, then of the terms. Empty where one of the terms is no
        plain sum over offers (adequacy, stability, carbon over draws …): a baseline without such a value has no place in a picture of two.

    Raises:
        KeyError: the frame lacks the column of a term that the offers carry.
    """
    carried = {name.removeprefix("obj.") for name in problem.offers.objective_columns}
    carried -= {spec.term for spec in problem.resolved.objectives if not plain(spec)}
    columns = {term: "carbon_tco2e" if term == CARBON else f"obj.{term}" for term in terms}
    rows: list[tuple[str, str, float]] = []
    if set(terms) <= carried:
        for name, group in baselines.groupby("baseline", sort=False):
            rows += [(str(name), term, fsum(group[column].astype(float))) for term, column in columns.items()]
    return pd.DataFrame(rows, columns=["baseline", "objective", "value"])
