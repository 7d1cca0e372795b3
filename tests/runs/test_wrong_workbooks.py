"""Workbooks that a county might send in: one thing wrong in each, and the cell named in both languages.

Every case starts from the same good workbook and breaks one thing. Expected cells are by hand: in the form the columns stand
in the order of the templates and the rows in the order of codes, so row 2 is 510000, row 3 is 510104 and so on.
"""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.cli.command import silvafisc
from tests.runs.broken_books import (
    CODES,
    Break,
    broken,
    copy_row,
    delete_column,
    empty_tables,
    extra_column,
    good,
    hide,
    law,
    note_below,
    one_name,
    put,
    rename,
    right_total,
    second_sheet,
    serial_date,
    shift_down,
    swap_values,
    title_above,
    total_row,
)

from silvafisc.results import INPUT_TABLES
from silvafisc.runs.demonstration import county_scenario, county_tables, units
from silvafisc.runs.inputs import load_inputs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inputs.xlsx"


def test_the_good_workbook_is_good(path: Path) -> None:
    path.write_bytes(good())
    assert load_inputs(path, law()).codes == CODES


CASES: dict[str, tuple[Break, str, str, str]] = {
    # name: (what is broken, cell, words in English, words in Chinese)
    "a column slipped down a row": (shift_down("stands", "arbor_area_mu"), "stands!C8", "slipped down", "整列错位"),
    "its first cell is empty": (
        shift_down("stands", "arbor_area_mu"),
        "stands!C2",
        "absent is not zero",
        "缺失不等于零",
    ),
    "a title above the header": (title_above, "areas!A1", "header stands in row 2", "表头在第 2 行"),
    "merged cells": (lambda book: book["areas"].merge_cells("A2:A3"), "areas!A2:A3", "merged cells", "合并单元格"),
    "merged values": (lambda book: book["tasks"].merge_cells("D2:D4"), "tasks!D2:D4", "merged cells", "合并单元格"),
    "万亩 in the header": (rename("areas", "area_mu", "area_10k_mu"), "areas!D1", "multiply by 10000", "乘以 10000"),
    "公顷 in the header": (rename("areas", "area_mu", "area_ha"), "areas!D1", "multiply by 15", "乘以 15"),
    "one area in 万亩": (put("areas", 3, "area_mu", 8.1), "areas!D3", "10 thousand mu", "万亩"),
    "arbor forest in 万亩": (put("stands", 4, "arbor_area_mu", 120.5), "stands!C4", "10 thousand mu", "万亩"),
    "a number with its unit": (
        put("areas", 3, "area_mu", "8.1万亩"),
        "areas!D3",
        "unit stands in the header",
        "单位写在表头",
    ),
    "a text number with blanks inside": (put("tasks", 2, "need_mu", "5 200"), "tasks!D2", "write 5200", "应写成 5200"),
    "full-width digits": (put("tasks", 2, "need_mu", "５２００"), "tasks!D2", "write 5200", "全角数字"),
    "a code in full-width digits": (
        put("tasks", 2, "region_code", "５１００００"),
        "tasks!A2",
        "write 510000",
        "应写成 510000",
    ),
    "thousands separators": (put("tasks", 2, "need_mu", "5,200"), "tasks!D2", "thousands separators", "千位分隔符"),
    "a formula without its result": (
        put("tasks", 2, "need_mu", "=1000+1"),
        "tasks!D2",
        "formula without",
        "没有计算结果",
    ),
    "a formula that refers away": (
        put("areas", 3, "area_mu", "=[1]Sheet1!A1"),
        "areas!D3",
        "formula without",
        "没有计算结果",
    ),
    "an error value": (put("areas", 3, "area_mu", "#REF!"), "areas!D3", "#REF!", "#REF!"),
    "a division by zero": (put("factors", 3, "value", "#DIV/0!"), "factors!D3", "#DIV/0!", "#DIV/0!"),
    "a hidden row": (hide("areas", "row"), "areas!4:4", "hidden row", "隐藏行"),
    "a hidden column": (hide("areas", "column"), "areas!D:D", "hidden column", "隐藏列"),
    "a hidden table": (hide("stands", "sheet"), "stands", "hidden sheet", "隐藏的工作表"),
    "two sheets of one name but for the case": (second_sheet("TASKS "), "", "two tables of one name", "同名"),
    "two sheets of one name but for the width": (second_sheet("ｔａｓｋｓ"), "", "two tables of one name", "同名"),
    "a copied sheet": (second_sheet("tasks (2)"), "", "did you mean tasks", "是否应为 tasks"),
    "a total row that sums": (right_total, "areas!A14", "total row inside", "表内有合计行"),
    "a total row that does not sum": (total_row(1.0), "areas!A14", "is not the sum", "不等于上方各行之和"),
    "a control total that is not met": (
        put("control_totals", 2, "total", 12345),
        "control_totals!D2",
        "less than stated|more than stated",
        "合计为",
    ),
    "a total of a column that is none": (
        put("control_totals", 2, "column", "area"),
        "control_totals!B2",
        "no figures",
        "没有数值列",
    ),
    "a total of what is not there": (
        put("control_totals", 2, "item", "state"),
        "control_totals!C2",
        "has no row of",
        "没有“state”的行",
    ),
    "a percentage for a share": (
        put("acceptance", 2, "passed_share", 95),
        "acceptance!F2",
        "write 0.95",
        "应写成 0.95",
    ),
    "a percent sign": (put("acceptance", 2, "passed_share", "95%"), "acceptance!F2", "share of 1", "小数"),
    "a date as a number": (serial_date, "areas!H3", "2026-05-01", "2026-05-01"),
    "a date as free text": (
        put("areas", 3, "certified_on", "2026年5月1日"),
        "areas!H3",
        "write 2026-05-01",
        "应写成 2026-05-01",
    ),
    "a day that does not exist": (
        put("areas", 3, "certified_on", "2026-02-30"),
        "areas!H3",
        "no day",
        "不是历法中的日子",
    ),
    "a date where a number belongs": (
        put("tasks", 2, "need_mu", datetime(2026, 5, 1)),
        "tasks!D2",
        "expected a number",
        "应为数值",
    ),
    "a duplicated unit": (copy_row("stands", 3), "stands!A8", "stands twice", "重复"),
    "a duplicated category": (copy_row("areas", 3), "areas!A14", "stands twice", "重复"),
    "a code that no county has": (
        put("regions", 4, "region_code", "510799"),
        "regions!A4",
        "not in the official list",
        "不在官方区划代码表",
    ),
    "a unit that regions does not hold": (
        put("tasks", 2, "region_code", "510728"),
        "tasks!A2",
        "not in regions",
        "regions 表中没有",
    ),
    "a code as a number": (put("tasks", 2, "region_code", 510000), "tasks!A2", "stored as a number", "存成了数字"),
    "a code that lost a digit": (put("tasks", 2, "region_code", "51000"), "tasks!A2", "it has 5 digits", "现为 5 位"),
    "a missing column": (delete_column("tasks", "capacity_mu"), "tasks!A1", "this column is missing", "缺少该列"),
    "a renamed column": (
        rename("tasks", "capacity_mu", "capacity"),
        "tasks!E1",
        "did you mean capacity_mu",
        "是否应为 capacity_mu",
    ),
    "a column without a name": (rename("tasks", "capacity_mu", None), "tasks!E1", "without a name", "没有列名"),
    "a column twice": (rename("tasks", "capacity_mu", "need_mu"), "tasks!E1", "twice in the header", "出现了两次"),
    "an extra column": (extra_column, "tasks!I1", "unknown column", "未知的列"),
    "swapped codes and names": (
        swap_values("regions", "region_code", "region_name"),
        "regions!A4",
        "not a code",
        "不是六位区划代码",
    ),
    "swapped people and rural people": (
        swap_values("regions", "population_person", "rural_population_person"),
        "regions!I3",
        "more rural",
        "乡村人口多于",
    ),
    "a note below the table": (note_below, "tasks!A22", "a note", "附注"),
    "a negative area": (put("areas", 3, "area_mu", -5), "areas!D3", "at least 0", "不得小于 0"),
    "nan": (put("areas", 3, "area_mu", "NaN"), "areas!D3", "not a number", "不是数值"),
    "a dash for nothing": (put("areas", 3, "area_mu", "——"), "areas!D3", "write 0 where it is zero", "为零请写 0"),
    "an area finer than a tenth of a mu": (
        put("areas", 3, "area_mu", 100.25),
        "areas!D3",
        "finer than 0.1 mu",
        "0.1 亩以下",
    ),
    "a name that is not the code's": (
        put("regions", 4, "region_name", "平武县"),
        "regions!B4",
        "not the name of 510726",
        "与代码 510726 不符",
    ),
    "a name beside a code": (
        put("tasks", 2, "region_name", "锦江区"),
        "tasks!B2",
        "not the name of 510000",
        "不是 510000 的名称",
    ),
    "no parent": (put("regions", 4, "parent_code", None), "regions!E4", "absent is not zero", "缺失不等于零"),
    "a parent nobody knows": (
        put("regions", 4, "parent_code", "510798"),
        "regions!E4",
        "unknown parent",
        "上级 510798 未知",
    ),
    "a parent of another province": (
        put("regions", 4, "parent_code", "520100"),
        "regions!E4",
        "another province",
        "不在同一省份",
    ),
    "its own parent": (put("regions", 4, "parent_code", "510726"), "regions!E4", "its own parent", "上级不能是自己"),
    "a performance score above 100": (put("factors", 4, "value", 120), "factors!D4", "at most 100", "超过满分"),
    "a group that is on no list": (
        put("regions", 4, "groups", "key_asistance"),
        "regions!G4",
        "not in group_list",
        "不在 group_list",
    ),
    "groups joined the wrong way": (
        put("regions", 4, "groups", "key_assistance、old_area"),
        "regions!G4",
        "joined by",
        "分号连接",
    ),
    "a word that is not true or false": (
        put("areas", 3, "certified", "已核定"),
        "areas!E3",
        "neither true nor false",
        "应为 是 / 否",
    ),
    "a tick for true": (put("areas", 3, "certified", "√"), "areas!E3", "neither true nor false", "应为 是 / 否"),
    "a type that is none": (put("regions", 4, "unit_type", "县"), "regions!N4", "not one of", "不在允许值之内"),
    "a type of another level": (
        put("regions", 4, "unit_type", "city_own"),
        "regions!N4",
        "stands at level city",
        "级次应为 city",
    ),
    "a county under the province whose parent is a city": (
        put("regions", 4, "unit_type", "directly_managed_county"),
        "regions!E4",
        "province as its parent",
        "上级应为省",
    ),
    "two units of one name": (one_name, "regions!B7", "also the name of 510727", "重名"),
    "a certified area without its map": (
        put("areas", 3, "map_version", None),
        "areas!G3",
        "map version and date",
        "图件版本和核定日期",
    ),
    "a change without its reason": (
        put("areas", 3, "change_reason", None),
        "areas!J3",
        "needs the reason",
        "须注明原因",
    ),
    "a row of a unit left out": (
        lambda book: book["stands"].delete_rows(3),
        "(stands)",
        "no row for 510104",
        "缺少下列单位的行：510104",
    ),
    "a whole table left out": (lambda book: book.remove(book["tasks"]), "", "this table is missing", "缺少该表"),
    "nothing in the workbook": (empty_tables, "areas", "the table is empty", "表是空的"),
    "an opportunity cost of nothing": (
        put("responses", 2, "opportunity_cost_yuan_per_mu", 0),
        "responses!D2",
        "must be above 0",
        "必须大于 0",
    ),
    "the noise of binary arithmetic": (put("tasks", 2, "need_mu", 1 / 3), "tasks!D2", "noise of binary", "浮点误差"),
}


@pytest.mark.parametrize("name", list(CASES))
def test_what_is_wrong_is_named_with_its_cell(name: str, path: Path) -> None:
    change, cell, en, zh = CASES[name]
    findings = broken(change, path)
    hits = [
        finding
        for finding in findings
        if finding.where.endswith(cell) and any(part in finding.en for part in en.split("|")) and zh in finding.zh
    ]
    shown = "\n".join(f"{f.where}: {f.path}: {f.en} / {f.zh}" for f in findings)
    assert hits, shown


def test_findings_of_several_sheets_come_at_once(path: Path) -> None:
    """Cells that cannot be read, units that contradict each other and a total that is not met, in one reading."""

    def change(book: Any) -> None:
        put("tasks", 2, "need_mu", "5,200")(book)
        put("regions", 4, "parent_code", "520100")(book)
        put("factors", 4, "value", 120)(book)
        put("control_totals", 2, "total", 1)(book)
        hide("stands", "row")(book)

    cells = {finding.where.removeprefix(f"{path}!") for finding in broken(change, path)}
    assert {"tasks!D2", "regions!E4", "factors!D4", "control_totals!D2", "stands!4:4"} <= cells


ACCEPTED: dict[str, Break] = {
    "clean digits stored as text": put("tasks", 2, "capacity_mu", "5200"),
    "是 for true": put("areas", 3, "certified", "是"),
    "a boolean of Excel": put("areas", 3, "certified", True),
    "a date as text": put("areas", 3, "certified_on", "2026-03-31"),
    "a protected sheet": lambda book: book["tasks"].protection.enable(),
    "columns in another order": lambda book: book["tasks"].move_range("C1:C19", cols=8),
    "a blank row inside": lambda book: book["tasks"].insert_rows(4),
    "a name that is left out": put("tasks", 2, "region_name", None),
    "a county younger than the list": lambda book: (
        [
            put(sheet, row, "region_code", "510729")(book) or put(sheet, row, "region_name", "新设县")(book)
            for sheet in book.sheetnames
            if sheet in INPUT_TABLES
            for row in range(2, book[sheet].max_row + 1)
            if book[sheet].cell(row, 1).value == "510727"
        ]
        + [put("regions", 5, "status", "verified")(book)]
    ),
}


@pytest.mark.parametrize("name", list(ACCEPTED))
def test_what_the_guide_accepts_is_read(name: str, path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    ACCEPTED[name](book)
    book.save(path)
    inputs = load_inputs(path, law())
    assert len(inputs.codes) == len(CODES)
    assert inputs.areas["certified_on"][2] == "2026-03-31"


def test_a_wrong_workbook_leaves_nothing_half_written(path: Path) -> None:
    """Through the command, as a user meets it: exit code 2, the cell on the screen, and no outcome."""
    broken(put("tasks", 2, "need_mu", "5,200"), path)
    chosen = [unit for unit in units("510000") if unit.code in CODES]
    text = county_scenario("510000", county_tables(chosen), path.name)
    (path.parent / "scenario.yaml").write_text(text, encoding="utf-8")
    out = path.parent / "out"
    done = silvafisc("run", path.parent / "scenario.yaml", "--out", out)
    assert done.code == 2
    assert f"{path}!tasks!D2" in done.err
    assert "千位分隔符" in done.err
    assert sorted(file.name for file in path.parent.iterdir()) == ["inputs.xlsx", "scenario.yaml"]
