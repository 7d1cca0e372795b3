"""What measured tables hold: one table, columns.csv, declares every column with type, unit, bounds and meaning."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from silvafisc.datasets.columns import STATUSES, ColumnSpec, Table
from silvafisc.datasets.findings import Finding

TABLES = ("plots", "strata", "sensors", "samples", "claims")
YES = "yes"
DEMO = "演示数据"
"""Mark at the head of a source: demonstration data, never evidence."""
_SHORT_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_EITHER = {"plots": (("volume_m3_per_ha", "biomass_t_per_ha", "trees_planted"),)}
"""Of such columns a table needs one; which others it has decides whether the first may be absent."""
_COMMON = (
    ColumnSpec(
        "status", "text", allowed=STATUSES, description={"zh": "依据的可靠程度", "en": "How well the row is known"}
    ),
    ColumnSpec("source", "text", description={"zh": "来源", "en": "Source"}),
    ColumnSpec(
        "demo",
        "text",
        required=False,
        allowed=(YES, "no"),
        optional=True,
        description={"zh": "演示数据填 yes", "en": "yes for demonstration data"},
    ),
)


@cache
def rows_of(file: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one of this part's own tables."""
    text = files("silvafisc.carbon.monitoring").joinpath(file).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def schema(table: str) -> tuple[ColumnSpec, ...]:
    """Columns of a measured table, then status, source and demo. Raises KeyError for an unknown table."""
    rows = [row for row in rows_of("columns.csv") if row["table"] == table]
    if not rows:
        raise KeyError(table)
    return (*(ColumnSpec.declared(row["column"], row) for row in rows), *_COMMON)


def schema_for(table: str, header: Sequence[str]) -> tuple[ColumnSpec, ...]:
    """The columns that a table with this header must have: where none of several will do, the first is missing."""
    wanted = {names[0] for names in _EITHER.get(table, ()) if not set(names) & set(header)}
    return tuple(replace(spec, optional=False) if spec.name in wanted else spec for spec in schema(table))


def described() -> str:
    """Every column of every table with its meaning in both languages, and what a sensor may measure, as Markdown."""
    lines = ["# 实测数据表 / Measured tables", ""]
    for table in TABLES:
        lines += [f"## {table}.csv", "", "| column | unit | required | 说明 | meaning |", "|---|---|---|---|---|"]
        for spec in schema(table):
            needed = "key" if spec.key else "yes" if spec.required else ""
            allowed = f" ({' / '.join(spec.allowed)})" if spec.allowed else ""
            unit = "" if spec.unit in {"text", "code"} else spec.unit
            told = spec.description
            lines.append(f"| {spec.name} | {unit} | {needed} | {told['zh']}{allowed} | {told['en']} |")
        lines.append("")
    lines += ["## variable (sensors.csv)", "", "| variable | unit | 说明 | meaning |", "|---|---|---|---|"]
    for row in rows_of("variables.csv"):
        lines.append(f"| {row['variable']} | {row['unit']} | {row['description_zh']} | {row['description_en']} |")
    return "\n".join(lines) + "\n"


def sources(table: Table, rows: Iterable[int] | None = None) -> list[str]:
    """The sources of a table's rows, each once, demonstration data marked."""
    told = table.table if rows is None else table.table.iloc[list(rows)]
    held = told.reindex(columns=["source", "demo"], fill_value="").drop_duplicates()
    return sorted({_marked(str(text), mark == YES) for text, mark in zip(held["source"], held["demo"], strict=True)})


def _marked(source: str, demo: bool) -> str:
    return f"{DEMO}；{source}" if demo and not source.startswith(DEMO) else source


def wrong_dates(table: Table, column: str, today: str) -> Iterator[Finding]:
    """Findings for days that are not on the calendar, not written as 2025-08-30, or after `today`."""
    for row, text in enumerate(table.table[column]):
        problem = _wrong_date(str(text), today)
        if problem:
            yield Finding(table.place(row, column), column, *problem)


def _wrong_date(text: str, today: str) -> tuple[str, str] | None:
    found = _SHORT_DATE.fullmatch(text.strip())
    written = "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else ""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return (
            f"{text!r} is no day of the calendar; write it as 2025-08-30",
            f"“{text}”不是日期，应写成 2025-08-30 的形式",
        )
    if text != written:
        return f"{text!r}: write {written}", f"“{text}”应写成 {written}"
    if day.isoformat() > today:
        en = f"{text} lies after the day of this evaluation, {today}; are year and day right?"
        return en, f"{text} 晚于测算日 {today}；请核对年月日"
    return None


def unknown(table: Table, row: int, column: str, known: Iterable[str]) -> Finding:
    """A name that is none of the known ones, with the nearest."""
    names, text = sorted(known), str(table.table[column].iloc[row])
    near = get_close_matches(text, names, n=1)
    en = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
    zh = f"是否应为 {near[0]}？" if near else f"可用：{'、'.join(names)}"
    return Finding(table.place(row, column), column, f"unknown {text!r}; {en}", f"未知的“{text}”；{zh}")
