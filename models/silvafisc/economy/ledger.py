"""What each figure of the input tables rests on: one row per column, one per parameter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules
from silvafisc.quantities import unit_of_column
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results import INPUT_TABLES

from .facts import TableOfFacts

COLUMNS = ("what", "value", "unit", "origin", "reference", "status", "demo")
DEMO = "演示数据"
"""Mark at the head of a row's `source`: demonstration data, never evidence."""
SHOWN_SOURCES = 4
SHOWN_NAMES = 6
_NAME = re.compile(r"[A-Za-z0-9_]+")
_NAMES = {"region_code", "region_name", "region_name_en", "unit_level", "parent_code", "document", "category"}
_NAMES |= {"measure", "factor", "subject", "fund", "item", "reported_by", "verified_by"}
_TENTH_MU = "_tenth_mu"


def ledger_frame(rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Rows with the columns of sources.csv, ascending by `what`."""
    cells = [[row[column] for column in COLUMNS] for row in rows]
    return pd.DataFrame(cells, columns=list(COLUMNS)).astype("str").sort_values("what", ignore_index=True)


def table_ledger(
    table: str, frame: pd.DataFrame, facts: Mapping[str, tuple[str, str]] | None = None
) -> list[dict[str, str]]:
    """One row per figure column of an input table.

    facts: column -> (reference, status) where a column has its own; the others carry the worst status of the rows and
    every distinct source of the rows.
    """
    rows = []
    demo = frame["source"].str.startswith(DEMO)
    for column, kind in INPUT_TABLES[table].items():
        if column in _NAMES:
            continue
        reference, status = (facts or {}).get(column, (_sources(frame), ""))
        status = status or worst_status(*set(frame["status"]))
        rows.append(
            {
                "what": f"{table}.{column}",
                "value": _extent(_shown(frame[column]), kind),
                "unit": _unit(column, kind),
                "origin": "assumption" if status == "assumption" else "data",
                "reference": reference,
                "status": status,
                "demo": "yes" if demo.any() else "",
            }
        )
    return rows


def package_columns(package: TableOfFacts, columns: Sequence[str]) -> tuple[str, str]:
    """(reference, status) of a figure that is made of these package columns."""
    metas = [package.columns[column] for column in columns]
    reference = "；".join(dict.fromkeys(meta.source for meta in metas))
    return reference, worst_status(*(meta.status for meta in metas), "computed" if len(metas) > 1 else "")


def parameter_ledger(rules: Rules, paths: Iterable[str]) -> list[dict[str, str]]:
    """One row per parameter: its value, unit, reference and status."""
    rows = []
    for path in sorted(set(paths)):
        entry = rules.entry(path)
        rows.append(
            {
                "what": path,
                "value": entry.value,
                "unit": entry.unit,
                "origin": _origin(path, entry.status),
                "reference": entry.reference.text(),
                "status": entry.status,
                "demo": "",
            }
        )
    return rows


def _origin(path: str, status: str) -> str:
    if status == "assumption":
        return "assumption"
    return "data" if path.startswith("assumptions.") else "law"


def _extent(column: "pd.Series[Any]", kind: str) -> str:
    """A single value, the range of numbers, the names that occur joined by `;`, or how many where there are many."""
    values = sorted(set(column.tolist()), key=str)
    if len(values) == 1:
        return str(values[0])
    if kind in {"int", "float"}:
        return f"{column.min()} – {column.max()}"
    if kind == "decimal":
        numbers = sorted(column.tolist(), key=lambda text: float(str(text)))
        return f"{numbers[0]} – {numbers[-1]}"
    names = sorted({name for value in values for name in str(value).split(";") if name})
    if len(names) <= SHOWN_NAMES and all(_NAME.fullmatch(name) for name in names):
        return ";".join(names)
    return f"{len(values)} 种 / {len(values)} values"


def _sources(frame: pd.DataFrame) -> str:
    """The distinct sources of the rows; of many the most frequent and how many there are."""
    counts = frame["source"].value_counts()
    ordered = sorted(counts.index, key=lambda source: (-int(counts[source]), source))
    if len(ordered) <= SHOWN_SOURCES:
        return "；".join(ordered)
    return f"{'；'.join(ordered[:SHOWN_SOURCES])}；等 {len(ordered)} 个来源 / {len(ordered)} sources in all"


def _shown(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Areas in mu as everywhere else a reader sees them."""
    return column / TENTHS_PER_MU if str(column.name).endswith(_TENTH_MU) else column


def _unit(column: str, kind: str) -> str:
    if column.endswith(_TENTH_MU):
        return "mu"
    return unit_of_column(column) or ("1" if kind == "float" else "")
