"""The units of a table against the law's list, each other and the levels above them: every contradiction with its cell."""

import difflib
from collections.abc import Iterator, Mapping

import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import Finding

from .facts import REGION, TableOfFacts
from .places import Places, Row, and_more, rows_of
from .user_tables import NAME

NATION = "000000"
PROVINCE_ENDING = "0000"
CITY_ENDING = "00"
COUNTY_TYPES = frozenset({"county", "directly_managed_county"})
LEVEL_OF_TYPE = {
    "province_own": "province",
    "city": "city",
    "city_own": "city",
    "county": "county",
    "directly_managed_county": "county",
}
"""Types that say the level; the others stand at any."""


def check_units(
    tables: Mapping[str, pd.DataFrame], places: Places, provinces: TableOfFacts, counties: TableOfFacts
) -> Iterator[Finding]:
    """Codes, names, types and parents.

    counties: the official list of codes and names (package `county_codes`); provinces without a list are not judged.
    A county younger than the list is taken where its row has status `verified`: read in the official text.
    """
    yield from _names_beside_codes(tables, places.read)
    if "regions" not in tables:
        return
    units = rows_of(tables["regions"])
    listed = dict(zip(counties.table["region_code"], counties.table["name_zh"], strict=True))
    cities = set(counties.table["city_code"])
    known = {str(code) for code in provinces.table["region_code"]}
    for row in units:
        yield from _listed(row, places, listed)
        yield from _type(row, places)
        yield from _parent(row, places, {str(unit[REGION]) for unit in units}, known, cities)
    yield from _circles(units, places)
    yield from _same_name(units, places)


def _names_beside_codes(tables: Mapping[str, pd.DataFrame], read: Mapping[str, Table]) -> Iterator[Finding]:
    """The name beside a code is that of `regions`."""
    if "regions" not in tables:
        return
    names = dict(zip(tables["regions"][REGION], tables["regions"][NAME], strict=True))
    places: dict[tuple[str, str], list[str]] = {}
    for table, source in read.items():
        if table == "regions" or NAME not in source.table.columns:
            continue
        for row, (code, name) in enumerate(zip(source.table[REGION], source.table[NAME], strict=True)):
            if name and code in names and name != names[code]:
                places.setdefault((code, name), []).append(source.place(row, NAME))
    for (code, name), found in places.items():
        more_en, more_zh = and_more(found)
        en = f"{name!r} is not the name of {code}: regions has {names[code]!r}{more_en}"
        zh = f"“{name}”不是 {code} 的名称：regions 表中为“{names[code]}”{more_zh}"
        yield Finding(found[0], NAME, en, zh)


def _listed(row: Row, places: Places, listed: Mapping[str, str]) -> Iterator[Finding]:
    """A county of a province whose list is shipped stands on it, under its own name."""
    code, name = str(row[REGION]), str(row[NAME])
    of_province = {one: held for one, held in listed.items() if one[:2] == code[:2]}
    if not of_province or row["unit_level"] != "county" or row.get("unit_type", "county") not in COUNTY_TYPES:
        return
    if row["status"] == "verified" or of_province.get(code) == name:
        return
    if code in of_province:
        where, path = places.of("regions", row, NAME)
        en = f"{name!r} is not the name of {code}; the official list has {of_province[code]!r}"
        yield Finding(where, path, en, f"“{name}”与代码 {code} 不符；官方名称为“{of_province[code]}”")
        return
    meant = [one for one, held in of_province.items() if held == name]
    near = meant or difflib.get_close_matches(code, of_province, n=1)
    hint_en = f"; {of_province[near[0]]} is {near[0]}" if near else ""
    hint_zh = f"；{of_province[near[0]]}为 {near[0]}" if near else ""
    where, path = places.of("regions", row, REGION)
    yield Finding(
        where,
        path,
        f"unknown code {code}: not in the official list of counties{hint_en}. A county younger than the list: set status to"
        " verified and name the publication in source",
        f"代码 {code} 不在官方区划代码表中{hint_zh}。新设的县请将 status 填为 verified，并在 source 中注明公布文件",
    )


def _type(row: Row, places: Places) -> Iterator[Finding]:
    """The type agrees with the level."""
    kind, level = str(row.get("unit_type", "")), str(row["unit_level"])
    needed = LEVEL_OF_TYPE.get(kind, level)
    if needed != level:
        where, path = places.of("regions", row, "unit_type")
        yield Finding(
            where, path, f"{kind} stands at level {needed}, not {level}", f"{kind} 的级次应为 {needed}，不是 {level}"
        )
    parent = str(row["parent_code"])
    if kind == "directly_managed_county" and not parent.endswith(PROVINCE_ENDING):
        where, path = places.of("regions", row, "parent_code")
        en = f"a county under the province has the province as its parent, not {parent}"
        yield Finding(where, path, en, f"省直管县的上级应为省，不是 {parent}")


def _parent(row: Row, places: Places, units: set[str], provinces: set[str], cities: set[str]) -> Iterator[Finding]:
    """The level above is a unit of the table, the nation, a province or a city, in the same province."""
    code, parent = str(row[REGION]), str(row["parent_code"])
    where, path = places.of("regions", row, "parent_code")
    if parent == code:
        yield Finding(where, path, "a unit cannot be its own parent", "上级不能是自己")
    elif parent == NATION or parent in units:
        pass
    elif parent[:2] + PROVINCE_ENDING not in provinces or not _is_above(parent, provinces, cities):
        en = f"unknown parent {parent}: neither a unit of the table nor a province or city"
        yield Finding(where, path, en, f"上级 {parent} 未知：既不是表中的单位，也不是省或市（州）")
    homes = {code[:2] + PROVINCE_ENDING, parent[:2] + PROVINCE_ENDING}
    if len(homes) > 1 and homes <= provinces:
        en = f"parent {parent} lies in another province than {code}"
        yield Finding(where, path, en, f"上级 {parent} 与单位 {code} 不在同一省份")


def _is_above(parent: str, provinces: set[str], cities: set[str]) -> bool:
    """A province, or a city: one of the list where the province has one, else any code of a city's form."""
    if parent.endswith(PROVINCE_ENDING) or not parent.endswith(CITY_ENDING):
        return parent in provinces
    return parent in cities or not any(city[:2] == parent[:2] for city in cities)


def _circles(units: list[dict[str, object]], places: Places) -> Iterator[Finding]:
    """Nobody stands above himself."""
    above = {str(row[REGION]): str(row["parent_code"]) for row in units}
    for row in units:
        seen, at = {str(row[REGION])}, above[str(row[REGION])]
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
        if at == row[REGION] and len(seen) > 1:
            where, path = places.of("regions", row, "parent_code")
            en = f"the levels above {at} lead back to it"
            yield Finding(where, path, en, f"{at} 的上级又回到自己，形成循环")


def _same_name(units: list[dict[str, object]], places: Places) -> Iterator[Finding]:
    """Under one parent every name stands once."""
    first: dict[tuple[str, str], str] = {}
    for row in units:
        key = (str(row["parent_code"]), str(row[NAME]))
        if key in first:
            where, path = places.of("regions", row, NAME)
            en = f"{key[1]!r} is also the name of {first[key]} under the same parent"
            yield Finding(where, path, en, f"“{key[1]}”与同一上级的 {first[key]} 重名")
        first.setdefault(key, str(row[REGION]))
