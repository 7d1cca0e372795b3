"""Cells and sheets of the workbook of a loan or bond: values, cells to change, and formulas with their priced value."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell

FORMATS: Mapping[str, str] = {
    "text": "@",
    "money": "#,##0.00",
    "rate": "0.0000%",
    "date": "yyyy-mm-dd",
    "count": "#,##0",
    "ratio": "0.00",
    "year": "0",
    "factor": "0.0000000000",
}
INPUT, HEAD, RED, GREEN, GREY = "#FFFBE6", "#DDE7EC", "#C00000", "#E2F0D9", "#595959"
FIRST = 6
"""The first row of cells, from 0: title, kind, note, check, one left free, header."""
CHECK_ROW = 3
WIDE, NARROW, MOST_WIDTH = 2.0, 1.1, 44
"""Width of a Chinese and of a Latin character; the widest column."""
NUMBER_WIDTH = 11.0
"""Of dates, shares and factors."""
A3, A4, MOST_ON_A4 = 8, 9, 110
"""Papers, and the characters of all columns that are still legible on A4."""


class Words(Protocol):
    """The words of one language; see `silvafisc.briefing.words.Words`."""

    @property
    def language(self) -> str: ...
    def __call__(self, key: str, **values: str) -> str: ...
    def name(self, group: str, item: str) -> str: ...
    def own(self, text: str) -> str: ...


@dataclass(frozen=True)
class Live:
    """A formula with its value as it was priced. kind: as of `Given`."""

    formula: str
    value: float | int | str
    kind: str = ""


@dataclass(frozen=True)
class Given:
    """A value that the user may change. kind: of `FORMATS`, where it is not its column's."""

    value: float | int
    kind: str = ""


Cell = str | float | int | datetime.date | Live | Given | None


@dataclass(frozen=True)
class Column:
    """key: of its header in the texts. folded: working, folded away."""

    key: str
    kind: str = "text"
    folded: bool = False
    more: str = ""
    """What is put behind the header: a course, a party, a rate."""


class Book:
    """A book of xlsxwriter, the words and the formats: a class, because formats are numbered as they are made."""

    def __init__(self, book: Any, words: Words) -> None:
        self.book, self.words = book, words
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **wanted: Any) -> Any:
        """The format with these properties."""
        key = tuple(sorted(wanted.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(wanted)
        return self.made[key]

    def say(self, key: str, **values: str) -> str:
        """A text of the workbook."""
        return self.words(f"finance_book.{key}", **values)


@dataclass
class Page:
    """One sheet, filled row by row and written at its end; formulas refer to its cells by `ref` and `span`."""

    book: Book
    name: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: list[Sequence[Cell]] = field(default_factory=list)
    sheet: Any = None

    def __post_init__(self) -> None:
        self.sheet = self.book.book.add_worksheet(self.name)

    def at(self, row: int, key: str, more: str = "") -> str:
        """A cell, as formulas on this sheet say it."""
        return str(xl_rowcol_to_cell(FIRST + row, self.column(key, more), row_abs=True, col_abs=True))

    def ref(self, row: int, key: str, more: str = "") -> str:
        """The same, as formulas on other sheets say it."""
        return f"'{self.name}'!{self.at(row, key, more)}"

    def span(self, key: str, first: int = 0, last: int | None = None) -> str:
        """The cells of a column in some rows (all that are there), as formulas on any sheet say it."""
        at, end = self.column(key), len(self.rows) - 1 if last is None else last
        return f"'{self.name}'!{xl_range_abs(FIRST + first, at, FIRST + end, at)}"

    def column(self, key: str, more: str = "") -> int:
        """Position of a column. Raises ValueError."""
        return [(column.key, column.more) for column in self.columns].index((key, more))

    @property
    def check(self) -> str:
        """The check cell."""
        return f"'{self.name}'!$B${CHECK_ROW + 1}"

    def finish(self, check: str, frozen: int = 1) -> None:
        """Write everything. check: the formula of the difference to what was priced, 0 as it was priced."""
        sheet, form = self.sheet, self.book.format
        sheet.write_string(0, 0, self.title, form(bold=True, font_size=14))
        sheet.write_string(1, 0, self.book.words("term_sheet.kind"), form(bold=True, font_color=RED))
        sheet.write_string(2, 0, self.note, form(italic=True, font_color=GREY))
        sheet.write_string(CHECK_ROW, 0, self.book.say("check"), form(bold=True))
        sheet.write_formula(CHECK_ROW, 1, f"={check}", form(bold=True, num_format="#,##0.00", bg_color=GREEN), 0)
        wide, label = 0.0, _width(self.book.say("check"))
        head = form(bold=True, border=1, text_wrap=True, align="center", valign="vcenter", bg_color=HEAD)
        for at, column in enumerate(self.columns):
            name = " ".join(part for part in (self.book.say(column.key), column.more) if part)
            sheet.write_string(FIRST - 1, at, name, head)
            longest = max([_width(name) / 2, *(_cell_width(row[at], column.kind) for row in self.rows)])
            width = min(longest if at else max(longest, label), MOST_WIDTH) + 2
            folded = {"level": 1, "hidden": True} if column.folded else {}
            sheet.set_column(at, at, width, None, folded)
            wide += 0.0 if column.folded else width
        for line, row in enumerate(self.rows, FIRST):
            for at, (cell, column) in enumerate(zip(row, self.columns, strict=True)):
                self.write(line, at, cell, column.kind)
        sheet.set_row(FIRST - 1, 32)
        sheet.freeze_panes(FIRST, frozen)
        sheet.set_landscape()
        sheet.set_paper(A3 if wide > MOST_ON_A4 else A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, FIRST - 1)

    def write(self, line: int, at: int, cell: Cell, kind: str) -> None:
        """Write one cell of a row."""
        if isinstance(cell, Live | Given):
            kind = cell.kind or kind
        sheet, look = self.sheet, {"border": 1, "num_format": FORMATS[kind]}
        if isinstance(cell, Live):
            sheet.write_formula(line, at, f"={cell.formula}", self.book.format(**look), cell.value)
        elif isinstance(cell, Given):
            given = self.book.format(**look, bg_color=INPUT, font_color="#1F3864")
            sheet.write_number(line, at, cell.value, given)
        elif isinstance(cell, datetime.date):
            sheet.write_datetime(line, at, cell, self.book.format(**{**look, "num_format": FORMATS["date"]}))
        elif isinstance(cell, str):
            sheet.write_string(line, at, cell, self.book.format(border=1, num_format="@"))
        elif cell is None:
            sheet.write_blank(line, at, None, self.book.format(**look))
        else:
            sheet.write_number(line, at, cell, self.book.format(**look))


def day(text: Any) -> datetime.date:
    """An ISO day."""
    return datetime.date.fromisoformat(str(text))


def yuan(fen: Any) -> float:
    """Fen as yuan."""
    return int(fen) / 100


def differences(page: Page, pairs: Sequence[tuple[str, str]]) -> str:
    """The sum of all differences between columns and what was priced of them."""
    parts = "+".join(f"SUMPRODUCT(ABS({page.span(one)}-{page.span(other)}))" for one, other in pairs)
    return f"ROUND({parts},2)" if page.rows else "0"


def letter(page: Page, key: str, row: int) -> str:
    """A cell of the page without marks of fixed places, for formulas that are read along a row."""
    return f"{xl_col_to_name(page.column(key))}{FIRST + row + 1}"


def _width(text: str) -> float:
    return sum(WIDE if ord(char) > 0x2E80 else NARROW for char in text)


def _cell_width(cell: Cell, kind: str) -> float:
    value = cell.value if isinstance(cell, Live | Given) else cell
    if isinstance(value, str):
        return _width(value)
    if kind == "money" and isinstance(value, int | float):
        return _width(f"{value:,.2f}")
    return NUMBER_WIDTH
