"""A province's tables as its counties would fill them in: real codes and names, every other value 演示数据.

A figure is low + step · (SHA-256("seed|key|code") mod n), n = 1 + (high − low) / step, with low, high and step of its key
in demonstration.csv: deterministic, and no real figure of any unit. Areas are multiplied by the scale of the kind of
place that the name ends in. What follows from other figures is computed from them (last year's area = area − change).
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from string import Template

import pandas as pd

from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.economy.user_tables import YES, user_columns

SEED = "silvafisc-county-form"
SOURCE = "演示数据：除代码和名称外均按公式生成，请整表替换 / demonstration data: all but code and name made by a formula, replace it"
COUNTIES = "county_codes"
EXAMPLE = ("999999", "示例县")
"""Where a province's list is not shipped: a code that no unit has."""
OTHERS = (("999901", "示例国有林场", "forest_farm"), ("999902", "示例森工企业局", "forest_industry"))
"""Units without a GB/T 2260 code: any code that no county has."""
CATEGORIES = ("public_welfare_collective", "public_welfare_state")
MEASURES = ("afforestation", "restoration", "tending")
FINANCE = "财政局 / the unit's finance bureau"
FORESTRY = "林业主管部门 / the unit's forestry authority"
"""Offices, behind a unit's name in Chinese: the list has no English names of units."""
FUND = "provincial_compensation"
LIST = "key_assistance"
FIRST = "2026"
PERIODS = ("2026", "2027", "2028")
_AREA_STEP = Decimal(100)
_NO_UNIT = ""


@dataclass(frozen=True)
class Unit:
    """One unit of the example; parent: the budget level that its money comes through."""

    code: str
    name: str
    level: str
    type: str
    parent: str


def province_code(text: str) -> str:
    """`51` or `510000` as the six-digit code of a province. Raises InputError for anything else."""
    provinces = load_package("provinces").table
    names = dict(zip(provinces["region_code"], provinces["name_zh"], strict=True))
    code = text if len(text) != 2 else f"{text}0000"
    if code not in names:
        known = ", ".join(f"{str(one)[:2]} {name}" for one, name in names.items())
        en, zh = f"{text!r} is no province; the codes are {known}", f"“{text}”不是省级代码；可用：{known}"
        raise InputError([Finding("--province", "", en, zh)])
    return code


def province_name(code: str) -> str:
    """The Chinese name of a province."""
    provinces = load_package("provinces").table
    return str(provinces.loc[provinces["region_code"] == code, "name_zh"].iloc[0])


def units(province: str) -> list[Unit]:
    """The province's own level, its counties, and a forest farm and a forest-industry bureau as examples of other units.

    Where its list of counties is not shipped: one example county.
    """
    table = load_package(COUNTIES).table
    listed = [row for row in table.itertuples(index=False) if str(row.region_code)[:2] == province[:2]]
    if not listed:
        return [Unit(*EXAMPLE, "county", "county", province)]
    counties = []
    for row in listed:
        code, name = str(row.region_code), str(row.name_zh)
        direct = not name.endswith("区") and drawn("directly_managed", code) == 1
        kind = "directly_managed_county" if direct else "county"
        counties.append(Unit(code, name, "county", kind, province if direct else str(row.city_code)))
    own = Unit(province, f"{province_name(province)}本级", "province", "province_own", "000000")
    return [own, *counties, *(Unit(code, name, "county", kind, province) for code, name, kind in OTHERS)]


def county_tables(chosen: Iterable[Unit]) -> dict[str, pd.DataFrame]:
    """Every table of the form for some units as a user writes it, rows in order of code; all cells text."""
    rows: dict[str, list[dict[str, str]]] = {}
    for unit in sorted(chosen, key=lambda one: one.code):
        for name, of_unit in _unit_rows(unit).items():
            rows.setdefault(name, []).extend(of_unit)
    rows["group_list"] = [
        {"group": LIST, "name": "重点帮扶县（演示名单）", "document": "演示文号〔2025〕1号"},
    ]
    rows["control_totals"] = [*_totals(rows["areas"], "areas", "category", "area_mu")]
    rows["control_totals"] += _totals(rows["tasks"], "tasks", "measure", "need_mu")
    rows["control_totals"] += _totals(rows["last_year"], "last_year", "subject", "amount_yuan")
    common = {"status": "assumption", "source": SOURCE, "demo": YES}
    return {
        name: pd.DataFrame(
            [row | common for row in table], columns=[column.spec.name for column in user_columns(name)], dtype="str"
        )
        for name, table in rows.items()
    }


def county_scenario(province: str, tables: Mapping[str, pd.DataFrame], data: str) -> str:
    """The scenario file that stands beside the tables, so that `silvafisc run scenario.yaml` works on them.

    data: what the scenario's `data` says: the folder or the workbook beside it.
    """
    text = files("silvafisc.runs").joinpath("county_scenario.yaml").read_text(encoding="utf-8")
    tiers = dict(zip(tables["regions"]["region_code"], tables["regions"]["payer_tier"], strict=True))
    last = tables["last_year"]
    provincial = sum(
        Decimal(amount) * drawn(f"provincial_share.{tiers[code]}", _NO_UNIT)
        for code, amount in zip(last["region_code"], last["amount_yuan"], strict=True)
    )
    count = len(tiers)
    money = {f"compensation_{year}": _whole(provincial * drawn(f"growth.{year}", _NO_UNIT)) for year in PERIODS}
    step = drawn("pot_yuan", _NO_UNIT) * count
    money |= {f"pot_{place}": _whole(step * place) for place in (1, 2, 3)}
    money |= {
        "forestry": _whole(drawn("forestry_yuan", _NO_UNIT) * count),
        "commitment": _whole(drawn("commitment_yuan", _NO_UNIT)),
    }
    first = min(code for code, level in zip(tiers, tables["regions"]["unit_level"], strict=True) if level == "county")
    names = {"id": f"counties-{province[:2]}", "province_name": province_name(province), "data": data, "first": first}
    return Template(text).substitute(names | money)


def drawn(key: str, code: str) -> Decimal:
    """The demonstration figure of a key and a unit. Raises KeyError for an unknown key."""
    low, high, step = _pattern()[key]
    choices = 1 + int((high - low) / step)
    number = int.from_bytes(hashlib.sha256(f"{SEED}|{key}|{code}".encode()).digest())
    return low + step * (number % choices)


@cache
def _pattern() -> Mapping[str, tuple[Decimal, Decimal, Decimal]]:
    text = files("silvafisc.runs").joinpath("demonstration.csv").read_text(encoding="utf-8")
    return {
        row["key"]: (Decimal(row["low"]), Decimal(row["high"]), Decimal(row["step"]))
        for row in csv.DictReader(text.splitlines())
    }


def _unit_rows(unit: Unit) -> dict[str, list[dict[str, str]]]:
    """The rows of one unit in every table."""
    code = {"region_code": unit.code}
    areas, last = _areas(unit)
    needs = {measure: drawn(f"need.{measure}", unit.code) for measure in MEASURES}
    arbor = _scaled(unit, drawn("arbor_area_mu", unit.code))
    reporter = {**_by(unit, FORESTRY), "verified_by": "省林业主管部门 / provincial forestry authority"}
    assigned = needs["afforestation"] * drawn("assigned_share", unit.code)
    return {
        "regions": [code | _region(unit)],
        "areas": areas,
        "last_year": last,
        "tasks": [
            code
            | {
                "measure": measure,
                "need_mu": _plain(need),
                "capacity_mu": _plain(need * drawn("capacity_share", unit.code)),
            }
            for measure, need in needs.items()
        ],
        "factors": [
            code | {"factor": "fiscal_difficulty", "value": _of("fiscal_difficulty", unit)} | _by(unit, FINANCE),
            code | {"factor": "forest_resource", "value": _plain(arbor)} | reporter,
            code | {"factor": "performance", "value": _of("performance", unit)} | _by(unit, FORESTRY),
            code | {"factor": "task_need", "value": _plain(Decimal(sum(needs.values())))} | reporter,
        ],
        "responses": [code | _response(unit, subject) for subject in sorted((*CATEGORIES, *MEASURES))],
        "stands": [
            code
            | {"arbor_area_mu": _plain(arbor), "shrub_flag": "false"}
            | {
                name: _of(name, unit)
                for name in (
                    "mean_volume_m3_per_ha",
                    "planted_share",
                    "loss_hazard_per_year",
                    "mean_temperature_celsius",
                    "precipitation_mm",
                )
            }
        ],
        "task_list": [
            code | {"measure": "afforestation", "period": FIRST, "kind": "binding", "area_mu": _plain(assigned)}
        ],
        "acceptance": [
            code
            | {"measure": "afforestation", "period": FIRST, "check": "survival"}
            | {"passed_share": _of("passed_share", unit)}
        ],
        "reporting": [
            code | {"kind": kind, "item": item} | reporter
            for kind, items in (("area", CATEGORIES), ("need", MEASURES))
            for item in items
        ],
    }


def _region(unit: Unit) -> dict[str, str]:
    people = drawn("population_person", unit.code)
    counted = unit.type in {"county", "directly_managed_county"}
    listed = counted and (unit.code == EXAMPLE[0] or drawn("listed", unit.code) == 1)
    named = ("rural_income_yuan_per_person", "gdp_per_capita_yuan_per_person")
    money = ("own_revenue_10k_yuan", "expenditure_10k_yuan")
    return {
        "region_name": unit.name,
        "region_name_en": "",
        "unit_level": unit.level,
        "unit_type": unit.type,
        "parent_code": unit.parent,
        "payer_tier": "1" if listed or unit.type == "province_own" else _of("payer_tier", unit),
        "groups": LIST if listed else "",
        "population_person": _plain(people),
        "rural_population_person": _whole(people * drawn("rural_share", unit.code)),
        **{name: _of(name, unit) for name in (*named, *money)},
    }


def _areas(unit: Unit) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of `areas` and `last_year`."""
    areas, last = [], []
    for category in CATEGORIES:
        area = _scaled(unit, drawn(f"area.{category}", unit.code))
        change = _stepped(area * drawn(f"change_share.{category}", unit.code))
        certified = drawn("certified", unit.code + category) != 0
        key = {"region_code": unit.code}
        areas.append(
            key
            | {
                "category": category,
                "area_mu": _plain(area),
                "certified": "true" if certified else "false",
                "document": "演示文号〔2026〕1号" if certified else "",
                "map_version": "2025年度一张图（演示）" if certified else "",
                "certified_on": "2026-03-31" if certified else "",
                "change_mu": _plain(change),
                "change_reason": "演示：一张图年度更新" if change else "",
            }
        )
        before = area - change
        amount = before * drawn(f"last_standard.{category}", _NO_UNIT)
        last.append(key | {"fund": FUND, "subject": category, "area_mu": _plain(before), "amount_yuan": _plain(amount)})
    return areas, last


def _response(unit: Unit, subject: str) -> dict[str, str]:
    return {
        "subject": subject,
        "opportunity_cost_yuan_per_mu": _of(f"opportunity_cost.{subject}", unit),
        "full_cost_yuan_per_mu": _of(f"full_cost.{subject}", unit),
        "household_share": _of(f"household_share.{subject}", unit),
        "sigma": _of("sigma", unit),
        "retention_max": _of("retention_max", unit),
    }


def _totals(rows: list[dict[str, str]], table: str, key: str, column: str) -> list[dict[str, str]]:
    """Control totals of a column by category, measure or subject."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row[key]] = sums.get(row[key], Decimal(0)) + Decimal(row[column])
    return [
        {"table": table, "column": column, "item": item, "total": _plain(total), "document": "演示文号〔2026〕2号"}
        for item, total in sorted(sums.items())
    ]


def _by(unit: Unit, office: str) -> dict[str, str]:
    return {"reported_by": f"{unit.name}{office}", "verified_by": "省财政厅 / provincial finance department"}


def _of(key: str, unit: Unit) -> str:
    return _plain(drawn(key, unit.code))


def _scaled(unit: Unit, area: Decimal) -> Decimal:
    ending = unit.name[-1] if f"scale.{unit.name[-1]}" in _pattern() else ""
    return _stepped(area * drawn(f"scale.{ending}", _NO_UNIT))


def _stepped(area: Decimal) -> Decimal:
    return (area / _AREA_STEP).quantize(Decimal(1), ROUND_HALF_UP) * _AREA_STEP


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _whole(value: Decimal) -> str:
    return format(value.quantize(Decimal(1), ROUND_HALF_UP), "f")
