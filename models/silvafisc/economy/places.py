"""Where a row of an input table stands in the user's file, for findings that compare tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from silvafisc.datasets.columns import Table

from .frames import KEYS
from .user_tables import spec_of

LISTED = 12
"""How many codes a message lists."""
Row = Mapping[str, object]


@dataclass(frozen=True)
class Places:
    """read: the user's tables as they were read. origin: what to call a table that the user did not give."""

    read: Mapping[str, Table]
    origin: str

    def of(self, table: str, row: Row, column: str) -> tuple[str, str]:
        """(where, path) of one cell; the table's name for shipped tables."""
        shown = spec_of(table)[column].name
        if table not in self.read:
            return f"{self.origin} ({table})", shown
        source = self.read[table]
        keys = KEYS[table]
        for position, values in enumerate(source.table[list(keys)].itertuples(index=False, name=None)):
            if values == tuple(row[key] for key in keys):
                return source.place(position, shown), shown
        return f"{self.origin} ({table})", shown


def rows_of(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows as mappings from column to value."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def and_more(places: list[str]) -> tuple[str, str]:
    """What to add to a finding at the first of several places, in English and Chinese."""
    more = len(places) - 1
    return (f" (and in {more} more cells)", f"（另有 {more} 处）") if more else ("", "")


def some(codes: Iterable[str], mark: str = ", ") -> str:
    """The first codes of a list, and how many there are in all."""
    listed = list(codes)
    more = f" … ({len(listed)})" if len(listed) > LISTED else ""
    return mark.join(listed[:LISTED]) + more
