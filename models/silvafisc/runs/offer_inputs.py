"""Input tables, categories and task measures as a table of offers implies them, where no full scenario brings them.

Where the table does not say how much of a work there is, the largest offers stand for it: the certified area of a
category is the largest area that any period offers, the need of a task the largest of every period together, and its
capacity the largest of one. A limit drawn from the offers binds none of them; rules that are to bind read the columns.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from silvafisc.allocation.tables import PAYERS
from silvafisc.quantities import mu_to_tenths
from silvafisc.results import INPUT_TABLES, OPTIONAL_TABLES, CategorySpec, Resolved, TaskSpec
from silvafisc.results.resolved import Shares

from .offer_facts import LAND, LAST_YEAR, Facts
from .offer_table import OfferTable

SOURCE = "columns beside the offers"
IMPLIED = "the largest areas offered"
_INTEGERS = ("area_tenth_mu", "need_tenth_mu", "capacity_tenth_mu", "amount_fen")


def described(resolved: Resolved, table: OfferTable, tiers: list[str]) -> Resolved:
    """The scenario with the categories (recurring money) and task measures that the table offers.

    There is no law: floors are 0 and the payer of the fund pays alone; amounts are those of the table in any case.
    """
    categories = tuple(
        CategorySpec(
            id=name,
            fund=fund,
            tenure="",
            floor_fen=dict.fromkeys(resolved.periods, 0),
            levels_fen=levels,
            payer_shares=_alone(resolved, fund, tiers),
            graded=False,
        )
        for name, fund, levels in _subjects(recurring(table), "category")
    )
    tasks = tuple(
        TaskSpec(
            id=name,
            fund=fund,
            standards_fen=levels,
            quantity_shares=("0",),
            payer_shares=_alone(resolved, fund, tiers),
        )
        for name, fund, levels in _subjects(tasked(table), "measure")
    )
    return replace(resolved, categories=categories, tasks=tasks)


def recurring(table: OfferTable) -> pd.DataFrame:
    """Offers of recurring money with a category."""
    return table.frame[(table.frame["nature"] == "top_up") & (table.frame["category"] != "")]


def tasked(table: OfferTable) -> pd.DataFrame:
    """Offers of tasks."""
    return table.frame[table.frame["nature"] == "task"]


def _subjects(offers: pd.DataFrame, by: str) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """(name, fund, standards above 0) of every category or measure, ascending."""
    for name, rows in offers.groupby(by, sort=True):
        fund = next((fund for fund in sorted(set(rows["fund"])) if fund), "")
        levels = sorted({int(fen) for fen in rows["standard_fen"] if fen > 0})
        yield str(name), fund, tuple(levels) or (0,)


def _alone(resolved: Resolved, fund: str, tiers: list[str]) -> dict[str, Shares]:
    payer = next((spec.payer for spec in resolved.funds if spec.id == fund), PAYERS[0])
    return dict.fromkeys(tiers, ((payer, "1"),))


def implied_inputs(table: OfferTable, facts: Facts) -> dict[str, pd.DataFrame]:
    """Every input table but regions; optional ones only where a column speaks of them."""
    found = {
        "areas": _areas(table, facts),
        "tasks": _tasks(table, facts),
        "responses": _responses(facts),
        "last_year": _of_units(facts, LAST_YEAR, "_fen", "fund", "amount_fen"),
        "land": _of_units(facts, LAND, "_mu", "land", "area_tenth_mu"),
        "task_list": _task_list(facts),
    }
    tables = {}
    for name, columns in INPUT_TABLES.items():
        frame = found.get(name)
        if name == "regions" or (frame is None and name in OPTIONAL_TABLES):
            continue
        frame = pd.DataFrame() if frame is None else frame
        source = frame.get("source", SOURCE)
        typed = {column: _typed(frame, column, kind) for column, kind in columns.items()}
        tables[name] = pd.DataFrame(typed).assign(status="assumption", source=source)
    return tables


def _typed(frame: pd.DataFrame, column: str, kind: str) -> "pd.Series[Any]":
    held = frame[column] if column in frame else pd.Series([None] * len(frame), frame.index, dtype=object)
    if kind == "int":
        return held.astype("int64" if column in _INTEGERS else "Int64")
    if kind in ("float", "bool"):
        return held.astype("float64" if kind == "float" else "bool")
    return held.fillna("").astype(object)


def _areas(table: OfferTable, facts: Facts) -> pd.DataFrame:
    """What is stated as eligible, else the largest area that the unit is offered in the category."""
    offered = _largest(recurring(table), ["region_code", "category"])
    stated = facts.tenths("eligible_mu")
    rows = [
        (code, name, stated.get((code, name), int(area)), SOURCE if (code, name) in stated else IMPLIED)
        for code, name, area in zip(*(offered[column] for column in offered), strict=True)
    ]
    return pd.DataFrame(rows, columns=["region_code", "category", "area_tenth_mu", "source"]).assign(certified=False)


def _tasks(table: OfferTable, facts: Facts) -> pd.DataFrame:
    """What is stated as eligible and as capacity, else the largest areas of all periods and of one."""
    work = ["region_code", "measure"]
    yearly = _largest(tasked(table), [*work, "period"]).groupby(work, as_index=False)["area_tenth_mu"]
    eligible, able = facts.tenths("eligible_mu"), facts.tenths("capacity_mu")
    most = yearly.agg(["sum", "max"])
    rows = [
        (
            code,
            name,
            eligible.get((code, name), int(need)),
            able.get((code, name), int(capacity)),
            SOURCE if (code, name) in eligible else IMPLIED,
        )
        for code, name, need, capacity in zip(*(most[column] for column in most), strict=True)
    ]
    return pd.DataFrame(rows, columns=["region_code", "measure", "need_tenth_mu", "capacity_tenth_mu", "source"])


def _largest(offers: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The largest area offered, by key; 0 where none is stated."""
    areas = offers.assign(area_tenth_mu=offers["area_tenth_mu"].clip(lower=0))
    return areas.groupby(by, as_index=False).agg({"area_tenth_mu": "max"})


def _responses(facts: Facts) -> pd.DataFrame:
    """Full and opportunity costs as far as they are stated."""
    full, forgone = facts.fen("full_cost_yuan_per_mu"), facts.fen("opportunity_cost_yuan_per_mu")
    rows = [(*key, forgone.get(key), full.get(key)) for key in sorted(full.keys() | forgone.keys())]
    return pd.DataFrame(rows, columns=["region_code", "subject", "opportunity_cost_fen", "full_cost_fen"], dtype=object)


def _of_units(facts: Facts, start: str, end: str, key: str, value: str) -> pd.DataFrame | None:
    """The columns `<start><name><end>` of the units as a table in long form; None where there is none."""
    columns = [name for name in facts.unit if name.startswith(start)]
    rows = [
        (code, name.removeprefix(start).removesuffix(end), int(cell) if end == "_fen" else mu_to_tenths(cell))
        for name in columns
        for code, cell in facts.unit[name].items()
    ]
    if not columns:
        return None
    frame = pd.DataFrame(sorted(rows), columns=["region_code", key, value])
    return frame if key == "land" else frame.assign(subject="", area_tenth_mu=0)


def _task_list(facts: Facts) -> pd.DataFrame | None:
    """Assigned tasks with their kind; None where the table assigns nothing."""
    kinds, areas = facts.task.get("task_kind", {}), facts.task.get("assigned_mu", {})
    if not kinds or not areas:
        return None
    rows = [(*key, kinds.get(key, ""), mu_to_tenths(area)) for key, area in sorted(areas.items())]
    return pd.DataFrame(rows, columns=["region_code", "measure", "period", "kind", "area_tenth_mu"])
