"""One channel: a parcel is paid once per kind of work and has one of the measures that exclude one another.

For unit r and measures M that share the land L:
    Σ_{m in M, p} area[r, m, p] · x ≤ area of L in r − Σ_{c in M} certified[r, c]
and for every measure or category m that several funds offer in period p:  Σ_f [area[f, r, m, p] > 0] · x ≤ 1
In words: measures that cannot stand on the same parcel together fit on the land they share, land under a recurring
standard counting once; and no work of a unit and year is paid from two funds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..problem import WORK, Part, Problem, Row, grouped

TITLE = {"zh": "不重复安排", "en": "One channel"}
LAW = "林业草原改革发展资金管理办法（同一地块同类建设内容不得重复安排中央资金）"
RELAXABLE = True
_WORK = ["region_code", "measure", "category", "period"]


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per unit and shared land that could be overfilled, and per unit, work and period with several funds."""
    built = [*_funds(problem)]
    for shared in params.get("exclusive", ()):
        built += _land(problem, str(shared["land"]), shared["measures"])
    return Part(tuple(built))


def _land(problem: Problem, land: str, measures: Sequence[str]) -> list[Row]:
    table, lands, areas = problem.offers.table, problem.inputs.land, problem.inputs.areas
    if lands is None:
        raise ValueError("one_channel needs the table land")
    room = {
        str(code): int(area)
        for code, name, area in zip(lands["region_code"], lands["land"], lands["area_tenth_mu"], strict=True)
        if name == land
    }
    for code, category, area in zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True):
        if category in measures:
            room[str(code)] -= int(area)
    area = table["area_tenth_mu"].to_numpy()
    tasks = np.flatnonzero(table["nature"].isin(WORK) & table["measure"].isin(measures) & (area > 0))
    offers = {code: tasks[used] for (code,), used in grouped(table.iloc[tasks], ["region_code"]).items()}
    built = []
    for code, left in sorted(room.items()):
        used = offers.get(code, tasks[:0])
        menus = table["menu"].to_numpy(object)[used]
        most = sum(int(area[used][menus == menu].max()) for menu in set(menus))
        if most > left:
            values = area[used].astype(float)
            built.append(problem.row("one_channel", f"{code}/{land}", used, values, upper=float(left), unit="tenth_mu"))
    return built


def _funds(problem: Problem) -> list[Row]:
    table = problem.offers.table
    paid = np.flatnonzero((table["area_tenth_mu"] > 0) & (table["nature"] != "factor"))
    funds = table["fund"].to_numpy(object)[paid]
    built = []
    for key, used in grouped(table.iloc[paid], _WORK).items():
        if len(set(funds[used])) > 1:
            built.append(
                problem.row("one_channel", "/".join(filter(None, key)), paid[used], np.ones(len(used)), upper=1.0)
            )
    return built
