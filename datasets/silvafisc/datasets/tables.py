"""The one loader of tables: CSV and XLSX against declared columns, all findings at once."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.quantities import UNITS, convert, unit_of_column

from .cells import Value, parse
from .columns import UNIT_OF_ROW, ColumnSpec, Table
from .csv_grid import read_csv
from .findings import Finding, InputError
from .grids import Cell, Grid
from .limits import MAX_FILE_BYTES, MAX_FINDINGS
from .stray_rows import below_title, without_strays

EMPTY = Cell("", "empty", 0, 0)


def load_table(path: str | Path, schema: Sequence[ColumnSpec], sheet: str | None = None) -> Table:
    """Read a CSV or XLSX table and check it against its columns.

    Args:
        path: a file that ends in .csv or .xlsx.
        schema: the columns; a package's own are in `load_package(name).schema`. Their order in the file is free.
        sheet: the sheet of a workbook; may be left out when it has one visible sheet.

    Raises:
        InputError: with every finding (file:line:column or file!sheet!cell) in Chinese and English.
    """
    grid, notices = read_grid(Path(path), sheet)
    return table_of(grid, schema, Path(path).stem, notices)


def read_grid(path: Path, sheet: str | None = None) -> tuple[Grid, tuple[Finding, ...]]:
    """The cells of a CSV or XLSX file, and what was noticed. Raises InputError as `load_table`."""
    if path.is_dir():
        raise InputError([Finding(str(path), "", "is a folder, not a table", "是文件夹，不是表")])
    if not path.is_file():
        raise InputError([Finding(str(path), "", "no such file", "没有这个文件")])
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise InputError(
            [
                Finding(
                    str(path),
                    "",
                    f"{size} bytes; at most {MAX_FILE_BYTES} are read",
                    f"文件 {size} 字节，最多读取 {MAX_FILE_BYTES} 字节",
                )
            ]
        )
    suffix = path.suffix.lower()
    if suffix == ".csv":
        if sheet is not None:
            raise InputError([Finding(str(path), "", "a CSV file has no sheets", "CSV 文件没有工作表")])
        return read_csv(path.read_bytes(), str(path))
    if suffix == ".xlsx":
        from .xlsx_grid import read_xlsx  # opened only for workbooks

        return read_xlsx(path.read_bytes(), str(path), sheet)
    raise InputError(
        [
            Finding(
                str(path),
                "",
                f"cannot read {suffix or 'a file without suffix'}; save it as .xlsx or .csv",
                f"不能读取 {suffix or '无后缀文件'}，请另存为 .xlsx 或 .csv",
            )
        ]
    )


def table_of(grid: Grid, schema: Sequence[ColumnSpec], name: str, notices: Sequence[Finding] = ()) -> Table:
    """Check a grid of cells against its columns.

    Raises:
        InputError: every finding; at most `MAX_FINDINGS` are listed, then their number.
    """
    origin = f"{grid.file}!{grid.sheet}" if grid.sheet else grid.file
    if not grid.rows:
        raise InputError([Finding(origin, "", "the table is empty", "表是空的")])
    rows, titles = below_title(grid, schema)
    header, body = rows[0], rows[1:]
    findings, positions = match_columns(replace(grid, rows=rows), header, schema)
    findings += [*grid.findings, *titles]
    broken = {finding.where for finding in grid.findings}
    kept, strays = without_strays(grid, body, schema, positions)
    findings += strays
    if not body:
        findings.append(Finding(origin, "", "there is a header but not a single row", "只有表头，没有数据行"))
    for row in kept:
        surplus = [cell for cell in row[len(header) :] if cell.kind != "empty"]
        if surplus or (not grid.sheet and len(row) != len(header)):
            findings.append(
                Finding(
                    grid.place(surplus[0] if surplus else row[0]),
                    "",
                    f"the row has {len(row)} cells, the header {len(header)}",
                    f"该行有 {len(row)} 个单元格，表头有 {len(header)} 个",
                )
            )
    values: dict[str, list[Value]] = {}
    cells: dict[str, list[Cell]] = {}
    for spec in schema:
        if spec.name in positions:
            at = positions[spec.name]
            cells[spec.name] = [row[at] if at < len(row) else _beyond(grid, row, at) for row in kept]
            values[spec.name] = [
                None if grid.place(cell) in broken else value_of(grid, spec, cell, findings)
                for cell in cells[spec.name]
            ]
    key = tuple(spec.name for spec in schema if spec.key)
    if key and all(name in cells for name in key):
        findings += _duplicates(grid, key, cells)
    if findings:
        raise InputError(capped(findings, origin))
    present = [spec for spec in schema if spec.name in cells]
    text = {spec.name: [cell.text for cell in cells[spec.name]] for spec in present}
    frame = pd.DataFrame({spec.name: series_of(spec, values[spec.name]) for spec in present})

    def locate(row: int, column: str) -> str:
        return grid.place(cells[column][row])

    return Table(
        name=name,
        table=frame,
        text=pd.DataFrame(text, dtype="str"),
        columns={spec.name: spec.meta for spec in present},
        key=key,
        notices=tuple(notices),
        locate=locate,
    )


def _beyond(grid: Grid, row: Sequence[Cell], at: int) -> Cell:
    """The empty cell that a short row does not have."""
    return Cell("", "empty", row[0].line, at + 1 if grid.sheet else row[-1].column + len(row[-1].text))


def value_of(grid: Grid, spec: ColumnSpec, cell: Cell, findings: list[Finding]) -> Value:
    if cell.kind == "empty":
        if spec.filled:
            findings.append(
                Finding(
                    grid.place(cell),
                    spec.name,
                    "empty; absent is not zero: write 0 where it is zero",
                    "为空；缺失不等于零，为零请写 0",
                )
            )
        return None
    value, problem = parse(spec, cell)
    if problem:
        findings.append(Finding(grid.place(cell), spec.name, *problem))
    return value


def series_of(spec: ColumnSpec, values: list[Value]) -> "pd.Series[Any]":
    if spec.type in ("code", "text", "date"):
        return pd.Series(["" if value is None else value for value in values], dtype="str")
    if spec.type == "bool":
        return pd.Series(values, dtype="bool")
    if spec.type == "int" and spec.filled:
        return pd.Series(values, dtype="int64")
    return pd.Series(values, dtype="float64")


def match_columns(
    grid: Grid, header: Sequence[Cell], schema: Sequence[ColumnSpec]
) -> tuple[list[Finding], dict[str, int]]:
    """Match the header: missing, unknown, duplicated and wrongly-united columns."""
    findings: list[Finding] = []
    positions: dict[str, int] = {}
    known = {spec.name: spec for spec in schema}
    unknown: dict[str, Cell] = {}
    for at, cell in enumerate(header):
        name = cell.text.strip()
        if name in positions or name in unknown:
            findings.append(
                Finding(grid.place(cell), name, "this column stands twice in the header", "表头中该列出现了两次")
            )
        elif name in known:
            positions[name] = at
        elif name:
            unknown[name] = cell
        elif any(at < len(row) and row[at].kind != "empty" for row in grid.rows[1:]):
            findings.append(Finding(grid.place(cell), "", "a column without a name", "有一列没有列名"))
    if len(header) == 1 and any(mark in header[0].text for mark in ";\t；") and not positions:
        raise InputError(
            [
                Finding(
                    grid.place(header[0]),
                    "",
                    "the columns are not separated by commas; save it as “CSV (comma separated)”",
                    "各列不是用逗号分隔的，请另存为“CSV（逗号分隔）”",
                )
            ]
        )
    missing = [spec.name for spec in schema if spec.name not in positions and not spec.optional]
    origin = grid.place(header[0])
    for name in missing:
        other = next((candidate for candidate in unknown if _same_but_unit(candidate, name)), None)
        if other is not None:
            findings.append(_other_unit(grid.place(unknown.pop(other)), other, name))
            continue
        near = difflib.get_close_matches(name, list(unknown), n=1)
        en = f"; did you write {near[0]}?" if near else ""
        zh = f"；是否写成了 {near[0]}？" if near else ""
        findings.append(Finding(origin, name, f"this column is missing{en}", f"缺少该列{zh}"))
    for name, cell in unknown.items():
        near = difflib.get_close_matches(name, [spec.name for spec in schema if spec.name not in positions], n=1)
        en = f"; did you mean {near[0]}?" if near else f"; the columns are {', '.join(known)}"
        zh = f"；是否应为 {near[0]}？" if near else f"；可用的列：{'、'.join(known)}"
        findings.append(Finding(grid.place(cell), name, f"unknown column{en}", f"未知的列{zh}"))
    return findings, positions


def _same_but_unit(found: str, wanted: str) -> bool:
    have, need = unit_of_column(found), unit_of_column(wanted)
    return (
        have is not None
        and need is not None
        and have != need
        and found.removesuffix(have) == wanted.removesuffix(need)
        and UNITS[have].dimension == UNITS[need].dimension
    )


def _other_unit(where: str, found: str, wanted: str) -> Finding:
    have, need = unit_of_column(found) or "", unit_of_column(wanted) or ""
    factor = convert(Decimal(1), have, need)
    how_en = f"multiply by {factor}" if factor >= 1 else f"divide by {1 / factor}"
    how_zh = f"乘以 {factor}" if factor >= 1 else f"除以 {1 / factor}"
    return Finding(
        where,
        found,
        f"this column is in {UNITS[have].label_en}, the table needs {wanted} in {UNITS[need].label_en}: {how_en}",
        f"该列单位为{UNITS[have].label_zh}，本表需要以{UNITS[need].label_zh}为单位的 {wanted}：请{how_zh}",
    )


def _duplicates(grid: Grid, key: Sequence[str], cells: dict[str, list[Cell]]) -> list[Finding]:
    findings: list[Finding] = []
    first: dict[tuple[str, ...], Cell] = {}
    for row in zip(*(cells[name] for name in key), strict=True):
        value = tuple(cell.text for cell in row)
        if any(cell.kind == "empty" for cell in row):
            continue
        if value in first:
            here, there = grid.place(row[0]), grid.place(first[value])
            shown = ", ".join(value)
            findings.append(
                Finding(
                    here, ", ".join(key), f"{shown} stands twice; first at {there}", f"{shown} 重复；首次出现于 {there}"
                )
            )
        else:
            first[value] = row[0]
    return findings


def capped(findings: list[Finding], origin: str) -> list[Finding]:
    if len(findings) <= MAX_FINDINGS:
        return findings
    more = len(findings) - MAX_FINDINGS
    return [*findings[:MAX_FINDINGS], Finding(origin, "", f"and {more} more findings", f"另有 {more} 处问题")]


def row_units(table: Table, origin: str) -> list[Finding]:
    """Findings for rows whose own `unit` is not in the registry, where a column's unit is `row`."""
    if not any(meta.unit == UNIT_OF_ROW for meta in table.columns.values()):
        return []
    if "unit" not in table.columns:
        return [
            Finding(origin, "unit", "a column whose unit is `row` needs a unit column", "单位为 row 的列需要 unit 列")
        ]
    return [
        Finding(table.place(row, "unit"), "unit", f"unknown unit {unit!r}", f"未知单位“{unit}”")
        for row, unit in enumerate(table.table["unit"])
        if unit not in UNITS
    ]
