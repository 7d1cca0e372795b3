"""Red flags (红旗指标): what audits of forest compensation found in practice, looked for in the unit's own tables.

Every check has a first row for all units: how many rows were flagged, or that it was not made because its table or its
figures are missing, which never counts as passed. Then follow the rows it found, each with its reference.

| check | flagged where |
|---|---|
| area_change | a parcel's area differs from last year's and no document approves the change |
| overlap | one parcel is paid for under more than one programme; value: area counted twice |
| owner_deduction | anything is deducted from the owners' compensation |
| detained | anything is detained on the way |
| household_rate | paid to owners / due to owners < limit |
| idle_money | (received − spent) / received > limit |
| local_share | local money in place / local money due < limit |
| listed_unit_falls | see `listed_units` |
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from fractions import Fraction

import pandas as pd

from silvafisc.datasets import Finding
from silvafisc.policy import Rules
from silvafisc.quantities import fen_to_yuan, tenths_to_mu
from silvafisc.results import Resolved, UnitInputs

from .needs import some

PARAMETERS = "assumptions.allocation.red_flags."
LOCAL_SHARE = "compensation.local_share.in_place_least"
DELIVERY = ("owner_deduction", "detained", "household_rate", "idle_money", "local_share")
DIGITS = 10**4
"""Shares are shown in ten-thousandths."""
NONE_FLAGGED = ("未发现问题", "nothing found")
_TABLES = {"parcels": "小班表", "delivery": "拨付兑付表"}
_ITEMS = {
    "owner_due": "应付所有者",
    "owner_paid": "已付所有者",
    "received": "收到资金",
    "spent": "支出",
    "local_due": "应配套",
    "local_paid": "已配套",
}


@dataclass(frozen=True)
class Flag:
    """One row of red_flags.csv."""

    check: str
    region_code: str
    reference: str
    value: str
    unit: str
    limit: str
    made: bool
    flagged: bool
    words_zh: str
    words_en: str


def red_flags(inputs: UnitInputs, rules: Rules, listed: list[Flag]) -> pd.DataFrame:
    """Every check, its first row and then what it found. listed: the rows of `listed_units`, with their first row."""
    flags = [*_areas(inputs.parcels), *_overlaps(inputs.parcels)]
    if inputs.delivery is None:
        flags += [flag for check in DELIVERY for flag in _without(check, "delivery")]
    else:
        flags += _of_delivery(inputs.delivery, rules)
    names = [item.name for item in fields(Flag)]
    return pd.DataFrame([asdict(flag) for flag in [*flags, *listed]], columns=names)


def unknown_funds(inputs: UnitInputs, resolved: Resolved) -> list[Finding]:
    """Rows of `delivery` that speak of a fund that the scenario does not have."""
    known = {fund.id for fund in resolved.funds}
    named = set() if inputs.delivery is None else set(inputs.delivery["fund"]) - known
    en = f"no fund of this scenario: {some(sorted(named))}; there are {some(sorted(known))}"
    zh = f"不是本情景的资金：{some(sorted(named))}；现有：{some(sorted(known))}"
    return [Finding("delivery.csv", "delivery.fund", en, zh)] if named else []


def _of_delivery(delivery: pd.DataFrame, rules: Rules) -> list[Flag]:
    """The checks that read what became of the money."""
    household, idle = (rules.fraction(PARAMETERS + name) for name in ("household_rate_least", "idle_share_most"))
    return [
        *_taken(delivery, "owner_deduction", "deducted", ("从所有者补偿中扣缴", "deducted from owners")),
        *_taken(delivery, "detained", "detained", ("滞留", "detained")),
        *_ratios(delivery, "household_rate", "owner_paid", "owner_due", household),
        *_ratios(delivery, "idle_money", "spent", "received", idle),
        *_ratios(delivery, "local_share", "local_paid", "local_due", rules.fraction(LOCAL_SHARE)),
    ]


def with_head(check: str, found: list[Flag], looked: int) -> list[Flag]:
    """The rows of a check that was made, under their first row."""
    count = sum(flag.flagged for flag in found)
    zh, en = (f"{count} 项需核实", f"{count} to be looked into") if count else NONE_FLAGGED
    words = f"检查 {looked} 项，{zh}", f"{looked} looked at, {en}"
    return [Flag(check, "", "", str(count), "count", "", True, count > 0, *words), *found]


def not_made(check: str, zh: str, en: str) -> list[Flag]:
    """The first row of a check that could not be made."""
    return [Flag(check, "", "", "", "", "", False, False, f"未检查：{zh}", f"not made: {en}")]


def _without(check: str, table: str) -> list[Flag]:
    return not_made(check, f"没有{_TABLES[table]}（{table}）", f"the table {table} was not given")


def _areas(parcels: pd.DataFrame | None) -> list[Flag]:
    if parcels is None:
        return _without("area_change", "parcels")
    found = []
    for row in parcels.to_dict("records"):
        change = int(row["area_tenth_mu"]) - int(row["last_year_area_tenth_mu"])
        if change and not str(row["change_document"]).strip():
            reference = f"{row['programme']}/{row['parcel_code']}"
            words = "面积变动而无批准文件", "area changed without an approving document"
            area = tenths_to_mu(change)
            found.append(Flag("area_change", str(row["region_code"]), reference, area, "mu", "0", True, True, *words))
    return with_head("area_change", found, len(parcels))


def _overlaps(parcels: pd.DataFrame | None) -> list[Flag]:
    if parcels is None:
        return _without("overlap", "parcels")
    found = []
    paid = parcels[parcels["area_tenth_mu"] > 0]
    for (code, parcel), rows in paid.groupby(["region_code", "parcel_code"], sort=True):
        programmes = list(rows["programme"])
        if len(programmes) > 1:
            twice = int(rows["area_tenth_mu"].sum() - rows["area_tenth_mu"].max())
            reference = f"{parcel}: {';'.join(programmes)}"
            words = "同一地块享受多项补助", "one parcel is paid for under several programmes"
            area = tenths_to_mu(twice)
            found.append(Flag("overlap", str(code), reference, area, "mu", "0", True, True, *words))
    return with_head("overlap", found, parcels[["region_code", "parcel_code"]].drop_duplicates().shape[0])


def _taken(delivery: pd.DataFrame, check: str, item: str, words: tuple[str, str]) -> list[Flag]:
    """Rows of an item of which there may be none."""
    rows = delivery[delivery["item"] == item]
    if not len(rows):
        return not_made(
            check,
            f"拨付兑付表没有“{words[0]}”（{item}）行，没有的请写 0",
            f"delivery has no row {item}; write 0 where none",
        )
    found = [
        Flag(check, str(code), f"{fund}/{period}: {document}", fen_to_yuan(int(fen)), "yuan", "0", True, True, *words)
        for code, fund, period, document, fen in zip(
            *(rows[name] for name in ("region_code", "fund", "period", "document", "amount_fen")), strict=True
        )
        if fen
    ]
    return with_head(check, found, len(rows))


def _ratios(delivery: pd.DataFrame, check: str, part: str, whole: str, limit: Fraction) -> list[Flag]:
    """part / whole at least the limit; for idle money 1 − part / whole at most the limit."""
    idle = check == "idle_money"
    rows = list(_pairs(delivery, part, whole))
    if not rows:
        return not_made(check, f"拨付兑付表没有“{_ITEMS[whole]}”（{whole}）行", f"delivery has no row {whole}")
    found, looked = [], 0
    for code, reference, paid, due in rows:
        if paid is None or due is None:
            missing = part if paid is None else whole
            zh, en = f"未检查：缺{_ITEMS[missing]}", f"not made: {missing} is missing"
            found.append(Flag(check, code, reference, "", "", f"{float(limit):g}", False, False, zh, en))
            continue
        looked += 1
        if not due:  # nothing was due, so nothing is behind
            continue
        value = 1 - Fraction(paid, due) if idle else Fraction(paid, due)
        if (value > limit) if idle else (value < limit):
            zh = f"{_ITEMS[part]} {fen_to_yuan(paid)} 元，{_ITEMS[whole]} {fen_to_yuan(due)} 元"
            en = f"{part} {fen_to_yuan(paid)} yuan of {whole} {fen_to_yuan(due)} yuan"
            # Rounded away from the limit, so that what is flagged also looks it.
            steps = (value * DIGITS).__ceil__() if idle else (value * DIGITS).__floor__()
            shown = f"{steps / DIGITS:.4f}"
            found.append(Flag(check, code, reference, shown, "1", f"{float(limit):g}", True, True, zh, en))
    if not looked:
        return [*not_made(check, f"{part}、{whole} 均不成对", f"no unit has both {part} and {whole}"), *found]
    return with_head(check, found, looked)


def _pairs(delivery: pd.DataFrame, part: str, whole: str) -> Iterator[tuple[str, str, int | None, int | None]]:
    """(region, `fund/period: documents`, part, whole) wherever either of them is stated; documents are added up."""
    kept = delivery[delivery["item"].isin([part, whole])]
    for (code, fund, period), rows in kept.groupby(["region_code", "fund", "period"], sort=True):
        sums = {item: int(fen) for item, fen in rows.groupby("item")["amount_fen"].sum().items()}
        documents = ";".join(dict.fromkeys(rows["document"]))
        yield str(code), f"{fund}/{period}: {documents}", sums.get(part), sums.get(whole)
