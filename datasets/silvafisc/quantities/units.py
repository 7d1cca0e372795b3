"""The closed registry of units, and the one converter to the canonical units mu, fen and tCO2e."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .money import TENTHS_PER_MU, exact_decimal, whole_parts


@dataclass(frozen=True)
class Unit:
    """A unit: its dimension and how many canonical units one of it makes."""

    name: str
    dimension: str
    factor: Fraction
    label_zh: str
    label_en: str


def _unit(name: str, dimension: str, factor: Fraction | int, zh: str, en: str) -> tuple[str, Unit]:
    return name, Unit(name, dimension, Fraction(factor), zh, en)


UNITS: dict[str, Unit] = dict(
    [
        _unit("fen", "money", 1, "分", "fen"),
        _unit("yuan", "money", 100, "元", "yuan"),
        _unit("10k_yuan", "money", 100 * 10**4, "万元", "10 thousand yuan"),
        _unit("100m_yuan", "money", 100 * 10**8, "亿元", "100 million yuan"),
        _unit("mu", "area", 1, "亩", "mu"),
        _unit("10k_mu", "area", 10**4, "万亩", "10 thousand mu"),
        _unit("ha", "area", 15, "公顷", "ha"),
        _unit("10k_ha", "area", 15 * 10**4, "万公顷", "10 thousand ha"),
        _unit("km2", "area", 1500, "平方公里", "km²"),
        _unit("m2", "area", Fraction(15, 10**4), "平方米", "m²"),
        _unit("tco2e", "carbon", 1, "吨二氧化碳当量", "tCO2e"),
        _unit("10k_tco2e", "carbon", 10**4, "万吨二氧化碳当量", "10 thousand tCO2e"),
        _unit("tc", "carbon", Fraction(44, 12), "吨碳", "tC"),
        _unit("tgc", "carbon", Fraction(44, 12) * 10**6, "百万吨碳", "TgC"),
        _unit("km", "length", 1, "公里", "km"),
        _unit("m3", "volume", 1, "立方米", "m³"),
        _unit("10k_m3", "volume", 10**4, "万立方米", "10 thousand m³"),
        _unit("1", "share", 1, "", ""),
        _unit("pct", "share", Fraction(1, 100), "%", "%"),
        _unit("bp", "share", Fraction(1, 10**4), "个基点", "basis points"),
        _unit("person", "people", 1, "人", "persons"),
        _unit("10k_person", "people", 10**4, "万人", "10 thousand persons"),
        _unit("year", "time", 1, "年", "years"),
        _unit("month", "time", Fraction(1, 12), "个月", "months"),
        _unit("day", "time", Fraction(1, 365), "日", "days"),
        _unit("celsius", "temperature", 1, "℃", "°C"),
        _unit("mm", "precipitation", 1, "毫米", "mm"),
        _unit("yuan_per_mu", "standard", 100, "元/亩", "yuan/mu"),
        _unit("yuan_per_mu_per_year", "standard", 100, "元/亩·年", "yuan/mu/yr"),
        _unit("yuan_per_ha_per_year", "standard", Fraction(100, 15), "元/公顷·年", "yuan/ha/yr"),
        _unit(
            "10k_yuan_per_km2_per_year",
            "standard",
            Fraction(100 * 10**4, 1500),
            "万元/平方公里·年",
            "10 thousand yuan/km²/yr",
        ),
        _unit("yuan_per_person", "income", 100, "元/人", "yuan per person"),
        _unit("yuan_per_need_unit", "payment per need", 1, "元/需要单位", "yuan per need unit"),
        _unit("yuan_per_tco2", "carbon price", 1, "元/吨", "yuan/t"),
        _unit("m3_per_ha", "stocking", 1, "立方米/公顷", "m³/ha"),
        _unit("m3_per_mu", "stocking", 15, "立方米/亩", "m³/mu"),
        _unit("m3_per_ha_per_year", "increment", 1, "立方米/公顷·年", "m³/ha/yr"),
        _unit("tc_per_ha", "carbon density", 1, "吨碳/公顷", "tC/ha"),
        _unit("t_per_ha", "biomass density", 1, "吨/公顷", "t/ha"),
        _unit("t_per_mu", "biomass density", 15, "吨/亩", "t/mu"),
        _unit("tc_per_ha_per_year", "carbon flow", 1, "吨碳/公顷·年", "tC/ha/yr"),
        _unit("kg_per_ha", "dose", Fraction(1, 1000), "千克/公顷", "kg/ha"),
        _unit("kgco2e_per_kg", "emission intensity", 1, "千克二氧化碳当量/千克", "kgCO2e/kg"),
        _unit("t_per_m3", "biomass expansion", 1, "吨/立方米", "t/m³"),
        _unit("g_per_kg", "emission factor", Fraction(1, 1000), "克/千克", "g/kg"),
        _unit("g_per_mol", "molar mass", 1, "克/摩尔", "g/mol"),
        _unit("g_per_m2_per_year", "primary production", 1, "克/平方米·年", "g/m²/yr"),
        _unit("ppm", "concentration", 1, "ppm", "ppm"),
        _unit("per_mm", "rate per mm", 1, "每毫米", "per mm"),
        _unit("per_celsius", "rate per degree", 1, "每摄氏度", "per °C"),
        _unit("mm_per_celsius", "evaporation per degree", 1, "毫米/℃", "mm/°C"),
        _unit("mm_per_celsius3", "evaporation per cubic degree", 1, "毫米/℃³", "mm/°C³"),
        _unit("tco2e_per_mu", "carbon density per mu", 1, "吨二氧化碳当量/亩", "tCO2e/mu"),
        _unit("per_year", "rate", 1, "每年", "per year"),
        _unit("m", "length", 1, "米", "m"),
        _unit("yuan_per_m", "cost of a trail", 100, "元/米", "yuan/m"),
        _unit("yuan_per_m3", "price of wood", 100, "元/立方米", "yuan/m³"),
        _unit("yuan_per_kg", "price of fertiliser", 100, "元/千克", "yuan/kg"),
        _unit("stem_per_ha", "stand density", 1, "株/公顷", "stems/ha"),
        _unit("tc_per_m3", "carbon of growing stock", Fraction(44, 12), "吨碳/立方米", "tC/m³"),
        _unit("count", "count", 1, "个", "count"),
        _unit("code", "code", 1, "", ""),
        _unit("text", "text", 1, "", ""),
        _unit("date", "text", 1, "", ""),
    ]
)

# Longest suffix first, so that `_10k_ha` is not read as `_ha`.
_SUFFIXES = sorted(
    (name for name in UNITS if name not in {"1", "code", "text", "count", "date"}), key=len, reverse=True
)


def unit_of_column(column: str) -> str | None:
    """The unit that a column name ends in (`forest_area_10k_ha` -> `10k_ha`), or None for unit-free names."""
    return next((name for name in _SUFFIXES if column == name or column.endswith(f"_{name}")), None)


def convert(value: Decimal, unit: str, to: str) -> Fraction:
    """Convert exactly between two units of one dimension.

    Raises:
        KeyError: unknown unit.
        ValueError: the dimensions differ.
    """
    source, target = UNITS[unit], UNITS[to]
    if source.dimension != target.dimension:
        raise ValueError(f"cannot convert {unit} ({source.dimension}) to {to} ({target.dimension})")
    return Fraction(value) * source.factor / target.factor


def area_to_tenths(text: str, unit: str) -> int:
    """Area in `unit`, as a decimal string, to whole tenths of a mu, rounded down (1 ha = 15 mu exactly).

    Raises:
        TypeError, ValueError: as `exact_decimal`; negative areas are refused.
    """
    value = exact_decimal(text, "an area")
    if value < 0:
        raise ValueError(f"an area cannot be negative: {text!r}")
    return (convert(value, unit, "mu") * TENTHS_PER_MU).__floor__()


def mu_to_tenths(text: str) -> int:
    """Mu as a decimal string with at most one decimal to tenths of a mu: '12.5' -> 125.

    Raises:
        TypeError, ValueError: not a decimal string, negative, or finer than 0.1 mu.
    """
    tenths = whole_parts(text, TENTHS_PER_MU, "an area in mu", "one decimal")
    if tenths < 0:
        raise ValueError(f"an area cannot be negative: {text!r}")
    return tenths


def tenths_to_mu(tenths: int) -> str:
    """Tenths of a mu as mu with one decimal: 125 -> '12.5'."""
    sign = "-" if tenths < 0 else ""
    whole, rest = divmod(abs(int(tenths)), TENTHS_PER_MU)
    return f"{sign}{whole}.{rest}"
