"""Totals by budget level: sums by hand, the audit's second road, and a planted wrong total."""

from io import StringIO

import pandas as pd
import pytest

from silvafisc.allocation.audit import levels as audited
from silvafisc.allocation.audit.finding import Check
from silvafisc.results import UnitInputs
from silvafisc.runs.levels import levels

UNITS = """
region_code,region_name,unit_level,unit_type,parent_code
510000,四川省本级,province,province_own,000000
510700,绵阳市本级,city,city_own,510000
510726,北川羌族自治县,county,county,510700
510727,平武县,county,county,510700
510821,旺苍县,county,county,510800
510822,青川县,county,directly_managed_county,510000
999901,示例国有林场,county,forest_farm,510000
"""
PAID = """
region_code,fund,period,payment_fen,carbon_tco2e
510000,f,2026,1000,0
510700,f,2026,200,0.5
510726,f,2026,30,0.25
510726,f,2026,5,0.125
510727,f,2026,7,4
510821,f,2026,11,8
510822,f,2026,13,16
999901,f,2026,17,32
510821,f,2027,1,64
"""
# By hand. 510700: own 200, counties 30 + 5 + 7 = 42, total 242. 510800: no unit, 11. 510000: own 1000, cities 242 + 11 in two
# kinds (绵阳 is a unit, 广元 is not), 省直管县 13, 国有林场 17, total 1000 + 242 + 11 + 13 + 17 = 1283. Tonnes likewise: 0.25 + 0.125 + 4 = 4.375, with
# 0.5 4.875, in all 4.875 + 8 + 16 + 32 = 60.875.
BY_HAND = """
510000,own,province,province_own,2026,1,1000,0.0
510000,below,city,city,2026,1,11,8.0
510000,below,city,city_own,2026,3,242,4.875
510000,below,county,directly_managed_county,2026,1,13,16.0
510000,below,county,forest_farm,2026,1,17,32.0
510000,total,,,2026,7,1283,60.875
510700,own,city,city_own,2026,1,200,0.5
510700,below,county,county,2026,2,42,4.375
510700,total,,,2026,3,242,4.875
510800,below,county,county,2026,1,11,8.0
510800,total,,,2026,1,11,8.0
"""


def table(text: str, *numbers: str) -> pd.DataFrame:
    frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    return frame.astype({name: "float64" if name.endswith("tco2e") else "int64" for name in numbers})


def units(frame: pd.DataFrame) -> UnitInputs:
    empty = pd.DataFrame()
    return UnitInputs(frame.assign(region_name_en=""), empty, empty, empty, empty, empty, None, empty)


@pytest.fixture
def made() -> tuple[UnitInputs, pd.DataFrame, pd.DataFrame]:
    inputs, paid = units(table(UNITS)), table(PAID, "payment_fen", "carbon_tco2e")
    return inputs, paid, levels(inputs, paid)


def check(inputs: UnitInputs, paid: pd.DataFrame, shown: pd.DataFrame) -> Check:
    found = Check("levels")
    audited.examine(inputs, {"allocation": paid, "levels": shown}, found)
    return found


def test_every_level_shows_its_own_what_is_below_it_and_both(
    made: tuple[UnitInputs, pd.DataFrame, pd.DataFrame],
) -> None:
    shown = made[2][made[2]["period"] == "2026"].drop(columns=["parent_name", "fund"])
    expected = [line.split(",") for line in BY_HAND.strip().splitlines()]
    assert shown.astype(str).to_numpy().tolist() == expected
    names = dict(zip(made[2]["parent_code"], made[2]["parent_name"], strict=True))
    assert names == {"510000": "四川省 / Sichuan", "510700": "绵阳市", "510800": "广元市"}


def test_the_total_of_the_top_is_all_money(made: tuple[UnitInputs, pd.DataFrame, pd.DataFrame]) -> None:
    top = made[2][(made[2]["parent_code"] == "510000") & (made[2]["part"] == "total")]
    assert top["payment_fen"].tolist() == [1283, 1]  # by hand, 2026 and 2027


@pytest.mark.parametrize("planted", ["payment_fen", "carbon_tco2e"])
def test_the_audit_confirms_them_and_finds_what_is_planted(
    planted: str,
    made: tuple[UnitInputs, pd.DataFrame, pd.DataFrame],
) -> None:
    inputs, paid, shown = made
    assert check(inputs, paid, shown).clean
    for row in range(len(shown)):
        wrong = shown.copy()
        wrong[planted] = wrong[planted] + (wrong.index == row)
        (finding,) = check(inputs, paid, wrong).findings
        assert str(shown["parent_code"][row]) in finding.where
    missing = check(inputs, paid, shown.drop(index=2))
    assert [finding.found for finding in missing.findings] == ["0 fen", "0 tCO2e"]
    twice = check(inputs, paid, pd.concat([shown, shown.iloc[[2]]]))
    assert [finding.en for finding in twice.findings if "twice" in finding.en]


def test_units_above_each_other_end_the_climb_of_the_audit(made: tuple[UnitInputs, pd.DataFrame, pd.DataFrame]) -> None:
    """Tables that were altered afterwards may hold what the loader refuses; the check of an outcome must still end."""
    inputs, paid, shown = made
    turned = inputs.regions.assign(parent_code=inputs.regions["parent_code"].replace("000000", "510726"))
    assert not check(units(turned), paid, shown).clean


def test_the_nation_is_the_sum_of_its_provinces_where_there_are_several() -> None:
    """Without a column of types the level is the type, as in tables written before there was one."""
    two = table(UNITS).drop(columns="unit_type").iloc[[0]]
    frame = pd.concat([two, two.assign(region_code="520000", region_name="贵州省")])
    paid = table(
        "region_code,fund,period,payment_fen,carbon_tco2e\n510000,f,2026,3,1\n520000,f,2026,4,2\n",
        "payment_fen",
        "carbon_tco2e",
    )
    shown = levels(units(frame), paid)
    assert shown[["parent_name", "part", "unit_type", "units", "payment_fen"]].to_numpy().tolist() == [
        ["全国 / nation", "below", "province", 2, 7],  # by hand
        ["全国 / nation", "total", "", 2, 7],
    ]
    assert check(units(frame), paid, shown).clean
