"""The audit's own arithmetic against the definition, and against the first road's as another program."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from silvafisc.allocation.audit.exact import entitled, fraction, largest_remainder, whole
from silvafisc.allocation.audit.no_inversion import inversions
from silvafisc.quantities import apportion, entitlement, split_payers

CLAIMS = st.lists(st.fractions(min_value=0, max_value=50, max_denominator=12), min_size=1, max_size=8)


@given(st.integers(0, 10**14), CLAIMS)
def test_both_roads_apportion_alike(pot: int, weights: list[Fraction]) -> None:
    keyed = {f"{place:02d}": weight for place, weight in enumerate(weights)}
    if not sum(weights):
        keyed["00"] = Fraction(1)
    mine = largest_remainder(pot, sorted(keyed.items()))
    assert mine == apportion(pot, keyed)
    assert sum(mine.values()) == pot


@given(st.integers(0, 10**13), st.lists(st.integers(0, 9), min_size=1, max_size=4).filter(any))
def test_both_roads_split_payers_alike(amount: int, parts: list[int]) -> None:
    shares = [(payer, Fraction(part, sum(parts))) for payer, part in zip("zyxw", parts, strict=False)]
    assert largest_remainder(amount, shares) == split_payers(amount, shares)


@given(st.integers(0, 10**6), st.integers(0, 10**9))
def test_both_roads_round_an_entitlement_down(standard: int, area: int) -> None:
    assert entitled(standard, area) == entitlement(standard, area)


def test_ties_go_to_the_first() -> None:
    # by hand: 2 over three equal claims of 2/3 each
    assert largest_remainder(2, [("c", Fraction(1)), ("a", Fraction(1)), ("b", Fraction(1))]) == {
        "c": 1,
        "a": 1,
        "b": 0,
    }


@pytest.mark.parametrize(("amount", "claims"), [(1, []), (1, [("a", Fraction(0))]), (-1, [("a", Fraction(1))])])
def test_what_nobody_can_claim_is_refused(amount: int, claims: list[tuple[str, Fraction]]) -> None:
    with pytest.raises(ValueError, match="claim"):
        largest_remainder(amount, claims)


@pytest.mark.parametrize("value", [0.5, True, None, "half", "1/0"])
def test_only_exact_numbers_are_read(value: object) -> None:
    with pytest.raises(ValueError, match="exact"):
        fraction(value)


def test_nothing_finer_than_the_unit_is_whole() -> None:
    assert whole(Fraction(4, 2)) == 1 + 1
    with pytest.raises(ValueError, match="finer"):
        whole(Fraction(1, 3))


SMALL = st.integers(0, 3)


@settings(max_examples=200)
@given(st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=9))
def test_the_sweep_finds_the_inversions_that_comparing_all_pairs_finds(units: list[tuple[int, int, int]]) -> None:
    points = [(Fraction(i), Fraction(n), s, str(place)) for place, (i, n, s) in enumerate(units)]
    swept = {unit for unit, paid, _, best in inversions(points) if paid < best}
    pairs = {r[3] for r, q in product(points, points) if r[0] >= q[0] and r[1] >= q[1] and r[2] < q[2]}
    assert swept == pairs
    for unit, paid, other, best in inversions(points):
        dominated = next(p for p in points if p[3] == other)
        own = next(p for p in points if p[3] == unit)
        assert (own[2], dominated[2]) == (paid, best)
        assert own[0] >= dominated[0]
        assert own[1] >= dominated[1]
