"""The calibrated forest: mean volumes, ages, composition, and what is refused."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.age_structure import AGE_GROUPS, tilted_shares
from silvafisc.carbon.forest import calibrate
from silvafisc.datasets import InputError, Package
from silvafisc.policy import Rules

from .conftest import changed

JILIN, SHANDONG, TIBET = "220000", "370000", "540000"


def test_area_weighted_mean_volume_equals_the_inventory_in_every_unit(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    forest = calibrate(provinces, packages, rules)
    mean = np.einsum("uga,uga->u", forest.weights(), forest.volumes(0)[..., 0])
    expected = provinces.sort_values("region_code")["mean_volume_m3_per_ha"]
    np.testing.assert_allclose(mean, expected, rtol=1e-12)
    np.testing.assert_allclose(forest.standing.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(forest.planted.sum(axis=1), 1, rtol=1e-12)


def test_volumes_never_fall_with_age(provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules) -> None:
    forest = calibrate(provinces, packages, rules)
    assert np.all(np.diff(forest.volumes(35), axis=-1) >= 0)
    assert np.all(np.diff(forest.new_volumes(35), axis=-1) > 0)
    assert np.all(forest.new_volumes(35)[..., 0] == 0)
    assert np.all(np.diff(forest.regrowth_volumes(35), axis=-1) >= 0)


def test_rotation_groups_keep_their_mean_volume(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    forest = calibrate(provinces, packages, rules)
    at = [forest.groups.index(group) for group in ("eucalypt", "poplar")]
    volumes = forest.volumes(20)[:, at]
    np.testing.assert_array_equal(volumes, np.repeat(volumes[..., :1], 21, axis=-1))


def test_a_unit_at_the_national_mean_has_the_national_age_split_and_the_tilt_is_its_formula() -> None:
    area, volume = np.array([3.0, 1.0]), np.array([30.0, 40.0])
    # national mean 17.5; mean volumes 10 and 40
    shares = tilted_shares(area, volume, np.array([17.5, 35.0]), 1.0)
    np.testing.assert_allclose(shares[0], [0.75, 0.25])
    # by hand: 3 * 10^ln 2 against 1 * 40^ln 2
    young, old = 3 * 10 ** np.log(2), 40 ** np.log(2)
    np.testing.assert_allclose(shares[1], [young / (young + old), old / (young + old)])
    np.testing.assert_allclose(tilted_shares(area, volume, np.array([35.0]), 0.0), [[0.75, 0.25]])


def test_richer_forest_is_older_forest(provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules) -> None:
    forest = calibrate(provinces, packages, rules)
    order = np.argsort(forest.stands["mean_volume_m3_per_ha"].to_numpy())
    assert np.all(np.diff(forest.age_shares[order, 0]) < 0)
    assert np.all(np.diff(forest.age_shares[order, -1]) > 0)


def test_jilin_comes_near_its_published_age_groups(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    forest = calibrate(provinces, packages, rules)
    at = forest.codes.index(JILIN)
    carbon = forest.biomass.carbon(forest.volumes(0))[at, :, :, 0]
    density = forest.standing[at] @ carbon
    # published: Fan et al. 2016, young, middle and near-mature forest of 2014: 55.90 / 191.07, 121.82 / 199.81 and
    # 151.92 / 185.95 TgC per Mha -> 29.3, 61.0, 81.7 tC/ha. Ages are assumed from national figures, hence 20 %.
    np.testing.assert_allclose(density[:3], [29.3, 61.0, 81.7], rtol=0.20)
    # published: 191.07 of 758.09 (10^4 ha) are young
    assert forest.age_shares[at, 0] == pytest.approx(191.07 / 758.09, abs=0.05)


def test_published_composition_is_used_without_bamboo(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    forest = calibrate(provinces, packages, rules)
    assert [code for code, found in zip(forest.codes, forest.published, strict=True) if found] == [
        "220000",
        "330000",
        "370000",
        "620000",
    ]
    oak, poplar, fir = (forest.groups.index(group) for group in ("oak", "poplar", "chinese_fir"))
    # published areas: Mongolian oak 100.44 of the 758.32 that Jilin's types sum to
    assert forest.standing[forest.codes.index(JILIN), oak] == pytest.approx(100.44 / 758.32, rel=1e-3)
    # published areas: poplar 91.52 and paulownia 1.10 of the 161.44 of Shandong
    assert forest.standing[forest.codes.index(SHANDONG), poplar] == pytest.approx(92.62 / 161.44, rel=1e-3)
    # published areas: Chinese fir 82.09 and Cryptomeria 1.67 of 498.41 less 88.34 bamboo in Zhejiang
    assert forest.standing[forest.codes.index("330000"), fir] == pytest.approx(83.76 / (498.41 - 88.34), rel=1e-3)


def test_counties_inherit_the_mountain_share_of_their_province(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    tibet = provinces[provinces["region_code"] == TIBET]
    county = tibet.assign(region_code="540421")
    both = calibrate(pd.concat([tibet, county]), packages, rules)
    np.testing.assert_array_equal(both.standing[0], both.standing[1])
    assert both.standing[0, both.groups.index("spruce_fir")] > 0.4


def test_subsidised_planting_never_uses_eucalypt(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    forest = calibrate(provinces, packages, rules)
    at = forest.groups.index("eucalypt")
    assert np.all(forest.planted[:, at] == 0)
    assert forest.standing[forest.codes.index("440000"), at] > 0.1


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("mean_volume_m3_per_ha", 0.0, "must be positive"),
        ("mean_volume_m3_per_ha", float("nan"), "must be positive"),
        ("planted_share", 1.2, "between 0 and 1"),
        ("loss_hazard_per_year", 1.0, r"\[0, 1\)"),
        ("precipitation_mm", -1.0, "negative"),
        ("mean_temperature_celsius", float("nan"), "must be a number"),
    ],
)
def test_unusable_stands_are_refused_with_unit_and_column(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules, column: str, value: float, says: str
) -> None:
    wrong = provinces.copy()
    wrong.loc[wrong["region_code"] == JILIN, column] = value
    with pytest.raises(InputError, match=f"{column} of {JILIN}.*{says}"):
        calibrate(wrong, packages, rules)


def test_every_finding_comes_at_once(provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules) -> None:
    wrong = pd.concat([provinces.assign(planted_share=-1.0), provinces.iloc[:1]])
    with pytest.raises(InputError) as caught:
        calibrate(wrong, packages, rules)
    # 31 shares below zero and one province given twice (its second row has a good share)
    assert len(caught.value.findings) == 32
    with pytest.raises(InputError, match="column is missing"):
        calibrate(provinces.drop(columns="shrub_flag"), packages, rules)
    with pytest.raises(InputError, match="no unit"):
        calibrate(provinces.iloc[:0], packages, rules)
    with pytest.raises(InputError, match="growth_shapes"):
        calibrate(provinces, {k: v for k, v in packages.items() if k != "growth_shapes"}, rules)


@pytest.mark.parametrize(
    ("assumption", "value", "says"),
    [
        ("composition__natural_cold", "larch=0.5;birch=0.4", "sum to 0.9"),
        ("composition__natural_cold", "larch=0.5;elm=0.5", "elm"),
        ("composition__natural_cold", "larch", "name=value"),
        ("composition__natural_cold", "larch=much", "not a share"),
        ("composition__natural_cold", "larch=1.5;birch=-0.5", "negative"),
        ("composition__never_planted_groups", "palm", "palm"),
        ("composition__alpine_share", "54=1;53=0.5", "whole unit"),
        ("composition__temperature_cold", "11", "ascend"),
        ("composition__published_regions", "110000", "no areas for 110000"),
        ("composition__published_names", "竹=", "no group for the type"),
        ("age_limits__cypress", "30;20;60;80", "ascending"),
        ("age_rows__oak", "natural_elm", "natural_elm"),
        ("stands__intercept_full_at", "0", "positive"),
    ],
)
def test_assumptions_that_do_not_close_are_refused(
    provinces: pd.DataFrame, packages: Mapping[str, Package], assumption: str, value: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        calibrate(provinces, packages, changed(**{assumption: value}))


def test_unknown_age_groups_are_refused(provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules) -> None:
    forest = calibrate(provinces, packages, rules)
    with pytest.raises(InputError, match="ancient"):
        forest.weights(("ancient",))
    np.testing.assert_allclose(forest.weights(AGE_GROUPS[:2]).sum(axis=(1, 2)), 1)
