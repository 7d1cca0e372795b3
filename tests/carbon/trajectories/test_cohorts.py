"""Growth of the mean hectare against cohorts followed one by one."""

import numpy as np
import pytest

from silvafisc.carbon.trajectories.cohorts import Strand, mixed_growth

YEARS = 9


def one_by_one(strands: list[Strand], new: np.ndarray, lost: np.ndarray, row: int) -> np.ndarray:
    """By hand: a list of (area, growth by calendar year) that is split at every step."""
    cohorts: list[tuple[float, np.ndarray]] = [(1.0, strands[0].growth[row])]
    grown = []
    for year in range(lost.shape[1]):
        h = lost[row, year]
        anew = np.zeros_like(strands[0].growth[row])
        anew[year:] = new[row, : len(anew) - year]
        cohorts = [(area * (1 - h), growth) for area, growth in cohorts] + [(h, anew)]
        for strand in strands[1:]:
            share = strand.taken[row, year]
            cohorts = [(area * (1 - share), growth) for area, growth in cohorts] + [(share, strand.growth[row])]
        assert sum(area for area, _ in cohorts) == pytest.approx(1)
        grown.append(sum(area * growth[year] for area, growth in cohorts))
    return np.array(grown)


@pytest.mark.parametrize("seed", range(3))
def test_the_mean_hectare_grows_as_its_cohorts_do(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = 4
    whole = np.zeros((rows, YEARS))
    some = np.where(draw.uniform(size=(rows, YEARS)) < 0.3, draw.uniform(size=(rows, YEARS)), 0.0)
    strands = [Strand(taken, draw.uniform(size=(rows, YEARS, 3))) for taken in (whole, some)]
    new, lost = draw.uniform(size=(rows, YEARS, 3)), draw.uniform(0, 0.4, (rows, YEARS))
    found = mixed_growth(strands, new, lost)
    for row in range(rows):
        np.testing.assert_allclose(found[row], one_by_one(strands, new, lost, row), rtol=1e-12)


def test_without_events_a_stand_just_grows() -> None:
    """By hand: nothing is taken, so the growth of the stand is the growth of the hectare."""
    whole = np.zeros((1, YEARS))
    growth = np.arange(YEARS * 2, dtype=float).reshape(1, YEARS, 2)
    found = mixed_growth([Strand(whole, growth)], np.ones_like(growth), np.zeros((1, YEARS)))
    np.testing.assert_array_equal(found, growth)


def test_shares_that_are_none_are_refused() -> None:
    whole = np.zeros((1, 2))
    growth = np.ones((1, 2, 1))
    with pytest.raises(ValueError, match="losses"):
        mixed_growth([Strand(whole, growth)], growth, np.ones((1, 2)))
