"""Distributions by their formulas, and designs by what they promise."""

import numpy as np
import pytest

from silvafisc.carbon.uncertainty.designs import LATIN_HYPERCUBE, SOBOL, uniforms
from silvafisc.carbon.uncertainty.spreads import EVEN, POSITIVE, SHARE, TRIANGULAR, Spread
from silvafisc.datasets import InputError

FINE = (np.arange(200_000) + 0.5) / 200_000


@pytest.mark.parametrize("spread", [Spread(POSITIVE, 0.14, 0.07), Spread(SHARE, 0.85, 0.1), Spread(SHARE, 0.01, 0.005)])
def test_mean_and_deviation_are_the_stated_ones(spread: Spread) -> None:
    """By definition; the mean over evenly spaced quantiles is the integral of the quantile function."""
    drawn = spread.at(FINE)
    assert drawn.mean() == pytest.approx(spread.centre, rel=1e-4)
    assert drawn.std() == pytest.approx(spread.sd, rel=2e-3)
    assert (drawn > 0).all()


def test_a_triangle_has_its_mean_and_its_ends() -> None:
    """By hand: mean (0.001 + 0.003 + 0.006) / 3."""
    drawn = Spread(TRIANGULAR, 0.003, low=0.001, high=0.006).at(FINE)
    assert drawn.mean() == pytest.approx(0.01 / 3, rel=1e-6)
    assert 0.001 <= drawn.min() < drawn.max() <= 0.006


def test_members_are_equally_likely_and_certain_values_stay() -> None:
    assert np.bincount(Spread(EVEN, 0, high=1).at(FINE).astype(int)).tolist() == [100_000, 100_000]
    np.testing.assert_array_equal(Spread(POSITIVE, 3.0).at(FINE), 3.0)
    np.testing.assert_array_equal(Spread(TRIANGULAR, 3.0, low=3.0, high=3.0).at(FINE), 3.0)


def test_deviations_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="cannot deviate"):
        Spread(SHARE, 0.5, 0.5).at(FINE)
    with pytest.raises(InputError, match="not positive"):
        Spread(POSITIVE, 0.0, 0.5).at(FINE)


@pytest.mark.parametrize("design", [SOBOL, LATIN_HYPERCUBE])
def test_a_further_source_moves_no_other_and_each_is_stratified(design: str) -> None:
    few, more = uniforms(["a", "b"], 64, 5, design), uniforms(["a", "b", "c"], 64, 5, design)
    for name, numbers in few.items():
        np.testing.assert_array_equal(numbers, more[name])
        # One number in each of 64 equal cells.
        assert sorted(np.floor(numbers * 64)) == list(range(64))
    assert not np.array_equal(few["a"], uniforms(["a", "b"], 64, 6, design)["a"])


def test_sobol_points_keep_their_net_under_the_shift() -> None:
    """By definition of a (0, 2)-sequence in base 2: 64 points of the first two dimensions, one in each 8 x 8 cell."""
    drawn = uniforms(["a", "b"], 64, 5)
    cells = {(int(x * 8), int(y * 8)) for x, y in zip(drawn["a"], drawn["b"], strict=True)}
    assert len(cells) == 64


def test_strata_do_not_depend_on_the_order_of_sources() -> None:
    one, other = (uniforms(names, 16, 5, LATIN_HYPERCUBE) for names in (["a", "b"], ["b", "a"]))
    np.testing.assert_array_equal(one["a"], other["a"])


def test_what_no_design_can_do_is_refused() -> None:
    with pytest.raises(InputError, match="powers of two"):
        uniforms(["a"], 100, 5)
    with pytest.raises(InputError, match="twice"):
        uniforms(["a", "a"], 64, 5)
    with pytest.raises(InputError, match="no design"):
        uniforms(["a"], 64, 5, "dice")
