"""The ledger of notices and what a batch prints.

    本次下达 = 全年核定数 − 已提前下达 − 本年已下达 ± 上年清算 − 扣回 − 抵顶 (+ what is carried to next year's 抵顶)
For each unit, fund, year and batch, with the signs of the ledger:
    this_notice = annual + advance + notified + settlement + recovery + offset_in + offset_out
Every batch restates the year from its beginning, so that each can be checked by itself. A negative sum is lifted to 0 by
`offset_out`, which the first notice of the next year takes off as `offset_in`. A withdrawal alone prints what is negative.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from silvafisc.quantities import apportion

from .book import ITEMS, Book, Commitment, Entry, Key, Printed, Step, grouped, keys_of, of_key, total

STANDING = ("settlement", "recovery", "offset_in")
"""Items that a year's notice brings in and its later batches repeat."""


@dataclass(frozen=True)
class Batch:
    """One batch to be notified: kind, year, name, and the paper that it rests on."""

    kind: str
    year: str
    name: str
    document: str


def advance(batch: Batch, amounts: Mapping[Key, int]) -> list[Entry]:
    """提前下达: what is released of the planned amounts, fen by unit and fund."""
    return [
        Entry(region, fund, batch.year, batch.name, "annual", fen, batch.document, "")
        for (region, fund), fen in sorted(amounts.items())
    ]


def notice(
    batch: Batch,
    book: Book,
    steps: Sequence[Step],
    annual: Mapping[Key, int],
    recoveries: Iterable[Commitment] = (),
    plan: str = "",
) -> list[Entry]:
    """下达 of the year's amounts.

    annual: approved amounts of the year, fen, for every unit and fund that has any. recoveries: rows with state
    `recovery` due in the year. plan: content hash of the outcome in which the amounts arose. Units without an amount
    this year enter where last year's settlement, an offset or a recovery is left.
    """
    before, taken = str(int(batch.year) - 1), grouped(recoveries)
    settled = {(row.region_code, row.fund): row for row in book.year_settlement if row.year == before}
    origin = {(step.kind, step.year): step.content_hash for step in steps}
    entries: list[Entry] = []
    for key in sorted({*annual, *settled, *taken, *keys_of(book.year_ledger, year=batch.year)}):
        own: list[Entry] = []
        own.append(_entry(batch, key, "annual", annual.get(key, 0), batch.document, plan))
        if key in settled and settled[key].settlement_fen:
            row = settled[key]
            arose = origin.get(("settlement", before), "")
            own.append(_entry(batch, key, "settlement", row.settlement_fen, row.document, arose))
        for row in of_key(taken, key):
            own.append(_entry(batch, key, "recovery", -row.payer_fen, row.document, ""))
        left = last_entry(book, before, key, "offset_out")
        if left is not None and left.amount_fen:
            own.append(_entry(batch, key, "offset_in", -left.amount_fen, left.document, left.origin))
        entries += lifted(batch, [*own, *_earlier(batch, book, steps, key)])
    return entries


def changed(batch: Batch, book: Book, steps: Sequence[Step], changes: Mapping[Key, int]) -> list[Entry]:
    """追加 and 追减: the annual amount moves by the change (fen, > 0; taken off in a withdrawal), for those units alone."""
    entries: list[Entry] = []
    for key, fen in sorted(changes.items()):
        signed = -fen if batch.kind == "withdrawal" else fen
        own = [_entry(batch, key, "annual", annual_of(book, steps, batch.year, key) + signed, batch.document, "")]
        latest = of_key(book.ledger_of, key, year=batch.year)
        name = next((e.batch for e in reversed(latest) if not _is_advance(steps, e)), "")
        standing = [e for e in latest if e.batch == name and e.item in STANDING]
        own += [e._replace(batch=batch.name) for e in standing]
        rows = [*own, *_earlier(batch, book, steps, key)]
        if batch.kind == "withdrawal":
            kept = last_entry(book, batch.year, key, "offset_out")
            if kept is not None and kept.batch == name:
                rows.append(kept._replace(batch=batch.name))
            entries += sorted(rows, key=_order)
        else:
            entries += lifted(batch, rows)
    return entries


def lifted(batch: Batch, rows: Sequence[Entry]) -> list[Entry]:
    """The rows of one unit and fund in order, a negative sum lifted to 0 by `offset_out`."""
    short = -total(rows, "amount_fen")
    more = [_entry(batch, rows[0][:2], "offset_out", short, batch.document, "")] if short > 0 else []
    return sorted([*rows, *more], key=_order)


def this_notice(entries: Iterable[Entry]) -> dict[Key, int]:
    """(unit, fund) -> Σ of the entries of one batch, fen."""
    sums: dict[Key, int] = {}
    for entry in entries:
        key = entry.region_code, entry.fund
        sums[key] = sums.get(key, 0) + entry.amount_fen
    return sums


def printed(batch: Batch, entries: Iterable[Entry], unit_fen: int) -> list[Printed]:
    """Whole notice units: within the fund the total is floored, units share it by largest remainder; exact − printed is kept.

    What a withdrawal takes back is printed by the same rule, with its sign.
    """
    exact, sign = this_notice(entries), -1 if batch.kind == "withdrawal" else 1
    rows: list[Printed] = []
    for fund in sorted({fund for _, fund in exact}):
        mine = {region: sign * fen for (region, name), fen in exact.items() if name == fund}
        parts = apportion(sum(mine.values()) // unit_fen, mine)
        for region, fen in sorted(mine.items()):
            shown = parts[region] * unit_fen
            rows.append(Printed(region, fund, batch.year, batch.name, sign * fen, sign * shown, sign * (fen - shown)))
    return sorted(rows)


def annual_of(book: Book, steps: Sequence[Step], year: str, key: Key) -> int:
    """The year's approved amount as the last notice, supplement or withdrawal states it; 0 where there was none."""
    rows = [e for e in of_key(book.ledger_of, key, year=year, item="annual") if not _is_advance(steps, e)]
    return rows[-1].amount_fen if rows else 0


def received(book: Book, year: str, key: Key) -> int:
    """Printed amounts of all batches of a year, fen."""
    return total(of_key(book.batches_of, key, year=year), "printed_fen")


def last_entry(book: Book, year: str, key: Key, item: str) -> Entry | None:
    """The item in the unit's last batch of a year; None where that batch has none."""
    rows = of_key(book.ledger_of, key, year=year)
    last = [e for e in rows if e.batch == rows[-1].batch and e.item == item] if rows else []
    return last[-1] if last else None


def _earlier(batch: Batch, book: Book, steps: Sequence[Step], key: Key) -> list[Entry]:
    """What earlier batches of the year notified, with the opposite sign: advances and notices apart."""
    rows: list[Entry] = []
    for line in of_key(book.batches_of, key, year=batch.year):
        step = _step(steps, line.year, line.batch)
        paper = of_key(book.ledger_of, key, year=line.year, batch=line.batch, item="annual")[0].document
        item = "advance" if step.kind == "advance" else "notified"
        rows.append(_entry(batch, key, item, -line.exact_fen, paper, step.content_hash))
    return [row for row in rows if row.amount_fen]


def _is_advance(steps: Sequence[Step], entry: Entry) -> bool:
    return _step(steps, entry.year, entry.batch).kind == "advance"


def _step(steps: Sequence[Step], year: str, batch: str) -> Step:
    return next(step for step in steps if (step.year, step.batch) == (year, batch))


def _entry(batch: Batch, key: Key, item: str, fen: int, document: str, origin: str) -> Entry:
    return Entry(key[0], key[1], batch.year, batch.name, item, fen, document, origin)


def _order(entry: Entry) -> tuple[str, str, int]:
    return entry.region_code, entry.fund, ITEMS.index(entry.item)
