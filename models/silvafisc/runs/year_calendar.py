"""The deadlines of a budget year from the dated law: what is due when, and how well each date is known."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from silvafisc.datasets import Finding, InputError
from silvafisc.policy import ParameterTree, PolicyError, Rules, load_scenario
from silvafisc.policy.parameters import Value

from .check import DEFAULT_SCENARIO

FOLDER = "calendar.transfers"


@dataclass(frozen=True)
class Deadline:
    """One line of the calendar. date: ISO day, empty where it runs from a day that is not stated."""

    date: str
    parameter: str
    zh: str
    en: str
    value: str
    unit: str
    status: str
    reference: str

    def to_json(self) -> Mapping[str, Any]:
        """Plain data."""
        return dict(self.__dict__)


def calendar(
    year: str | None = None, policy_date: str | None = None, approved: str | None = None
) -> tuple[str, list[Deadline]]:
    """The budget year and its deadlines, in the order of their dates; those without a date come last.

    Args:
        year: budget year; that of the policy date where left out.
        policy_date: date of the law; that of the shipped scenario where left out.
        approved: day on which the people's congress approved the budget, from which 30 and 90 days run.

    Raises:
        InputError: no year, no date, or the law has no such deadline on that date.
    """
    day = _day("--policy-date", policy_date or load_scenario(DEFAULT_SCENARIO).policy_date)
    budget = day.year if year is None else _year(year)
    start = None if approved is None else _day("--approved", approved)
    try:
        found = _deadlines(ParameterTree.load().on(day.isoformat()), budget, start)
    except PolicyError as error:
        raise InputError([Finding("--policy-date", "", error.en, error.zh)]) from None
    return str(budget), sorted(found, key=lambda line: (not line.date, line.date))


def _deadlines(rules: Rules, year: int, approved: datetime.date | None) -> list[Deadline]:
    """Fixed days of the year before, days counted from them or from the approval, and the end of the money's life."""
    named = {name: rules.entry(f"{FOLDER}.{name}") for name in _NAMES}
    advance = _month_day(year - 1, named["advance_notice"].value)
    passed = datetime.timedelta(days=int(named["province_passes_down_days"].value))
    general, special = (
        None if approved is None else approved + datetime.timedelta(days=int(named[name].value))
        for name in ("general_transfer_days", "special_transfer_days")
    )
    end = datetime.date(year + int(named["carry_over_years"].value), 1, 1)
    last = end - datetime.timedelta(days=1)
    dates: list[tuple[str, datetime.date | None, str, str]] = [
        ("preparation_begins", _month_day(year - 1, named["preparation_begins"].value), "", ""),
        ("advance_notice", advance, "", ""),
        ("advance_share_special", advance, "", ""),
        ("advance_share_general", advance, "", ""),
        (
            "province_passes_down_days",
            advance + passed,
            "：提前下达部分，最迟",
            ": of the advance notice, at the latest",
        ),
        ("general_transfer_days", general, "", ""),
        ("special_transfer_days", special, "", ""),
        ("carry_over_years", last, "：本年资金最后可用之日", ": last day on which the year's money may be spent"),
    ]
    if special is not None:
        more = "：专项转移支付，最迟", ": of special transfers, at the latest"
        dates.append(("province_passes_down_days", special + passed, *more))
    return [_line(named[name], date, zh, en) for name, date, zh, en in dates]


_NAMES = (
    "preparation_begins",
    "advance_notice",
    "advance_share_special",
    "advance_share_general",
    "province_passes_down_days",
    "general_transfer_days",
    "special_transfer_days",
    "carry_over_years",
)


def _line(value: Value, date: datetime.date | None, zh: str, en: str) -> Deadline:
    said = value.description
    return Deadline(
        "" if date is None else date.isoformat(),
        value.path,
        f"{said['zh']}{zh}",
        f"{said['en']}{en}",
        value.value,
        value.unit,
        value.status,
        value.reference.text(),
    )


def _month_day(year: int, text: str) -> datetime.date:
    month, day = (int(part) for part in text.split("-"))
    return datetime.date(year, month, day)


def _day(option: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        en, zh = f"not a date YYYY-MM-DD: {text!r}", f"不是 YYYY-MM-DD 日期：{text!r}"
        raise InputError([Finding(option, "", en, zh)]) from None


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == len("2026")) or int(text) <= 1:
        raise InputError([Finding("--year", "", f"not a year of four digits: {text!r}", f"不是四位年份：{text!r}")])
    return int(text)
