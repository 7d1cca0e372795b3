"""CSV text into cells that know their line and column (RFC 4180, strict)."""

import codecs

from .findings import Finding, InputError
from .grids import Cell, Grid
from .limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS

_SEPARATORS = (";", "\t", "；", "|")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, file: str) -> tuple[str, tuple[Finding, ...]]:
    """Decode UTF-8 (with or without byte-order mark) or GB18030, which Excel in China writes.

    Returns:
        the text, and a notice when the file was GB18030 (nothing is lost: GB18030 covers all of Unicode).

    Raises:
        InputError: UTF-16, NUL bytes, or neither UTF-8 nor GB18030.
    """
    if data.startswith(_UTF16) or b"\x00" in data:
        raise InputError(
            [
                Finding(
                    file,
                    "",
                    "not a text file in UTF-8 or GB18030 (it looks like UTF-16 or binary); save it as “CSV UTF-8”",
                    "不是 UTF-8 或 GB18030 文本（像是 UTF-16 或二进制文件），请另存为“CSV UTF-8”",
                )
            ]
        )
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        broken = error.start
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, max(broken, error.start)) + 1
        raise InputError(
            [
                Finding(
                    f"{file}:{line}",
                    "",
                    f"cannot be read as UTF-8 (byte {broken + 1}) nor as GB18030 (byte {error.start + 1}); save it as “CSV UTF-8”",
                    f"既不是 UTF-8（第 {broken + 1} 字节）也不是 GB18030（第 {error.start + 1} 字节），请另存为“CSV UTF-8”",
                )
            ]
        ) from None
    notice = Finding(file, "", "read as GB18030; nothing is lost", "按 GB18030 编码读取，内容无损失")
    return text, (notice,)


def _refuse_other_separators(text: str, file: str) -> None:
    """A header without a comma is cut by something else: that is what is wrong, not the quotation mark inside a cell."""
    header = text.split("\n", 1)[0]
    if "," not in header and '"' not in header and any(mark in header for mark in _SEPARATORS):
        en = "the columns are not separated by commas; save it as “CSV (comma separated)”"
        raise InputError([Finding(f"{file}:1:1", "", en, "各列不是用逗号分隔的，请另存为“CSV（逗号分隔）”")])


def read_csv(data: bytes, file: str) -> tuple[Grid, tuple[Finding, ...]]:
    """Cells of a CSV file; blank lines are skipped.

    Raises:
        InputError: not decodable, broken quoting, or beyond the technical limits.
    """
    text, notices = decode(data, file)
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    position, line, line_start, end = 0, 1, 0, len(text)

    def refuse(en: str, zh: str) -> InputError:
        return InputError([Finding(f"{file}:{line}:{position - line_start + 1}", "", en, zh)])

    while position < end:
        start_line, start_column = line, position - line_start + 1
        quoted = text[position] == '"'
        if quoted:
            parts: list[str] = []
            position += 1
            while True:
                close = text.find('"', position)
                if close < 0:
                    line, line_start = start_line, position - start_column + 1
                    raise refuse("a quoted cell is never closed", "引号没有结束")
                chunk = text[position:close]
                parts.append(chunk)
                breaks = chunk.count("\n")
                if breaks:
                    line += breaks
                    line_start = position + chunk.rfind("\n") + 1
                position = close + 1
                if text[position : position + 1] != '"':
                    break
                parts.append('"')
                position += 1
            value = "".join(parts)
        else:
            stop = position
            while stop < end and text[stop] not in ',\r\n"':
                stop += 1
            value = text[position:stop]
            position = stop
        if len(value) > MAX_CELL_CHARACTERS:
            raise refuse(
                f"a cell holds {len(value)} characters; at most {MAX_CELL_CHARACTERS}",
                f"单元格有 {len(value)} 个字符，最多 {MAX_CELL_CHARACTERS} 个",
            )
        row.append(Cell(value, "text" if value.strip() else "empty", start_line, start_column))
        if len(row) > MAX_COLUMNS or len(rows) > MAX_ROWS:
            raise refuse(
                f"more than {MAX_COLUMNS} columns or {MAX_ROWS} rows", f"超过 {MAX_COLUMNS} 列或 {MAX_ROWS} 行"
            )
        following = text[position : position + 1]
        if following == ",":
            position += 1
            if position == end or text[position] in "\r\n":
                row.append(Cell("", "empty", line, position - line_start + 1))
        elif following not in ("", "\r", "\n"):
            _refuse_other_separators(text, file)
            raise refuse(
                "a quotation mark in the middle of a cell; double it inside a quoted cell",
                "单元格中间出现引号；请用引号括住整个单元格并把其中的引号写成两个",
            )
        if position >= end or text[position] in "\r\n":
            if any(cell.kind != "empty" for cell in row):
                rows.append(tuple(row))
            row = []
        while position < end and text[position] in "\r\n" and not row:
            if text[position] == "\n" or text[position + 1 : position + 2] != "\n":
                line += 1
                line_start = position + 1
            position += 1
    return Grid(file, "", tuple(rows)), notices
