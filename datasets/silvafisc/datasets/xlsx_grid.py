"""A sheet of an XLSX workbook into cells that know their address; what a workbook can hide is refused or noticed.

Values are read by calamine. Before that the XML is read for what calamine does not tell: formulas that were never
calculated, error values, hidden rows, columns and sheets, and how far the sheet spans.
"""

import io
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import python_calamine

from .findings import Finding
from .grids import Cell, Grid, column_letters
from .limits import MAX_CELL_CHARACTERS
from .xlsx_archive import refusal, unpack
from .xlsx_traps import MAIN, traps

_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


def read_xlsx(data: bytes, file: str, sheet: str | None) -> tuple[Grid, tuple[Finding, ...]]:
    """Cells of one sheet; rows without any value are skipped.

    Args:
        sheet: name of the sheet; None takes the only visible one.

    Raises:
        InputError: not a workbook, a bomb, no such sheet, or several sheets to choose from. What is wrong inside the
            sheet (an uncalculated formula, an error value, merged or hidden cells, a cell beyond the technical limits)
            comes with the grid, so that it is told together with what is wrong with its values.
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
        findings = list(traps(xml, where, _recalculates(parts)))
    except ValueError as error:
        raise refusal(where, f"not a readable workbook: {error}", f"无法读取的工作簿：{error}") from None
    if name not in visible:
        en = "a hidden sheet; show it or delete it, so that what is read is what is seen"
        findings.append(Finding(where, "", en, "隐藏的工作表；请取消隐藏或删除，使所读即所见"))
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
    return Grid(file, name, tuple(rows), tuple(findings)), tuple(notices)


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
        element.tag = str(element.tag).replace(_STRICT, MAIN)
    return root


def _sheet_xml(parts: dict[str, bytes], name: str, file: str) -> ElementTree.Element:
    book = _parse(parts["xl/workbook.xml"], file)
    target = ""
    for element in book.iter(f"{MAIN}sheet"):
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
