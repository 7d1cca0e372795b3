"""Large tables column by column: the same columns, grammar, findings and `Table` as `load_table`, without an object per cell.

A plain CSV (no quotation marks, every row as long as its header) is split at once, and each column is held against the
plain grammar of its type; only a cell outside it is looked at by itself. Everything else goes the way of `load_table`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from .cells import Value
from .columns import ColumnSpec, Table
from .csv_grid import decode
from .findings import Finding, InputError
from .grids import Cell, Grid
from .tables import capped, match_columns, read_grid, series_of, table_of, value_of

MAX_BYTES = 1024 * 1024 * 1024
"""Of a file that is read by column; a nation's counties with a million offers take a fifth of it."""
Schema = Callable[[Sequence[str]], Sequence[ColumnSpec]]
"""From the names in the header to the columns that the table must have."""

_PLAIN = {
    "int": r"[+-]?[0-9]{1,18}",
    "decimal": r"[0-9]{1,15}(?:\.[0-9]{1,2})?",
    "float": r"[+-]?[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]{1,2})?",
}
"""What is right without a closer look where a column has no bounds of its own."""


def load_by_column(path: str | Path, schema: Schema, sheet: str | None = None) -> Table:
    """Read a CSV or XLSX table whose columns depend on its own header.

    Raises:
        InputError: as `load_table`.
    """
    path = Path(path)
    if path.suffix.lower() == ".csv" and sheet is None and path.is_file() and path.stat().st_size <= MAX_BYTES:
        text, notices = decode(path.read_bytes(), str(path))
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip(",; \t")]
        if lines and '"' not in text:
            width = lines[0][1].count(",")
            if all(line.count(",") == width for _, line in lines):
                return _split(path, lines, schema, notices)
    grid, notices = read_grid(path, sheet)
    header = [cell.text.strip() for cell in grid.rows[0]] if grid.rows else []
    return table_of(grid, schema(header), path.stem, notices)


def _split(path: Path, lines: list[tuple[int, str]], schema: Schema, notices: Sequence[Finding]) -> Table:
    """The table of lines that all have as many cells as the header."""
    at, names = 1, []
    for name in lines[0][1].split(","):
        names.append(Cell(name, "text" if name.strip() else "empty", lines[0][0], at))
        at += len(name) + 1
    specs = schema([cell.text.strip() for cell in names])
    grid = Grid(str(path), "", (tuple(names),))
    findings, positions = match_columns(grid, names, specs)
    if len(lines) == 1:
        en, zh = "there is a header but not a single row", "只有表头，没有数据行"
        findings.append(Finding(str(path), "", en, zh))
    columns = list(zip(*(line.split(",") for _, line in lines[1:]), strict=True)) or [() for _ in names]

    def cell(row: int, position: int) -> Cell:
        number, line = lines[row + 1]
        parts = line.split(",")
        start = len(",".join(parts[:position])) + (2 if position else 1)
        return Cell(parts[position], "text" if parts[position].strip() else "empty", number, start)

    frames: dict[str, pd.Series[Any]] = {}
    present = [spec for spec in specs if spec.name in positions]
    for spec in present:
        position = positions[spec.name]
        frames[spec.name] = _column(grid, spec, columns[position], partial(cell, position=position), findings)
    if findings:
        raise InputError(capped(findings, str(path)))
    return Table(
        name=path.stem,
        table=pd.DataFrame(frames),
        text=pd.DataFrame({spec.name: columns[positions[spec.name]] for spec in present}, dtype="str"),
        columns={spec.name: spec.meta for spec in present},
        notices=tuple(notices),
        locate=lambda row, column: grid.place(cell(row, positions[column])),
    )


def _column(
    grid: Grid, spec: ColumnSpec, texts: Sequence[str], cell: Callable[[int], Cell], findings: list[Finding]
) -> "pd.Series[Any]":
    """Values of a column; cells that are not plainly right are read one by one."""
    held = pd.Series(texts, dtype="str")
    plain = _PLAIN.get(spec.type)
    if plain is not None and spec.minimum is None and spec.maximum is None:
        right = held.str.fullmatch(plain)
        if right.all():
            return held.astype("int64") if spec.type == "int" and spec.filled else held.astype("float64")
    # Texts repeat: each different one is read once, and its finding is repeated at every place.
    known: dict[str, Value] = {}
    before = len(findings)
    for row, text in enumerate(texts):
        if text not in known:
            found = len(findings)
            value = value_of(grid, spec, cell(row), findings)
            if len(findings) == found:
                known[text] = value
    if len(findings) > before:
        return held
    values = [known[text] for text in texts]
    return held if spec.type in ("code", "text") and held.tolist() == values else series_of(spec, values)
