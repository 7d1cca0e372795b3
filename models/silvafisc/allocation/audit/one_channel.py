"""One channel: a parcel is paid once per kind of work and has one of the measures that exclude one another.

    Σ task areas of the measures over all periods + Σ certified areas of the categories ≤ land that they share
and no two funds pay for an area of one unit, measure, category and period.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .case import WORK, Case
from .finding import Check

KIND = "rule"
KEY = ("region_code", "measure", "category", "period")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: exclusive (list of {land, measures}); areas in 0.1 mu."""
    lands = case.of_rules.land or {}
    assigned: defaultdict[tuple[str, str], int] = defaultdict(int)
    funds: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in case.rows:
        if row.nature in WORK:
            assigned[row.region, row.measure] += row.area or 0
        if row.area:
            funds[row.region, row.measure, row.category, row.period].add(row.fund)
    for work, payers in sorted(funds.items()):
        where = ", ".join(f"{n}={v}" for n, v in zip(KEY, work, strict=True) if v)
        check.equal(where, 1, len(payers), "", "付款资金数", "the number of funds that pay for it")
    for shared in params.get("exclusive", ()):
        land, measures = shared["land"], shared["measures"]
        for region in sorted(case.units):
            where = f"region_code={region}, land={land}"
            room = lands.get((region, land))
            if room is None:
                check.refuse(where, "land 表没有该单位的这一地类", "the table land has no row for it")
                continue
            used = sum(assigned[region, name] + case.area(region, name) for name in measures)
            check.holds(
                used <= room, where, f"≤ {room}", used, "0.1 mu", "互斥措施面积合计", "area of exclusive measures"
            )
