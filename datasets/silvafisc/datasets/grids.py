"""Cells with their place in a file, before anything is known about what they should hold."""

from dataclasses import dataclass

from .findings import Finding

LETTERS = 26


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. kind: text, number, bool, date or empty (a CSV knows only text and empty). Line and column from 1."""

    text: str
    kind: str
    line: int
    column: int


@dataclass(frozen=True)
class Grid:
    """Rows of cells; the first row is the header. `sheet` is empty for CSV. findings: what is wrong whatever the columns."""

    file: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    findings: tuple[Finding, ...] = ()

    def place(self, cell: Cell) -> str:
        """`file:line:column`, or `file!sheet!A1`."""
        if self.sheet:
            return f"{self.file}!{self.sheet}!{column_letters(cell.column)}{cell.line}"
        return f"{self.file}:{cell.line}:{cell.column}"


def column_letters(number: int) -> str:
    """Spreadsheet letters of a column counted from 1: 1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Column counted from 1 of spreadsheet letters: A -> 1, AA -> 27."""
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number
