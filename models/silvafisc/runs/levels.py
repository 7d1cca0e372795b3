"""Totals of money and carbon by budget level (预算级次, 数同源): province, its cities, their counties; 省本级 and 省直管县 apart.

For every unit or place p above units, fund and period:  total[p] = own[p] + Σ_kinds below[p, kind], and
below[p, kind] = Σ total[c] over the c directly below p whose level and type are the kind. The parent of a unit is its
`parent_code`; that of a place that is no unit of the table follows from its code: a city's is its province, a
province's the nation. The nation is shown where several stand below it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from silvafisc.datasets import load_package
from silvafisc.results import UnitInputs

TABLE = "levels"
NATION = "000000"
PARTS = ("own", "below", "total")
_CITY, _PROVINCE = "00", "0000"
_COLUMNS = (
    *("parent_code", "parent_name", "part", "unit_level", "unit_type"),
    *("fund", "period", "units", "payment_fen", "carbon_tco2e"),
)
_Kind = tuple[str, str]


@dataclass(frozen=True)
class _Sum:
    """Units that receive, their money, and their carbon as an exact fraction: the order of adding changes nothing."""

    units: int = 0
    fen: int = 0
    tonnes: Fraction = Fraction(0)

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(self.units + other.units, self.fen + other.fen, self.tonnes + other.tonnes)


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
    columns = ("fund", "period", "region_code", "payment_fen", "carbon_tco2e")
    paid: defaultdict[tuple[str, str], dict[str, _Sum]] = defaultdict(dict)
    for fund, period, code, fen, tonnes in zip(*(allocation[name] for name in columns), strict=True):
        amounts = paid[str(fund), str(period)]
        before = amounts.get(str(code), _Sum(units=1))
        amounts[str(code)] = before + _Sum(0, int(fen), Fraction(float(tonnes)))
    rows: list[tuple[object, ...]] = []
    for (fund, period), amounts in sorted(paid.items()):
        for place in sorted(below):
            if place == NATION and len(below[place]) == 1:
                continue
            for part, (level, type_), one in _parts(place, below, kind, amounts):
                head = (place, names.get(place, place), part, level, type_, fund, period)
                rows.append((*head, one.units, one.fen, float(one.tonnes)))
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
    place: str, below: dict[str, list[str]], kind: dict[str, _Kind], amounts: dict[str, _Sum]
) -> Iterator[tuple[str, _Kind, _Sum]]:
    """Part, kind and sum of a place: its own, each kind below, and the total."""
    kinds: defaultdict[_Kind, _Sum] = defaultdict(_Sum)
    for code in below[place]:
        kinds[kind.get(code, _kind_of_code(code))] += _sum(code, below, amounts)
    if place in kind:
        yield "own", kind[place], amounts.get(place, _Sum())
    for one_kind, one in sorted(kinds.items()):
        yield "below", one_kind, one
    yield "total", ("", ""), _sum(place, below, amounts)


def _sum(code: str, below: dict[str, list[str]], amounts: dict[str, _Sum]) -> _Sum:
    """The place's own and all below it."""
    return sum((_sum(one, below, amounts) for one in below.get(code, ())), amounts.get(code, _Sum()))


def _kind_of_code(code: str) -> _Kind:
    level = "province" if code.endswith(_PROVINCE) else "city"
    return level, level


def _names(inputs: UnitInputs) -> dict[str, str]:
    """Names of units, provinces and cities: `中文 / English`, or Chinese alone where no English is known."""
    provinces, counties = load_package("provinces").table, load_package("county_codes").table
    own, places = inputs.regions, list(provinces["region_code"])
    names = dict(zip(own["region_code"], _both(own["region_name"], own["region_name_en"]), strict=True))
    names |= {NATION: "全国 / nation"} | dict(
        zip(places, _both(provinces["name_zh"], provinces["name_en"]), strict=True)
    )
    return names | dict(zip(counties["city_code"], counties["city_name_zh"], strict=True))


def _both(chinese: Iterable[str], english: Iterable[str]) -> list[str]:
    return [f"{zh} / {en}" if en else zh for zh, en in zip(chinese, english, strict=True)]
