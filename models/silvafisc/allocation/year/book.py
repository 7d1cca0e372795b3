"""The book of the open years: what the year's tables of an outcome hold, as rows of named tuples.

One class per table, its fields are the columns. Rows stay in the order in which they were written: a later batch of a
year stands below an earlier one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

ITEMS = ("annual", "advance", "notified", "settlement", "recovery", "offset_in", "offset_out")
Key = tuple[str, str]
"""(region_code, fund)."""


class Entry(NamedTuple):
    """One amount of a notice, with the sign with which it enters; `origin` is empty where it arose in this outcome."""

    region_code: str
    fund: str
    year: str
    batch: str
    item: str
    amount_fen: int
    document: str
    origin: str


class Printed(NamedTuple):
    """What a batch prints for a unit: exact = printed + rounding."""

    region_code: str
    fund: str
    year: str
    batch: str
    exact_fen: int
    printed_fen: int
    rounding_fen: int


class Commitment(NamedTuple):
    """An instalment: due, paid, withheld after its check, or `recovery` (to be taken back in that year's notice).

    task_year is empty for what was committed before the chain begins; payer_fen is the part of the fund's own payer.
    """

    region_code: str
    fund: str
    measure: str
    task_year: str
    due_year: str
    amount_fen: int
    payer_fen: int
    state: str
    document: str


class Settled(NamedTuple):
    """settlement = settled − annual + the year's rounding."""

    region_code: str
    fund: str
    year: str
    annual_fen: int
    settled_fen: int
    rounding_fen: int
    settlement_fen: int
    document: str


class Vintage(NamedTuple):
    """Money received for `origin_year` in budget year `year`: available = spent + carried_out + lapsed."""

    region_code: str
    fund: str
    year: str
    origin_year: str
    available_fen: int
    spent_fen: int
    carried_out_fen: int
    lapsed_fen: int
    document: str


class Score(NamedTuple):
    """Result of monitoring."""

    region_code: str
    year: str
    score: str
    document: str


class Account(NamedTuple):
    """The final account: carried_in + received = spent + carried_out + lapsed."""

    region_code: str
    fund: str
    year: str
    carried_in_fen: int
    received_fen: int
    spent_fen: int
    carried_out_fen: int
    lapsed_fen: int
    annual_fen: int
    settled_fen: int
    settlement_fen: int
    offset_out_fen: int


class Step(NamedTuple):
    """One step that lies behind: `run` for the outcome with which the chain begins."""

    kind: str
    year: str
    batch: str
    date: str
    content_hash: str


@dataclass(frozen=True)
class Book:
    """All rows of the year's tables."""

    year_ledger: tuple[Entry, ...] = ()
    notice_batch: tuple[Printed, ...] = ()
    year_commitments: tuple[Commitment, ...] = ()
    year_settlement: tuple[Settled, ...] = ()
    year_carry: tuple[Vintage, ...] = ()
    year_scores: tuple[Score, ...] = ()
    year_account: tuple[Account, ...] = ()

    @staticmethod
    def of(tables: Mapping[str, pd.DataFrame]) -> "Book":
        """The book that an outcome holds; empty tables where it has none."""
        found: dict[str, Any] = {
            name: rows_of(tables[name], kind) for name, kind in ROWS.items() if name in tables and len(tables[name])
        }
        return Book(**found)

    @cached_property
    def ledger_of(self) -> Mapping[Key, list[Any]]:
        """Entries by unit and fund, in order."""
        return grouped(self.year_ledger)

    @cached_property
    def batches_of(self) -> Mapping[Key, list[Any]]:
        """What was printed, by unit and fund, in order."""
        return grouped(self.notice_batch)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames of the outcome, in the book's order."""
        return {name: pd.DataFrame(list(getattr(self, name)), columns=list(ROWS[name]._fields)) for name in ROWS}

    def copied(self, content_hash: str) -> "Book":
        """The book in the next outcome: what arose in the one of that hash is named after it."""
        ledger = tuple(e if e.origin else e._replace(origin=content_hash) for e in self.year_ledger)
        return replace(self, year_ledger=ledger)


ROWS: Mapping[str, Any] = {
    "year_ledger": Entry,
    "notice_batch": Printed,
    "year_commitments": Commitment,
    "year_settlement": Settled,
    "year_carry": Vintage,
    "year_scores": Score,
    "year_account": Account,
}
"""Table -> class of its rows."""


def rows_of(frame: pd.DataFrame, kind: Any) -> tuple[Any, ...]:
    """The rows of a table. Raises KeyError for a missing column, ValueError for an amount that is no whole number."""
    columns = [
        [int(cell) for cell in frame[name]] if name.endswith("_fen") else [str(cell) for cell in frame[name]]
        for name in kind._fields
    ]
    return tuple(kind(*cells) for cells in zip(*columns, strict=True))


def total(rows: Iterable[Any], column: str) -> int:
    """Σ of a column."""
    return sum(getattr(row, column) for row in rows)


def grouped(rows: Iterable[Any]) -> dict[Key, list[Any]]:
    """Rows by unit and fund, in order."""
    found: dict[Key, list[Any]] = {}
    for row in rows:
        found.setdefault((row.region_code, row.fund), []).append(row)
    return found


def of_key(rows: Mapping[Key, Sequence[Any]], key: Key, **wanted: str) -> list[Any]:
    """Grouped rows of a unit and fund (and of the wanted year, batch …), in order."""
    return [row for row in rows.get(key, ()) if all(getattr(row, name) == value for name, value in wanted.items())]


def keys_of(rows: Iterable[Any], **wanted: str) -> list[Key]:
    """Units and funds that have rows, ascending."""
    return sorted(
        {(r.region_code, r.fund) for r in rows if all(getattr(r, name) == value for name, value in wanted.items())}
    )
