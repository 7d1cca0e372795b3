"""The closed registry of units and its one converter."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.quantities import UNITS, area_to_tenths, convert, mu_to_tenths, tenths_to_mu, unit_of_column

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        # law: 1 ha = 15 mu
        ("1", "ha", "mu", 15),
        ("1", "10k_ha", "10k_mu", 15),
        ("1", "km2", "ha", 100),
        ("1", "yuan", "fen", 100),
        ("1", "100m_yuan", "10k_yuan", 10_000),
        # by hand: 12 t C become 44 t CO2
        ("12", "tc", "tco2e", 44),
        ("1", "tgc", "tc", 1_000_000),
        # by hand: 723 yuan/ha = 48.2 yuan/mu
        ("723", "yuan_per_ha_per_year", "yuan_per_mu_per_year", Fraction("48.2")),
        ("22.1", "pct", "1", Fraction("0.221")),
    ],
)
def test_known_conversions(value: str, unit: str, to: str, expected: Fraction | int) -> None:
    assert convert(Decimal(value), unit, to) == expected


@given(AMOUNTS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_exact(value: Decimal, unit: str, to: str) -> None:
    if UNITS[unit].dimension != UNITS[to].dimension:
        with pytest.raises(ValueError, match="cannot convert"):
            convert(value, unit, to)
        return
    there = convert(value, unit, to)
    assert there * UNITS[to].factor / UNITS[unit].factor == Fraction(value)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(KeyError):
        convert(Decimal(1), "acre", "mu")


@given(st.integers(min_value=0, max_value=10**12))
def test_tenths_survive_the_way_to_mu_and_back(tenths: int) -> None:
    assert mu_to_tenths(tenths_to_mu(tenths)) == tenths


@given(AMOUNTS)
def test_hectares_become_tenths_of_a_mu_rounded_down(area: Decimal) -> None:
    tenths = area_to_tenths(str(area), "ha")
    assert 0 <= Fraction(area) * 150 - tenths < 1


def test_no_digit_of_an_area_is_lost() -> None:
    digits = "123456789" * 6
    assert mu_to_tenths(f"{digits}.7") == int(digits + "7")
    assert area_to_tenths(f"{digits}.04", "ha") == int(digits) * 150 + 6  # by hand: 0.04 ha = 0.6 mu


@pytest.mark.parametrize(
    ("text", "message"),
    [("-1", "negative"), ("1.25", "at most one decimal"), ("nan", "plain decimal"), ("1e3", "plain decimal")],
)
def test_areas_in_mu_are_refused_when_negative_too_fine_or_no_plain_number(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mu_to_tenths(text)


def test_a_negative_area_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        area_to_tenths("-0.1", "ha")


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("forest_area_10k_ha", "10k_ha"),
        ("area_ha", "ha"),
        ("paid_fen", "fen"),
        ("standard_yuan_per_mu", "yuan_per_mu"),
        ("amplitude_m3_per_ha", "m3_per_ha"),
        ("precipitation_mm", "mm"),
        ("forest_coverage_pct", "pct"),
        ("region_code", None),
        ("alpha", None),
        ("maximum", None),
    ],
)
def test_the_unit_is_read_from_a_column_name(column: str, unit: str | None) -> None:
    assert unit_of_column(column) == unit
