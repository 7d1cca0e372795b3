"""Rows that are no rows of the table: titles above the header, totals inside it, notes below it."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from .columns import ColumnSpec
from .findings import Finding
from .grids import Cell, Grid

TITLE_ROWS = 10
"""How far below the first row a header is looked for."""
_FEWEST_COLUMNS = 3
"""In a narrower table a row with one cell may be a row whose others were forgotten."""
_HEAD_COLUMNS = 2
"""Where a total row says that it is one, beside the key columns."""
_TOTAL = re.compile(r"([^：:]{0,8}(合计|总计|共计|小计|总和)|((sub|grand) ?)?total)[:：]?", re.IGNORECASE)
_PARTIAL = re.compile(r".*小计[:：]?|sub ?total[:：]?", re.IGNORECASE)
_SUMMED = frozenset({"int", "decimal"})
Row = tuple[Cell, ...]


def below_title(grid: Grid, schema: Sequence[ColumnSpec]) -> tuple[tuple[Row, ...], list[Finding]]:
    """The rows from the header on, and a finding where a title stands above it."""
    names = {spec.name for spec in schema}
    held = [len(names & {cell.text.strip() for cell in row}) for row in grid.rows[:TITLE_ROWS]]
    best = held.index(max(held))
    if held[0] or 2 * held[best] < len(names):
        return grid.rows, []
    cell = next(cell for cell in grid.rows[0] if cell.kind != "empty")
    line = grid.rows[best][0].line
    en = f"the header stands in row {line}; delete what is above it"
    return grid.rows[best:], [Finding(grid.place(cell), "", en, f"表头在第 {line} 行；请删除其上方的内容")]


def without_strays(
    grid: Grid, body: Sequence[Row], schema: Sequence[ColumnSpec], positions: dict[str, int]
) -> tuple[list[Row], list[Finding]]:
    """The rows that hold a unit, and a finding for every total and note among them."""
    kept: list[Row] = []
    findings: list[Finding] = []
    texts = [positions[spec.name] for spec in schema if spec.name in positions and spec.type in ("code", "text")]
    keys = {positions[spec.name] for spec in schema if spec.key and spec.name in positions}
    heads = [at for at in texts if at in keys or at < _HEAD_COLUMNS]
    wide = sum(spec.filled for spec in schema) >= _FEWEST_COLUMNS
    for row in body:
        filled = [cell for cell in row if cell.kind != "empty"]
        total = next((row[at] for at in heads if at < len(row) and _TOTAL.fullmatch(row[at].text.strip())), None)
        if total is not None:
            findings.append(_total_row(grid, row, total, kept, schema, positions))
        elif wide and len(filled) == 1:
            (cell,) = filled
            findings.append(
                Finding(
                    grid.place(cell),
                    "",
                    f"a row with nothing but {cell.text[:40]!r}: a note, or a column that slipped down? Notes belong on a sheet"
                    " of their own",
                    f"该行只有“{cell.text[:40]}”：是表下附注，还是整列错位？附注请写在说明表中",
                )
            )
        else:
            kept.append(row)
    return kept, findings


def _total_row(
    grid: Grid, row: Row, total: Cell, above: Sequence[Row], schema: Sequence[ColumnSpec], positions: dict[str, int]
) -> Finding:
    """A total is no unit; where it is not the sum of the rows above that is said too."""
    wrong = []
    for spec in schema:
        at = positions.get(spec.name, len(row))
        if (
            spec.type not in _SUMMED
            or at >= len(row)
            or row[at].kind == "empty"
            or _PARTIAL.fullmatch(total.text.strip())
        ):
            continue
        try:
            found = sum((Decimal(one[at].text) for one in above if at < len(one)), Decimal(0))
            if Decimal(row[at].text) != found:
                wrong.append((spec.name, row[at].text, format(found, "f")))
        except InvalidOperation:
            continue
    en = "".join(f"; its {name} of {shown} is not the sum {found} of the rows above" for name, shown, found in wrong)
    zh = "".join(f"；其 {name} {shown} 不等于上方各行之和 {found}" for name, shown, found in wrong)
    return Finding(
        grid.place(total),
        "",
        f"a total row inside the table ({total.text}); delete it, totals are stated in control_totals{en}",
        f"表内有合计行（{total.text}）；请删除，合计数填入 control_totals 表{zh}",
    )
