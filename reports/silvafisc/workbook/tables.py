"""Tables as one XLSX: a sheet each with frozen header, number formats and totals that a formula reconciles."""

import datetime
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from silvafisc.datasets.limits import EXACT_FLOAT_DIGITS

from .cells import Formats

MOST_STEM = 26
"""Longest stem of a sheet's name, of which Excel allows 31 characters: a number follows."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
WIDE, NARROW, FIRST_ROWS = 2.0, 1.1, 4
"""Width of a Chinese and of a Latin character; rows above the header: title, kind, caption, and one left free."""
MOST_WIDTH = 60


class Sheet(Protocol):
    """One table; see `silvafisc.briefing.sheets.PlainSheet`."""

    @property
    def paper(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def caption(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def columns(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def rows(self) -> tuple[tuple[str, tuple[str | Decimal, ...]], ...]: ...


def tables_workbook(sheets: Sequence[Sheet], date: str, content_hash: str) -> bytes:
    """The workbook as bytes; the same tables give the same bytes.

    date: the policy date, ISO: when the workbook says that it was made. content_hash: of the outcome, on every page.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime.datetime.fromisoformat(date), "comments": content_hash})
    formats = Formats(book)
    counts: dict[str, int] = {}
    for sheet in sheets:
        stem = FORBIDDEN.sub("-", sheet.paper)[:MOST_STEM]
        counts[stem] = counts.get(stem, 0) + 1
        _write(book.add_worksheet(f"{stem} {counts[stem]}"), sheet, formats, content_hash)
    book.close()
    return target.getvalue()


def number_format(formats: Formats, value: Decimal, bold: bool) -> Any:
    """Thousands marks and the decimals that the number was given."""
    places = max(0, -int(value.as_tuple().exponent))
    return formats.of(num_format="#,##0" + ("." + "0" * places if places else ""), border=1, bold=bold)


def _write(page: Any, sheet: Sheet, formats: Formats, content_hash: str) -> None:
    page.set_header(f"&C{sheet.kind.replace('&', '&&')}")
    page.set_footer(f"&L{content_hash[:16]}&R&P / &N")
    page.set_landscape()
    page.set_paper(8)  # A3
    page.fit_to_pages(1, 0)
    page.repeat_rows(FIRST_ROWS)
    page.write_string(0, 0, sheet.title, formats.of(bold=True, font_size=14))
    page.write_string(1, 0, sheet.kind, formats.of(bold=True, font_color="#C00000"))
    page.write_string(2, 0, sheet.caption, formats.of(bold=True))
    head = formats.of(bold=True, border=1, text_wrap=True, align="center", valign="vcenter", bg_color="#F1F4F5")
    for at, (name, unit) in enumerate(sheet.columns):
        page.write_string(FIRST_ROWS, at, f"{name}\n({unit})" if unit else name, head)
        page.set_column(at, at, _width(sheet, at))
    page.freeze_panes(FIRST_ROWS + 1, 0)
    line = FIRST_ROWS + 1
    for place, (kind, cells) in enumerate(sheet.rows):
        for at, cell in enumerate(cells):
            table_cell(
                page, line, at, cell, formats, kind != "body", summed(sheet, place, at) if kind == "total" else 0
            )
        line += 1
    if sheet.note:
        page.write_string(line + 1, 0, sheet.note)


def table_cell(page: Any, line: int, at: int, cell: str | Decimal, formats: Formats, bold: bool, count: int) -> None:
    """A text, a number, or the sum of the `count` cells above with its value."""
    if isinstance(cell, str):
        page.write_string(line, at, cell, formats.of(border=1, bold=bold, text_wrap=True, num_format="@"))
    elif len(cell.as_tuple().digits) > EXACT_FLOAT_DIGITS:
        page.write_string(line, at, f"{cell:,}", formats.of(border=1, bold=bold, align="right", num_format="@"))
    elif count:
        column = xl_col_to_name(at)
        formula = f"=SUM({column}{line - count + 1}:{column}{line})"
        page.write_formula(line, at, formula, number_format(formats, cell, bold), float(cell))
    else:
        page.write_number(line, at, float(cell), number_format(formats, cell, bold))


def summed(sheet: Sheet, place: int, at: int) -> int:
    """How many cells right above a total it is the exact sum of; 0 where it is no sum of them."""
    total, cells = sheet.rows[place][1][at], []
    for kind, row in reversed(sheet.rows[:place]):
        if kind != "body" or not isinstance(row[at], Decimal):
            break
        cells.append(row[at])
    numbers = [cell for cell in cells if isinstance(cell, Decimal)]
    return len(numbers) if numbers and sum(numbers, Decimal(0)) == total else 0


def _width(sheet: Sheet, at: int) -> float:
    """Wide enough for the longest cell up to a limit; a row that only labels a group does not count."""
    name, unit = sheet.columns[at]
    said = [name, f"({unit})", *(f"{row[at]}" for kind, row in sheet.rows if kind != "group")]
    longest = max(sum(WIDE if ord(char) > 0x2E80 else NARROW for char in text) for text in said)
    return min(longest + 2, MOST_WIDTH)
