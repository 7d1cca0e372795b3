"""Sharing fen: exact sums, deterministic ties, no dependence on order."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.quantities import apportion, split_payers

CODES = st.text("0123456789", min_size=1, max_size=6)
WEIGHTS = st.dictionaries(CODES, st.fractions(min_value=0, max_value=10**9), min_size=1, max_size=12).filter(
    lambda weights: any(weights.values())
)
POTS = st.integers(min_value=0, max_value=10**13)


@st.composite
def payer_shares(draw: st.DrawFn) -> list[tuple[str, Fraction]]:
    parts = draw(st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=4).filter(any))
    return [(f"payer{i}", Fraction(part, sum(parts))) for i, part in enumerate(parts)]


@given(POTS, WEIGHTS)
def test_parts_sum_to_the_pot_and_stay_within_one_fen_of_the_exact_share(
    pot: int, weights: dict[str, Fraction]
) -> None:
    parts = apportion(pot, weights)
    total = sum(weights.values())
    assert sum(parts.values()) == pot
    assert all(abs(parts[key] - pot * weight / total) < 1 for key, weight in weights.items())


@given(POTS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(pot: int, weights: dict[str, Fraction], random: Random) -> None:
    items = list(weights.items())
    random.shuffle(items)
    shuffled = apportion(pot, dict(items))
    assert shuffled == apportion(pot, weights)
    assert list(shuffled) == sorted(weights)


@given(POTS, WEIGHTS, st.fractions(min_value=Fraction(1, 1000), max_value=1000))
def test_scaling_all_weights_changes_nothing(pot: int, weights: dict[str, Fraction], scale: Fraction) -> None:
    assert apportion(pot, {key: weight * scale for key, weight in weights.items()}) == apportion(pot, weights)


@given(POTS, WEIGHTS)
def test_a_zero_weight_gets_nothing(pot: int, weights: dict[str, Fraction]) -> None:
    parts = apportion(pot, weights)
    assert all(parts[key] == 0 for key, weight in weights.items() if weight == 0)


@given(POTS, st.integers(min_value=1, max_value=9))
def test_a_larger_weight_never_gets_less(pot: int, count: int) -> None:
    parts = apportion(pot, {str(weight): weight for weight in range(1, count + 1)})
    values = [parts[str(weight)] for weight in range(1, count + 1)]
    assert values == sorted(values)


def test_equal_remainders_go_to_the_smaller_code_first() -> None:
    # by hand: 100 fen to three equal units is 33 each and one fen left, which the smallest code takes
    assert apportion(100, {"330000": 1, "110000": 1, "220000": 1}) == {"110000": 34, "220000": 33, "330000": 33}
    # by hand: 101 leaves two fen
    assert apportion(101, {"330000": 1, "110000": 1, "220000": 1}) == {"110000": 34, "220000": 34, "330000": 33}


def test_largest_remainder_by_hand() -> None:
    # by hand: 10 fen over 6:3:1 of 7 -> exact 6, 3, 1; 10 over 1:1:5 -> 1.43, 1.43, 7.14: one left to the first of the tie
    assert apportion(10, {"a": 6, "b": 3, "c": 1}) == {"a": 6, "b": 3, "c": 1}
    assert apportion(10, {"a": 1, "b": 1, "c": 5}) == {"a": 2, "b": 1, "c": 7}


def test_an_empty_pot_needs_no_weights() -> None:
    assert apportion(0, {"b": 0, "a": 0}) == {"a": 0, "b": 0}


@pytest.mark.parametrize(("pot", "weights"), [(-1, {"a": 1}), (1, {"a": -1, "b": 2}), (1, {"a": 0}), (1, {})])
def test_impossible_shares_are_refused(pot: int, weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"negative|nobody"):
        apportion(pot, weights)


def test_a_float_weight_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        apportion(1, {"a": 0.5})  # type: ignore[dict-item]


@given(POTS, payer_shares())
def test_payers_sum_to_the_payment_each_within_one_fen(amount: int, shares: list[tuple[str, Fraction]]) -> None:
    parts = split_payers(amount, shares)
    assert sum(parts.values()) == amount
    assert list(parts) == [payer for payer, _ in shares]
    assert all(0 <= parts[payer] - (share * amount).__floor__() <= 1 for payer, share in shares)


def test_the_first_payer_takes_the_odd_fen() -> None:
    # by hand: 101 fen half and half is 50.5 each
    half = Fraction(1, 2)
    assert split_payers(101, [("central", half), ("provincial", half)]) == {"central": 51, "provincial": 50}
    assert split_payers(101, [("provincial", half), ("central", half)]) == {"provincial": 51, "central": 50}


@pytest.mark.parametrize(
    "shares",
    [
        [("central", Fraction(1, 2))],
        [("central", Fraction(3, 2)), ("provincial", Fraction(-1, 2))],
        [],
    ],
)
def test_shares_that_are_no_split_are_refused(shares: list[tuple[str, Fraction]]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        split_payers(100, shares)


def test_a_negative_payment_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        split_payers(-1, [("central", Fraction(1))])


@given(POTS, st.sampled_from(["1/2", "0", "1/3"]))
def test_a_payer_listed_twice_never_loses_money(amount: int, first: str) -> None:
    part = Fraction(first)
    with pytest.raises(ValueError, match="listed twice"):
        split_payers(amount, [("central", part), ("county", Fraction(0)), ("central", 1 - part)])
