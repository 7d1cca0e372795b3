"""Each measure on one stand that can be followed by hand, and the sums that must hold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.biomass import Biomass
from silvafisc.carbon.course import Course, follow
from silvafisc.carbon.forest import Forest, calibrate
from silvafisc.carbon.growth import ChapmanRichards
from silvafisc.carbon.measures.afforestation import afforestation
from silvafisc.carbon.measures.compensation import compensation
from silvafisc.carbon.measures.restoration import restoration
from silvafisc.carbon.measures.tending import tending
from silvafisc.datasets import Package
from silvafisc.policy import Rules

from .conftest import changed

YEARS = 4


def one_stand(hazard: float) -> Course:
    """One unit, one group, all middle-aged; 1 m3 holds 1 tC. Volumes 100, 110, 120, 130, 140; a new cohort 0, 5, 15, 30, 50."""
    stands = pd.DataFrame({"region_code": ["000001"], "loss_hazard_per_year": [hazard]})
    one, nothing = np.ones((1, 1)), np.zeros(1)
    forest = Forest(
        codes=("000001",),
        stands=stands,
        groups=("oak",),
        standing=one,
        planted=one,
        published=np.array([False]),
        age_shares=np.array([[0.0, 1, 0, 0, 0]]),
        ages=np.zeros((1, 5)),
        amplitude=one,
        curve=ChapmanRichards(nothing + 1, nothing + 1),
        rotation=np.array([False]),
        biomass=Biomass(nothing, nothing + 1, 1.0),
    )
    volumes = np.broadcast_to(np.array([100.0, 110, 120, 130, 140]), (1, 1, 5, YEARS + 1))
    regrowth = np.array([[[0.0, 5, 15, 30, 50]]])
    return Course(forest, YEARS, volumes, regrowth, np.full((1, YEARS), hazard))


def test_compensation_keeps_the_avoided_loss_which_fades_as_the_lost_part_would_regrow() -> None:
    stocks = compensation(one_stand(0.1), (1,), changed())
    # by hand: with the loss of year 1 avoided nothing else differs, so the difference starts at 0.1 * 110 and then
    # is the saved tenth of the stand less what would have grown in its place, both under the later years' risk:
    # year 2: 0.1 * 0.9 * (120 - 5); year 3: 0.1 * 0.9^2 * (130 - 15); year 4: 0.1 * 0.9^3 * (140 - 30)
    expected = [0, 11, 0.09 * 115, 0.081 * 115, 0.0729 * 110]
    # plus what is lost of the saved part, regrowing, against what is lost of the regrowth, regrowing: equal
    np.testing.assert_allclose((stocks.project - stocks.baseline)[0], expected)
    np.testing.assert_allclose(stocks.project[0, :2], [100, 110])


def test_tending_loses_first_and_gains_later() -> None:
    rules = changed(
        measures__tending_removal="0.2",
        measures__tending_growth_gain="0.5",
        measures__tending_gain_half_life="1",
        measures__tending_suppressed_half_life="2",
    )
    stocks = tending(one_stand(0.0), (2,), rules)
    # by hand: nothing before year 2, then 120 * 0.8; 130 * (1 - 0.2 / sqrt 2) + 0.8 * 0.5 * 10;
    # 140 * (1 - 0.2 / 2) + 0.8 * 0.5 * (10 + 10 / 2)
    expected = [100, 110, 96, 130 * (1 - 0.2 / np.sqrt(2)) + 4, 126 + 6]
    np.testing.assert_allclose(stocks.project[0], expected)
    np.testing.assert_allclose(stocks.baseline[0], [100, 110, 120, 130, 140])


def test_restoration_loses_first_and_then_follows_a_better_curve() -> None:
    rules = changed(
        measures__restoration_volume_share="0.5",
        measures__restoration_removal="0.2",
        measures__restoration_growth_gain="0.4",
        measures__planting_survival="0.5",
    )
    course = one_stand(0.0)
    forest = course.forest
    new = np.asarray(forest.new_volumes(YEARS))[0, 0]
    stocks = restoration(course, (1,), rules)
    # by hand: half a stand holds 50, 55 .. 70; cleared fifth at the end of year 1: 44, then 0.8 * (55 + 1.4 * growth)
    # plus 0.2 * 0.5 * 1.4 * 0.5 of a new cohort's volume
    better = 0.2 * 0.5 * 1.4 * 0.5 * new
    expected = [50, 44, 0.8 * 62 + better[1], 0.8 * 69 + better[2], 0.8 * 76 + better[3]]
    np.testing.assert_allclose(stocks.project[0], expected)
    np.testing.assert_allclose(stocks.baseline[0], [50, 55, 60, 65, 70])


def test_afforestation_starts_at_zero_and_is_a_surviving_cohort() -> None:
    course = one_stand(0.0)
    new = np.asarray(course.forest.new_volumes(YEARS))[0, 0]
    stocks = afforestation(course, (2,), changed(measures__planting_survival="0.8"))
    np.testing.assert_allclose(stocks.project[0], [0, 0, 0, 0.8 * new[1], 0.8 * new[2]])
    assert not stocks.baseline.any()
    spread = afforestation(course, (1, 2), changed(measures__planting_survival="0.8"))
    np.testing.assert_allclose(spread.project[0, 2:], 0.4 * (new[1:4] + new[0:3]))


def test_zero_measures_give_zero(provinces: pd.DataFrame, packages: Mapping[str, Package]) -> None:
    rules = changed(
        measures__planting_survival="0",
        measures__tending_removal="0",
        measures__tending_growth_gain="0",
        measures__restoration_removal="0",
        measures__restoration_growth_gain="0",
    )
    idle = follow(calibrate(provinces.assign(loss_hazard_per_year=0.0), packages, rules), 35)
    for measure in (afforestation, compensation, restoration, tending):
        stocks = measure(idle, (1,), rules)
        np.testing.assert_allclose(stocks.project, stocks.baseline, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("hazard", [0.001, 0.003, 0.006])
def test_contributions_of_three_periods_add_up_to_the_joint_run_within_one_percent(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules, hazard: float
) -> None:
    course = follow(calibrate(provinces.assign(loss_hazard_per_year=hazard), packages, rules), 35)

    def benefit(years: tuple[int, ...]) -> np.ndarray:
        stocks = compensation(course, years, rules)
        return np.asarray(stocks.project - stocks.baseline)[:, -1]

    joint, apart = benefit((1, 2, 3)), sum(benefit((year,)) for year in (1, 2, 3))
    assert np.all(joint > 0)
    np.testing.assert_allclose(apart, joint, rtol=0.01)


def test_protection_never_pays_more_than_the_loss_it_avoids(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    course = follow(calibrate(provinces, packages, rules), 35)
    stocks = compensation(course, (1,), rules)
    benefit = stocks.project - stocks.baseline
    saved = course.forest.hazard * stocks.project[:, 1]
    assert np.all(benefit[:, 1:] > 0)
    np.testing.assert_allclose(benefit[:, 1], saved, rtol=1e-9)
    assert np.all(benefit[:, -1] < saved * 1.2)


def test_stand_carbon_twenty_years_after_tending_lies_in_the_assumed_band(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    course = follow(calibrate(provinces, packages, rules), 35)
    stocks = tending(course, (1,), rules)
    after = stocks.project[:, 21] / stocks.baseline[:, 21] - 1
    # prior of the study notes: -10 to +5 % of stand carbon 20 years after thinning
    assert np.all((after >= -0.10) & (after <= 0.05))
