"""What the pages of the carbon engine share: tables of plain numbers, and the frame around sections of one's own words."""

import hashlib
from collections.abc import Mapping, Sequence

import pandas as pd

from .blocks import Briefing, Column, Row, Section, Table, Text
from .document import LABELS, number_blocks
from .draft import cell
from .words import Words


def framed(
    topic: str, kind: str, sections: list[Section], tables: Mapping[str, pd.DataFrame], date: str, words: Words
) -> Briefing:
    """The page of a topic of texts.yaml (its title, who made it), with a hash of the tables that it shows."""
    digest = hashlib.sha256("".join(frame.to_csv(index=False) for frame in tables.values()).encode())
    labels = {name: words(f"labels.{name}") for name in LABELS}
    labels["page"] = words("labels.page", page="{page}", pages="{pages}")
    labels |= {"generated": words(f"{topic}.made"), "content_hash": words(f"{topic}.hash"), "hash": digest.hexdigest()}
    return Briefing(
        id=topic,
        title=words(f"{topic}.title"),
        subtitle=words("labels.subtitle", kind=kind, date=date),
        kind=kind,
        language=words.language,
        date=date,
        labels=labels,
        sections=number_blocks(sections, words),
    )


def plain_table(
    words: Words,
    caption: str,
    texts: Sequence[str],
    numbers: Sequence[str],
    rows: Sequence[Sequence[str]],
    after: Sequence[str] = (),
) -> Table:
    """A table of cells as they are shown: columns of text, of numbers, and of text behind those, by their keys."""
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
    """One decimal, with its sign."""
    text = plain(value, 1)
    return text if not text or text.startswith("−") else f"+{text}"
