"""One sheet of a workbook: title, kind, check cell, header, rows, totals; ready to print."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

from .cells import GREEN, HEAD, RED, Cell, Formats, Formula, Input, Marked, write

FIRST = 6
"""The first row of cells, from 0: title, kind, note, check, one left free, header."""
HEADER = FIRST - 1
CHECK_ROW = 3
WIDEST, NARROWEST, HEAD_HEIGHT = 48, 8, 32
A3, A4 = 8, 9
MOST_ON_A4 = 110
"""Characters of all columns that are still legible on A4 landscape; wider sheets take A3."""


class Words(Protocol):
    """The words of one language; see `silvafisc.briefing.words.Words`."""

    @property
    def language(self) -> str: ...
    def __call__(self, key: str, **values: str) -> str: ...
    def name(self, group: str, item: str) -> str: ...
    def own(self, text: str) -> str: ...
    def known(self, group: str, item: str) -> bool: ...
    def short_name(self, group: str, item: str) -> str: ...


@dataclass(frozen=True)
class Column:
    """head: what it is. kind: of `cells.FORMATS`. summed: its total stands in the last row. folded: working, folded away."""

    head: str
    kind: str = "text"
    unit: str = ""
    summed: bool = False
    folded: bool = False


@dataclass
class Page:
    """One sheet, filled row by row; other sheets refer to its cells by `ref`."""

    name: str
    sheet: Any
    columns: Sequence[Column]
    title: str
    note: str = ""
    frozen: int = 1
    """Columns that stay in sight."""
    checked: Sequence[str] = ()
    """Heads of the columns that must be 0 in every row."""
    rows: list[Sequence[Cell]] = field(default_factory=list)

    def add(self, cells: Sequence[Cell]) -> int:
        """Add a row; its number, from 0."""
        self.rows.append(cells)
        return len(self.rows) - 1

    def at(self, row: int, head: str) -> str:
        """The cell of a row (from 0) under a head, as formulas on this sheet say it."""
        return str(xl_rowcol_to_cell(FIRST + row, self.column(head), row_abs=True, col_abs=True))

    def ref(self, row: int, head: str) -> str:
        """The same, as formulas on other sheets say it."""
        return f"{quoted(self.name)}!{self.at(row, head)}"

    def span(self, head: str, first: int = 0, last: int | None = None) -> str:
        """The cells of a column in some rows (all that are there), as formulas on this sheet say it."""
        end = len(self.rows) - 1 if last is None else last
        at = self.column(head)
        return str(xl_range_abs(FIRST + first, at, FIRST + end, at))

    def ref_span(self, head: str, first: int = 0, last: int | None = None) -> str:
        """The same, as formulas on other sheets say it."""
        return f"{quoted(self.name)}!{self.span(head, first, last)}"

    def column(self, head: str) -> int:
        """Position of a column. Raises ValueError."""
        return [column.head for column in self.columns].index(head)

    @property
    def check(self) -> str:
        """The check cell, as formulas on other sheets say it."""
        return f"{quoted(self.name)}!$B${CHECK_ROW + 1}"


def quoted(name: str) -> str:
    """A sheet's name inside a formula."""
    return "'" + name.replace("'", "''") + "'"


def audited_columns(words: Words) -> list[Column]:
    """What was audited, and the difference to it."""
    return [
        Column(words("workbook.audited"), "money", words("workbook.yuan"), summed=True),
        Column(words("workbook.difference"), "money", words("workbook.yuan"), summed=True),
    ]


def checked(page: Page, row: int, head: str, audited: Decimal, words: Words) -> list[Cell]:
    """What was audited, and the difference of a cell to it."""
    difference = f"ROUND({page.at(row, head)}-{page.at(row, words('workbook.audited'))},2)"
    return [audited, Formula(difference, Decimal(0))]


def finish(page: Page, formats: Formats, words: Words, kind: str, content_hash: str) -> None:
    """Write everything of a page."""
    sheet = page.sheet
    sheet.write_string(0, 0, page.title, formats.of(bold=True, font_size=14))
    sheet.write_string(1, 0, kind, formats.of(bold=True, font_color=RED))
    if page.note:
        sheet.write_string(2, 0, page.note, formats.of(italic=True, font_color="#595959"))
    if page.checked and page.rows:
        _check(page, formats, words)
    else:
        sheet.write_string(CHECK_ROW, 0, words("workbook.no_check"), formats.of(font_color="#595959"))
    head = formats.of(bold=True, border=1, text_wrap=True, align="center", valign="vcenter", bg_color=HEAD)
    sheet.set_row(HEADER, HEAD_HEIGHT)
    for at, column in enumerate(page.columns):
        unit = f"\n({column.unit})" if column.unit else ""
        sheet.write_string(HEADER, at, column.head + unit, head)
        hidden = {"level": 1, "hidden": True} if column.folded else {}
        sheet.set_column(at, at, _width(page, at), None, hidden)
    for row, cells in enumerate(page.rows):
        for at, cell in enumerate(cells):
            write(sheet, FIRST + row, at, cell, page.columns[at].kind, formats)
    last = FIRST + len(page.rows) - 1
    if page.rows and any(column.summed for column in page.columns):
        _totals(page, formats, words)
        last += 1
    if page.rows:
        sheet.autofilter(HEADER, 0, FIRST + len(page.rows) - 1, len(page.columns) - 1)
    sheet.freeze_panes(FIRST, page.frozen)
    sheet.print_area(0, 0, max(last, HEADER), len(page.columns) - 1)
    sheet.repeat_rows(0, HEADER)
    wide = sum(_width(page, at) for at, column in enumerate(page.columns) if not column.folded)
    sheet.set_paper(A3 if wide > MOST_ON_A4 else A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    plain = kind.replace("&", "&&")
    sheet.set_header(f"&L&A&C{plain}")
    sheet.set_footer(f"&L{content_hash[:16]}&R&P / &N")
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(page.columns) - 1)}{last + 1}"})


def _check(page: Page, formats: Formats, words: Words) -> None:
    """差额 = 0: the sum of the sizes of all differences to what was audited, red where it is not nothing."""
    sheet = page.sheet
    sizes = "+".join(f"SUMPRODUCT(ABS({page.span(head)}))" for head in page.checked)
    sheet.write_string(CHECK_ROW, 0, words("workbook.difference"), formats.of(bold=True, border=1))
    sheet.write_formula(
        CHECK_ROW, 1, f"=ROUND({sizes},2)", formats.of(bold=True, border=1, num_format="#,##0.00", bg_color=GREEN), 0
    )
    same, other = words("workbook.agrees"), words("workbook.changed")
    verdict = f'=IF($B${CHECK_ROW + 1}=0,"{same}","{other}")'
    sheet.write_formula(CHECK_ROW, 2, verdict, formats.of(bold=True), same)
    red = formats.of(bold=True, font_color="#FFFFFF", bg_color=RED)
    rule = {"type": "formula", "criteria": f"=$B${CHECK_ROW + 1}<>0", "format": red}
    sheet.conditional_format(CHECK_ROW, 1, CHECK_ROW, 2, rule)
    for head in page.checked:
        at = page.column(head)
        rule = {"type": "cell", "criteria": "!=", "value": 0, "format": red}
        sheet.conditional_format(FIRST, at, FIRST + len(page.rows) - 1, at, rule)


def _totals(page: Page, formats: Formats, words: Words) -> None:
    row = FIRST + len(page.rows)
    for at, column in enumerate(page.columns):
        if not column.summed:
            cell: Cell = words("terms.sum") if at == 0 else None
        else:
            summed = f"SUM({page.span(column.head)})"
            cell = Formula(f"ROUND({summed},2)" if column.kind == "money" else summed, _total(page, at))
        write(page.sheet, row, at, cell, column.kind if column.summed else "text", formats, bold=True)


def _total(page: Page, at: int) -> Decimal:
    """The sum of a column."""
    return sum((_decimal(cells[at]) for cells in page.rows), Decimal(0))


def _decimal(cell: Cell) -> Decimal:
    """The number of a cell; nothing where it is empty."""
    if isinstance(cell, Formula | Input):
        return Decimal(cell.value)
    return Decimal(0) if cell is None or cell != cell or isinstance(cell, str | Marked) else Decimal(str(cell))


def _width(page: Page, at: int) -> float:
    """Characters of the widest cell, at most WIDEST; a Chinese character takes two. A total is wider, and bold."""
    column = page.columns[at]
    said = [*column.head.split("\n"), column.unit + "  ", *(_shown(cells[at], column.kind) for cells in page.rows)]
    if column.summed:
        said.append(_shown(_total(page, at), column.kind) + "  ")
    return max(NARROWEST, min(WIDEST, 2 + max(map(_size, said))))


def _shown(cell: Cell, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Marked):
        return cell.text
    value = cell.value if isinstance(cell, Formula | Input) else cell
    if isinstance(value, str):
        return value
    return f"{value:,.2f}" if kind in {"money", "standard"} else f"{value:,}"[:16]


def _size(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
