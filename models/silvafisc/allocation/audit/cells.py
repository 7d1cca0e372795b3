"""Reading cells exactly: integers stay integers, decimals become whole fen or tenths of a mu, floats are no money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from .exact import FEN_PER_YUAN, TENTHS_PER_MU, fraction, whole
from .finding import Check

INDEX_DECIMALS = 6
"""Indices and scores are compared as printed, to six decimals (design of the score)."""


@dataclass(frozen=True)
class Cells:
    """One row of one table; a cell that cannot be read exactly becomes a finding of `check` and a placeholder."""

    where: str
    row: Mapping[str, Any]
    check: Check

    def text(self, column: str) -> str:
        """Text; an absent cell is ''."""
        value = self.row[column]
        if _absent(value):
            return ""
        if not isinstance(value, str):
            self._bad(column, value, "须为文本", "must be text")
            return ""
        return value

    def integer(self, column: str) -> int:
        """A whole number that must be there."""
        value = self.integer_or_none(column)
        if value is None:
            self._bad(column, "", "不能为空", "must not be empty")
            return 0
        return value

    def integer_or_none(self, column: str) -> int | None:
        """A whole number, or None where the cell is empty."""
        value = self.row[column]
        if _absent(value):
            return None
        if not pd.api.types.is_integer(value):
            self._bad(column, value, "须为整数", "must be a whole number")
            return None
        return int(value)

    def fen(self, column: str) -> int | None:
        """Whole fen (per mu) of a decimal string of yuan, or None where empty."""
        return self._scaled(column, FEN_PER_YUAN)

    def tenths(self, column: str) -> int | None:
        """Whole tenths of a mu of a decimal string of mu, or None where empty."""
        return self._scaled(column, TENTHS_PER_MU)

    def share(self, column: str) -> Fraction | None:
        """Exact fraction of a decimal string, or None where empty."""
        value = self.row[column]
        if _absent(value):
            return None
        try:
            return fraction(value)
        except ValueError:
            self._bad(column, value, "须为精确的小数文本", "must be an exact decimal text")
            return None

    def index(self, column: str) -> Fraction:
        """An index printed with six decimals, as the exact number that is printed."""
        number = self.number(column)
        return Fraction(f"{number:.{INDEX_DECIMALS}f}") if number is not None else Fraction(0)

    def number(self, column: str) -> float | None:
        """A finite float, or None where empty."""
        value = self.row[column]
        if _absent(value):
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("inf")
        if number in (float("inf"), float("-inf")):
            self._bad(column, value, "须为有限数", "must be a finite number")
            return None
        return number

    def truth(self, column: str) -> bool:
        """A boolean, also as the text True / False of a saved table."""
        value = self.row[column]
        if str(value) not in {"True", "False"}:
            self._bad(column, value, "须为 True 或 False", "must be True or False")
        return str(value) == "True"

    def _scaled(self, column: str, scale: int) -> int | None:
        value = self.share(column)
        if value is None:
            return None
        try:
            return whole(value * scale)
        except ValueError:
            self._bad(column, value, "小于最小计量单位", "is finer than the smallest unit")
            return None

    def _bad(self, column: str, value: object, zh: str, en: str) -> None:
        self.check.refuse(f"{self.where}, {column}", zh, en, found=repr(value))


def rows(
    name: str, frame: pd.DataFrame | None, key: Sequence[str], columns: Sequence[str], check: Check
) -> Iterator[Cells]:
    """The rows of a table as cells; a missing table or column is one finding and no rows.

    Args:
        name: table name for messages. frame: the table, None where it was not handed over.
        key: columns that name a row. columns: the other columns that will be read.
        check: collects what cannot be read.
    """
    if frame is None:
        check.refuse(name, "缺少此表", "the table is missing")
        return
    missing = [column for column in (*key, *columns) if column not in frame.columns]
    if missing:
        check.refuse(name, f"缺少列：{missing}", f"columns are missing: {missing}")
        return
    for record in frame[list(dict.fromkeys((*key, *columns)))].to_dict("records"):
        row = {str(column): value for column, value in record.items()}
        parts = ", ".join(f"{column}={row[column]}" for column in key if not _absent(row[column]))
        yield Cells(f"{name}: {parts}", row, check)


def _absent(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, str) and not value) or value != value
