"""Input tables as a user writes them (mu, yuan, 万元), and the exact way there and back.

One table, user_columns.csv, declares every column with type, unit, bounds and description: the schema of the loader,
the header of the templates and their documentation at once.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files

import pandas as pd

from silvafisc.datasets.columns import STATUSES, ColumnSpec, Table
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import TENTHS_PER_MU
from silvafisc.results import INPUT_TABLES, OPTIONAL_COLUMNS

from .frames import input_frame
from .ledger import DEMO

YES = "yes"
DEMO_SEPARATOR = "；"
NAME = "region_name"
_MONEY = frozenset({"money", "standard", "income"})


@dataclass(frozen=True)
class UserColumn:
    """One column: its name in memory, its specification for the user's file, and memory units per user unit."""

    name: str
    spec: ColumnSpec
    factor: Fraction | None
    """fen or 0.1 mu per unit of the file; None where the figure is the same in both."""


@cache
def user_columns(table: str) -> tuple[UserColumn, ...]:
    """Columns of a user table in order, then status, source and demo. Raises KeyError for an unknown table."""
    text = files("silvafisc.economy").joinpath("user_columns.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["table"] == table]
    if not rows:
        raise KeyError(table)
    declared = [
        UserColumn(
            row["column"],
            ColumnSpec.declared(row["user_column"], row),
            _factor(row["column"], row["user_column"], row["unit"]),
        )
        for row in rows
    ]
    may_lack = OPTIONAL_COLUMNS.get(table, {})
    return (
        *(column for column in declared if column.name not in may_lack),
        *(replace(column, spec=replace(column.spec, optional=True)) for column in declared if column.name in may_lack),
        *_COMMON,
    )


_COMMON = (
    UserColumn(
        "status",
        ColumnSpec(
            "status",
            "text",
            allowed=STATUSES,
            description={"zh": "依据的可靠程度", "en": "How well the row is known"},
        ),
        None,
    ),
    UserColumn(
        "source",
        ColumnSpec(
            "source",
            "text",
            description={"zh": "来源；假设须写公式和理由", "en": "Source; for an assumption its formula and reason"},
        ),
        None,
    ),
    UserColumn(
        "demo",
        ColumnSpec(
            "demo",
            "text",
            required=False,
            allowed=(YES, "no"),
            optional=True,
            description={"zh": "演示数据填 yes", "en": "yes for demonstration data"},
        ),
        None,
    ),
)


_NAME_BESIDE_CODE = ColumnSpec(
    NAME,
    "text",
    required=False,
    optional=True,
    description={
        "zh": "单位名称，便于填写；可缺，填写则须与 regions 表一致",
        "en": "Name of the unit, for who fills it in; may be absent, must be that of regions where it is there",
    },
)


def schema(table: str) -> tuple[ColumnSpec, ...]:
    """What the loader checks a user table against: its columns, and the unit's name beside its code for who fills it in."""
    specs = tuple(column.spec for column in user_columns(table))
    if table in INPUT_TABLES and NAME not in {spec.name for spec in specs}:
        return (specs[0], _NAME_BESIDE_CODE, *specs[1:])
    return specs


def from_user(table: str, read: Table) -> pd.DataFrame:
    """The input table in memory units, exact, rows by key.

    Raises:
        InputError: a figure finer than 0.1 mu or one fen, with its cell.
    """
    findings: list[Finding] = []
    cells: dict[str, list[object]] = {}
    for column in user_columns(table):
        if column.spec.name in read.table.columns:
            cells[column.name] = _values(column, read, findings)
    if findings:
        raise InputError(findings)
    demo = cells.pop("demo", [""] * len(read.table))
    cells["source"] = [
        f"{DEMO}{DEMO_SEPARATOR}{source}" if mark == YES and not str(source).startswith(DEMO) else source
        for source, mark in zip(cells["source"], demo, strict=True)
    ]
    names = list(cells)
    return input_frame(table, [dict(zip(names, row, strict=True)) for row in zip(*cells.values(), strict=True)])


def to_user(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The table as a user writes it: every cell an exact text; `from_user` of it gives the same frame back."""
    shown: dict[str, list[str]] = {}
    for column in user_columns(table):
        if column.name == "demo":
            shown["demo"] = [YES if str(s).startswith(DEMO) else "" for s in frame["source"]]
        elif column.name not in frame.columns:
            continue
        elif column.name == "source":
            shown["source"] = [str(s).removeprefix(DEMO + DEMO_SEPARATOR) for s in frame["source"]]
        else:
            shown[column.spec.name] = [_text(column, value) for value in frame[column.name].tolist()]
    return pd.DataFrame(shown, dtype="str")


def exact_text(value: Fraction) -> str:
    """A terminating decimal fraction as plain text. Raises ValueError for any other."""
    text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    if Fraction(text) != value:
        raise ValueError(f"{value} has no finite decimal form")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _factor(name: str, shown: str, unit: str) -> Fraction | None:
    if name == shown:
        return None
    if UNITS[unit].dimension in _MONEY:
        return UNITS[unit].factor
    if unit == "mu":
        return Fraction(TENTHS_PER_MU)
    raise ValueError(f"no way from {shown} ({unit}) to {name}")


def _values(column: UserColumn, read: Table, findings: list[Finding]) -> list[object]:
    name, kind = column.spec.name, column.spec.type
    if column.factor is None:
        if kind == "decimal":
            return [exact_text(Fraction(str(cell).strip())) for cell in read.text[name]]
        values: list[object] = read.table[name].tolist()
        return values
    exact: list[object] = []
    for row, cell in enumerate(read.text[name]):
        value = Fraction(str(cell).strip()) * column.factor
        if value.denominator != 1:
            least = ("0.1 mu", "0.1 亩") if column.spec.unit == "mu" else ("one fen", "1 分")
            where = read.place(row, name)
            findings.append(Finding(where, name, f"{cell} is finer than {least[0]}", f"{cell} 精确到了 {least[1]}以下"))
        exact.append(int(value))
    return exact


def _text(column: UserColumn, value: object) -> str:
    if column.factor is not None:
        return exact_text(Fraction(int(str(value))) / column.factor)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def spec_of(table: str) -> Mapping[str, ColumnSpec]:
    """Memory column -> its specification in the user's file."""
    return {column.name: column.spec for column in user_columns(table)}
