"""What stands in a cell of a workbook, and how it is written: texts as texts, numbers that a double holds, formulas with their result."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from silvafisc.datasets.limits import EXACT_FLOAT_DIGITS

FORMATS: Mapping[str, str] = {
    "text": "@",
    "money": "#,##0.00",
    "area": "#,##0.0",
    "standard": "#,##0.00",
    "share": "0.0000",
    "count": "#,##0",
    "tonnes": "#,##0.0",
    "plain": "General",
}
"""Kind of a column -> number format. money: yuan; area: mu."""
STATUS_COLOURS: Mapping[str, str] = {"recalled": "#FFF2CC", "assumption": "#FCE4D6"}
"""What is recalled and what is assumed; the status stands there in words too."""
INPUT, FORMULA = "#FFFBE6", "#FFFFFF"
RED, GREEN, HEAD, TOTAL = "#C00000", "#E2F0D9", "#DDE7EC", "#F1F4F5"
LONGEST_TEXT = 32_767
"""Characters that Excel takes in a cell."""


@dataclass(frozen=True)
class Formula:
    """A formula with the result that the audited outcome has for it."""

    text: str
    value: Decimal | int | str


@dataclass(frozen=True)
class Input:
    """A number that the user may change: what depends on it follows."""

    value: Decimal | int


@dataclass(frozen=True)
class Marked:
    """A text on the colour of a status."""

    text: str
    status: str


Cell = str | Decimal | int | float | Formula | Input | Marked | None


class Formats:
    """Formats of cells, each made once: a class, because the book numbers them as they are made."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **wanted: Any) -> Any:
        """The format with these properties."""
        key = tuple(sorted(wanted.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(wanted)
        return self.made[key]


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two decimals, exact."""
    return Decimal(int(fen)).scaleb(-2)


def digits(value: Decimal | int) -> int:
    """Significant digits of a number."""
    return len(Decimal(value).normalize().as_tuple().digits)


def write(page: Any, line: int, at: int, cell: Cell, kind: str, formats: Formats, bold: bool = False) -> None:
    """Write one cell.

    A number of more digits than a double holds is written as text, digit by digit; one that is absent (NaN) leaves the
    cell empty, for absent is not zero.
    """
    look: dict[str, Any] = {"num_format": FORMATS[kind], "border": 1, "valign": "top"}
    if bold:
        look |= {"bold": True, "bg_color": TOTAL}
    if isinstance(cell, Marked):
        page.write_string(
            line, at, cell.text[:LONGEST_TEXT], formats.of(**look, bg_color=STATUS_COLOURS.get(cell.status, FORMULA))
        )
        return
    if isinstance(cell, Formula):
        value = float(cell.value) if isinstance(cell.value, Decimal) else cell.value
        page.write_formula(line, at, f"={cell.text}", formats.of(**look), value)
        return
    if isinstance(cell, Input):
        look |= {"bg_color": INPUT, "font_color": "#1F3864"}
        cell = cell.value
    if cell is None or cell != cell:
        page.write_blank(line, at, None, formats.of(**look))
    elif isinstance(cell, str):
        page.write_string(line, at, cell[:LONGEST_TEXT], formats.of(**look | {"text_wrap": True}))
    elif not isinstance(cell, float) and digits(cell) > EXACT_FLOAT_DIGITS:
        page.write_string(line, at, f"{cell:,}", formats.of(**look | {"align": "right", "num_format": "@"}))
    else:
        page.write_number(line, at, float(cell), formats.of(**look))
