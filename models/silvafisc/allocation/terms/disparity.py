"""Objective: disparity, the mean absolute deviation of payment per need unit.

    maximise −(1 / N) Σ_r d_r,  d_r ≥ |y_r − (n_r / N) · Y|,  n_r = rural people_r · need index_r,  N = Σ n_r,  Y = Σ y_r
In words: a need unit is a rural person times the unit's development-need index (the weight of the baseline `by need`);
on average over need units, what one of them is paid should differ as little as can be from what all are paid (yuan).

y_r is all money of the horizon, rigid and committed money and all payers included. A unit without need has no claim:
whatever it is paid counts as deviation. Written with n_r on the money's side, so that nothing is divided by a small need.
Every row holds all columns (Y is everybody's), so the model grows with units x columns: meant for rule mode, and for case
mode up to a province's counties.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from silvafisc.quantities.money import FEN_PER_YUAN

from ..problem import Aux, Floats, Objective, ObjectiveError, Problem, make_row

TITLE = {"zh": "差异（每单位需要所得的平均离差）", "en": "Disparity (deviation of payment per need unit)"}


def objectives(problem: Problem, params: Mapping[str, Any]) -> tuple[Objective, ...]:
    """One objective, negative yuan per need unit; two rows per unit. Raises ObjectiveError where nobody has a need."""
    needs = need_units(problem)
    total_need = sum(needs.values())
    if not total_need > 0:
        raise ObjectiveError(
            "disparity",
            "no unit has rural people and a development need above 0; drop the objective",
            "没有单位同时有农村人口和大于零的发展需要；请去掉该目标",
        )
    offers, fixed = problem.offers, problem.fixed.table
    costs = offers.table[offers.cost_columns].sum(axis=1).to_numpy(np.float64) / FEN_PER_YUAN
    known_columns = [c for c in fixed.columns if c.startswith("cost.")]
    known = (fixed[known_columns].sum(axis=1) / FEN_PER_YUAN).groupby(fixed["region_code"]).sum()
    of_unit = problem.positions("region_code")
    everyone: Floats = problem.carried(costs)
    rows, variables = [], []
    for code, need in sorted(needs.items()):
        part = need / total_need
        mine = of_unit.get((code,), np.zeros(0, np.int64))
        own = costs[mine] @ problem.membership[mine]
        target = part * float(known.sum()) - float(known.get(code, 0.0))
        values, name = own - part * everyone, f"disparity/{code}"
        variables.append(Aux(name))
        rows.append(make_row("disparity", f"{code}/above", values, upper=target, aux={name: -1.0}, relaxable=False))
        rows.append(make_row("disparity", f"{code}/below", values, lower=target, aux={name: 1.0}, relaxable=False))
    mean = {variable.name: -1.0 / total_need for variable in variables}
    nothing = np.zeros(problem.size)
    return (Objective("disparity", "yuan_per_need_unit", nothing, 0.0, mean, tuple(variables), tuple(rows)),)


def need_units(problem: Problem) -> dict[str, float]:
    """region_code -> rural people x development-need index (6 decimals)."""
    regions, indices = problem.inputs.regions, problem.indices
    people = dict(zip(regions["region_code"], regions["rural_population_person"], strict=True))
    return {
        str(code): int(people[code]) * round(float(need), 6)
        for code, need in zip(indices["region_code"], indices["need"], strict=True)
    }
