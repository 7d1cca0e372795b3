"""Offers of a task measure: unit standard x assigned quantity, paid in instalments."""

import numpy as np
import pandas as pd

from silvafisc.quantities import fen_to_yuan, share
from silvafisc.results import Resolved, TaskSpec, UnitInputs

from ..exact import Ints, entitlements, split, split_by_tier
from .columns import cost_column, menu_name
from .tonnes import Consequences

NO_TASK = "u=0;q=0"
"""Name of the offer that gives no task."""


def assigned_area(need_tenth_mu: Ints, capacity_tenth_mu: Ints, quantity_share: str) -> Ints:
    """min(floor(need x share), capacity) in 0.1 mu: exact, so that anybody can redo it by hand."""
    part = share(quantity_share)
    quantity = np.asarray(need_tenth_mu, np.int64) * part.numerator // part.denominator
    return np.minimum(quantity, np.asarray(capacity_tenth_mu, np.int64))


def task_units(inputs: UnitInputs, measure: str) -> pd.DataFrame:
    """region_code, need_tenth_mu, capacity_tenth_mu, payer_tier of the units with a need for `measure`, by code."""
    needs = inputs.tasks[inputs.tasks["measure"] == measure]
    tiers = inputs.regions[["region_code", "payer_tier"]]
    columns = ["region_code", "need_tenth_mu", "capacity_tenth_mu"]
    return (
        needs[columns]
        .merge(tiers, on="region_code", validate="one_to_one")
        .sort_values("region_code", ignore_index=True)
    )


def task_levels(task: TaskSpec) -> list[tuple[str, int, str]]:
    """(offer, unit standard in fen, quantity share) of every level; no task is one level, whatever the standard."""
    levels = [(NO_TASK, task.standards_fen[0], "0")]
    for standard in task.standards_fen:
        for quantity in task.quantity_shares:
            if share(quantity) > 0 and standard >= task.floor_fen:
                levels.append((f"u={fen_to_yuan(standard)};q={quantity}", standard, quantity))
    return levels


def task_offers(resolved: Resolved, inputs: UnitInputs, consequences: Consequences, task: TaskSpec) -> pd.DataFrame:
    """One offer per unit, period, unit standard and quantity share.

    The money follows the assigned area exactly; participation (an assumed curve) only scales the tonnes and the income,
    so that no assumption moves an official amount.
    """
    units = task_units(inputs, task.id)
    codes, tiers = list(units["region_code"]), list(units["payer_tier"])
    need, capacity = units["need_tenth_mu"].to_numpy(), units["capacity_tenth_mu"].to_numpy()
    along = consequences.along(codes, task.id, task.id)
    # Columns of text are made once and not anew for every offer.
    regions = pd.array(codes)
    parts = [pd.DataFrame()]
    for period in resolved.periods:
        menu = pd.array([menu_name(code, task.id, period) for code in codes])
        for offer, standard, quantity in task_levels(task):
            area = assigned_area(need, capacity, quantity)
            total = entitlements(standard, area)
            costs, first = _instalments(resolved, task, tiers, period, total)
            weight = area.astype(float)
            parts.append(
                pd.DataFrame(
                    {
                        "menu": menu,
                        "region_code": regions,
                        "period": period,
                        "offer": offer,
                        "standard_fen": standard,
                        "area_tenth_mu": area,
                        "due_later_fen": total - first,
                        **costs,
                        **along.tonnes(period, standard, weight),
                        "obj.development": along.weighted_income(standard, weight),
                    }
                )
            )
    offers = pd.concat(parts, ignore_index=True)
    offers["fund"], offers["nature"], offers["measure"], offers["category"] = task.fund, "task", task.id, ""
    return offers


def instalment_amounts(task: TaskSpec, total: Ints) -> list[tuple[int, Ints]]:
    """(years after the task's period, fen): the legal plan in exact integers; sums to the total."""
    shares = tuple((str(i), part) for i, (_, part) in enumerate(task.instalments))
    parts = split(total, shares)
    return [(years, parts[str(i)]) for i, (years, _) in enumerate(task.instalments)]


def _instalments(
    resolved: Resolved, task: TaskSpec, tiers: list[str], period: str, total: Ints
) -> tuple[dict[str, Ints], Ints]:
    """Cost columns of every instalment inside the horizon, and what is paid in the task's own period."""
    costs: dict[str, Ints] = {}
    first = np.zeros_like(total)
    for years, amount in instalment_amounts(task, total):
        due = str(int(period) + years)
        if due not in resolved.periods:
            continue
        for payer, fen in split_by_tier(amount, tiers, task.payer_shares).items():
            costs[cost_column(task.fund, payer, due)] = fen
        if years == 0:
            first = amount
    return costs, first
