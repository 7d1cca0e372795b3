"""Table widths for print: every table fills the page, each column as wide as what it holds asks, in the largest type that fits."""

import re
from dataclasses import dataclass

from .blocks import Runs, Table, runs_text

TEXT_WIDTH = 493.0
"""Points between the margins of an A4 page (174 mm)."""
WIDE_WIDTH = 1088.0
"""Points between the margins of an A3 page on its side (384 mm)."""
SIZES = (8.2, 7.8, 7.4, 7.0, 6.6, 6.2)
DENSE_SIZES = SIZES[2:]
_WIDE, _NARROW = 1.0, 0.58
"""Width of a CJK character and, at most on average, of a bold letter or digit, in em."""
_WIDE_SIGNS = frozenset("·×—→…“”Σ")
_WHOLE = 5.0
"""A header up to this many em stays on one line."""
_LEAST = 6.0
"""Em that a text column has at least, if what it holds is that wide: words in a narrower one fall apart."""


@dataclass(frozen=True)
class Fit:
    """size: type in points. widths: of each column in points; 0 = a text column, which takes what is left.

    Without a text column the widths are shares of the page. headers: with a line break where one is needed.
    """

    size: float
    widths: tuple[float, ...]
    headers: tuple[str, ...]


def width_in_em(text: str) -> float:
    """Width that a text takes at most on one line."""
    return sum(_WIDE if ord(char) > 0x2E80 or char in _WIDE_SIGNS else _NARROW for char in text)


def fit(table: Table, page: float = TEXT_WIDTH, sizes: tuple[float, ...] = ()) -> Fit:
    """How a table is laid out on a page of that many points between its margins, in one of the sizes of type.

    sizes: descending; where left out those of the PDF, smaller for a dense table.
    """
    sizes = sizes or (DENSE_SIZES if table.dense else SIZES)
    natural = [_column(table, place) for place in range(len(table.columns))]
    room = 2 * inset(table)
    shares = [column.width for column in table.columns]
    if any(shares):

        def holds(size: float) -> bool:
            left = page - sum(em * size + room for share, em in zip(shares, natural, strict=True) if not share)
            least = (min(em, _LEAST) * size + room for em in natural)
            return all(left * share / sum(shares) >= need for share, need in zip(shares, least, strict=True) if share)

        size = next(filter(holds, sizes), sizes[-1])
        widths = [0.0 if share else em * size + room for share, em in zip(shares, natural, strict=True)]
        stretch = 1.0
    else:
        gaps = room * len(natural)
        size = next((size for size in sizes if sum(natural) * size + gaps <= page), sizes[-1])
        widths = [em * size + room for em in natural]
        stretch = page / sum(widths)
    headers = [
        column.header if not width else broken(column.header, (width * stretch - room) / size)
        for column, width in zip(table.columns, widths, strict=True)
    ]
    return Fit(size, tuple(widths), tuple(headers))


def inset(table: Table) -> float:
    """Room left and right of a cell's text, in points."""
    return 2.6 if table.dense else 4.0


def broken(header: str, em: float) -> str:
    """A Chinese header that does not fit `em` on one line, broken into two lines of about the same length."""
    if header.isascii() or width_in_em(header) <= em:
        return header
    places = [
        place
        for place in range(1, len(header))
        if not re.match(r"[0-9A-Za-z%.][0-9A-Za-z%. ]", header[place - 1 : place + 1])
        and header[place] not in "）、，。；：% "
        and header[place - 1] not in "（"
    ]
    if not places:
        return header
    best = min(places, key=lambda place: abs(width_in_em(header[:place]) - width_in_em(header[place:])))
    return f"{header[:best].rstrip()}\n{header[best:].lstrip()}"


def _column(table: Table, place: int) -> float:
    """Em of the widest cell, and of a header that may break into two lines."""
    column = table.columns[place]
    cells = [_em(row.cells[place]) for row in table.rows if row.kind != "group" and len(row.cells) > place]
    whole = width_in_em(column.header)
    if whole > _WHOLE and not column.header.isascii():
        whole = max(map(width_in_em, broken(column.header, 0).split("\n")))
    elif whole > _WHOLE:
        whole = max(*map(width_in_em, column.header.split()), whole / 2 + 0.6)
    return max([whole, width_in_em(column.unit) * 0.9, *cells]) + 0.3


def _em(runs: Runs) -> float:
    return width_in_em(runs_text(runs))
