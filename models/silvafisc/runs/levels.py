"""Totals by budget level (预算级次): province, its cities, their counties; 省本级 and 省直管县 apart.

For every unit or place p above units, fund and period:  total[p] = own[p] + Σ_kinds below[p, kind], and
below[p, kind] = Σ total[c] over the c directly below p whose level and type are the kind. The parent of a unit is its
`parent_code`; that of a place that is no unit of the table follows from its code: a city's is its province, a
province's the nation. The nation is shown where several stand below it.
"""

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from silvafisc.datasets import load_package
from silvafisc.results import UnitInputs

TABLE = "levels"
NATION = "000000"
PARTS = ("own", "below", "total")
_CITY, _PROVINCE = "00", "0000"
_COLUMNS = ("parent_code", "parent_name", "part", "unit_level", "unit_type", "fund", "period", "units", "payment_fen")
_Kind = tuple[str, str]


def levels(inputs: UnitInputs, allocation: pd.DataFrame) -> pd.DataFrame:
    """One row per place, part, kind of unit, fund and period (columns of columns.csv); `units` counts those that receive.

    Committed instalments are money of the period like any other. Places without anything below have no row.
    """
    regions = inputs.regions.set_index("region_code")
    parents = {str(code): str(parent) for code, parent in regions["parent_code"].items()}
    kinds = regions["unit_type"] if "unit_type" in regions.columns else regions["unit_level"]
    kind = {str(code): (str(regions["unit_level"][code]), str(kinds[code])) for code in regions.index}
    above = _above(parents)
    below: defaultdict[str, list[str]] = defaultdict(list)
    for code, parent in above.items():
        below[parent].append(code)
    names = _names(inputs)
    paid = allocation.groupby(["fund", "period", "region_code"])["payment_fen"].sum()
    rows: list[tuple[object, ...]] = []
    for fund, period in sorted({(str(fund), str(period)) for fund, period, _ in paid.index}):
        amounts = {str(code): int(fen) for code, fen in paid.loc[fund, period].items()}
        for place in sorted(below):
            if place == NATION and len(below[place]) == 1:
                continue
            for part, (level, type_), units, fen in _parts(place, below, kind, amounts):
                rows.append((place, names.get(place, place), part, level, type_, fund, period, units, fen))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _above(parents: dict[str, str]) -> dict[str, str]:
    """Every unit and place -> the one directly above it; the uppermost has none."""
    above = {code: parent for code, parent in parents.items() if parent}
    for place in sorted(set(above.values()) - set(above)):
        while place not in above and place.endswith(_CITY) and place != NATION:
            above[place] = NATION if place.endswith(_PROVINCE) else place[:2] + _PROVINCE
            place = above[place]
    return above


def _parts(
    place: str, below: dict[str, list[str]], kind: dict[str, _Kind], amounts: dict[str, int]
) -> Iterator[tuple[str, _Kind, int, int]]:
    """Part, kind, number of units and money of a place: its own, each kind below, and the total."""
    kinds: defaultdict[_Kind, list[int]] = defaultdict(lambda: [0, 0])
    for code in below[place]:
        units, fen = _sum(code, below, amounts)
        one = kinds[kind.get(code, _kind_of_code(code))]
        one[0], one[1] = one[0] + units, one[1] + fen
    if place in kind:
        yield "own", kind[place], int(place in amounts), amounts.get(place, 0)
    for one_kind, (units, fen) in sorted(kinds.items()):
        yield "below", one_kind, units, fen
    yield "total", ("", ""), *_sum(place, below, amounts)


def _sum(code: str, below: dict[str, list[str]], amounts: dict[str, int]) -> tuple[int, int]:
    """Units that receive and their money, the place's own and all below it."""
    units, fen = int(code in amounts), amounts.get(code, 0)
    for one in below.get(code, ()):
        more, money = _sum(one, below, amounts)
        units, fen = units + more, fen + money
    return units, fen


def _kind_of_code(code: str) -> _Kind:
    level = "province" if code.endswith(_PROVINCE) else "city"
    return level, level


def _names(inputs: UnitInputs) -> dict[str, str]:
    """Names of units, provinces and cities."""
    provinces, counties = load_package("provinces").table, load_package("county_codes").table
    names = {NATION: "全国"}
    names |= dict(zip(provinces["region_code"], provinces["name_zh"], strict=True))
    names |= dict(zip(counties["city_code"], counties["city_name_zh"], strict=True))
    own = dict(zip(inputs.regions["region_code"], inputs.regions["region_name"], strict=True))
    return {**own, **names}
