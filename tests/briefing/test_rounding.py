"""Shown parts sum to shown totals, and no part is further from its value than rounding allows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.allocation.audit.cells import INDEX_DECIMALS
from silvafisc.briefing.draft import fixed
from silvafisc.briefing.rounding import SCORE_DECIMALS, column_sums, percent, shown_parts, shown_rows, shown_total

amounts = st.integers(-(10**13), 10**13)


@given(st.dictionaries(st.text("abc", min_size=1), amounts, min_size=1), st.sampled_from([1, 7, 10**4, 10**6]))
def test_parts_sum_to_the_rounded_total(parts: dict[str, int], step: int) -> None:
    shown = shown_parts(dict(parts), step)
    assert sum(shown.values()) == shown_total(sum(parts.values()), step)
    assert all(abs(Fraction(parts[key], step) - shown[key]) < 1 for key in parts)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=20))
def test_rows_sum_to_totals_that_are_already_shown(rows: list[tuple[int, int, int]]) -> None:
    step = 10**6
    exact = {f"{i:02d}": dict(zip("abc", row, strict=True)) for i, row in enumerate(rows)}
    totals = shown_parts({key: sum(row.values()) for key, row in exact.items()}, step)
    shown = shown_rows(exact, step, totals)
    assert {key: sum(row.values()) for key, row in shown.items()} == totals
    sums = column_sums(shown, ["a", "b", "c"])
    assert sum(sums.values()) == sum(totals.values())
    for row, parts in exact.items():
        assert all(abs(Fraction(parts[key], step) - shown[row][key]) < 1 for key in parts)


def test_a_total_that_parts_cannot_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be shown"):
        shown_parts({"a": 10, "b": 20}, 10, total=4)


@pytest.mark.parametrize(
    ("steps", "decimals", "text"),
    [(0, 0, "0"), (0, 2, "0.00"), (-5, 2, "−0.05"), (1234567, 0, "1,234,567"), (123456789, 2, "1,234,567.89")],
)
def test_steps_written_out(steps: int, decimals: int, text: str) -> None:
    """by hand"""
    assert fixed(steps, decimals) == text


@pytest.mark.parametrize(("amount", "shown"), [(4, 0), (5, 1), (14, 1), (15, 2), (-5, -1), (-4, 0)])
def test_halves_go_away_from_zero(amount: int, shown: int) -> None:
    """by hand, steps of 10"""
    assert shown_total(amount, 10) == shown
    assert shown_total(Fraction(amount), 10) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ("0.5", "50%"),
        ("1", "100%"),
        ("0", "0%"),
        ("0.0125", "1.25%"),
        ("1/3", "33.33%"),
        ("5/8", "62.5%"),
        ("1e-06", "0.0001%"),
    ],
)
def test_a_share_in_per_cent_is_as_short_as_it_is(share: str, shown: str) -> None:
    assert percent(share) == shown


def test_scores_have_as_many_decimals_as_the_audit_compares() -> None:
    assert SCORE_DECIMALS == INDEX_DECIMALS
