"""Errors of the mean of a map. Expected numbers by hand, or by a double sum over pairs of cells."""

from math import pi, sqrt

import numpy as np
import pytest

from silvafisc.carbon.monitoring.map_error import correlation_area, map_error
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Rules


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Range 77 km, pixel 40 %, level 15 %; cover 0.15 and 0.05."""
    return ParameterTree.load().on("2026-01-01")


def test_errors_by_hand(rules: Rules) -> None:
    alpha = pi * 77**2 / 5
    assert correlation_area(rules) == pytest.approx(alpha)
    wide = map_error("biomass", 100.0, 12_000.0, 10 * alpha, rules)
    assert (wide.effective, wide.local, wide.common) == pytest.approx((10, sqrt(0.16 * 12_000 / 10), 15))
    assert wide.sd == pytest.approx(sqrt(192 + 225))
    # within the range all pixels err together: 40 % of the mean, not of the root mean square
    assert map_error("biomass", 100.0, 12_000.0, 5.0, rules).local == pytest.approx(40)
    cover = map_error("cover", 0.5, 0.3, 4 * alpha, rules)
    assert (cover.local, cover.common) == pytest.approx((0.15 / 2, 0.05))


@pytest.mark.parametrize("side", [20.0, 77.0, 300.0, 1200.0])
def test_the_bound_is_never_below_the_double_sum_over_pairs(rules: Rules, side: float) -> None:
    """var of the mean of a square of 400 x 400 cells, σ = 1: Σ over lags of (n − |i|)(n − |j|) ρ / n⁴."""
    n = 400
    lag = np.arange(1 - n, n)
    pairs = np.outer(n - np.abs(lag), n - np.abs(lag))
    ratio = np.minimum(1.0, np.hypot(*np.meshgrid(lag, lag)) * side / n / 77)
    exact = float((pairs * (1 - 1.5 * ratio + 0.5 * ratio**3)).sum()) / n**4
    bound = 1 / map_error("biomass", 1.0, 1.0, side**2, rules).effective
    assert exact <= bound * (1 + 1e-3)
    if side == 1200:
        assert bound == pytest.approx(exact, rel=0.12), "close for units much wider than the range"
        assert exact > 100 / n**2, "far above one over the number of pixels"


def test_variances_of_wide_parts_sum_to_that_of_the_whole(rules: Rules) -> None:
    parts = [(30_000.0, 80.0, 9_000.0), (60_000.0, 120.0, 18_000.0)]
    land = sum(a for a, _, _ in parts)
    mean, square = (sum(part[0] * part[i] for part in parts) / land for i in (1, 2))
    whole = map_error("biomass", mean, square, land, rules).local * land
    assert sum((map_error("biomass", m, s, a, rules).local * a) ** 2 for a, m, s in parts) == pytest.approx(whole**2)


@pytest.mark.parametrize(("kind", "mean", "land"), [("volume", 1.0, 1.0), ("biomass", -1.0, 1.0), ("cover", 0.5, 0.0)])
def test_what_has_no_error_is_refused(rules: Rules, kind: str, mean: float, land: float) -> None:
    with pytest.raises(InputError):
        map_error(kind, mean, mean**2, land, rules)
