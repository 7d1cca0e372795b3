"""What a sheet can hide from who reads its values: uncalculated formulas, errors, merged and hidden cells, a huge span."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from .findings import Finding
from .grids import column_letters, column_number
from .limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from .xlsx_archive import refusal

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TRUE = ("1", "true")
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")


def _cells(sheet: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element, str]]:
    """Line, column, element and stored value of each cell; cells without an address follow the one before."""
    line = 0
    for row in sheet.iter(f"{MAIN}row"):
        line = int(row.get("r", line + 1))
        column = 0
        for cell in row.iter(f"{MAIN}c"):
            match = _ADDRESS.fullmatch(cell.get("r", ""))
            line, column = (int(match[2]), column_number(match[1])) if match else (line, column + 1)
            value = cell.find(f"{MAIN}v")
            stored = (value.text or "") if value is not None else ""
            inline = cell.find(f"{MAIN}is")
            if inline is not None:
                stored = "".join(inline.itertext())
            yield line, column, cell, stored


def _measure(sheet: ElementTree.Element, where: str) -> tuple[set[int], int]:
    """Lines that hold values and the last column that does; refuse a sheet that spans too much."""
    lines: set[int] = set()
    last_column = 0
    for line, column, _, stored in _cells(sheet):
        if stored:
            lines.add(line)
            last_column = max(last_column, column)
    rows = max(lines, default=0)
    if rows > MAX_ROWS or last_column > MAX_COLUMNS or rows * last_column > MAX_CELLS:
        raise refusal(
            where,
            f"the sheet spans {rows} rows and {last_column} columns; at most {MAX_ROWS} and {MAX_COLUMNS} ({MAX_CELLS} cells)",
            f"工作表跨 {rows} 行 {last_column} 列，最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列（{MAX_CELLS} 个单元格）",
        )
    return lines, last_column


def traps(sheet: ElementTree.Element, where: str, recalculates: bool) -> Iterator[Finding]:
    """Uncalculated formulas, error values, merged cells, hidden columns and rows inside what the sheet spans."""
    lines, last_column = _measure(sheet, where)
    for line, column, cell, stored in _cells(sheet):
        address = f"{where}!{column_letters(column)}{line}"
        formula = cell.find(f"{MAIN}f") is not None
        empty_text = cell.get("t") == "str" and cell.find(f"{MAIN}v") is not None
        if formula and not stored and not empty_text:
            yield Finding(
                address,
                "",
                "a formula without its result; open the file in Excel and save it, or paste values",
                "公式没有计算结果；请用 Excel 打开并保存，或粘贴为数值",
            )
        elif formula and recalculates and stored == "0":
            yield Finding(
                address,
                "",
                "a formula that no spreadsheet has calculated yet (its 0 is a placeholder); open and save the file, or paste values",
                "公式尚未计算（其中的 0 只是占位）；请用 Excel 打开并保存，或粘贴为数值",
            )
        elif cell.get("t") == "e":
            yield Finding(address, "", f"the cell holds the error {stored}", f"单元格为错误值 {stored}")
    for merged in sheet.iter(f"{MAIN}mergeCell"):
        corner = _ADDRESS.match(merged.get("ref", ""))
        if corner and int(corner[2]) <= max(lines, default=0) and column_number(corner[1]) <= last_column:
            yield Finding(
                f"{where}!{merged.get('ref')}",
                "",
                "merged cells: only the first holds a value; unmerge them and fill every cell",
                "合并单元格只有第一格有值；请取消合并并逐格填写",
            )
    for row in sheet.iter(f"{MAIN}row"):
        if row.get("hidden") in _TRUE and int(row.get("r", "0")) in lines:
            yield Finding(
                f"{where}!{row.get('r')}:{row.get('r')}",
                "",
                "a hidden row (a filter?); show it or delete it, so that what is read is what is seen",
                "隐藏行（是否有筛选？）；请取消隐藏或删除，使所读即所见",
            )
    for column_range in sheet.iter(f"{MAIN}col"):
        first = int(column_range.get("min", "0"))
        if column_range.get("hidden") in _TRUE and 0 < first <= last_column:
            letters = column_letters(first)
            yield Finding(
                f"{where}!{letters}:{letters}",
                "",
                "a hidden column inside the table; show it or delete it",
                "表内有隐藏列；请取消隐藏或删除",
            )
