"""The budget year by a second road: every batch, settlement, carry-over and account worked out again from its rows.

Σ ledger rows of a unit, fund, year and batch = exact;  printed = whole notice units by largest remainder;  rounding = exact − printed
advance + notified = −Σ exact of the year's earlier batches;  settlement and offset_in = what the year before left
settlement = settled − annual + Σ rounding;  carried_in + received = spent + carried_out + lapsed
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from .exact import largest_remainder
from .finding import Check

TABLES = ("year_ledger", "notice_batch", "year_settlement", "year_carry", "year_account")
POSITIVE, NEGATIVE = frozenset({"annual", "offset_out"}), frozenset({"advance", "notified", "recovery", "offset_in"})
Rows = list[dict[str, Any]]
Ledger = Mapping[tuple[str, str, str, str], Rows]
"""(region_code, fund, year, batch) -> its rows."""
Unit = tuple[str, str, str]
"""(region_code, fund, year)."""
Order = Mapping[tuple[str, str], int]
"""(year, batch) -> its place among all batches."""


def examine(tables: Mapping[str, pd.DataFrame], unit_fen: int, check: Check) -> None:
    """tables: those of `TABLES` that the outcome has; absent ones are empty. unit_fen: the notice unit."""
    rows = {name: _rows(tables[name]) if name in tables else [] for name in TABLES}
    order = _order(rows["notice_batch"])
    ledger = _by_batch(rows["year_ledger"])
    whole = {key: entries for key, entries in ledger.items() if key[2:] in _restating(ledger)}
    _signs(rows["year_ledger"], check)
    _batches(rows["notice_batch"], ledger, unit_fen, check)
    _earlier(rows["notice_batch"], whole, order, check)
    _brought_in(rows["year_settlement"], whole, order, check)
    _settlements(rows, ledger, order, check)
    _carried(rows, check)
    _accounts(rows, check)


def _rows(frame: pd.DataFrame) -> Rows:
    return [
        {str(name): int(cell) if str(name).endswith("_fen") else str(cell) for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def _order(batches: Rows) -> dict[tuple[str, str], int]:
    """(year, batch) -> its place in the year."""
    return {key: at for at, key in enumerate(dict.fromkeys((row["year"], row["batch"]) for row in batches))}


def _by_batch(ledger: Rows) -> Ledger:
    found: defaultdict[tuple[str, str, str, str], Rows] = defaultdict(list)
    for row in ledger:
        found[row["region_code"], row["fund"], row["year"], row["batch"]].append(row)
    return dict(found)


def _where(table: str, row: Mapping[str, Any]) -> str:
    names = [name for name in ("region_code", "fund", "year", "origin_year", "batch", "item") if row.get(name)]
    return f"{table}: " + ", ".join(f"{name}={row[name]}" for name in names)


def _signs(ledger: Rows, check: Check) -> None:
    for row in ledger:
        item, fen = row["item"], row["amount_fen"]
        wrong = (item in POSITIVE and fen < 0) or (item in NEGATIVE and fen > 0)
        known = item in POSITIVE | NEGATIVE | {"settlement"}
        check.holds(
            known and not wrong, _where("year_ledger", row), "±", fen, "fen", "该项目的符号", "the sign of this item"
        )


def _batches(batches: Rows, ledger: Ledger, unit: int, check: Check) -> None:
    """Exact, printed and rounding of every unit in every batch; all of a batch have one sign."""
    left, groups = dict(ledger), defaultdict[tuple[str, str, str], Rows](list)
    for row in batches:
        key = row["region_code"], row["fund"], row["year"], row["batch"]
        total = sum(entry["amount_fen"] for entry in left.pop(key, []))
        where = _where("notice_batch", row)
        check.equal(where, total, row["exact_fen"], "fen", "本次下达（台账各项之和）", "the notice (sum of the ledger)")
        check.equal(
            where, row["exact_fen"] - row["printed_fen"], row["rounding_fen"], "fen", "取整平衡", "the rounding"
        )
        groups[row["fund"], row["year"], row["batch"]].append(row)
    for rows in groups.values():
        sign = -1 if any(row["exact_fen"] < 0 for row in rows) else 1
        claims = [(row["region_code"], Fraction(sign * row["exact_fen"])) for row in rows]
        if any(claim < 0 for _, claim in claims):
            check.refuse(_where("notice_batch", rows[0]), "同一批次有正有负", "amounts of one batch have both signs")
            continue
        parts = largest_remainder(sum(sign * row["exact_fen"] for row in rows) // unit, sorted(claims))
        for row in rows:
            printed = sign * parts[row["region_code"]] * unit
            where = _where("notice_batch", row)
            check.equal(where, printed, row["printed_fen"], "fen", "印发数", "the printed amount")
    for rows in left.values():
        check.refuse(_where("year_ledger", rows[0]), "该批次没有印发数", "this batch prints nothing for the unit")


def _restating(ledger: Ledger) -> set[tuple[str, str]]:
    """Batches that state more than an amount: an advance, or a year's first notice with nothing behind it, does not."""
    return {key[2:] for key, entries in ledger.items() if any(entry["item"] != "annual" for entry in entries)}


def _earlier(batches: Rows, whole: Ledger, order: Order, check: Check) -> None:
    """A batch takes off what the year's earlier ones notified."""
    notified: defaultdict[Unit, int] = defaultdict(int)
    for row in sorted(batches, key=lambda row: order[row["year"], row["batch"]]):
        unit = row["region_code"], row["fund"], row["year"]
        entries = whole.get((*unit, row["batch"]))
        if entries is not None:
            taken = sum(entry["amount_fen"] for entry in entries if entry["item"] in {"advance", "notified"})
            check.equal(
                _where("notice_batch", row), -notified[unit], taken, "fen", "已下达", "what was notified before"
            )
        notified[unit] += row["exact_fen"]


def _brought_in(settlements: Rows, whole: Ledger, order: Order, check: Check) -> None:
    """Settlement of the year before, and what its last batch left to be taken off."""
    settled = {(r["region_code"], r["fund"], r["year"]): r["settlement_fen"] for r in settlements}
    last = _last(whole, order)
    for key, entries in whole.items():
        region, fund, year, _ = key
        before, where = str(int(year) - 1), _where("year_ledger", entries[0] | {"item": ""})
        left, offset = -_sum(last.get((region, fund, before), []), "offset_out"), _sum(entries, "offset_in")
        check.equal(where, left, offset, "fen", "上年抵顶", "what is taken off for the year before")
        due, found = settled.get((region, fund, before), 0), _sum(entries, "settlement")
        check.equal(where, due, found, "fen", "上年清算", "the settlement of the year before")


def _last(ledger: Ledger, order: Order) -> Mapping[Unit, Rows]:
    """(region_code, fund, year) -> the rows of its last batch."""
    found: dict[Unit, tuple[int, Rows]] = {}
    for key, entries in ledger.items():
        place = order.get(key[2:], 0)
        if place >= found.get(key[:3], (0, []))[0]:
            found[key[:3]] = place, entries
    return {unit: entries for unit, (_, entries) in found.items()}


def _sum(rows: Rows, name: str) -> int:
    """Σ of an item of the ledger."""
    return sum(int(row["amount_fen"]) for row in rows if row["item"] == name)


def _by_unit(rows: Rows) -> defaultdict[Unit, Rows]:
    found: defaultdict[Unit, Rows] = defaultdict(list)
    for row in rows:
        found[row["region_code"], row["fund"], row["year"]].append(row)
    return found


def _settlements(rows: Mapping[str, Rows], ledger: Ledger, order: Order, check: Check) -> None:
    """settlement = settled − annual of the last batch + Σ rounding of the year."""
    last, printed = _last(ledger, order), _by_unit(rows["notice_batch"])
    for row in rows["year_settlement"]:
        unit, where = (row["region_code"], row["fund"], row["year"]), _where("year_settlement", row)
        rounding, annual = sum(r["rounding_fen"] for r in printed[unit]), _sum(last.get(unit, []), "annual")
        check.equal(where, rounding, row["rounding_fen"], "fen", "取整平衡", "the rounding of the year")
        check.equal(where, annual, row["annual_fen"], "fen", "全年核定数", "the year's amount")
        due = row["settled_fen"] - row["annual_fen"] + row["rounding_fen"]
        check.equal(where, due, row["settlement_fen"], "fen", "清算数", "the settlement")


def _carried(rows: Mapping[str, Rows], check: Check) -> None:
    """available = spent + carried out + lapsed; the year's own money is what was printed, older money what was carried."""
    received: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for row in rows["notice_batch"]:
        received[row["region_code"], row["fund"], row["year"]] += row["printed_fen"]
    carried = {
        (r["region_code"], r["fund"], r["year"], r["origin_year"]): r["carried_out_fen"] for r in rows["year_carry"]
    }
    first = min((row["year"] for row in rows["year_carry"]), default="")
    for row in rows["year_carry"]:
        where = _where("year_carry", row)
        parts = row["spent_fen"] + row["carried_out_fen"] + row["lapsed_fen"]
        check.equal(where, row["available_fen"], parts, "fen", "支出、结转、结余之和", "spent + carried + lapsed")
        if row["origin_year"] == row["year"]:
            due = received[row["region_code"], row["fund"], row["year"]]
        elif row["year"] == first:
            continue  # carried in from before the chain: stated
        else:
            due = carried.get((row["region_code"], row["fund"], str(int(row["year"]) - 1), row["origin_year"]), 0)
        check.equal(where, due, row["available_fen"], "fen", "可用资金", "the money at hand")


def _accounts(rows: Mapping[str, Rows], check: Check) -> None:
    """carried_in + received = spent + carried_out + lapsed, each the sum of the year's rows."""
    carried = _by_unit(rows["year_carry"])
    for row in rows["year_account"]:
        where, mine = _where("year_account", row), carried[row["region_code"], row["fund"], row["year"]]
        own = sum(r["available_fen"] for r in mine if r["origin_year"] == row["year"])
        older = sum(r["available_fen"] for r in mine if r["origin_year"] != row["year"])
        check.equal(where, own, row["received_fen"], "fen", "本年收到", "the money received")
        check.equal(where, older, row["carried_in_fen"], "fen", "上年结转", "the money carried in")
        for name, zh, en in (
            ("spent_fen", "支出", "the spending"),
            ("carried_out_fen", "结转下年", "the money carried out"),
            ("lapsed_fen", "结余", "the money lapsed"),
        ):
            check.equal(where, sum(r[name] for r in mine), row[name], "fen", zh, en)
