"""The block model: what a briefing is made of, before any format. Every number carries the outcome key it shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from .style import Style, current


@dataclass(frozen=True)
class Text:
    """Plain text; markup in it is never interpreted."""

    text: str
    strong: bool = False
    lowered: bool = False
    """A subscript (in formulas)."""
    whole: str = ""
    """What a screen shows in its place, where paper has room for less."""


@dataclass(frozen=True)
class Number:
    """A number as shown and as it stands in the outcome.

    value: exactly what `key` resolves to, in the outcome's own unit. text: what the reader sees, in `unit`.
    per: how many of the outcome's units one shown unit is. sign: `minus` shows −, `plus` shows + and − (a change), `words` shows the size only (the sentence says more or less).
    attached: the unit is printed right after the number and never parted from it by a line break.
    """

    value: int | float
    text: str
    unit: str
    key: str
    per: float
    sign: str = "minus"
    strong: bool = False
    attached: bool = False


Run = Text | Number
Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading inside a section (level 2 or 3)."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True)
class Items:
    """A short list of points."""

    items: tuple[Runs, ...]


@dataclass(frozen=True)
class Column:
    """A table column: header, unit (stands in the header once), numeric alignment, share of the width (0 = fit)."""

    header: str
    unit: str = ""
    numeric: bool = False
    width: int = 0


@dataclass(frozen=True)
class Row:
    """kind: body, total or group (a label across the table). line: the number of this line of the ledger (0 = none)."""

    cells: tuple[Runs, ...]
    kind: str = "body"
    line: int = 0


@dataclass(frozen=True)
class Table:
    """number: `表 3`, given when the briefing is put together. dense: small type for many columns.

    wide: on an A3 page on its side, which its whole section takes. ordered: the order of its rows means something, so that
    a screen does not offer another.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: Runs
    note: Runs = ()
    dense: bool = False
    number: str = ""
    wide: bool = False
    ordered: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing whose title says the finding; `data` holds the same numbers as a table."""

    id: str
    svg: str
    title: Runs
    alt: str
    source: str
    data: Table
    number: str = ""


@dataclass(frozen=True)
class KeyFigure:
    label: str
    number: Number
    comparisons: tuple[Runs, ...] = ()


@dataclass(frozen=True)
class KeyFigures:
    items: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Callout:
    """tone: caution or decision."""

    tone: str
    title: str
    items: tuple[Runs, ...]


@dataclass(frozen=True)
class Note:
    runs: Runs


@dataclass(frozen=True)
class Formula:
    """A formula in symbols and the same in words."""

    symbols: Runs
    words: str


@dataclass(frozen=True)
class Card:
    """A unit's own sheet: opened on demand on a screen, printed in full."""

    id: str
    title: str
    summary: Runs
    blocks: tuple["Block", ...]


Block = Heading | Paragraph | Items | Table | Figure | KeyFigures | Callout | Note | Formula | Card


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True)
class Origin:
    """Where a number comes from. lines: of the ledger, by their numbers. unit: in which the outcome holds the number."""

    lines: tuple[int, ...]
    unit: str


@dataclass(frozen=True)
class Briefing:
    """One document in one language.

    kind: the outcome's kind in words, in every page's head. date: the scenario's policy date, ISO. labels: fixed words
    that the renderers need. compact: in smaller type, so that a paper keeps its two pages. origins: of the numbers' keys;
    empty where the document has no ledger. style: the one that was in use when it was put together.
    """

    id: str
    title: str
    subtitle: str
    kind: str
    language: str
    date: str
    labels: dict[str, str]
    sections: tuple[Section, ...]
    compact: bool = False
    origins: Mapping[str, Origin] = field(default_factory=dict)
    style: Style = field(default_factory=current, repr=False)


def numbers(part: Any) -> Iterator[Number]:
    """Every Number below a briefing, section, block or run, in reading order."""
    return (item for item in _walk(part) if type(item) is Number)


def texts(part: Any) -> Iterator[str]:
    """Every string a reader sees (not keys, ids or drawings), in reading order."""
    for item in _walk(part):
        kind = type(item)
        if kind is Number:
            yield item.text
            yield item.unit
        elif kind is Text:
            yield item.text
            if item.whole:
                yield item.whole
        elif kind is str:
            yield item
        else:
            for name in _names(kind):
                value = getattr(item, name)
                if isinstance(value, str) and (name not in _HIDDEN or (name == "kind" and kind is Briefing)):
                    yield value
                elif name == "labels":
                    yield from value.values()
                elif name == "origins":
                    yield from (origin.unit for origin in value.values())


def figures(part: Any) -> Iterator[Figure]:
    """Every Figure, in reading order."""
    for item in _walk(part):
        if isinstance(item, Figure):
            yield item


def lines(part: Any, origins: Mapping[str, Origin]) -> tuple[int, ...]:
    """The lines of the ledger behind the numbers below a block, in order."""
    found = {line for number in numbers(part) if number.key in origins for line in origins[number.key].lines}
    return tuple(sorted(found))


def line_ranges(part: Any, origins: Mapping[str, Origin]) -> tuple[tuple[int, int], ...]:
    """The same with neighbours as one range, first and last line: what paper shows as `[3, 7–9]`."""
    ranges: list[tuple[int, int]] = []
    for line in lines(part, origins):
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return tuple(ranges)


def reachable(briefing: Briefing) -> Mapping[str, Origin]:
    """The origins whose lines stand in this document: one cut to some of its sections leads nowhere else."""
    rows = (row for item in _walk(briefing.sections) if isinstance(item, Table) for row in item.rows)
    there = {row.line for row in rows if row.line}
    return {key: origin for key, origin in briefing.origins.items() if there.issuperset(origin.lines)}


def run_text(run: Run) -> str:
    """What a reader sees of a run: its text, and the unit where it is attached (no gap before the per cent sign)."""
    if isinstance(run, Text) or not run.attached or not run.unit:
        return run.text
    return f"{run.text}%" if run.unit == "%" else f"{run.text}\u00a0{run.unit}"


def runs_text(runs: Runs) -> str:
    """The runs as one string."""
    return "".join(map(run_text, runs))


_HIDDEN = frozenset({"id", "svg", "language", "tone", "kind"})


_FIELDS: dict[Any, tuple[str, ...]] = {}


def _names(kind: Any) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(entry.name for entry in fields(kind))
    return _FIELDS[kind]


def _walk(part: Any) -> list[Any]:
    """`part` and everything below it: dataclasses, and strings that stand in tuples."""
    found: list[Any] = []
    _gather(part, found)
    return found


def _gather(part: Any, found: list[Any]) -> None:
    """Add to a list, since generators inside one another would take three times as long for 30 000 runs."""
    if isinstance(part, tuple | list):
        for item in part:
            if type(item) in _SMALLEST:
                found.append(item)
            else:
                _gather(item, found)
    elif is_dataclass(part):
        found.append(part)
        if type(part) not in _SMALLEST:
            for name in _names(type(part)):
                value = getattr(part, name)
                if isinstance(value, tuple) or is_dataclass(value):
                    _gather(value, found)


_SMALLEST = frozenset({Text, Number, str})
"""What has nothing below it."""
