"""A sheet of an XLSX workbook into cells that know their address; what a workbook can hide is refused or noticed.

Values are read by calamine. Before that the archive is measured while it is unpacked in small pieces (a bomb never
gets as far as memory), and the XML is read for what calamine does not tell: formulas that were never calculated,
error values, hidden rows and columns, hidden sheets.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import python_calamine

from .findings import Finding, InputError
from .grids import Cell, Grid, column_letters, column_number
from .limits import (
    MAX_ARCHIVE_PARTS,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNPACK_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FROM_BYTES,
)

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_CHUNK = 1 << 16
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_OLE = b"\xd0\xcf\x11\xe0"


def read_xlsx(data: bytes, file: str, sheet: str | None) -> tuple[Grid, tuple[Finding, ...]]:
    """Cells of one sheet; rows without any value are skipped.

    Args:
        sheet: name of the sheet; None takes the only visible one.

    Raises:
        InputError: not a workbook, a bomb, no such sheet, several sheets to choose from, an uncalculated formula,
            an error value, hidden rows or columns in the table, or a cell beyond the technical limits.
    """
    parts = _unpack(data, file)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise _refusal(file, f"not a readable workbook: {error}", f"无法读取的工作簿：{error}") from None
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
    findings = list(_traps(xml, where, _recalculates(parts)))
    if findings:
        raise InputError(findings)
    rows: list[tuple[Cell, ...]] = []
    for line, values in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
        if line > MAX_ROWS or len(values) > MAX_COLUMNS:
            raise _refusal(
                where, f"more than {MAX_COLUMNS} columns or {MAX_ROWS} rows", f"超过 {MAX_COLUMNS} 列或 {MAX_ROWS} 行"
            )
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


def _refusal(where: str, en: str, zh: str) -> InputError:
    return InputError([Finding(where, "", en, zh)])


def _unpack(data: bytes, file: str) -> dict[str, bytes]:
    """Unpack the XML parts piece by piece, and stop as soon as they are larger than a workbook may be."""
    if data.startswith(_OLE):
        raise _refusal(
            file,
            "password-protected or an old .xls file; save it as an unprotected .xlsx",
            "文件受密码保护或为旧版 .xls，请另存为不加密的 .xlsx",
        )
    too_large = _refusal(
        file,
        f"unpacks to more than {MAX_UNPACKED_BYTES} bytes or {MAX_UNPACK_RATIO} times its size; refused as a decompression bomb",
        f"解压后超过 {MAX_UNPACKED_BYTES} 字节或原大小的 {MAX_UNPACK_RATIO} 倍，按解压炸弹拒绝",
    )
    parts: dict[str, bytes] = {}
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ARCHIVE_PARTS or _is_bomb(declared, len(data)):
                raise too_large
            for entry in entries:
                pieces: list[bytes] = []
                with archive.open(entry) as part:
                    while piece := part.read(_CHUNK):
                        unpacked += len(piece)
                        if _is_bomb(unpacked, len(data)):
                            raise too_large
                        pieces.append(piece)
                if entry.filename.endswith((".xml", ".rels")):
                    content = b"".join(pieces)
                    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                        raise _refusal(file, "XML entities are not allowed in a workbook", "工作簿中不允许 XML 实体")
                    parts[entry.filename.removeprefix("/")] = content
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refusal(file, f"not a readable .xlsx file: {error}", f"不是可读取的 .xlsx 文件：{error}") from None
    if "xl/workbook.xml" not in parts:
        raise _refusal(file, "not an .xlsx workbook", "不是 .xlsx 工作簿")
    return parts


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_FROM_BYTES and unpacked > MAX_UNPACK_RATIO * packed)


def _choose(names: list[str], visible: list[str], file: str, sheet: str | None) -> str:
    if sheet is not None:
        if sheet not in names:
            raise _refusal(
                file,
                f"no sheet {sheet!r}; there are {', '.join(names)}",
                f"没有工作表“{sheet}”；现有：{'、'.join(names)}",
            )
        return sheet
    if len(visible) != 1:
        raise _refusal(
            file,
            f"{len(visible)} visible sheets ({', '.join(visible)}); name the one to read",
            f"有 {len(visible)} 个可见工作表（{'、'.join(visible)}），请指明读取哪一个",
        )
    return visible[0]


def _parse(content: bytes, file: str) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise _refusal(file, f"broken XML inside the workbook: {error}", f"工作簿内部 XML 损坏：{error}") from None
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
        raise _refusal(f"{file}!{name}", "the sheet is missing inside the workbook", "工作簿内部缺少该工作表")
    return _parse(parts[full], file)


def _recalculates(parts: dict[str, bytes]) -> bool:
    """Whether the workbook was written by a program that left the calculation to the first opening in Excel."""
    return re.search(rb'fullCalcOnLoad="(1|true)"', parts["xl/workbook.xml"]) is not None


def _traps(sheet: ElementTree.Element, where: str, recalculates: bool) -> Iterator[Finding]:
    """Uncalculated formulas, error values, hidden columns and rows."""
    last_column = 0
    for row in sheet.iter(f"{_MAIN}row"):
        cells = list(row.iter(f"{_MAIN}c"))
        filled = False
        for cell in cells:
            address = cell.get("r", "")
            value, formula = cell.find(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
            cached = (value.text or "") if value is not None else ""
            filled = filled or bool(cached) or cell.find(f"{_MAIN}is") is not None
            if match := _ADDRESS.fullmatch(address):
                last_column = max(last_column, column_number(match[1]) if cached else 0)
            if formula is not None and not cached and not (cell.get("t") == "str" and value is not None):
                yield Finding(
                    f"{where}!{address}",
                    "",
                    "a formula without its result; open the file in Excel and save it, or paste values",
                    "公式没有计算结果；请用 Excel 打开并保存，或粘贴为数值",
                )
            elif formula is not None and recalculates and cached == "0":
                yield Finding(
                    f"{where}!{address}",
                    "",
                    "a formula that no spreadsheet has calculated yet (its 0 is a placeholder); open and save the file, or paste values",
                    "公式尚未计算（其中的 0 只是占位）；请用 Excel 打开并保存，或粘贴为数值",
                )
            elif cell.get("t") == "e":
                yield Finding(
                    f"{where}!{address}", "", f"the cell holds the error {cached}", f"单元格为错误值 {cached}"
                )
        if filled and row.get("hidden") in ("1", "true"):
            line = row.get("r", "?")
            yield Finding(
                f"{where}!{line}:{line}",
                "",
                "a hidden row (a filter?); show it or delete it, so that what is read is what is seen",
                "隐藏行（是否有筛选？）；请取消隐藏或删除，使所读即所见",
            )
    for column in sheet.iter(f"{_MAIN}col"):
        first = int(column.get("min", "0"))
        if column.get("hidden") in ("1", "true") and 0 < first <= last_column:
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
