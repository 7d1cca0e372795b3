"""Participation and retention: closed forms by hand, monotone in the standard."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.economy.curves import normal_cdf, participation, retention

money = st.floats(0, 1e6)
cost = st.floats(1, 1e6)
sigma = st.floats(0.05, 2)


def test_half_of_the_owners_join_where_the_payment_equals_the_median_need() -> None:
    assert participation(500, 500, 0.5) == pytest.approx(0.5, abs=1e-15)  # by hand: Phi(0)


def test_a_payment_one_sigma_above_the_median_need_brings_84_per_cent() -> None:
    assert participation(500 * math.exp(0.5), 500, 0.5) == pytest.approx(
        0.8413447460685429, abs=1e-12
    )  # published: Phi(1)


def test_nobody_joins_for_nothing_and_a_co_payment_counts_as_payment() -> None:
    assert participation(0, 500, 0.5) == 0
    assert participation(200, 500, 0.5, co_payment=300) == pytest.approx(0.5)


def test_retention_is_point_nine_times_one_minus_e_to_minus_one_at_the_opportunity_cost() -> None:
    by_hand = 0.9 * (1 - 1 / math.e)
    assert retention(6000, 6000, 0.9) == pytest.approx(by_hand, abs=1e-15)
    assert retention(6000, 6000, 0.9, "s_shape") == pytest.approx(by_hand, abs=1e-15)


def test_the_s_shape_is_below_the_concave_curve_before_the_opportunity_cost_and_above_it_after() -> None:
    assert retention(3000, 6000, 0.9, "s_shape") == pytest.approx(0.9 * (1 - math.exp(-0.25)))  # by hand: x = 1/2
    assert retention(3000, 6000, 0.9, "s_shape") < retention(3000, 6000, 0.9)
    assert retention(9000, 6000, 0.9, "s_shape") > retention(9000, 6000, 0.9)


@given(money, money, cost, sigma)
def test_more_money_never_lowers_uptake(a: float, b: float, need: float, spread: float) -> None:
    low, high = sorted((a, b))
    assert participation(low, need, spread) <= participation(high, need, spread)
    for shape in ("concave", "s_shape"):
        assert 0 <= retention(low, need, 0.9, shape) <= retention(high, need, 0.9, shape) <= 0.9


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_an_opportunity_cost_of_nothing_is_an_error(wrong: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        retention(1600, wrong, 0.9)
    with pytest.raises(ValueError, match="above 0"):
        participation(1600, wrong, 0.5)


def test_impossible_curves_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        retention(-1, 100, 0.9)
    with pytest.raises(ValueError, match="share"):
        retention(1, 100, 1.2)
    with pytest.raises(ValueError, match="unknown retention shape 'linear'"):
        retention(1, 100, 0.9, "linear")


def test_the_normal_distribution_is_symmetric() -> None:
    assert normal_cdf(-1.7) + normal_cdf(1.7) == pytest.approx(1, abs=1e-15)
