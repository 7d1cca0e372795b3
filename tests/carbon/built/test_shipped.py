"""What must hold of the shipped yields, whatever the numbers."""

from itertools import combinations

import numpy as np
import pytest

from silvafisc import economy
from silvafisc.carbon.trajectories.courses import MEASURES
from silvafisc.carbon.yield_arrays import ADDITIONAL, BASELINE, CENTRAL, COMPENSATION, HIGH, LOW, PACKAGE, YieldArrays
from silvafisc.datasets import load_package
from silvafisc.policy import ParameterTree

TODAY = ("today", "either")


@pytest.fixture(scope="module")
def shipped() -> YieldArrays:
    return YieldArrays.of(load_package(PACKAGE))


def flow(shipped: YieldArrays, name: str, measure: str, year: int, hazard: str = CENTRAL) -> np.ndarray:
    """(units, years) of one treatment in today's climate."""
    return np.asarray(shipped.arrays[name][shipped.rows[(measure, *TODAY, hazard, year)]])


def test_every_measure_is_there_for_every_budget_year(shipped: YieldArrays) -> None:
    assert set(shipped.names(0)) == set(MEASURES)
    assert shipped.treated == [2026, 2027, 2028]
    assert (shipped.years[0], shipped.years[-1], len(shipped.codes)) == (2026, 2060, 31)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_nothing_happens_before_the_measure(shipped: YieldArrays, measure: str) -> None:
    assert np.all(flow(shipped, ADDITIONAL, measure, 2028)[:, :2] == 0)
    assert np.any(flow(shipped, ADDITIONAL, measure, 2028)[:, 2] != 0) or measure == "closure"


@pytest.mark.parametrize("measure", ["tending", "restoration", "mixed_replanting", "fertilising"])
def test_early_losses_are_visible(shipped: YieldArrays, measure: str) -> None:
    assert np.all(flow(shipped, ADDITIONAL, measure, 2026)[:, 0] < 0)


def test_no_two_provinces_of_different_mean_volume_share_a_yield(shipped: YieldArrays) -> None:
    rules = ParameterTree.load().on("2026-01-01")
    stands = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, rules).stands
    volume = dict(zip(stands["region_code"], stands["mean_volume_m3_per_ha"], strict=True))
    for measure in MEASURES:
        rows = flow(shipped, ADDITIONAL, measure, 2026)
        for one, other in combinations(range(len(shipped.codes)), 2):
            if volume[shipped.codes[one]] != volume[shipped.codes[other]]:
                assert not np.array_equal(rows[one], rows[other]), (measure, shipped.codes[one], shipped.codes[other])


def test_more_hazard_means_more_to_be_protected(shipped: YieldArrays) -> None:
    low, central, high = (
        flow(shipped, ADDITIONAL, COMPENSATION, 2026, hazard).sum(axis=1) for hazard in (LOW, CENTRAL, HIGH)
    )
    assert np.all(low < central)
    assert np.all(central < high)


def test_the_baseline_does_not_hang_on_when_a_measure_comes(shipped: YieldArrays) -> None:
    for measure in MEASURES:
        first, last = (flow(shipped, BASELINE, measure, year) for year in (2026, 2028))
        assert np.array_equal(first, last)
