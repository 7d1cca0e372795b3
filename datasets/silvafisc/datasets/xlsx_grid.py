"""A sheet of an XLSX workbook into cells that know their address; what a workbook can hide is refused or noticed.

Values are read by calamine. Before that the XML is read for what calamine does not tell: formulas that were never
calculated, error values, hidden rows, columns and sheets, and how far the sheet spans.
"""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import python_calamine

from .findings import Finding, InputError
from .grids import Cell, Grid, column_letters, column_number
from .limits import MAX_CELL_CHARACTERS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from .xlsx_archive import refusal, unpack

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_TRUE = ("1", "true")
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")


def read_xlsx(data: bytes, file: str, sheet: str | None) -> tuple[Grid, tuple[Finding, ...]]:
    """Cells of one sheet; rows without any value are skipped.

    Args:
        sheet: name of the sheet; None takes the only visible one.

    Raises:
        InputError: not a workbook, a bomb, no such sheet, several sheets to choose from, an uncalculated formula,
            an error value, hidden rows or columns in the table, or a cell beyond the technical limits.
    """
    parts = unpack(data, file)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except (python_calamine.CalamineError, ValueError) as error:
        raise refusal(file, f"not a readable workbook: {error}", f"无法读取的工作簿：{error}") from None
    visible = [
        meta.name
        for meta in book.sheets_metadata
        if meta.visible == python_calamine.SheetVisibleEnum.Visible
        and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    name = _choose(book.sheet_names, visible, file, sheet)
    hidden = [other for other in book.sheet_names if other not in visible and other != name]
    notices: list[Finding] = [
        Finding(f"{file}!{other}", "", "a hidden sheet; it was not read", "隐藏的工作表，未读取") for other in hidden
    ]
    where = f"{file}!{name}"
    xml = _sheet_xml(parts, name, file)
    try:
        findings = list(_traps(xml, where, _recalculates(parts)))
    except ValueError as error:
        raise refusal(where, f"not a readable workbook: {error}", f"无法读取的工作簿：{error}") from None
    if findings:
        raise InputError(findings)
    rows: list[tuple[Cell, ...]] = []
    try:
        lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError) as error:
        raise refusal(where, f"not a readable workbook: {error}", f"无法读取的工作簿：{error}") from None
    for line, values in enumerate(lines, start=1):
        row = tuple(_cell(value, line, column) for column, value in enumerate(values, start=1))
        for cell in row:
            if len(cell.text) > MAX_CELL_CHARACTERS:
                findings.append(
                    Finding(
                        f"{where}!{column_letters(cell.column)}{line}",
                        "",
                        f"the cell holds {len(cell.text)} characters; at most {MAX_CELL_CHARACTERS}",
                        f"单元格有 {len(cell.text)} 个字符，最多 {MAX_CELL_CHARACTERS} 个",
                    )
                )
        if any(cell.kind != "empty" for cell in row):
            rows.append(row)
    if findings:
        raise InputError(findings)
    return Grid(file, name, tuple(rows)), tuple(notices)


def _choose(names: list[str], visible: list[str], file: str, sheet: str | None) -> str:
    if sheet is not None:
        if sheet not in names:
            raise refusal(
                file,
                f"no sheet {sheet!r}; there are {', '.join(names)}",
                f"没有工作表“{sheet}”；现有：{'、'.join(names)}",
            )
        return sheet
    if len(visible) != 1:
        raise refusal(
            file,
            f"{len(visible)} visible sheets ({', '.join(visible)}); name the one to read",
            f"有 {len(visible)} 个可见工作表（{'、'.join(visible)}），请指明读取哪一个",
        )
    return visible[0]


def _parse(content: bytes, file: str) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise refusal(file, f"broken XML inside the workbook: {error}", f"工作簿内部 XML 损坏：{error}") from None
    for element in root.iter():
        element.tag = str(element.tag).replace(_STRICT, _MAIN)
    return root


def _sheet_xml(parts: dict[str, bytes], name: str, file: str) -> ElementTree.Element:
    book = _parse(parts["xl/workbook.xml"], file)
    target = ""
    for element in book.iter(f"{_MAIN}sheet"):
        if element.get("name") == name:
            target = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
    relations = _parse(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), file)
    path = next((item.get("Target", "") for item in relations if item.get("Id") == target), "")
    full = path.removeprefix("/") if path.startswith("/") else f"xl/{path}"
    if full not in parts:
        raise refusal(f"{file}!{name}", "the sheet is missing inside the workbook", "工作簿内部缺少该工作表")
    return _parse(parts[full], file)


def _recalculates(parts: dict[str, bytes]) -> bool:
    """Whether the workbook was written by a program that left the calculation to the first opening in Excel."""
    return re.search(rb'fullCalcOnLoad="(1|true)"', parts["xl/workbook.xml"]) is not None


def _cells(sheet: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element, str]]:
    """Line, column, element and stored value of each cell; cells without an address follow the one before."""
    line = 0
    for row in sheet.iter(f"{_MAIN}row"):
        line = int(row.get("r", line + 1))
        column = 0
        for cell in row.iter(f"{_MAIN}c"):
            match = _ADDRESS.fullmatch(cell.get("r", ""))
            line, column = (int(match[2]), column_number(match[1])) if match else (line, column + 1)
            value = cell.find(f"{_MAIN}v")
            stored = (value.text or "") if value is not None else ""
            inline = cell.find(f"{_MAIN}is")
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


def _traps(sheet: ElementTree.Element, where: str, recalculates: bool) -> Iterator[Finding]:
    """Uncalculated formulas, error values, hidden columns and rows."""
    lines, last_column = _measure(sheet, where)
    for line, column, cell, stored in _cells(sheet):
        address = f"{where}!{column_letters(column)}{line}"
        formula = cell.find(f"{_MAIN}f") is not None
        empty_text = cell.get("t") == "str" and cell.find(f"{_MAIN}v") is not None
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
    for row in sheet.iter(f"{_MAIN}row"):
        if row.get("hidden") in _TRUE and int(row.get("r", "0")) in lines:
            yield Finding(
                f"{where}!{row.get('r')}:{row.get('r')}",
                "",
                "a hidden row (a filter?); show it or delete it, so that what is read is what is seen",
                "隐藏行（是否有筛选？）；请取消隐藏或删除，使所读即所见",
            )
    for column_range in sheet.iter(f"{_MAIN}col"):
        first = int(column_range.get("min", "0"))
        if column_range.get("hidden") in _TRUE and 0 < first <= last_column:
            letters = column_letters(first)
            yield Finding(
                f"{where}!{letters}:{letters}",
                "",
                "a hidden column inside the table; show it or delete it",
                "表内有隐藏列；请取消隐藏或删除",
            )


def _cell(value: object, line: int, column: int) -> Cell:
    if value is None or (isinstance(value, str) and not value.strip()):
        return Cell(value if isinstance(value, str) else "", "empty", line, column)
    if isinstance(value, bool):
        return Cell("true" if value else "false", "bool", line, column)
    if isinstance(value, int | float):
        return Cell(_plain(value), "number", line, column)
    if isinstance(value, datetime | date | time | timedelta):
        return Cell(str(value) if isinstance(value, time | timedelta) else value.isoformat(), "date", line, column)
    return Cell(str(value), "text", line, column)


def _plain(value: int | float) -> str:
    """The shortest decimal that names this number, without an exponent."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = repr(value)
    if "e" in text or "E" in text:
        text = format(Decimal(text), "f")
    return text
