"""The loss recurrence against cases that can be done by hand."""

import numpy as np
import pytest

from silvafisc.carbon import loss_hazard_band
from silvafisc.carbon.hazard import stock_under_loss, surviving
from silvafisc.datasets import InputError
from silvafisc.policy import Rules

from .conftest import changed


def test_without_regrowth_the_stock_decays_geometrically() -> None:
    original, nothing = np.full((1, 4), 100.0), np.zeros((1, 4))
    stock = stock_under_loss(original, nothing, np.full((1, 3), 0.1))
    # by hand: 100 * 0.9^k
    np.testing.assert_allclose(stock, [[100, 90, 81, 72.9]])


def test_lost_parts_grow_back_from_nothing_and_can_be_lost_again() -> None:
    original = np.array([[100.0, 110, 120]])
    regrowth = np.array([[0.0, 10, 30]])
    stock = stock_under_loss(original, regrowth, np.array([[0.1, 0.2]]))
    # by hand. Year 1: 0.9 * 110 + 0.1 * 0 = 99.
    # Year 2: 0.9 * 0.8 * 120 + 0.1 * 0.8 * 10 + 0.2 * 0 = 86.4 + 0.8 = 87.2
    np.testing.assert_allclose(stock, [[100, 99, 87.2]])


def test_stock_equals_the_year_by_year_simulation_of_area_by_age() -> None:
    rng = np.random.default_rng(7)
    years = 12
    original, regrowth = (
        100 + np.cumsum(rng.random((2, years + 1)), axis=1),
        np.cumsum(rng.random((2, years + 1)), axis=1),
    )
    hazard = rng.random((2, years)) / 5
    stock = stock_under_loss(original, regrowth, hazard)
    for unit in range(2):
        standing, patches = 1.0, np.zeros(years + 1)
        for year in range(1, years + 1):
            lost = hazard[unit, year - 1]
            standing *= 1 - lost
            patches = np.concatenate([[lost], patches[:-1] * (1 - lost)])
            assert standing + patches.sum() == pytest.approx(1)
            expected = standing * original[unit, year] + patches @ regrowth[unit]
            assert stock[unit, year] == pytest.approx(expected, rel=1e-12)


def test_no_hazard_changes_nothing() -> None:
    original = np.array([[5.0, 6, 7]])
    np.testing.assert_array_equal(stock_under_loss(original, original, np.zeros((1, 2))), original)


def test_survival_is_a_product_of_yearly_survivals() -> None:
    kept = surviving(np.array([[0.1, 0.5]]))
    # by hand
    np.testing.assert_allclose(kept[0], np.array([[1, 0.9, 0.45], [0, 1, 0.5], [0, 0, 1]]))


@pytest.mark.parametrize("wrong", [-0.1, 1.0])
def test_a_hazard_outside_its_range_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="hazards"):
        stock_under_loss(np.ones((1, 2)), np.ones((1, 2)), np.array([[wrong]]))


def test_the_band_of_the_hazard_is_the_assumed_one(rules: Rules) -> None:
    # assumption: 0.3 % a year, 0.1 to 0.6
    assert loss_hazard_band(rules) == (0.001, 0.003, 0.006)
    with pytest.raises(InputError, match="ascend"):
        loss_hazard_band(changed(hazard__low="0.004"))
