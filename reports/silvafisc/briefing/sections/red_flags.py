"""Red flags: which checks were made, what they found, and why listed units fall."""

from typing import Any

from ..blocks import Block, Column, Heading, Paragraph, Row, Table
from ..draft import Draft, cell
from ..glyphs import printable
from ..style import current

SHOWN = 40
"""Rows found that are printed; all of them stand in red_flags.csv."""


def blocks(draft: Draft) -> list[Block]:
    """Nothing for an outcome made before such checks; one sentence where none of them could be made."""
    words, frame = draft.words, draft.table("red_flags")
    if not len(frame):
        return []
    found: list[Block] = [Heading(words("red_flags.head"))]
    if not frame["made"].any():
        return [*found, Paragraph(words.runs("red_flags.none_made", count=str(frame["check"].nunique())))]
    heads, rows = frame[frame["region_code"] == ""], frame[frame["region_code"] != ""]
    said = f"words_{draft.language}"
    checks = zip(heads["check"], heads[said], strict=True)
    columns = Column(words("red_flags.check")), Column(words("red_flags.verdict"), width=1)
    verdicts = tuple(Row((cell(words.name("red_flag", str(check))), cell(str(text)))) for check, text in checks)
    found.append(Table(columns, verdicts, words.runs("red_flags.caption"), words.runs("red_flags.note"), dense=True))
    return [*found, _rows(draft, rows.to_dict("records"))] if len(rows) else found


def _rows(draft: Draft, found: list[dict[Any, Any]]) -> Table:
    """What was found, row by row; the check's own words say what it is."""
    words, known = draft.words, set(draft.codes)
    rows = []
    for row in found[:SHOWN]:
        code = str(row["region_code"])
        unit = "" if row["unit"] in {"", "1"} else words.name("unit", str(row["unit"]))
        value = f"{row['value']} {unit}".strip() or "—"
        named = draft.region(code) if code in known else code
        texts = (
            words.name("red_flag", str(row["check"])),
            named,
            printable(str(row["reference"]), current().faces),
            value,
        )
        rows.append(Row((*map(cell, texts), cell(str(row["limit"])), cell(str(row[f"words_{draft.language}"])))))
    columns = (
        Column(words("red_flags.check")),
        Column(words("terms.unit")),
        Column(words("red_flags.reference"), width=1),
        Column(words("red_flags.value"), "", True),
        Column(words("red_flags.limit"), "", True),
        Column(words("red_flags.words"), width=1),
    )
    note = words.runs("red_flags.cut", shown=str(SHOWN), count=str(len(found))) if len(found) > SHOWN else ()
    return Table(columns, tuple(rows), words.runs("red_flags.found"), note, dense=True)
