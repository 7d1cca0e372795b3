"""Curves, ages and volume–biomass equations against closed forms and printed examples."""

import math

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.biomass import TCO2E_PER_MU, Biomass, read_biomass
from silvafisc.carbon.growth import chapman_richards, representative_ages
from silvafisc.datasets import InputError, load_package


def test_chapman_richards_is_zero_at_age_zero_and_the_closed_form_elsewhere() -> None:
    age = np.array([0.0, 10.0, 40.0])
    reached = chapman_richards(age, np.array(0.05), np.array(2.0))
    # by hand: (1 - e^-0.5)^2 and (1 - e^-2)^2
    expected = [0.0, (1 - math.exp(-0.5)) ** 2, (1 - math.exp(-2)) ** 2]
    np.testing.assert_allclose(reached, expected, rtol=1e-14, atol=0)


def test_a_negative_age_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        chapman_richards(np.array([-1.0]), np.array(0.1), np.array(2.0))


def test_every_shipped_curve_rises_with_age_and_stays_below_its_amplitude() -> None:
    shapes = load_package("growth_shapes").table
    age = np.arange(0.0, 201.0)
    for rate, shape in zip(shapes["rate_per_year"], shapes["shape"], strict=True):
        reached = chapman_richards(age, np.array(rate), np.array(shape))
        assert np.all(np.diff(reached) >= 0)
        assert np.all(np.diff(reached[:51]) > 0)
        assert reached[-1] <= 1


def test_age_groups_stand_at_their_middles_and_over_mature_mirrors_mature() -> None:
    # by hand: limits 40/60/80/120 -> 20, 50, 70, 100, 120 + 20
    np.testing.assert_array_equal(representative_ages(np.array([[40.0, 60, 80, 120]])), [[20, 50, 70, 100, 140]])


def test_carbon_is_the_linear_equation_of_zeng_2023() -> None:
    package = load_package("volume_biomass")
    oak = read_biomass(package.table, ["oak"], 10.0).carbon(np.array([[[94.83]]]))
    # published coefficients, by hand: (0.7196 + 1.2948 * 94.83) * 0.4810 = 59.4 tC/ha at the national mean volume
    assert float(oak[0, 0, 0]) == pytest.approx((0.7196 + 1.2948 * 94.83) * 0.4810, rel=1e-12)
    assert float(oak[0, 0, 0]) == pytest.approx(59.4, abs=0.05)


def test_a_mixed_group_is_the_plain_mean_of_its_equations() -> None:
    table = pd.DataFrame(
        {
            "forest_type": ["a", "b"],
            "intercept_t_per_ha": [1.0, 3.0],
            "slope_t_per_m3": [0.5, 1.5],
            "carbon_fraction": [0.5, 0.5],
        }
    )
    mixed = read_biomass(table, ["a;b"], 1.0)
    # by hand: mean of 0.5 * (1 + 0.5 * 10) and 0.5 * (3 + 1.5 * 10)
    assert mixed.carbon(np.array([[10.0]]))[0, 0] == pytest.approx(6.0)
    with pytest.raises(InputError, match="'c'"):
        read_biomass(table, ["a;c"], 1.0)


def test_bare_land_holds_no_carbon_although_intercepts_are_positive() -> None:
    equation = Biomass(np.array([2.0]), np.array([0.5]), 10.0)
    volumes = np.array([[0.0, 5.0, 10.0, 20.0]])
    # by hand: the intercept ramps in until 10 m3/ha
    np.testing.assert_allclose(equation.carbon(volumes), [[0.0, 3.5, 7.0, 12.0]])


def test_stock_difference_equals_the_ipcc_equation_2_8() -> None:
    # by hand after IPCC 2006 GL vol. 4 eq. 2.8: C = A V BCEF (1 + R) CF, A 100 ha, BCEF 0.70, R 0.29, CF 0.47;
    # V 100 -> 130 m3/ha in five years: 4244.10 -> 5517.33 tC, 254.646 tC a year
    equation = Biomass(np.array([0.0]), np.array([0.70 * 1.29 * 0.47]), 10.0)
    stock = 100 * equation.carbon(np.array([[100.0, 130.0]]))[0]
    assert stock == pytest.approx([4244.10, 5517.33])
    assert (stock[1] - stock[0]) / 5 == pytest.approx(254.646)


def test_one_tonne_of_carbon_per_hectare_is_11_45ths_of_a_tonne_of_co2_per_mu() -> None:
    # by hand: 44/12 per 15 mu
    assert pytest.approx(44 / 12 / 15, rel=1e-15) == TCO2E_PER_MU
    # IPCC worked gain-loss example: 85.18515 tC = 312.34555 tCO2
    assert pytest.approx(312.34555) == 85.18515 * TCO2E_PER_MU * 15
