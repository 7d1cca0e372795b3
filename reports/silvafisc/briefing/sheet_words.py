"""What the pages of a loan, bond or portfolio share: their words, tables and figures."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import pandas as pd

from silvafisc.quantities.money import FEN_PER_YUAN

from .blocks import Block, Callout, Paragraph, Runs, Table
from .pages import plain, plain_table
from .words import Words

EMPTY = "—"


class SheetWords:
    """Terms, tables and words of one page: a class, because every block needs all of them."""

    topic: str
    """Where its texts stand."""

    def __init__(self, terms: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], words: Words) -> None:
        self.terms, self.tables, self.words = terms, tables, words
        self.figures: Mapping[str, Mapping[str, Any]] = terms["figures"]

    def key(self, name: str) -> str:
        """The full key of a text of this page; every page writes it out, so that a text that none uses is noticed."""
        raise NotImplementedError

    def say(self, key: str, **values: str) -> str:
        """A text of the sheet."""
        return self.words(self.key(key), **values)

    def runs(self, key: str, **values: str) -> Runs:
        """The same as runs."""
        return self.words.runs(self.key(key), **values)

    def word(self, item: str) -> str:
        """A word of the files in this language."""
        return self.words.name("finance_word", item)

    def opening(self, lead: Runs, cautions: Iterable[Runs]) -> Iterator[Block]:
        """How every page begins: what it is about, what must not be missed, and its figures."""
        yield Paragraph(lead)
        noted = tuple(cautions)
        if noted:
            yield Callout("caution", self.say("cautions"), noted)
        yield self.figure_table()

    def figure_table(self) -> Table:
        """Every figure, two to a row."""
        told = [
            [self.words.name("finance_figure", name), self.shown(name)]
            for name, figure in self.figures.items()
            if figure["value"] is not None
        ]
        half = (len(told) + 1) // 2
        rows = [[*left, *right] for left, right in zip_longest(told[:half], told[half:], fillvalue=["", ""])]
        return self.table("figures", ["item", "value", "more_item", "more_value"], [], rows)

    def table(
        self, caption: str, texts: Sequence[str], numbers: Sequence[str], rows: Any, after: Sequence[str] = ()
    ) -> Table:
        """A table whose heads are texts of the sheet."""
        keys = [[self.key(name) for name in names] for names in (texts, numbers, after)]
        return plain_table(self.words, self.key(caption), keys[0], keys[1], rows, keys[2])

    def rows(self, table: str) -> list[dict[Hashable, Any]]:
        """The rows of a table."""
        return self.tables[table].to_dict("records")

    def grouped(self, table: str, column: str) -> dict[str, list[dict[Hashable, Any]]]:
        """The rows of a table by a column, in order of appearance; nothing where there is no such table."""
        found: dict[str, list[dict[Hashable, Any]]] = {}
        for row in self.rows(table) if table in self.tables else ():
            found.setdefault(str(row[column]), []).append(row)
        return found

    def value(self, name: str) -> Any:
        """The value of a figure."""
        return self.figures[name]["value"]

    def money(self, fen: int) -> str:
        """An amount with its unit."""
        return f"{yuan(fen)} {self.words.name('unit', 'yuan')}"

    def shown(self, name: str) -> str:
        """A figure with its unit."""
        value, unit = self.value(name), self.figures[name]["unit"]
        if unit == "fen":
            return self.money(value)
        if unit in {"share", "shares"}:
            told = [f"{percent(one)}%" for one in (value if unit == "shares" else [value])]
            return "".join(run.text for run in self.words.join(told)) or EMPTY
        if unit == "word":
            return self.word(value)
        if unit == "yuan_per_tco2":
            return f"{plain(value, 2)} {self.words.name('unit', unit)}"
        if unit == "tco2e":
            return plain(value, 1)
        if unit in {"count", "date"}:
            return str(value)
        return plain(value, 4 if unit in {"years", "per_100", "index"} else 2)

    def yes(self, value: object) -> str:
        """Yes or no."""
        return self.word(str(bool(value)).lower())


def yuan(fen: object) -> str:
    """Fen as yuan with two decimals, exactly."""
    whole, rest = divmod(abs(int(str(fen))), FEN_PER_YUAN)
    return f"{'−' if int(str(fen)) < 0 else ''}{whole:,}.{rest:02}"


def percent(rate: object) -> str:
    """A share in per cent; four decimals only where they say something."""
    text = plain(100 * float(str(rate)), 4)
    return text[:-2] if text.endswith("00") else text
