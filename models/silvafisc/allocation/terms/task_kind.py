"""Task kind (任务性质): binding tasks hold per unit, expected ones inside the fund, pooling units get money.

For period p, with assigned[r, m, kind] of the task list and units P that pool their money:
    binding, r not in P:   area[r, m] · x ≥ assigned[r, m, binding]
    expected, per fund f:  Σ_{m of f, r not in P} area[r, m] · x ≥ Σ assigned[r, m, expected]
    r in P, per fund f:    Σ_{m of f} entitlement[r, m] · x ≥ Σ_{m of f} lowest unit standard · assigned[r, m]
In words: what is binding (约束性) is done in the unit that it was given to; what is expected (预期性) may be done by other
units or as other work of the same fund; a unit that pools (统筹整合) is free to choose its work, and is sure of the money
that its tasks would cost at the lowest unit standard on offer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.quantities import entitlement

from ..exact import entitlements
from ..problem import Floats, Part, Problem, Row, grouped

TITLE = {"zh": "任务性质", "en": "Task kind"}
LAW = "林业草原转移支付“大专项+任务清单”管理（约束性、预期性指标）；财农〔2021〕22号（脱贫县统筹整合）"
RELAXABLE = True
BINDING, EXPECTED = "binding", "expected"


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit, measure and period with a binding task, per fund and period, and per pooling unit."""
    tasks = _assigned(problem)
    pooled = set(problem.resolved.groups[params["pooled"]] if params.get("pooled") else ())
    own, pools = (tasks[tasks["region_code"].isin(pooled) == inside] for inside in (False, True))
    area = problem.column_values("area_tenth_mu")
    built: list[Row] = []
    keys = ["period", "region_code", "measure"]
    for key, least in _sums(own[own["kind"] == BINDING], keys, "area_tenth_mu"):
        built.append(_at_least(problem, key, keys, area, least, "tenth_mu"))
    movable, keys = area * ~problem.offers.table["region_code"].isin(pooled).to_numpy(), ["period", "fund"]
    for key, least in _sums(own[own["kind"] == EXPECTED], keys, "area_tenth_mu"):
        built.append(_at_least(problem, key, keys, movable, least, "tenth_mu"))
    paid, keys = _entitled(problem), ["period", "region_code", "fund"]
    for key, least in _sums(pools, keys, "least_fen"):
        built.append(_at_least(problem, key, keys, paid, least, "fen"))
    return Part(tuple(built))


def _assigned(problem: Problem) -> pd.DataFrame:
    """The task list with the fund of each measure and what its area costs at the lowest unit standard."""
    if problem.inputs.task_list is None:
        raise ValueError("task_kind needs the table task_list")
    tasks = problem.inputs.task_list[problem.inputs.task_list["period"].isin(problem.resolved.periods)]
    specs = [problem.resolved.task(measure) for measure in tasks["measure"]]
    least = [entitlement(s.standards_fen[0], int(a)) for s, a in zip(specs, tasks["area_tenth_mu"], strict=True)]
    return tasks.assign(fund=[spec.fund for spec in specs], least_fen=least).reset_index(drop=True)


def _sums(frame: pd.DataFrame, keys: list[str], column: str) -> list[tuple[tuple[str, ...], int]]:
    """(key, sum of a column) over the rows that share the key, ascending."""
    return [(key, int(frame[column].iloc[used].sum())) for key, used in grouped(frame, keys).items()]


def _entitled(problem: Problem) -> Floats:
    """Full entitlement of every task offer, whenever it is paid; 0 for others."""
    table = problem.offers.table
    area = np.where(table["nature"] == "task", table["area_tenth_mu"], 0)
    return entitlements(np.maximum(table["standard_fen"].to_numpy(), 0), area).astype(float)


def _at_least(problem: Problem, key: tuple[str, ...], names: list[str], values: Floats, least: int, unit: str) -> Row:
    """Σ values over the task offers that agree with the key is at least so much."""
    used = problem.positions("nature", *names).get(("task", *key), np.zeros(0, np.int64))
    used = used[values[used] > 0]
    return problem.row("task_kind", "/".join(key[::-1]), used, values[used], lower=float(least), unit=unit)
