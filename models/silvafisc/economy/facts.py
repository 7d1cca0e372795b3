"""Exact figures of shipped packages, by region, with the status each one carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import pandas as pd

from silvafisc.datasets.columns import UNIT_OF_ROW, ColumnMeta, worst_status
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS
from silvafisc.quantities.money import TENTHS_PER_MU, exact_decimal

REGION = "region_code"


class TableOfFacts(Protocol):
    """What a data package offers here: values, exact source text, column documentation, status of a cell."""

    @property
    def name(self) -> str: ...
    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def text(self) -> pd.DataFrame: ...
    @property
    def columns(self) -> Mapping[str, ColumnMeta]: ...
    def row_status(self, row: int, name: str) -> str: ...
    def row_source(self, row: int, name: str) -> str: ...


@dataclass(frozen=True)
class Facts:
    """Lookup of one package by a key column (regions: six-digit codes)."""

    package: TableOfFacts
    key: str = REGION
    rows: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        rows = {str(code): row for row, code in enumerate(self.package.text[self.key])}
        object.__setattr__(self, "rows", rows)

    @property
    def codes(self) -> tuple[str, ...]:
        """Keys, ascending."""
        return tuple(sorted(self.rows))

    def text(self, code: str, column: str) -> str:
        """The cell as it stands in the source. Raises KeyError."""
        return str(self.package.text[column].iloc[self.rows[code]]).strip()

    def exact(self, code: str, column: str, to: str | None = None) -> Fraction:
        """The cell as an exact number in the column's unit, or in canonical units (mu, fen, persons) with `to`.

        Raises:
            KeyError: no such row or column.
            ValueError: the cell holds no number, or its unit has another dimension than `to`.
        """
        value = Fraction(exact_decimal(self.text(code, column), f"{self.package.name}.{column} of {code}"))
        if to is None:
            return value
        name = self.package.columns[column].unit
        unit = UNITS[self.text(code, "unit") if name == UNIT_OF_ROW else name]
        if unit.dimension != UNITS[to].dimension:
            raise ValueError(f"{self.package.name}.{column} is in {unit.name}, not convertible to {to}")
        return value * unit.factor / UNITS[to].factor

    def status(self, code: str, *columns: str) -> str:
        """The worst status of these cells."""
        return worst_status(*(self.package.row_status(self.rows[code], column) for column in columns))

    def source(self, code: str, column: str) -> str:
        """Where the cell's figure comes from."""
        return self.package.row_source(self.rows[code], column)


def tenths_of_mu(mu: Fraction) -> int:
    """Whole tenths of a mu, rounded down."""
    return (mu * TENTHS_PER_MU).__floor__()


def clamp(value: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """`value`, not below `low` and not above `high`."""
    return min(max(value, low), high)


def rounded(value: Fraction | float, digits: int) -> Fraction:
    """An exact decimal of `digits` places, half to even: keeps amounts free of the last bits of float arithmetic."""
    scale = 10**digits
    return Fraction(round(Fraction(value) * scale), scale)


def statuses(rules: Rules, paths: Sequence[str]) -> str:
    """The worst status of these parameters."""
    return worst_status(*(rules.entry(path).status for path in paths))
