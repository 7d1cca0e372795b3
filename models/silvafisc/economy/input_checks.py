"""The input tables against each other and against what is known: every contradiction at once, with its cell."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import Finding
from silvafisc.datasets.plausibility import implausible_areas
from silvafisc.policy import Rules
from silvafisc.quantities import tenths_to_mu

from .facts import REGION, Facts, TableOfFacts
from .figure_checks import check_figures
from .places import Places, and_more, rows_of, some
from .unit_checks import PROVINCE_ENDING, check_units
from .user_tables import spec_of

PLAUSIBLE = "assumptions.economy.plausibility.smallest_share_of_forest"
_EVERY_UNIT = ("areas", "tasks", "factors", "responses", "stands")
_EVERY_UNIT_AND_NAME = {"tasks": "measure", "factors": "factor", "responses": "subject"}


def cross_check(
    tables: Mapping[str, pd.DataFrame],
    read: Mapping[str, Table],
    lists: Mapping[str, TableOfFacts],
    rules: Rules,
    origin: str,
    side: Mapping[str, Table] | None = None,
) -> list[Finding]:
    """All findings of the tables taken together; a table that could not be read is not judged.

    Args:
        tables: input tables in memory units. read: the user's tables as they were read, for the places of cells.
        lists: the packages `provinces`, whose forest and land areas bound those of the tables, and `county_codes`.
        origin: what to call a table that the user did not give.
        side: tables that the others are held against (`group_list`, `control_totals`).
    """
    places, provinces = Places(read, origin), lists["provinces"]
    findings = [*_figures(tables, places), *check_figures(tables, side or {}, places, rules)]
    findings += check_units(tables, places, provinces, lists["county_codes"])
    if "regions" not in tables:
        return findings
    findings += [*_coverage(tables, origin), *_foreign(tables, places), *_names(tables, origin)]
    return [*findings, *_known_forest(tables, read, Facts(provinces), rules, origin)]


def _coverage(tables: Mapping[str, pd.DataFrame], origin: str) -> Iterator[Finding]:
    """Every unit stands in every table."""
    units = set(tables["regions"][REGION])
    for name in (name for name in _EVERY_UNIT if name in tables):
        missing = sorted(units - set(tables[name][REGION]))
        if missing:
            en, zh = f"no row for {some(missing)}", f"缺少下列单位的行：{some(missing, '、')}"
            yield Finding(f"{origin} ({name})", REGION, en, zh)


def _foreign(tables: Mapping[str, pd.DataFrame], places: Places) -> Iterator[Finding]:
    """No table holds a unit that `regions` does not."""
    units = set(tables["regions"][REGION])
    for name, frame in tables.items():
        found: dict[str, list[str]] = {}
        if units >= set(frame[REGION]):
            continue
        for row in rows_of(frame[~frame[REGION].isin(units)]):
            found.setdefault(str(row[REGION]), []).append(places.of(name, row, REGION)[0])
        for code, wheres in found.items():
            more_en, more_zh = and_more(wheres)
            en, zh = (
                f"unknown unit {code}: it is not in regions{more_en}",
                f"未知单位 {code}：regions 表中没有{more_zh}",
            )
            yield Finding(wheres[0], REGION, en, zh)


def _names(tables: Mapping[str, pd.DataFrame], origin: str) -> Iterator[Finding]:
    """Every measure, factor and subject has a row for every unit, and every category and measure a response."""
    units = set(tables["regions"][REGION])
    for name, column in _EVERY_UNIT_AND_NAME.items():
        if name not in tables:
            continue
        frame = tables[name]
        for value in sorted(set(frame[column])):
            present = set(frame.loc[frame[column] == value, REGION])
            missing = sorted((units - present) & set(frame[REGION]))
            if missing:
                en = f"{value}: no row for {some(missing)}; write 0 where there is nothing"
                zh = f"{value}：缺少下列单位的行：{some(missing, '、')}；没有请写 0"
                yield Finding(f"{origin} ({name})", column, en, zh)
    if not {"responses", "areas", "tasks"} <= set(tables):
        return
    subjects = set(tables["responses"]["subject"])
    used = set(tables["areas"]["category"]) | set(tables["tasks"]["measure"])
    for subject in sorted(used - subjects):
        en, zh = f"no response rows for {subject}", f"responses 表缺少 {subject} 的行"
        yield Finding(f"{origin} (responses)", "subject", en, zh)


def _figures(tables: Mapping[str, pd.DataFrame], places: Places) -> Iterator[Finding]:
    """Single rows that contradict themselves."""
    responses, areas, regions = tables.get("responses"), tables.get("areas"), tables.get("regions")
    for row in [] if responses is None else rows_of(responses[responses["opportunity_cost_fen"] <= 0]):
        where, path = places.of("responses", row, "opportunity_cost_fen")
        yield Finding(
            where, path, "must be above 0: at 0 any payment would be enough", "必须大于 0：为零则任何补偿都足够"
        )
    for row in [] if areas is None else rows_of(areas[areas["certified"] & (areas["document"].str.strip() == "")]):
        where, path = places.of("areas", row, "document")
        yield Finding(
            where,
            path,
            "a certified area needs its document, map version and date",
            "经核定的面积须注明文件、图件版本和日期",
        )
    for row in (
        [] if regions is None else rows_of(regions[regions["rural_population_person"] > regions["population_person"]])
    ):
        where, path = places.of("regions", row, "rural_population_person")
        yield Finding(where, path, "more rural population than population", "乡村人口多于常住人口")


def _known_forest(
    tables: Mapping[str, pd.DataFrame], read: Mapping[str, Table], provinces: Facts, rules: Rules, origin: str
) -> Iterator[Finding]:
    """Areas against the inventory: by province, or the sum over the units of a province."""
    forest = {code: provinces.exact(code, "forest_area_10k_ha", "mu") for code in provinces.codes}
    land = {code: provinces.exact(code, "land_area_10k_ha", "mu") for code in provinces.codes}
    least = rules.fraction(PLAUSIBLE)
    parents = dict(zip(tables["regions"][REGION], tables["regions"]["parent_code"], strict=True))
    homes = {code: _province(code, parents, forest) for code in parents}
    # A province among its own counties is 省本级, whose land is not the province's.
    whole = {code for code, home in homes.items() if code == home and list(homes.values()).count(code) == 1}
    if "stands" in read:
        own = {code: area for code, area in forest.items() if code in whole}
        yield from implausible_areas(read["stands"], "arbor_area_mu", own, least)
    if "tasks" in read:
        yield from implausible_areas(read["tasks"], "need_mu", land, Fraction(0))
    for name, column in (("areas", "area_tenth_mu"), ("stands", "arbor_area_tenth_mu")):
        if name not in read or name not in tables:
            continue
        sums: dict[str, int] = {}
        for code, area in zip(tables[name][REGION], tables[name][column], strict=True):
            home = homes.get(code, "")
            sums[home] = sums.get(home, 0) + int(area)
        for code in sorted(set(sums) & set(forest)):
            total = Fraction(tenths_to_mu(sums[code]))
            if total > forest[code]:
                en = f"the areas of {code} sum to {float(total):.0f} mu, more than its forest of {float(forest[code]):.0f} mu"
                zh = f"{code} 的面积合计 {float(total):.0f} 亩，超过其森林面积 {float(forest[code]):.0f} 亩"
                yield Finding(f"{origin} ({name})", spec_of(name)[column].name, en, zh)
            elif name == "areas" and code in whole and 0 < total < least * forest[code]:
                en = f"the areas of {code} sum to {float(total):.0f} mu, {float(total / forest[code] * 100):.1f} % of its forest; hectares given as mu? (1 ha = 15 mu)"
                zh = f"{code} 的面积合计 {float(total):.0f} 亩，只占其森林的 {float(total / forest[code] * 100):.1f}%；是否把公顷当作亩填写？（1 公顷 = 15 亩）"
                yield Finding(f"{origin} ({name})", spec_of(name)[column].name, en, zh)


def _province(code: str, parents: Mapping[str, str], provinces: Mapping[str, Fraction]) -> str:
    """The province that a unit lies in: itself, the first one above it, or the one that a city's code names."""
    seen: set[str] = set()
    while code not in provinces and code in parents and code not in seen:
        seen.add(code)
        code = parents[code]
    return code if code in provinces else code[:2] + PROVINCE_ENDING
