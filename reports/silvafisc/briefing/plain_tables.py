"""Tables of pages that show frames and no outcome: headers by key, numbers written out."""

from collections.abc import Sequence

from .blocks import Column, Row, Table, Text
from .draft import cell
from .words import Words


def plain_table(
    words: Words,
    caption: str,
    texts: Sequence[str],
    numbers: Sequence[str],
    rows: Sequence[Sequence[str]],
    after: Sequence[str] = (),
) -> Table:
    columns = [Column(words(key), numeric=key in numbers) for key in (*texts, *numbers, *after)]
    return Table(
        tuple(columns),
        tuple(Row(tuple(cell(text) for text in row)) for row in rows),
        (Text(words(caption)),),
        dense=True,
    )


def plain(value: object, decimals: int) -> str:
    """A number written out, an empty cell for none."""
    number = float(str(value))
    # Adding zero: what rounds to nothing carries no sign.
    return "" if number != number else f"{round(number, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def signed(value: object) -> str:
    text = plain(value, 1)
    return text if not text or text.startswith("−") else f"+{text}"
