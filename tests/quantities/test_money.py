"""Money in fen: exact reading, writing and entitlements."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.quantities import entitlement, fen_to_yuan, share, yuan_to_fen

FEN = st.integers(min_value=-(10**15), max_value=10**15)


@given(FEN)
def test_fen_survive_the_way_to_yuan_and_back(fen: int) -> None:
    assert yuan_to_fen(fen_to_yuan(fen)) == fen


@pytest.mark.parametrize(("text", "fen"), [("0", 0), ("16", 1600), ("14.75", 1475), ("-0.01", -1), (" 3.5 ", 350)])
def test_yuan_are_read_exactly(text: str, fen: int) -> None:
    assert yuan_to_fen(text) == fen


@given(st.integers(min_value=10**26, max_value=10**60))
def test_no_digit_is_lost_beyond_the_28_of_the_decimal_context(fen: int) -> None:
    text = f"{fen // 100}.{fen % 100:02d}"
    assert yuan_to_fen(text) == fen
    with pytest.raises(ValueError, match="two decimals"):
        yuan_to_fen(text + "1")


@pytest.mark.parametrize(
    "text", ["0.001", "nan", "inf", "", "abc", "1,000", "1e3", "1E-2", "1_000", ".5", "5.", "１２"]
)
def test_what_is_not_whole_fen_in_plain_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"plain decimal|two decimals"):
        yuan_to_fen(text)


@pytest.mark.parametrize("text", ["9" * 65, "0." + "0" * 10**6])
def test_an_endless_number_is_refused_before_it_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="characters") as refused:
        yuan_to_fen(text)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", [1.5, 3, None])
def test_only_strings_become_money(value: object) -> None:
    with pytest.raises(TypeError, match="quoted decimal"):
        yuan_to_fen(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="quoted decimal"):
        share(value)  # type: ignore[arg-type]


def test_wangcang_2017() -> None:
    # published: 旺苍 2017, 1,295,671 mu x 14.75 yuan = 1,911.11 万元 (by hand 19,111,147.25 yuan)
    assert entitlement(yuan_to_fen("14.75"), 12_956_710) == 1_911_114_725


def test_an_entitlement_is_rounded_down_to_the_fen() -> None:
    # by hand: 9.75 yuan/mu x 0.1 mu = 97.5 fen
    assert entitlement(975, 1) == 97


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=10**10))
def test_an_entitlement_never_exceeds_and_never_misses_a_whole_fen(standard: int, tenths: int) -> None:
    exact = Fraction(standard * tenths, 10)
    assert 0 <= exact - entitlement(standard, tenths) < 1


@given(st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_area_never_earns_less(standard: int, area: int, more: int) -> None:
    assert entitlement(standard, area + more) >= entitlement(standard, area)


def test_shares_are_exact() -> None:
    assert share("0.8") == share("4/5") == Fraction(4, 5)


@pytest.mark.parametrize("text", ["", "a", "1/0", "nan", "8e-1", "1_0/11", "1/-2", "--1/2", "1/2/2", "/2"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="share"):
        share(text)
