"""The tables of papers as plain cells, for a workbook: the very numbers that the papers show, with their decimals."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .blocks import Briefing, Number, Runs, Table, runs_text

Cell = str | Decimal
"""A text, or a number with as many decimals as are shown."""


@dataclass(frozen=True)
class PlainSheet:
    """One table. title, kind: of its paper. columns: (header, unit). rows: (body, total or group; cells)."""

    paper: str
    title: str
    kind: str
    caption: str
    note: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def plain_sheets(papers: Sequence[tuple[str, Briefing]]) -> list[PlainSheet]:
    """Every table of every (stem, paper), in reading order."""
    return [_sheet(stem, paper, table) for stem, paper in papers for table in tables(paper.sections)]


def tables(part: Any) -> Iterator[Table]:
    """Every Table below a section or block, those of cards and figures too."""
    if isinstance(part, Table):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from tables(item)
    else:
        for name in ("blocks", "data"):
            yield from tables(getattr(part, name, ()))


def _sheet(stem: str, paper: Briefing, table: Table) -> PlainSheet:
    rows = tuple((row.kind, tuple(_cells(row.cells))) for row in table.rows)
    columns = tuple((column.header, column.unit) for column in table.columns)
    number = f"{table.number}　" if table.number else ""
    caption, note = number + runs_text(table.caption), runs_text(table.note)
    return PlainSheet(stem, paper.title, paper.kind, caption, note, columns, rows)


def _cells(cells: Iterable[Runs]) -> Iterator[Cell]:
    for runs in cells:
        if len(runs) == 1 and isinstance(runs[0], Number) and not runs[0].attached:
            yield Decimal(runs[0].text.replace(",", "").replace("−", "-"))
        else:
            yield runs_text(runs)


def by_section(paper: Briefing) -> list[tuple[str, list[PlainSheet]]]:
    """(title, tables) of every section of a paper."""
    return [
        (section.title, [_sheet(section.id, paper, table) for table in tables(section)]) for section in paper.sections
    ]
