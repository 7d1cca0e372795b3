"""Loans and bonds beside the allocation: every schedule closes, every flow has two ends, every figure is the sum of its rows.

opening[1] = principal, opening[k+1] = closing[k] = opening[k] − principal[k], closing[last] = 0;
interest[k] = half_up(opening[k] x rate x part of a year), of a coupon to what its printed rate leaves open; service[year] = Σ service of the dues in it;
received[p] = Σ flows to p, paid[p] = Σ flows from p, Σ net = 0; fiscal = Σ flows from the budget for the debt.

in words: what is lent comes back to the fen, nobody is paid what nobody pays, and the cover stands on the printed schedule.
"""

import datetime
from collections import defaultdict
from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from .finding import Check

HEAD = "finance_instruments"
BASE = "base"
"""The course that the schedule is of."""
_FISCAL = "fiscal"
_DEBT = frozenset({"interest_subsidy", "guarantee_fee", "premium"})
"""Kinds of flows by which the budget takes part in a debt."""
_PRINTED = Fraction(1, 2 * 10**6)
"""Half of the last place of a printed rate or ratio."""
_YEAR = {"ACT/365": 365, "ACT/360": 360, "30/360": 360}
_MONTH = 30
_Rows = list[dict[Hashable, Any]]


def examine(tables: Mapping[str, pd.DataFrame], check: Check) -> None:
    """Every table of every instrument; a row of an instrument that is not listed is refused."""
    heads = {str(row["instrument"]): row for row in tables[HEAD].to_dict("records")}
    held: dict[str, dict[str, _Rows]] = {name: defaultdict(list) for name in heads}
    for table in sorted(name for name in tables if name.startswith("finance_") and name != HEAD):
        for row in tables[table].to_dict("records"):
            name = str(row["instrument"])
            if name in held:
                held[name][table.removeprefix("finance_")].append(row)
            else:
                check.refuse(f"{table}: {name}", "未列入 finance_instruments", "is not listed in finance_instruments")
    for name, parts in held.items():
        _schedule(name, str(heads[name]["day_count"]), parts, check)
        _cover(name, parts, check)
        _flows(name, parts, check)
        _figures(name, parts, check)


def _equal(check: Check, where: str, expected: int, found: int, zh: str, en: str) -> None:
    check.holds(expected == found, where, str(expected), str(found), "fen", zh, en)


def _schedule(name: str, count: str, parts: Mapping[str, _Rows], check: Check) -> None:
    owed = _figure(parts, "principal", "face")
    for row in parts["schedule"]:
        where = f"{name}: {row['payment']}"
        opening, interest, principal = (int(row[f"{part}_fen"]) for part in ("opening", "interest", "principal"))
        _equal(check, where, owed, opening, "期初余额", "the opening balance")
        _equal(check, where, interest + principal, int(row["service_fen"]), "本息合计", "interest and principal")
        owed = opening - principal
        _equal(check, where, owed, int(row["closing_fen"]), "期末余额", "the closing balance")
        year = _part_of_year(row, count, parts["coupons"])
        rate, printed = _rate(row, parts["rates"])
        due = opening * rate * year
        near = abs(due - interest) <= opening * printed * year + Fraction(1, 2)
        check.holds(near, where, f"{float(due):.2f}", str(interest), "fen", "当期利息", "the interest of the period")
    _equal(check, name, 0, owed, "末期余额应为零", "the last balance is nothing")


def _rate(row: Mapping[Hashable, Any], rates: _Rows) -> tuple[Fraction, Fraction]:
    """The rate of a payment and what its print leaves open: that of the loan on the first day of the period, else as printed."""
    held = [Fraction(str(one["rate"])) for one in rates if str(one["from"]) <= str(row["from"])]
    return (held[-1], Fraction(0)) if held else (Fraction(str(row["rate"])), _PRINTED)


def _cover(name: str, parts: Mapping[str, _Rows], check: Check) -> None:
    """Debt service by year and the cover on it; a coupon that follows carbon income has its own service under stress."""
    served: defaultdict[int, int] = defaultdict(int)
    for row in parts["schedule"]:
        served[int(str(row["due"])[:4])] += int(row["service_fen"])
    courses: defaultdict[str, set[int]] = defaultdict(set)
    for row in parts["cover"]:
        course, year, service = str(row["course"]), int(row["year"]), int(row["service_fen"])
        where = f"{name}: {course} {year}"
        courses[course].add(year)
        if course == BASE or not parts["coupons"]:
            _equal(check, where, served.get(year, 0), service, "当年本息", "the debt service of the year")
        if service:
            ratio = Fraction(int(row["receipts_fen"]), service)
            near: bool = pd.notna(row["cover"]) and abs(ratio - Fraction(str(row["cover"]))) <= _PRINTED
            check.holds(near, where, f"{float(ratio):.6f}", str(row["cover"]), "", "覆盖率", "the cover")
    for course, years in courses.items():
        left = sorted(set(served) - years)
        if left:
            check.refuse(f"{name}: {course}", f"缺少{left}年", f"lacks the years {left}")


def _flows(name: str, parts: Mapping[str, _Rows], check: Check) -> None:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    kinds: defaultdict[str, int] = defaultdict(int)
    for row in parts["cash_flows"]:
        fen = int(row["amount_fen"])
        sums[str(row["payee"])][0] += fen
        sums[str(row["payer"])][1] += fen
        kinds[str(row["kind"])] += fen
    told = {str(row["party"]): row for row in parts["parties"]}
    for party in sorted({*sums, *told}):
        row = told.get(party, {})
        received, paid = sums[party]
        where = f"{name}: {party}"
        _equal(check, where, received, int(row.get("received_fen", 0)), "收入合计", "what the party received")
        _equal(check, where, paid, int(row.get("paid_fen", 0)), "支出合计", "what the party paid")
        _equal(check, where, received - paid, int(row.get("net_fen", 0)), "收支差额", "what is left to the party")
    for kind in ("interest", "principal"):
        total = sum(int(row[f"{kind}_fen"]) for row in parts["schedule"])
        _equal(check, f"{name}: {kind}", total, kinds[kind], "与还款计划一致", "the flows are those of the schedule")


def _figures(name: str, parts: Mapping[str, _Rows], check: Check) -> None:
    interest = sum(int(row["interest_fen"]) for row in parts["schedule"])
    _equal(check, f"{name}: interest", interest, _figure(parts, "interest"), "利息合计", "all interest")
    if any(str(row["figure"]) == "fiscal" for row in parts["terms"]):
        flows = parts["cash_flows"]
        fiscal = sum(int(r["amount_fen"]) for r in flows if r["payer"] == _FISCAL and r["kind"] in _DEBT)
        _equal(check, f"{name}: fiscal", fiscal, _figure(parts, "fiscal"), "财政支出合计", "all that the budget pays")


def _figure(parts: Mapping[str, _Rows], *names: str) -> int:
    """The first of some figures that the instrument has, fen; 0 where it has none."""
    told = {str(row["figure"]): str(row["value"]) for row in parts["terms"]}
    return next((int(told[name]) for name in names if name in told), 0)


def _part_of_year(row: Mapping[Hashable, Any], count: str, coupons: _Rows) -> Fraction:
    """The part of a year of an interest period; a count that looks at more than its two days is taken as it is told."""
    if count not in _YEAR:
        return next(Fraction(str(one["years"])) for one in coupons if one["payment"] == row["payment"])
    one, other = (datetime.date.fromisoformat(str(row[name])) for name in ("from", "to"))
    if count != "30/360":
        return Fraction((other - one).days, _YEAR[count])
    first = min(one.day, _MONTH)
    last = _MONTH if other.day > _MONTH and first == _MONTH else other.day
    days = _YEAR[count] * (other.year - one.year) + _MONTH * (other.month - one.month) + last - first
    return Fraction(days, _YEAR[count])
