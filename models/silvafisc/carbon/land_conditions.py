"""The conditions that CCER-14-001 sets on land: fact, dated parameter, test, and what is said of each verdict."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from .errors import refuse

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
METHOD = "crediting.ccer_14_001."
LAND_FACTS: Mapping[str, str] = {
    "precipitation_mm": "float",
    "start_date": "text",
    "non_forest_years": "float",
    "smallest_parcel_mu": "float",
    "land_kind": "text",
    "cleared_share": "float",
    "key_function_zone_share": "float",
    "public_welfare_forest_share": "float",
}
"""Facts about the land of a unit and measure: column -> kind; empty (NaN, None or "") = not known. Shares are 0..1: of the
ground cleared of shrub, and of the measure's land in national key function zones and of public-welfare forest."""
Test = Callable[[Any], bool]


@dataclass(frozen=True)
class LandCondition:
    """A condition that either holds for all land of a row or keeps it from credit."""

    name: str
    fact: str
    parameter: str
    met: Test


def land_conditions(start: str | None, rules: Rules) -> tuple[LandCondition, ...]:
    """The conditions on the land for a project begun on the ISO date `start` (None = not known, taken as new)."""
    older = start is not None and start <= rules.text(METHOD + "older_parcels_until")
    parcel = METHOD + ("parcel_area_until_2019" if older else "parcel_area")
    smallest = rules.number(parcel) * float(UNITS["ha"].factor)
    years, cleared = rules.number(METHOD + "non_forest_years"), float(rules.fraction(METHOD + "cleared_share"))
    excluded, earliest = rules.texts(METHOD + "excluded_land"), rules.text(METHOD + "earliest_start")
    return (
        LandCondition("start", "start_date", METHOD + "earliest_start", lambda fact: bool(fact >= earliest)),
        LandCondition("non_forest", "non_forest_years", METHOD + "non_forest_years", lambda fact: bool(fact >= years)),
        LandCondition("parcel", "smallest_parcel_mu", parcel, lambda fact: bool(fact >= smallest)),
        LandCondition("land_kind", "land_kind", METHOD + "excluded_land", lambda fact: fact not in excluded),
        LandCondition("clearing", "cleared_share", METHOD + "cleared_share", lambda fact: bool(fact <= cleared)),
    )


def known(value: Any) -> Any:
    """The value, or None where the cell is empty."""
    return None if value is None or value == "" or pd.isna(value) else value


def check_land(land: pd.DataFrame, rules: Rules) -> None:
    """Refuse a land table that lacks columns or holds impossible facts, and a date without the methodology.

    Raises:
        InputError: with every finding.
    """
    missing = [column for column in ("region_code", "measure", *LAND_FACTS) if column not in land.columns]
    if missing:
        raise refuse("land", f"columns are missing: {missing}", f"缺少列：{missing}")
    if not rules.holds(METHOD + "non_forest_years"):
        raise refuse("land", f"CCER-14-001 is not in force on {rules.date}", f"{rules.date} 方法学 CCER-14-001 未施行")
    findings = []
    for row in land.to_dict("records"):
        for name, (possible, en, zh) in _RANGES.items():
            value = known(row[name])
            if value is not None and not possible(value):
                path = f"{name} of {row['region_code']} {row['measure']}"
                findings.append(Finding("land", path, f"{en} (got {value})", f"{zh}（现为 {value}）"))
    twice = sorted(set(land.loc[land.duplicated(["region_code", "measure"]), "region_code"]))
    findings += [Finding("land", f"region_code {code}", "a measure is given twice", "同一措施重复") for code in twice]
    if findings:
        raise InputError(findings)


def _is_date(text: Any) -> bool:
    try:
        return bool(datetime.date.fromisoformat(text).isoformat() == text)
    except (TypeError, ValueError):
        return False


_Range = tuple[Test, str, str]
_SHARE: _Range = (lambda value: bool(0 <= value <= 1), "must lie between 0 and 1", "须在 0 与 1 之间")
_AMOUNT: _Range = (lambda value: bool(value >= 0), "must not be negative", "不得为负")
_RANGES: Mapping[str, _Range] = {
    "precipitation_mm": _AMOUNT,
    "start_date": (_is_date, "is not a date YYYY-MM-DD", "不是 YYYY-MM-DD 日期"),
    "non_forest_years": _AMOUNT,
    "smallest_parcel_mu": _AMOUNT,
    "cleared_share": _SHARE,
    "key_function_zone_share": _SHARE,
    "public_welfare_forest_share": _SHARE,
}

_NOT_REPORTED = ("; not reported, so the row is not proven", "；未报，不能认定")
_SAID: Mapping[str, tuple[str, str]] = {
    "start": ("the project began no earlier than credits allow", "项目开工不早于规定日期"),
    "non_forest": ("the land was without forest long enough before the start", "开工前无林年限达到要求"),
    "parcel": ("no parcel is smaller than allowed", "地块面积不小于下限"),
    "land_kind": (
        "the land is of no excluded kind (wetland, economic forest, greening)",
        "不属湿地、经济林、绿化等排除类型",
    ),
    "clearing": ("no more shrub is cleared than allowed", "清除灌木面积占比不超过上限"),
}


def texts(condition: str, verdict: str) -> tuple[str, str]:
    """What is said of a land condition, in English and Chinese."""
    en, zh = _SAID[condition]
    if verdict == NOT_MET:
        return f"not met: {en}", f"不符合：{zh}"
    more_en, more_zh = _NOT_REPORTED if verdict == UNKNOWN else ("", "")
    return en + more_en, zh + more_zh
