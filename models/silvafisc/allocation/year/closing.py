"""The end of a year: settlement (清算), carry-over and lapse (结转、结余), the final account (决算).

settlement = settled − annual + Σ rounding          what a unit still gets (or owes) against what was printed for it
carried_in + received = spent + carried_out + lapsed          per unit and fund; the oldest money is spent first
"""

from collections.abc import Mapping, Sequence

from .book import Account, Book, Key, Settled, Step, Vintage, grouped, keys_of, of_key, total
from .ledger import annual_of, last_entry, received


def settlement(
    book: Book, steps: Sequence[Step], year: str, settled: Mapping[Key, tuple[int, str]]
) -> tuple[Settled, ...]:
    """Every unit and fund with a notice of the year. settled: (unit, fund) -> (entitlement in the end in fen, document).

    Raises KeyError for a unit that is missing.
    """
    rows = []
    for key in keys_of(book.notice_batch, year=year):
        annual = annual_of(book, steps, year, key)
        rounding = total(of_key(book.batches_of, key, year=year), "rounding_fen")
        fen, document = settled[key]
        rows.append(Settled(*key, year, annual, fen, rounding, fen - annual + rounding, document))
    return tuple(rows)


def available(
    book: Book, year: str, opening: Mapping[tuple[str, str, str], int] | None = None
) -> dict[Key, dict[str, int]]:
    """(unit, fund) -> year of appropriation -> fen that may be spent in `year`, oldest first.

    opening: (unit, fund, year of appropriation) -> fen carried in from before the chain begins.
    """
    before, found = str(int(year) - 1), dict[Key, dict[str, int]]()
    for (region, fund, origin), fen in sorted((opening or {}).items()):
        found.setdefault((region, fund), {})[origin] = fen
    for row in sorted(book.year_carry, key=lambda row: row.origin_year):
        if row.year == before and row.carried_out_fen:
            found.setdefault((row.region_code, row.fund), {})[row.origin_year] = row.carried_out_fen
    for key in keys_of(book.notice_batch, year=year):
        found.setdefault(key, {})[year] = received(book, year, key)
    return dict(sorted(found.items()))


def carry(
    money: Mapping[Key, Mapping[str, int]], spent: Mapping[Key, tuple[int, str]], year: str, years: int
) -> tuple[Vintage, ...]:
    """What is left of each year's money: carried while it may still be spent next year, else lapsed.

    money: as `available`. spent: (unit, fund) -> (fen, document), no more than there is. years: budget years in which
    money may be spent, the year of its appropriation included.
    """
    rows = []
    for key, by_origin in money.items():
        left, document = spent[key]
        for origin, fen in sorted(by_origin.items()):
            used = min(left, fen)
            left -= used
            lapses = int(year) - int(origin) + 1 >= years
            rest = fen - used
            rows.append(Vintage(*key, year, origin, fen, used, 0 if lapses else rest, rest if lapses else 0, document))
    return tuple(rows)


def final_account(book: Book, steps: Sequence[Step], year: str) -> tuple[Account, ...]:
    """One row per unit and fund with money in the year."""
    rows = []
    settled = {(row.region_code, row.fund): row for row in book.year_settlement if row.year == year}
    for key, vintages in sorted(grouped(row for row in book.year_carry if row.year == year).items()):
        own = settled.get(key)
        left = last_entry(book, year, key, "offset_out")
        rows.append(
            Account(
                *key,
                year,
                total((v for v in vintages if v.origin_year != year), "available_fen"),
                total((v for v in vintages if v.origin_year == year), "available_fen"),
                total(vintages, "spent_fen"),
                total(vintages, "carried_out_fen"),
                total(vintages, "lapsed_fen"),
                annual_of(book, steps, year, key),
                own.settled_fen if own else 0,
                own.settlement_fen if own else 0,
                left.amount_fen if left else 0,
            )
        )
    return tuple(rows)
