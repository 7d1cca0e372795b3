"""Published cut-offs: in the middle between neighbouring scores, short, and the grades are those of the scores."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silvafisc.allocation.rule_mode import between, candidate_cut_offs

SIX = Decimal("0.000001")
scores = st.lists(st.integers(1, 1_000_000).map(lambda n: n * SIX), min_size=1, max_size=30)


@given(scores, st.integers(1, 20))
def test_cells_are_those_of_the_smallest_scores(values: list[Decimal], cells: int) -> None:
    """By hand: cell k begins with the distinct score of rank ⌊k · n / cells⌋."""
    cut_offs = candidate_cut_offs({str(number): value for number, value in enumerate(values)}, cells)
    distinct = sorted(set(values))
    count = min(cells, len(distinct))
    starts = sorted({distinct[k * len(distinct) // count] for k in range(1, count)})
    assert len(cut_offs) == 1 + len(starts)
    for value in values:
        assert sum(value >= cut for cut in cut_offs) == 1 + sum(value >= start for start in starts)


@given(scores.filter(lambda values: len(set(values)) > 1))
def test_a_cut_off_lies_between_its_neighbours_and_no_shorter_rounding_of_the_middle_does(
    values: list[Decimal],
) -> None:
    low, high = sorted(set(values))[:2]
    cut = between(low, high)
    decimals = -int(cut.as_tuple().exponent)
    assert low < cut <= high
    assert cut < high or high - low == SIX
    assert abs(cut - (low + high) / 2) <= Decimal(1).scaleb(-decimals) / 2
    for fewer in range(decimals):
        shorter = round((low + high) / 2, fewer)
        assert not low < shorter < high or abs(shorter - (low + high) / 2) == Decimal(1).scaleb(-fewer) / 2


@pytest.mark.parametrize(
    ("low", "high", "cut"),
    [
        ("0.300000", "0.800000", "0.6"),  # the middle 0.55 rounded up
        ("0.440000", "0.500000", "0.47"),  # one decimal gives 0.5, which is the unit's own score
        ("0.123456", "0.123458", "0.123457"),
        ("0.123456", "0.123457", "0.123457"),  # nothing lies between them
    ],
)
def test_cut_offs_by_hand(low: str, high: str, cut: str) -> None:
    assert str(between(Decimal(low), Decimal(high))) == cut
