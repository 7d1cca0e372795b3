"""What a column is: its type, unit, meaning, source and status; and a table that was read with such columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from silvafisc.quantities import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from .findings import Finding

STATUSES = ("verified", "secondary", "computed", "recalled", "assumption")
"""From best to worst; what is computed carries the worst status of its inputs."""
TYPES = ("code", "text", "date", "int", "decimal", "float", "bool")
UNIT_OF_ROW = "row"
"""The unit of a value column whose rows name their own unit in a `unit` column."""
REGION_CODE = r"[0-9]{6}"
_YES = "yes"


@dataclass(frozen=True)
class ColumnMeta:
    """One column as documented: unit of the closed registry (or `row`), description, source, status."""

    name: str
    type: str
    unit: str
    description: Mapping[str, str]
    source: str
    status: str


@dataclass(frozen=True)
class ColumnSpec:
    """What a column must hold.

    type: code (text of six digits unless `pattern` says otherwise), text, date (2026-05-01), int, decimal (an exact number: money,
        official figures), float (measurements, coefficients), bool.
    unit: a name in `silvafisc.quantities.UNITS`, or `row` when a `unit` column names it per row.
    required: no cell may be empty. key: part of the table's unique key (then also required).
    optional: the whole column may be absent. Bounds are inclusive. `allowed` and `pattern` bind text and codes.

    Raises:
        ValueError: unknown type, unit or status.
    """

    name: str
    type: str
    unit: str = "text"
    required: bool = True
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    allowed: tuple[str, ...] = ()
    key: bool = False
    pattern: str = ""
    optional: bool = False
    description: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    status: str = ""

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"column {self.name}: unknown type {self.type!r}; one of {', '.join(TYPES)}")
        if self.unit not in UNITS and self.unit != UNIT_OF_ROW:
            raise ValueError(f"column {self.name}: unknown unit {self.unit!r}")
        if self.status and self.status not in STATUSES:
            raise ValueError(f"column {self.name}: unknown status {self.status!r}; one of {', '.join(STATUSES)}")

    @classmethod
    def declared(cls, name: str, row: Mapping[str, str]) -> "ColumnSpec":
        """A column from a row of a table of columns; `optional` may be left out of such a table."""
        return cls(
            name=name,
            type=row["type"],
            unit=row["unit"],
            required=row["required"] == _YES,
            minimum=Decimal(row["minimum"]) if row["minimum"] else None,
            maximum=Decimal(row["maximum"]) if row["maximum"] else None,
            allowed=tuple(row["allowed"].split(";")) if row["allowed"] else (),
            key=row["key"] == _YES,
            optional=row.get("optional", "") == _YES,
            description={"zh": row["description_zh"], "en": row["description_en"]},
        )

    @property
    def meta(self) -> ColumnMeta:
        """The documentation of this column."""
        return ColumnMeta(self.name, self.type, self.unit, self.description, self.source, self.status)

    @property
    def filled(self) -> bool:
        """Whether every cell must hold a value."""
        return self.required or self.key


@dataclass(frozen=True, eq=False)
class Table:
    """A table that passed the loader.

    table: values; int columns int64 (float64 with NaN when not required), decimal and float float64, bool bool,
        code, text and date str (empty string for an empty cell). Same row order as the file.
    text: same shape, every cell the exact source string; exact money and areas are read from here.
    notices: what the loader noticed and accepted (an encoding, a hidden sheet that was not read).
    """

    name: str
    table: "pd.DataFrame"
    text: "pd.DataFrame"
    columns: Mapping[str, ColumnMeta]
    key: tuple[str, ...] = ()
    notices: "tuple[Finding, ...]" = ()
    locate: Callable[[int, str], str] = field(default=lambda row, column: "", repr=False)

    def column_status(self, name: str) -> str:
        """Status of a column as a whole.

        Raises:
            KeyError: unknown column.
        """
        return self.columns[name].status

    def row_status(self, row: int, name: str) -> str:
        """Status of one cell: the row's own `status` where it has one, else the column's."""
        own = str(self.table["status"].iloc[row]) if "status" in self.table.columns else ""
        return own or self.column_status(name)

    def row_source(self, row: int, name: str) -> str:
        """Source of one cell: the row's own `source` where it has one, else the column's."""
        own = str(self.table["source"].iloc[row]) if "source" in self.table.columns else ""
        return own or self.columns[name].source

    def place(self, row: int, column: str) -> str:
        """Where a cell stands in its file: `file:line:column` or `file!sheet!cell` (row counts from 0)."""
        return self.locate(row, column)


def worst_status(*statuses: str) -> str:
    """The worst of the given statuses; empty ones are ignored.

    Raises:
        ValueError: an unknown status.
    """
    named = [status for status in statuses if status]
    if unknown := sorted(set(named) - set(STATUSES)):
        raise ValueError(f"unknown status {', '.join(unknown)}; one of {', '.join(STATUSES)}")
    return max(named, key=STATUSES.index) if named else ""
