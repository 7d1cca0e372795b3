"""The tables that stand beside event.yaml: read against declared columns, units and funds, all findings at once."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from silvafisc.datasets import ColumnSpec, Finding, InputError, Table, load_table
from silvafisc.economy.user_tables import from_user, schema
from silvafisc.policy.yaml_source import Document
from silvafisc.policy.year_event import EVENT, AnyEvent, read_event
from silvafisc.quantities import yuan_to_fen
from silvafisc.results import INPUT_TABLES

_CODE = ColumnSpec("region_code", "code", "code", key=True, description={"zh": "区划代码", "en": "Code of the unit"})
_FUND = ColumnSpec("fund", "text", key=True, description={"zh": "资金", "en": "Fund"})
_MEASURE = ColumnSpec("measure", "text", key=True, description={"zh": "措施", "en": "Measure"})
_PAPER = ColumnSpec(
    "document",
    "text",
    required=False,
    optional=True,
    description={"zh": "依据文号，缺省为本步骤文件", "en": "Paper; that of the step where left out"},
)


def _money(name: str, zh: str, en: str, *, required: bool = True) -> ColumnSpec:
    return ColumnSpec(
        name,
        "decimal",
        "yuan",
        required=required,
        optional=not required,
        minimum=0,
        description={"zh": zh, "en": en},
    )


_YEAR = ColumnSpec("period", "text", key=True, pattern=r"[0-9]{4}", description={"zh": "年度", "en": "Budget year"})
COLUMNS: Mapping[str, tuple[ColumnSpec, ...]] = {
    "amounts": (_CODE, _FUND, _money("amount_yuan", "金额（元）", "Amount in yuan"), _PAPER),
    "recovery": (_CODE, _FUND, _MEASURE, _money("amount_yuan", "扣回金额（元）", "Amount to be recovered"), _PAPER),
    "scores": (
        _CODE,
        ColumnSpec("score", "decimal", "1", minimum=0, description={"zh": "绩效得分", "en": "Performance score"}),
        _PAPER,
    ),
    "settled": (_CODE, _FUND, _money("settled_yuan", "最终应得金额（元）", "Entitlement in the end, yuan"), _PAPER),
    "accepted": (
        _CODE,
        _FUND,
        ColumnSpec("subject", "text", key=True, description={"zh": "类别或任务措施", "en": "Category or task measure"}),
        ColumnSpec(
            "accepted_mu", "decimal", "mu", minimum=0, description={"zh": "验收合格面积", "en": "Area that passed"}
        ),
        _PAPER,
    ),
    "spending": (_CODE, _FUND, _money("spent_yuan", "本年支出（元）", "Spent in the year, yuan"), _PAPER),
    "carried_in": (_CODE, _FUND, _YEAR, _money("amount_yuan", "上年结转（元）", "Carried in, yuan"), _PAPER),
    "appropriations": (
        _FUND,
        _YEAR,
        _money("amount_yuan", "预算数（元）", "Appropriation in yuan"),
        _money("reserve_yuan", "预留（元）", "Named reserve in yuan", required=False),
    ),
}
"""Table -> its columns; the table of acceptance and the input tables of a new year are those of a run."""
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "advance": ((), ("amounts",)),
    "notice": ((), ("recovery",)),
    "supplement": (("amounts",), ()),
    "withdrawal": (("amounts",), ()),
    "monitoring": (("scores",), ()),
    "settlement": ((), ("settled", "accepted")),
    "carry_over": (("spending",), ("carried_in",)),
    "final": ((), ()),
    "new_year": ((), ("appropriations", "recovery", *(n for n in INPUT_TABLES if n != "last_year"))),
}
"""Kind of step -> tables that it needs, tables that it may have. Last year's amounts come from the predecessor."""


@dataclass(frozen=True)
class Line:
    """One row: where it stands, its cells as texts, its amount in fen (0 in tables without money)."""

    where: str
    cells: Mapping[str, str]
    fen: int

    def __getitem__(self, name: str) -> str:
        return self.cells[name]


@dataclass(frozen=True)
class Events:
    """The event of a folder with its tables. inputs: input tables of a new year, in memory units."""

    folder: Path
    event: AnyEvent
    document: Document
    tables: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    inputs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    read: Mapping[str, Table] = field(default_factory=dict)
    """The same as they were read, for the places of their cells."""

    def where(self, *path: str | int) -> str:
        """`file:line:column` of a part of event.yaml."""
        return self.document.where(path)

    def refusal(self, path: str, en: str, zh: str) -> InputError:
        """One finding at a key of event.yaml."""
        return InputError([Finding(self.where(path), path, en, zh)])

    def lines(self, table: str) -> tuple[Line, ...]:
        """Rows of a table; none where it was not given."""
        return self.tables.get(table, ())

    def file(self, table: str) -> str:
        """Where a table stands or would stand."""
        return str(self.folder / f"{table}.csv")


def read_events(folder: str | Path) -> Events:
    """Read event.yaml and every table of the folder. Raises InputError with all findings of all files."""
    place = Path(folder)
    if not place.is_dir():
        raise InputError([Finding(str(folder), "", "no such folder", "没有这个文件夹")])
    event, document = read_event(place)
    needed, allowed = TABLES[event.kind]
    found = {path.stem: path for path in sorted(place.glob("*.csv"))}
    findings = [
        Finding(
            str(place / f"{name}.csv"), "", f"this table is missing; {event.kind} needs it", "缺少该表，本步骤需要它"
        )
        for name in needed
        if name not in found
    ]
    findings += _strangers(place, event.kind, (*needed, *allowed))
    read: dict[str, Table] = {}
    for name in (*needed, *allowed):
        if name in found:
            try:
                read[name] = load_table(found[name], COLUMNS.get(name) or schema(name))
            except InputError as error:
                findings += error.findings
    tables = {name: _lines(name, table, event.document) for name, table in read.items() if name in COLUMNS}
    inputs: dict[str, pd.DataFrame] = {}
    for name in sorted(read.keys() - COLUMNS.keys()):
        try:
            inputs[name] = from_user(name, read[name])
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return Events(place, event, document, tables, inputs, {name: read[name] for name in inputs})


def _strangers(place: Path, kind: str, known: Sequence[str]) -> list[Finding]:
    """Files that the step does not read: a misspelt table would else be passed over in silence."""
    findings = []
    for path in sorted(place.iterdir()):
        if path.name == EVENT or path.stem.lower() in {"readme", "说明"} or path.name.startswith("."):
            continue
        if path.suffix == ".csv" and path.stem in known:
            continue
        near = difflib.get_close_matches(path.stem, known, n=1)
        en, zh = (f"; did you mean {near[0]}.csv?", f"；是否应为 {near[0]}.csv？") if near else ("", "")
        findings.append(Finding(str(path), "", f"{kind} reads no such file{en}", f"本步骤不读取这个文件{zh}"))
    return findings


def _lines(name: str, table: Table, document: str) -> tuple[Line, ...]:
    """The rows in the file's order; the loader has refused an amount finer than one fen."""
    money = next((spec.name for spec in COLUMNS[name] if spec.unit == "yuan"), None)
    rows = []
    for at, cells in enumerate(table.text.to_dict("records")):
        texts = {str(column): str(cell).strip() for column, cell in cells.items()}
        texts["document"] = texts.get("document") or document
        fen = yuan_to_fen(texts[money]) if money is not None else 0
        rows.append(Line(table.place(at, "region_code" if "region_code" in texts else "fund"), texts, fen))
    return tuple(rows)


def known_names(lines: Sequence[Line], units: Sequence[str], funds: Sequence[str]) -> list[Finding]:
    """Rows of a unit or a fund that the outcome does not have."""
    findings = []
    for line in lines:
        if "region_code" in line.cells and line["region_code"] not in units:
            code = line["region_code"]
            findings.append(
                Finding(line.where, "region_code", f"{code} is none of the units", f"{code} 不是本结果的单位")
            )
        if "fund" in line.cells and line["fund"] not in funds:
            near = difflib.get_close_matches(line["fund"], funds, n=1)
            en, zh = (f"; did you mean {near[0]}?", f"；是否应为 {near[0]}？") if near else ("", "")
            name = line["fund"]
            findings.append(
                Finding(line.where, "fund", f"{name} is no fund of the outcome{en}", f"结果中没有资金 {name}{zh}")
            )
    return findings


def amounts_of(lines: Sequence[Line]) -> dict[tuple[str, str], tuple[int, str]]:
    """(unit, fund) -> (fen, document)."""
    return {(line["region_code"], line["fund"]): (line.fen, line["document"]) for line in lines}


def missing_units(
    events: Events, table: str, wanted: Sequence[tuple[str, str]], spoken: Callable[[str], tuple[str, str]]
) -> list[Finding]:
    """A finding that names every unit and fund that the table lacks; absent is not zero."""
    held = {(line["region_code"], line["fund"]) for line in events.lines(table)}
    absent = [f"{region} {fund}" for region, fund in wanted if (region, fund) not in held]
    if not absent:
        return []
    named = ", ".join(absent[:12]) + (" …" if len(absent) > 12 else "")
    en, zh = spoken(named)
    return [Finding(events.file(table), "region_code", en, zh)]
