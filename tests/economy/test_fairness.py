"""Inequality measures against closed forms by hand, and identities that hold for any payments."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.economy.fairness import adequacy, concentration, gini, kakwani, lorenz, suits, theil

units = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from("abc"), st.integers(1, 10**5)),
    min_size=1,
    max_size=12,
).filter(lambda rows: sum(row[0] for row in rows) > 0)


def test_equal_payment_per_person_is_no_inequality() -> None:
    assert theil([10, 20, 30], [1, 2, 3]).total == pytest.approx(0, abs=1e-15)
    assert gini([10, 20, 30], [1, 2, 3]) == pytest.approx(0, abs=1e-15)


def test_everything_to_one_of_n_equal_units() -> None:
    assert theil([0, 0, 0, 8], [1, 1, 1, 1]).total == pytest.approx(math.log(4))  # by hand: ln n
    assert gini([0, 0, 0, 8], [1, 1, 1, 1]) == pytest.approx(3 / 4)  # by hand: 1 - 1/n
    assert concentration([8, 0, 0, 0], [1] * 4, [1, 2, 3, 4]) == pytest.approx(-3 / 4)
    assert concentration([0, 0, 0, 8], [1] * 4, [1, 2, 3, 4]) == pytest.approx(3 / 4)


def test_two_units_one_to_three() -> None:
    # by hand: shares 1/4, 3/4 of equal populations: T = 1/4 ln(1/2) + 3/4 ln(3/2), G = 3/4 - 1/2
    assert theil([1, 3], [5, 5]).total == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert gini([1, 3], [5, 5]) == pytest.approx(0.25)


def test_theil_between_is_what_is_left_when_groups_are_equal_inside() -> None:
    split = theil([10, 10, 30, 30], [1, 1, 1, 1], ["w", "w", "e", "e"])
    assert split.within == pytest.approx(0, abs=1e-15)
    assert split.between == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))  # by hand, as above
    assert split.groups["e"] == pytest.approx((0.75, 0.0))


def test_payments_proportional_to_income_have_no_kakwani_and_equal_ones_favour_the_poor() -> None:
    people, income = [3.0, 1.0, 2.0], [10.0, 40.0, 25.0]
    assert kakwani([30, 40, 50], people, income) == pytest.approx(0, abs=1e-15)
    flat = [3.0, 1.0, 2.0]
    by_hand = -gini(np.array(people) * income, people)
    assert kakwani(flat, people, income) == pytest.approx(by_hand)
    assert by_hand < 0


@given(units)
def test_theil_parts_sum_and_bounds_hold(rows: list[tuple[int, int, str, int]]) -> None:
    pay, people, groups, income = (list(column) for column in zip(*rows, strict=True))
    split = theil(pay, people, groups)
    assert split.total == pytest.approx(split.between + split.within, abs=1e-9)
    assert split.total >= -1e-12
    coefficient = gini(pay, people)
    assert -1e-12 <= coefficient < 1
    assert abs(concentration(pay, people, income)) <= coefficient + 1e-9


@given(units, st.integers(2, 1000))
def test_scaling_money_or_permuting_units_changes_nothing(rows: list[tuple[int, int, str, int]], factor: int) -> None:
    pay, people, groups, _ = (list(column) for column in zip(*rows, strict=True))
    base = theil(pay, people, groups)
    assert theil([p * factor for p in pay], people, groups).between == pytest.approx(base.between, abs=1e-9)
    assert theil(pay[::-1], people[::-1], groups[::-1]).total == pytest.approx(base.total, abs=1e-12)
    assert gini(pay[::-1], people[::-1]) == pytest.approx(gini(pay, people), abs=1e-9)


@given(units)
def test_twice_the_area_above_the_lorenz_curve_is_the_gini(rows: list[tuple[int, int, str, int]]) -> None:
    pay, people, _, _ = (list(column) for column in zip(*rows, strict=True))
    points = lorenz([f"{i:06d}" for i in range(len(pay))], pay, people)
    x, y = points["population_share"].to_numpy(), points["payment_share"].to_numpy()
    area = float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum())  # other road: trapezoids under the points
    assert 1 - 2 * area == pytest.approx(gini(pay, people), abs=1e-9)
    assert (points.iloc[0]["population_share"], points.iloc[-1]["payment_share"]) == (0.0, 1.0)


def test_adequacy_by_hand() -> None:
    found = adequacy([1600, 1000, 500], [6400, 2000, 1], [3, 1, 0])
    assert found == pytest.approx({"minimum": 0.25, "mean": 0.3125, "shortfall": 0.6875})  # 3/4 x 1/4 + 1/4 x 1/2
    assert adequacy([30, 10], [20, 20], [1, 1], line=1.0)["shortfall"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("payment", "population", "message"),
    [
        ([1, 2], [1], "equal length"),
        ([1, -2], [1, 1], "0 or more"),
        ([1, 2], [0, 1], "above 0"),
        ([0, 0], [1, 1], "nothing is paid"),
    ],
)
def test_meaningless_inequality_is_refused(payment: list[float], population: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        theil(payment, population)
    with pytest.raises(ValueError, match=message):
        gini(payment, population)
    with pytest.raises(ValueError, match="above 0"):
        adequacy([1.0], [0.0], [1.0])


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_indices_of_a_uniform_income_and_a_power_of_it_have_closed_forms(power: int) -> None:
    """Closed form: incomes uniform on (0, 1], payment ∝ income^k. L(p) = p^(k+1), so C = k/(k+2) and Kakwani = C − 1/3;
    with cumulative income y = p², L = y^((k+1)/2), so Suits = (k−1)/(k+3)."""
    people = np.ones(4000)
    income = (np.arange(4000) + 0.5) / 4000
    payment = income**power
    assert concentration(payment, people, income) == pytest.approx(power / (power + 2), abs=1e-3)
    assert kakwani(payment, people, income) == pytest.approx(power / (power + 2) - 1 / 3, abs=1e-3)
    assert suits(payment, people, income) == pytest.approx((power - 1) / (power + 3), abs=1e-3)


def test_suits_by_hand_at_its_ends() -> None:
    """Income shares 0.1, 0.2, 0.3, 0.4: all to the richest 1 − 0.4; all to the poorest 0.1 − 1; in proportion 0."""
    people, income = [1.0] * 4, [1.0, 2.0, 3.0, 4.0]
    assert suits([0, 0, 0, 5], people, income) == pytest.approx(0.6)
    assert suits([5, 0, 0, 0], people, income) == pytest.approx(-0.9)
    assert suits([2, 4, 6, 8], people, income) == pytest.approx(0, abs=1e-15)
    with pytest.raises(ValueError, match="above 0"):
        suits([1, 1], [1, 1], [0, 1])
