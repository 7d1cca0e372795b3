"""What maps show, in which units, and what of it cannot be true."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..errors import refuse
from ..mixtures import Array

PREFIX = "assumptions.carbon.maps."


@dataclass(frozen=True)
class Shown:
    """What a map shows. quantity: name of its mean. kind: how it errs (`map_error`). total: unit of its total.

    units: as a user writes them -> factor to the unit of the quantity.
    """

    quantity: str
    kind: str
    total: str
    units: Mapping[str, float]


_T = {"t/ha": 1.0, "Mg/ha": 1.0}
SHOWS: Mapping[str, Shown] = {
    "above_ground": Shown("above_ground_t_per_ha", "biomass", "t", _T),
    "biomass": Shown("biomass_t_per_ha", "biomass", "t", _T),
    "carbon": Shown("live_carbon_tc_per_ha", "biomass", "tC", {"tC/ha": 1.0, "MgC/ha": 1.0}),
    "cover": Shown("cover_share", "cover", "mu", {"1": 1.0, "%": float(UNITS["pct"].factor)}),
}
"""Biomass above ground, of living trees with roots, their carbon, and cover."""


def shown(shows: str | None, unit: str) -> tuple[Shown, float]:
    """(what the map shows, factor of the unit). t/ha without a word is biomass above ground, as from the air.

    Raises:
        InputError: an unknown word or unit, or a unit of something else.
    """
    if shows is not None and shows not in SHOWS:
        en, zh = f"unknown {shows!r}; known: {', '.join(SHOWS)}", f"未知的 {shows!r}；可用：{'、'.join(SHOWS)}"
        raise refuse("shows", en, zh)
    for name, one in SHOWS.items():
        if unit in one.units and shows in (None, name):
            return one, one.units[unit]
    known = ", ".join(u for name, one in SHOWS.items() if shows in (None, name) for u in one.units)
    en = f"unknown unit {unit!r}; known: {known}. Bring kg or tenths to it first, or write scale and offset into the file"
    zh = f"未知的单位 {unit!r}；可用：{known}。千克或十分之一等请先换算，或在文件中写明 scale 和 offset"
    raise refuse("unit", en, zh)


def implausible(
    file: str,
    one: Shown,
    unit: str,
    codes: list[str],
    means: Array,
    least: Array,
    most: Array,
    top: float,
    rules: Rules,
) -> Iterator[Finding]:
    """Values that are codes, or of another unit or scale than stated.

    codes, means, least, most: units with a value, in the unit of the quantity. top: what the highest number that the
    file's type can hold would be; NaN for floats.
    """
    if not codes:
        return
    lowest, highest = float(least.min()), float(most.max())
    if lowest < 0:
        yield _nodata(file, lowest / one.units[unit])
    elif highest == top:
        yield _nodata(file, highest / one.units[unit])
    elif one.kind == "cover":
        yield from _wrong_cover(file, unit, highest)
    else:
        yield from _wrong_biomass(file, unit, codes, means, highest, rules)


def _nodata(file: str, value: float) -> Finding:
    en = f"holds {value:g} as if it were measured; is it a nodata value? Declare it: rio edit-info --nodata {value:g} FILE"
    zh = f"把 {value:g} 当作观测值；是否为无数据标记？请在文件中声明：rio edit-info --nodata {value:g} 文件"
    return Finding(file, "nodata", en, zh)


def _wrong_cover(file: str, unit: str, highest: float) -> Iterator[Finding]:
    if highest > 1:
        hint = ("; are these per cent? Use --unit %", "；是否为百分数？请用 --unit %") if unit == "1" else ("", "")
        en = f"cover reaches {highest:g} times the land{hint[0]}"
        yield Finding(file, "unit", en, f"盖度高达土地面积的 {highest:g} 倍{hint[1]}")
    elif unit == "%" and highest <= UNITS["pct"].factor:
        en = "no pixel has more than 1 % of cover; are these shares? Use --unit 1"
        yield Finding(file, "unit", en, "没有像元盖度超过 1%；是否为 0～1 的比例？请用 --unit 1")


def _wrong_biomass(
    file: str, unit: str, codes: list[str], means: Array, highest: float, rules: Rules
) -> Iterator[Finding]:
    pixel, mean = rules.number(PREFIX + "largest_pixel"), rules.number(PREFIX + "largest_mean")
    peak = rules.number(PREFIX + "smallest_peak")
    worst = int(np.argmax(means))
    if means[worst] > mean:
        en = (
            f"the mean of {codes[worst]} is {means[worst]:,.4g} {unit}, above {mean:g}: kilograms, or a scale factor of 10 "
            "or more that the file does not state?"
        )
        zh = f"{codes[worst]} 均值为 {means[worst]:,.4g} {unit}，高于 {mean:g}：是否为千克，或有未写明的 10 倍及以上比例系数？"
        yield Finding(file, "unit", en, zh)
    elif highest > pixel:
        en = f"a pixel has {highest:,.6g} {unit}, above {pixel:g}: a nodata value or code that is not declared?"
        yield Finding(
            file, "nodata", en, f"像元值达 {highest:,.6g} {unit}，高于 {pixel:g}：是否为未声明的无数据标记或代码？"
        )
    elif highest < peak:
        en = f"no pixel reaches {peak:g} {unit} (highest {highest:.4g}): kg/m², or a scale factor that the file does not state?"
        zh = f"没有像元达到 {peak:g} {unit}（最高 {highest:.4g}）：是否为千克/平方米，或有未写明的比例系数？"
        yield Finding(file, "unit", en, zh)
