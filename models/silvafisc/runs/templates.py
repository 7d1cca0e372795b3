"""Templates for the user's own tables: the tables of a run in the columns that `load_inputs` reads, with their meaning."""

import csv
import datetime
import io
from decimal import Decimal
from pathlib import Path

import pandas as pd
import xlsxwriter

from silvafisc.datasets import Finding, InputError
from silvafisc.datasets.limits import EXACT_FLOAT_DIGITS
from silvafisc.economy.user_tables import UserColumn, to_user, user_columns
from silvafisc.quantities import UNITS
from silvafisc.results import INPUT_TABLES, UnitInputs

README = "README.md"
WORKBOOK = "inputs.xlsx"
NOTES = "README"
LEVELS = ("province", "county")
NUMBERS = frozenset({"int", "decimal", "float"})
WIDTH = 18
CREATED = datetime.datetime(2000, 1, 1)
"""Fixed, so that the same tables make the same bytes."""
EXAMPLE = "999999"
"""A code that no unit has."""
EXAMPLE_SOURCE = "示例行，数值只示格式，请整行替换 / example row, its figures only show the form: replace it"
TITLES = {
    "regions": ("单位及其人口、收入、财力", "Units, their people, income and revenue"),
    "areas": ("各类别公益林面积", "Area of each category"),
    "tasks": ("任务需要与实施能力", "Needs and capacities of the task measures"),
    "factors": ("因素法各因素值", "Values of the factors"),
    "responses": ("机会成本、成本与响应参数", "Opportunity costs, costs and response parameters"),
    "stands": ("乔木林概况", "Arbor stands"),
    "last_year": ("上年下达（可缺）", "Last year's amounts (may be absent)"),
    "land": ("互斥措施共用的地块面积（可缺）", "Land that exclusive measures share (may be absent)"),
    "task_list": ("上级下达的任务清单（可缺）", "Tasks assigned by a higher level (may be absent)"),
    "acceptance": ("往年任务验收结果（可缺）", "Acceptance of tasks of earlier years (may be absent)"),
    "reporting": (
        "指标、面积和需要由谁填报、由谁核实（可缺）",
        "Who reports and verifies indicators, areas and needs (may be absent)",
    ),
    "parcels": ("各地块纳入的补助项目和面积（可缺）", "Parcels under each programme (may be absent)"),
    "delivery": (
        "资金拨付、兑付和配套到位情况（可缺）",
        "What became of the money: spent, paid to owners, matched (may be absent)",
    ),
}


def write_templates(inputs: UnitInputs, folder: str | Path, xlsx: bool = False, level: str = "province") -> list[Path]:
    """Write the tables as the user may edit them, and a description of every column.

    Args:
        inputs: the tables to write.
        folder: created when absent; nothing in it is ever overwritten.
        xlsx: one workbook (sheet per table, codes as text, notes and lists of allowed values) in place of CSV files.
        level: `province` writes the rows of `inputs`; `county` writes one example unit to be
            replaced, marked 演示数据, under the first unit's code as its parent.

    Returns:
        the files that were written, in order.

    Raises:
        InputError: a file stands in the way.
        ValueError: unknown level.
    """
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}; one of {', '.join(LEVELS)}")
    folder = Path(folder)
    shown = {name: to_user(name, frame) for name, frame in inputs.tables().items()}
    if level == "county":
        shown = {name: _demonstration(name, frame) for name, frame in shown.items()}
    contents: dict[str, bytes] = {README: _readme().encode()}
    if xlsx:
        contents[WORKBOOK] = _workbook(shown)
    else:
        contents |= {f"{name}.csv": _csv(frame) for name, frame in shown.items()}
    _refuse_existing(folder, sorted(contents))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in sorted(contents.items()):
        with (folder / name).open("xb") as file:
            file.write(content)
        paths.append(folder / name)
    return paths


def _refuse_existing(folder: Path, names: list[str]) -> None:
    findings = [
        Finding(str(path), "", "is a regular file, not a folder", "是普通文件，不是文件夹")
        for path in (folder, *folder.parents)
        if path.is_file()
    ]
    findings += [
        Finding(str(folder / name), "", "exists already; it will not be overwritten", "已存在，不会被覆盖")
        for name in names
        if not findings and (folder / name).exists()
    ]
    if findings:
        raise InputError(findings)


def _demonstration(table: str, shown: pd.DataFrame) -> pd.DataFrame:
    """The first unit's rows as an example county below it, marked as demonstration: a form to fill, never evidence."""
    first = shown["region_code"].min()
    rows: pd.DataFrame = shown[shown["region_code"] == first].copy()
    rows["region_code"], rows["demo"], rows["status"], rows["source"] = EXAMPLE, "yes", "assumption", EXAMPLE_SOURCE
    if table == "regions":
        rows["parent_code"], rows["unit_level"], rows["groups"] = first, "county", ""
        rows["region_name"], rows["region_name_en"] = "示例县", "Example county"
    return rows


def _csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with byte-order mark: Excel opens Chinese headers and cells correctly."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.itertuples(index=False, name=None))
    return text.getvalue().encode("utf-8-sig")


def _readme() -> str:
    lines = [
        "# 输入表 / Input tables",
        "",
        "区划代码按文本填写；为零写 0，未知留空并说明；面积单位亩，精确到 0.1 亩。全国 31 省可只给部分表，其余用内置数据；其他单位除标明“可缺”的表外各表都要有。",
        "",
        "Write codes as text, 0 where something is zero. Areas are in mu with at most one decimal. For the 31 provinces",
        "tables may be left out (the shipped ones stand in, whole); for other units every table is needed that may not be absent.",
    ]
    for table in INPUT_TABLES:
        zh, en = TITLES[table]
        lines += [
            "",
            f"## {table}",
            "",
            f"{zh} / {en}",
            "",
            "| column | unit | required | 说明 | meaning |",
            "|---|---|---|---|---|",
        ]
        for column in user_columns(table):
            spec = column.spec
            unit = "" if spec.unit in {"text", "code"} else (UNITS[spec.unit].label_zh or spec.unit)
            allowed = f" ({' / '.join(spec.allowed)})" if spec.allowed else ""
            needed = "key" if spec.key else ("yes" if spec.required else "")
            described = spec.description
            lines.append(f"| {spec.name} | {unit} | {needed} | {described['zh']}{allowed} | {described['en']} |")
    return "\n".join(lines) + "\n"


def _workbook(tables: dict[str, pd.DataFrame]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": CREATED})
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "num_format": "@"})
    for name, frame in tables.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(user_columns(name)):
            _column(sheet, at, column, frame[column.spec.name].tolist(), text, head)
    notes = book.add_worksheet(NOTES)
    for line, row in enumerate(_readme().splitlines()):
        notes.write_string(line, 0, row)
    book.close()
    return target.getvalue()


def _column(
    sheet: "xlsxwriter.worksheet.Worksheet", at: int, column: UserColumn, cells: list[str], text: object, head: object
) -> None:
    """One column: header with its meaning as a note, codes and texts as text cells, numbers as numbers where exact."""
    spec = column.spec
    number = spec.type in NUMBERS
    sheet.set_column(at, at, WIDTH, None if number else text)
    sheet.write_string(0, at, spec.name, head)
    sheet.write_comment(0, at, f"{spec.description['zh']}\n{spec.description['en']}")
    for line, cell in enumerate(cells, start=1):
        if not cell:
            sheet.write_blank(line, at, None, text)
        elif number and len(Decimal(cell).normalize().as_tuple().digits) <= EXACT_FLOAT_DIGITS:
            sheet.write_number(line, at, float(cell))
        else:
            sheet.write_string(line, at, cell, text)
    allowed = ("true", "false") if spec.type == "bool" else spec.allowed
    if allowed:
        sheet.data_validation(1, at, max(len(cells), 1), at, {"validate": "list", "source": list(allowed)})
