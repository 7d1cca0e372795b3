"""The input tables against each other and against what is known: every contradiction at once, with its cell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import Finding
from silvafisc.datasets.plausibility import implausible_areas
from silvafisc.policy import Rules
from silvafisc.quantities import tenths_to_mu

from .facts import REGION, Facts, TableOfFacts
from .frames import KEYS
from .user_tables import spec_of

PLAUSIBLE = "assumptions.economy.plausibility.smallest_share_of_forest"
LISTED = 12
"""How many codes a message lists."""
_EVERY_UNIT = ("areas", "tasks", "factors", "responses", "stands")
_EVERY_UNIT_AND_NAME = {"tasks": "measure", "factors": "factor", "responses": "subject"}


@dataclass(frozen=True)
class _Places:
    """Where a row of a table stands in the user's file; the table's name for shipped tables."""

    read: Mapping[str, Table]
    origin: str

    def of(self, table: str, row: Mapping[str, object], column: str) -> tuple[str, str]:
        """(where, path) of one cell."""
        shown = spec_of(table)[column].name
        if table not in self.read:
            return f"{self.origin} ({table})", shown
        source = self.read[table]
        keys = KEYS[table]
        for position, values in enumerate(source.table[list(keys)].itertuples(index=False, name=None)):
            if values == tuple(row[key] for key in keys):
                return source.place(position, shown), shown
        return f"{self.origin} ({table})", shown


def cross_check(
    tables: Mapping[str, pd.DataFrame],
    read: Mapping[str, Table],
    provinces: TableOfFacts,
    rules: Rules,
    origin: str,
) -> list[Finding]:
    """All findings of the tables taken together.

    Args:
        tables: input tables in memory units. read: the user's tables as they were read, for the places of cells.
        provinces: the package of provinces, whose forest and land areas bound those of the tables.
        origin: what to call a table that the user did not give.
    """
    places = _Places(read, origin)
    findings = [
        *_coverage(tables, origin),
        *_foreign(tables, places),
        *_names(tables, origin),
        *_figures(tables, places),
    ]
    return [*findings, *_known_forest(tables, read, Facts(provinces), rules, origin)]


def _coverage(tables: Mapping[str, pd.DataFrame], origin: str) -> Iterator[Finding]:
    """Every unit stands in every table."""
    units = set(tables["regions"][REGION])
    for name in _EVERY_UNIT:
        missing = sorted(units - set(tables[name][REGION]))
        if missing:
            en, zh = f"no row for {_some(missing)}", f"缺少下列单位的行：{_some(missing, '、')}"
            yield Finding(f"{origin} ({name})", REGION, en, zh)


def _foreign(tables: Mapping[str, pd.DataFrame], places: _Places) -> Iterator[Finding]:
    """No table holds a unit that `regions` does not."""
    units = set(tables["regions"][REGION])
    for name, frame in tables.items():
        for row in _rows(frame[~frame[REGION].isin(units)]):
            code = row[REGION]
            where, path = places.of(name, row, REGION)
            yield Finding(
                where, path, f"unknown unit {code}: it is not in regions", f"未知单位 {code}：regions 表中没有"
            )


def _names(tables: Mapping[str, pd.DataFrame], origin: str) -> Iterator[Finding]:
    """Every measure, factor and subject has a row for every unit, and every category and measure a response."""
    units = set(tables["regions"][REGION])
    for name, column in _EVERY_UNIT_AND_NAME.items():
        frame = tables[name]
        for value in sorted(set(frame[column])):
            present = set(frame.loc[frame[column] == value, REGION])
            missing = sorted((units - present) & set(frame[REGION]))
            if missing:
                en = f"{value}: no row for {_some(missing)}; write 0 where there is nothing"
                zh = f"{value}：缺少下列单位的行：{_some(missing, '、')}；没有请写 0"
                yield Finding(f"{origin} ({name})", column, en, zh)
    subjects = set(tables["responses"]["subject"])
    used = set(tables["areas"]["category"]) | set(tables["tasks"]["measure"])
    for subject in sorted(used - subjects):
        en, zh = f"no response rows for {subject}", f"responses 表缺少 {subject} 的行"
        yield Finding(f"{origin} (responses)", "subject", en, zh)


def _figures(tables: Mapping[str, pd.DataFrame], places: _Places) -> Iterator[Finding]:
    """Single rows that contradict themselves."""
    responses, areas, regions = tables["responses"], tables["areas"], tables["regions"]
    for row in _rows(responses[responses["opportunity_cost_fen"] <= 0]):
        where, path = places.of("responses", row, "opportunity_cost_fen")
        yield Finding(
            where, path, "must be above 0: at 0 any payment would be enough", "必须大于 0：为零则任何补偿都足够"
        )
    for row in _rows(areas[areas["certified"] & (areas["document"].str.strip() == "")]):
        where, path = places.of("areas", row, "document")
        yield Finding(
            where,
            path,
            "a certified area needs its document, map version and date",
            "经核定的面积须注明文件、图件版本和日期",
        )
    for row in _rows(regions[regions["rural_population_person"] > regions["population_person"]]):
        where, path = places.of("regions", row, "rural_population_person")
        yield Finding(where, path, "more rural population than population", "乡村人口多于常住人口")
    for row in _rows(regions[regions["parent_code"] == regions[REGION]]):
        where, path = places.of("regions", row, "parent_code")
        yield Finding(where, path, "a unit cannot be its own parent", "上级不能是自己")


def _known_forest(
    tables: Mapping[str, pd.DataFrame], read: Mapping[str, Table], provinces: Facts, rules: Rules, origin: str
) -> Iterator[Finding]:
    """Areas against the inventory: by province, or the sum over the units of a province."""
    forest = {code: provinces.exact(code, "forest_area_10k_ha", "mu") for code in provinces.codes}
    land = {code: provinces.exact(code, "land_area_10k_ha", "mu") for code in provinces.codes}
    least = rules.fraction(PLAUSIBLE)
    if "stands" in read:
        yield from implausible_areas(read["stands"], "arbor_area_mu", forest, least)
    if "tasks" in read:
        yield from implausible_areas(read["tasks"], "need_mu", land, Fraction(0))
    parents = dict(zip(tables["regions"][REGION], tables["regions"]["parent_code"], strict=True))
    for name, column in (("areas", "area_tenth_mu"), ("stands", "arbor_area_tenth_mu")):
        if name not in read:
            continue
        sums: dict[str, int] = {}
        for code, area in zip(tables[name][REGION], tables[name][column], strict=True):
            home = code if code in forest else parents.get(code, "")
            sums[home] = sums.get(home, 0) + int(area)
        for code in sorted(set(sums) & set(forest)):
            total = Fraction(tenths_to_mu(sums[code]))
            if total > forest[code]:
                en = f"the areas of {code} sum to {float(total):.0f} mu, more than its forest of {float(forest[code]):.0f} mu"
                zh = f"{code} 的面积合计 {float(total):.0f} 亩，超过其森林面积 {float(forest[code]):.0f} 亩"
                yield Finding(f"{origin} ({name})", spec_of(name)[column].name, en, zh)
            elif name == "areas" and code in set(tables["regions"][REGION]) and 0 < total < least * forest[code]:
                en = f"the areas of {code} sum to {float(total):.0f} mu, {float(total / forest[code] * 100):.1f} % of its forest; hectares given as mu? (1 ha = 15 mu)"
                zh = f"{code} 的面积合计 {float(total):.0f} 亩，只占其森林的 {float(total / forest[code] * 100):.1f}%；是否把公顷当作亩填写？（1 公顷 = 15 亩）"
                yield Finding(f"{origin} ({name})", spec_of(name)[column].name, en, zh)


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _some(codes: Iterable[str], mark: str = ", ") -> str:
    listed = list(codes)
    more = f" … ({len(listed)})" if len(listed) > LISTED else ""
    return mark.join(listed[:LISTED]) + more
