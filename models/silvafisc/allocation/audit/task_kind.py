"""Task kind (任务性质): binding tasks hold per unit, expected ones inside the fund, pooling units get money.

binding:  area[r, m, p] ≥ assigned        expected:  Σ area of the fund[p] ≥ Σ assigned, units that pool left out
pooling:  Σ full entitlement of the fund's tasks[r, p] ≥ Σ floor(lowest unit standard · assigned / 10)
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .case import Case
from .exact import entitled
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: pooled (group, optional); areas in 0.1 mu, money in fen."""
    if case.of_rules.task_list is None:
        check.refuse("inputs/task_list", "缺少任务清单，无法校核", "the list of assigned tasks is missing")
        return
    name = params.get("pooled")
    if name is not None and name not in case.resolved.groups:
        check.refuse(f"rules: {check.rule}", f"没有分组 {name}", f"there is no group {name}", found=str(name))
        return
    pooled = set(case.resolved.groups[name]) if name is not None else set()
    done: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    moved: defaultdict[tuple[str, str], int] = defaultdict(int)
    money: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.nature != "task":
            continue
        area = row.area or 0
        done[row.region, row.measure, row.period] += area
        moved[row.fund, row.period] += 0 if row.region in pooled else area
        money[row.region, row.fund, row.period] += entitled(row.standard or 0, area)
    expected: defaultdict[tuple[str, str], int] = defaultdict(int)
    granted: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for (region, measure, period, kind), area in sorted(case.of_rules.task_list.items()):
        if period not in case.resolved.periods:
            continue
        task = case.resolved.task(measure)
        if region in pooled:
            granted[region, task.fund, period] += entitled(min(task.standards_fen), area)
        elif kind == "binding":
            where = f"region_code={region}, measure={measure}, period={period}"
            found = done[region, measure, period]
            check.holds(
                found >= area, where, f"≥ {area}", found, "0.1 mu", "约束性任务面积", "area of the binding task"
            )
        else:
            expected[task.fund, period] += area
    for (fund, period), area in sorted(expected.items()):
        where, found = f"fund={fund}, period={period}", moved[fund, period]
        check.holds(found >= area, where, f"≥ {area}", found, "0.1 mu", "预期性任务面积", "area of the expected tasks")
    for key, fen in sorted(granted.items()):
        where = ", ".join(f"{n}={v}" for n, v in zip(("region_code", "fund", "period"), key, strict=True))
        check.holds(money[key] >= fen, where, f"≥ {fen}", money[key], "fen", "统筹整合资金", "the money to pool")
