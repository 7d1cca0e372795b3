"""A good workbook, the form of `silvafisc init --level county --xlsx` for six units, and ways to break it."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.formatting import ConditionalFormattingList

from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.runs.demonstration import county_tables, units
from silvafisc.runs.guide import CHECK, GUIDE, OPTIONS
from silvafisc.runs.input_workbook import input_workbook
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.templates import named

CODES = ("510000", "510104", "510726", "510727", "510822", "999901")
LEFT_OUT = ("reporting", "task_list")
"""Optional tables that no case breaks. Without them, notes and lists the many workbooks are made in half the time."""
NOTES_OF_FORM = (GUIDE, CHECK, OPTIONS)
Break = Callable[[Any], object]


@cache
def law() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@cache
def good() -> bytes:
    chosen = [unit for unit in units("510000") if unit.code in CODES]
    assert len(chosen) == len(CODES)
    tables = {name: table for name, table in named(county_tables(chosen)).items() if name not in LEFT_OUT}
    book = openpyxl.load_workbook(io.BytesIO(input_workbook(tables, True)))
    for sheet in book.worksheets:
        if sheet.title in NOTES_OF_FORM:
            book.remove(sheet)
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = ConditionalFormattingList()
        for cell in sheet[1]:
            cell.comment = None
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def column(sheet: Any, name: str) -> int:
    return [cell.value for cell in sheet[1]].index(name) + 1


def put(sheet: str, row: int, name: str, value: object) -> Break:
    """Write a value into the cell of a row and a named column."""

    def change(book: Any) -> None:
        book[sheet].cell(row, column(book[sheet], name)).value = value

    return change


def broken(change: Break, path: Path) -> tuple[Finding, ...]:
    book = openpyxl.load_workbook(io.BytesIO(good()))
    change(book)
    book.save(path)
    return refused(path)


def refused(path: Path) -> tuple[Finding, ...]:
    with pytest.raises(InputError) as error:
        load_inputs(path, law())
    for finding in error.value.findings:
        assert finding.en
        assert finding.zh
        assert any("\u4e00" <= char <= "\u9fff" for char in finding.zh)
    return error.value.findings


def shift_down(sheet: str, name: str) -> Break:
    def change(book: Any) -> None:
        held, at = book[sheet], column(book[sheet], name)
        for row in range(held.max_row, 1, -1):
            held.cell(row + 1, at).value = held.cell(row, at).value
        held.cell(2, at).value = None

    return change


def swap_values(sheet: str, one: str, other: str) -> Break:
    def change(book: Any) -> None:
        first, second = column(book[sheet], one), column(book[sheet], other)
        for row in range(2, book[sheet].max_row + 1):
            left, right = book[sheet].cell(row, first), book[sheet].cell(row, second)
            left.value, right.value = right.value, left.value

    return change


def rename(sheet: str, old: str, new: str | None) -> Break:
    return put(sheet, 1, old, new)


def scaled(sheet: str, name: str, factor: float) -> Break:
    def change(book: Any) -> None:
        for row in range(2, book[sheet].max_row + 1):
            cell = book[sheet].cell(row, column(book[sheet], name))
            if cell.value is not None:
                cell.value = cell.value * factor

    return change


def total_row(total: float) -> Break:
    def change(book: Any) -> None:
        book["areas"].cell(14, 1).value = "合计"
        book["areas"].cell(14, column(book["areas"], "area_mu")).value = total

    return change


def whole(book: Any) -> float:
    sheet = book["areas"]
    return float(sum(sheet.cell(row, column(sheet, "area_mu")).value for row in range(2, 14)))


def right_total(book: Any) -> None:
    total_row(whole(book))(book)


def title_above(book: Any) -> None:
    book["areas"].insert_rows(1)
    book["areas"].cell(1, 1).value = "2026 年各县公益林面积表"


def copy_row(sheet: str, row: int) -> Break:
    def change(book: Any) -> None:
        held = book[sheet]
        end = held.max_row + 1
        while held.cell(end - 1, 1).value is None:
            end -= 1
        for at in range(1, held.max_column + 1):
            held.cell(end, at).value = held.cell(row, at).value

    return change


def note_below(book: Any) -> None:
    book["tasks"].cell(22, 1).value = "注：以上数据由各县填报，截至 2026 年 3 月。"


def delete_column(sheet: str, name: str) -> Break:
    return lambda book: book[sheet].delete_cols(column(book[sheet], name))


def extra_column(book: Any) -> None:
    sheet = book["tasks"]
    sheet.cell(1, sheet.max_column + 1).value = "备注"
    sheet.cell(2, sheet.max_column).value = "已核"


def hide(sheet: str, what: str) -> Break:
    def change(book: Any) -> None:
        if what == "sheet":
            book[sheet].sheet_state = "hidden"
        elif what == "row":
            book[sheet].row_dimensions[4].hidden = True
        else:
            book[sheet].column_dimensions["D"].hidden = True

    return change


def second_sheet(name: str) -> Break:
    def change(book: Any) -> None:
        book.copy_worksheet(book["tasks"]).title = name

    return change


def serial_date(book: Any) -> None:
    cell = book["areas"].cell(3, column(book["areas"], "certified_on"))
    cell.value, cell.number_format = 46143, "General"  # by hand: 46143 days after 30 December 1899


def one_name(book: Any) -> None:
    put("regions", 7, "region_name", "平武县")(book)
    put("regions", 7, "parent_code", "510700")(book)


def empty_tables(book: Any) -> None:
    for sheet in book.worksheets:
        sheet.delete_rows(1, sheet.max_row)
