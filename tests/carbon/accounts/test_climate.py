"""Climates: two models of production against computed numbers, the transition by hand, and the disagreement in the open."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.climate import (
    climates,
    disagreements,
    growth_factors,
    hazard_factors,
    member_table,
    read_response,
    transition,
    weather,
)
from silvafisc.carbon.npp import MEMBERS
from silvafisc.datasets import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

from ..conftest import DATE, changed

# other program: ratios for +2 degrees and -15 % rain of the two published formulas (T degrees C, P mm), computed apart
PLACES: Mapping[str, Mapping[str, float]] = {
    "Fujian": {"T": 19, "P": 1650, "TM": 1769.6551796061892, "TM_both": 1.0200348991765547, "TM_T": 1.0607528813551559, "TM_P": 0.9662271064298008, "Miami": 1996.9831698314217, "Miami_both": 0.9102877631503292},
    "Jilin": {"T": 4, "P": 650, "TM": 815.376662266169, "TM_both": 1.0352912403895145, "TM_T": 1.0887804004933315, "TM_P": 0.9579562027410957, "Miami": 905.2363120359181, "Miami_both": 1.017723275344922},
    "Great Xing'an": {"T": -2, "P": 450, "TM": 530.4533956695115, "TM_both": 1.087854342411022, "TM_T": 1.144686724228218, "TM_P": 0.9605501152247562, "Miami": 523.9601916757082, "Miami_both": 1.2118365251089374},
    "Loess": {"T": 9.5, "P": 500, "TM": 902.9346074912605, "TM_both": 0.956730071136997, "TM_T": 1.0498453159993386, "TM_P": 0.9185008757524242, "Miami": 847.5380314366702, "Miami_both": 0.8703225554464882},
    "Yunnan": {"T": 15, "P": 1100, "TM": 1419.9363092740286, "TM_both": 1.0095890250077764, "TM_T": 1.0646848056129203, "TM_P": 0.9544057525106909, "Miami": 1554.851204874763, "Miami_both": 0.8923823280630052},
    "Guangdong": {"T": 22, "P": 1800, "TM": 1963.0882066722336, "TM_both": 1.0074905161399166, "TM_T": 1.0494834557220558, "TM_P": 0.964040781022324, "Miami": 2092.0697416650546, "Miami_both": 0.9147842651367075},
}  # fmt: skip
LAST = 2060


def units() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region_code": [f"{at:06d}" for at in range(len(PLACES))],
            "mean_temperature_celsius": [place["T"] for place in PLACES.values()],
            "precipitation_mm": [place["P"] for place in PLACES.values()],
        }
    )


@pytest.mark.parametrize("name", PLACES)
def test_both_members_give_the_computed_productions_and_ratios(name: str, rules: Rules) -> None:
    place = PLACES[name]
    temperature, rain = np.array([place["T"]]), np.array([place["P"]])
    for member, short in (("thornthwaite_memorial", "TM"), ("miami", "Miami")):
        today = MEMBERS[member](temperature, rain, rules)
        both = MEMBERS[member](temperature + 2, rain * 0.85, rules)
        assert today[0] == pytest.approx(place[short], rel=1e-12)
        assert (both / today)[0] == pytest.approx(place[f"{short}_both"], rel=1e-12)
    memorial = MEMBERS["thornthwaite_memorial"]
    today = memorial(temperature, rain, rules)
    assert (memorial(temperature + 2, rain, rules) / today)[0] == pytest.approx(place["TM_T"], rel=1e-12)
    assert (memorial(temperature, rain * 0.85, rules) / today)[0] == pytest.approx(place["TM_P"], rel=1e-12)


def test_growth_at_the_end_of_the_transition_is_the_ratio_to_the_power_of_the_elasticity(rules: Rules) -> None:
    response = read_response(rules)
    factors = growth_factors(units(), climates(rules)["both"], (2025, LAST), response, rules)
    assert factors.shape == (2, len(PLACES), 2)
    np.testing.assert_array_equal(factors[:, :, 0], 1)
    expected = [[place[f"{short}_both"] ** 0.7 for place in PLACES.values()] for short in ("TM", "Miami")]
    np.testing.assert_allclose(factors[:, :, 1], expected, rtol=1e-12)


def test_the_named_climates_are_the_four(rules: Rules) -> None:
    # the scenarios that the carbon design names
    held = {name: (one.warming, one.precipitation) for name, one in climates(rules).items()}
    assert held == {"today": (0, 0), "warm": (2, 0), "dry": (0, -0.15), "both": (2, -0.15)}


def test_the_shift_comes_in_a_straight_line_and_stays(rules: Rules) -> None:
    # by hand: 35 years from 2025 to 2060
    np.testing.assert_allclose(transition((2020, 2025, 2032, LAST, 2075), rules), [0, 0, 0.2, 1, 1])
    temperature, rain = weather(units().iloc[:1], climates(rules)["both"], (2032,), rules)
    # by hand: 19 + 0.2 x 2 and 1650 x (1 - 0.2 x 0.15)
    assert temperature[0, 0] == pytest.approx(19.4)
    assert rain[0, 0] == pytest.approx(1600.5)


def test_today_changes_nothing_at_all(rules: Rules) -> None:
    today, years = climates(rules)["today"], (2030, LAST, 2075)
    np.testing.assert_array_equal(growth_factors(units(), today, years, read_response(rules), rules), 1)
    np.testing.assert_array_equal(hazard_factors(today, years, read_response(rules), rules), 1)


def test_hazards_compound_per_degree_inside_their_band(rules: Rules) -> None:
    response = read_response(rules)
    # by hand: 1.15^2; the band 10 to 20 % per degree
    assert hazard_factors(climates(rules)["warm"], (LAST,), response, rules)[0] == pytest.approx(1.3225)
    assert hazard_factors(climates(rules)["dry"], (LAST,), response, rules)[0] == 1
    assert response.hazard_band == (0.1, 0.2)


def test_members_that_disagree_in_sign_are_listed_and_never_averaged(rules: Rules) -> None:
    table = member_table(units(), LAST, rules)
    both = table[table["climate"] == "both"]
    # computed ratios above: in Fujian, Yunnan and Guangdong one member gains and the other loses
    assert [name for name, agree in zip(PLACES, both["agree"], strict=True) if not agree] == [
        "Fujian",
        "Yunnan",
        "Guangdong",
    ]
    numbers = both[["growth_thornthwaite_memorial", "growth_miami"]].to_numpy()
    mean = numbers.mean(axis=1)
    others = both.select_dtypes("number").drop(columns=["growth_thornthwaite_memorial", "growth_miami"])
    assert not any(np.allclose(others[column], mean) for column in others)
    found = disagreements(table)
    assert [finding.path for finding in found] == ["climate both"]
    assert "000000, 000004, 000005" in found[0].en
    assert "不取平均" in found[0].zh


def test_the_southern_provinces_disagree_and_the_far_north_does_not(provinces: pd.DataFrame, rules: Rules) -> None:
    table = member_table(provinces, LAST, rules)
    assert len(table) == 4 * 31
    split = set(table.loc[(table["climate"] == "both") & ~table["agree"], "region_code"])
    # this model: Fujian, Jiangxi, Hunan, Guangdong, Yunnan; not Heilongjiang
    assert {"350000", "360000", "430000", "440000", "530000"} <= split
    assert "230000" not in split


def test_fertilisation_is_a_switch_and_off(rules: Rules) -> None:
    assert read_response(rules).co2_response == 0
    on = changed(climate__co2_fertilisation="on")
    factor = growth_factors(units(), climates(on)["both"], (LAST,), read_response(on), on)[1, 0, 0]
    plain = PLACES["Fujian"]["Miami_both"]
    # by hand: production x (1 + 0.6 ln(520 / 420)) before the elasticity
    assert factor == pytest.approx((plain * (1 + 0.6 * np.log(520 / 420))) ** 0.7, rel=1e-12)
    with pytest.raises(InputError, match="on or off"):
        read_response(changed(climate__co2_fertilisation="yes"))


def test_users_change_a_climate(rules: Rules) -> None:
    hotter = changed(climate_warming__both="3", climate__transition_until="2050")
    assert climates(hotter)["both"].warming == 3
    assert transition((2050,), hotter)[0] == 1


def test_a_climate_without_its_rain_is_refused() -> None:
    tree = ParameterTree.load()
    kept = {
        path: one for path, one in tree.parameters.items() if path != "assumptions.carbon.climate_precipitation.dry"
    }
    with pytest.raises(InputError, match="dry"):
        climates(ParameterTree(kept).on(DATE))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (changed(climate__transition_until="2025"), "not after"),
        (changed(climate__hazard_per_degree="25"), "ascend"),
    ],
)
def test_impossible_settings_are_refused(rules: Rules, message: str) -> None:
    with pytest.raises(InputError, match=message):
        member_table(units(), LAST, rules)


def test_a_unit_without_production_is_named(rules: Rules) -> None:
    desert = units().iloc[:2].assign(precipitation_mm=[1650.0, 10.0])
    with pytest.raises(InputError, match="thornthwaite_memorial gives no production in"):
        growth_factors(desert, climates(rules)["warm"], (LAST,), read_response(rules), rules)


def test_a_change_of_the_elasticity_reaches_the_response() -> None:
    change = Change("assumptions.carbon.climate.growth_elasticity", DATE, "open", "0.5", Reference("test"))
    response = read_response(ParameterTree.load().apply([change]).on(DATE))
    # assumption: standard deviation 0.2 stays
    assert (response.elasticity, response.elasticity_sd) == (0.5, 0.2)
