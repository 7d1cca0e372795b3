"""The combinations that are followed, what one gives, and the look beyond the horizon."""

import numpy as np
import pandas as pd
import pytest

from silvafisc import economy
from silvafisc.carbon.trajectories.bulk import DECIMALS, PACKAGES, Job, Span, jobs, terminal_table, worked
from silvafisc.carbon.trajectories.courses import MEASURES
from silvafisc.datasets import InputError, load_package
from silvafisc.policy import Rules

SHORT = Span(2026, 2031, (2026, 2028))
TWO = ("510000", "530000")


@pytest.fixture(scope="module")
def nation() -> pd.DataFrame:
    from silvafisc.policy import ParameterTree

    law = ParameterTree.load().on("2026-01-01")
    return economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, law).stands


def test_today_is_followed_once_and_every_other_climate_by_both_models(nation: pd.DataFrame, rules: Rules) -> None:
    found = jobs(nation, SHORT, rules)
    today = [job for job in found if job.climate == "today" and job.hazard == "central"]
    assert {job.measure for job in today} == set(MEASURES)
    assert {job.member for job in today} == {"either"}
    assert len(found) == len(set(found)) == len(MEASURES) * (1 + 3 * 2) + 2
    ends = [job for job in found if job.hazard != "central"]
    assert [(job.measure, job.climate, job.hazard) for job in ends] == [
        ("compensation", "today", "high"),
        ("compensation", "today", "low"),
    ]


@pytest.mark.parametrize("treated", [(), (2028, 2026), (2026, 2026), (2040,)])
def test_years_that_make_no_sense_are_refused(treated: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="must ascend inside"):
        Span(2026, 2031, treated)


def test_a_measure_changes_nothing_before_its_year(nation: pd.DataFrame, rules: Rules) -> None:
    two = nation[nation["region_code"].isin(TWO)].reset_index(drop=True)
    packages = {name: load_package(name) for name in PACKAGES}
    flows = worked(Job("tending", "today", "either", "central"), two, packages, SHORT, rules)
    assert {name: array.shape for name, array in flows.items()} == dict.fromkeys(flows, (2, 2, 6))
    assert not flows["additional"][1, :, :2].any()
    assert (flows["additional"][0, :, 0] < 0).all()
    np.testing.assert_array_equal(flows["baseline"][0], flows["baseline"][1])
    for array in flows.values():
        np.testing.assert_array_equal(array, np.round(array, DECIMALS))
        assert not np.signbit(array[array == 0]).any()


def test_what_comes_after_the_horizon() -> None:
    """By hand: three units with 2, 4, 0 tonnes until 2027 and 1, -1, 0 after it: median share of 0.5 and -0.25."""
    job = Job("tending", "today", "either", "central")
    additional = np.array([[[1.0, 1.0, 1.0], [3.0, 1.0, -1.0], [0.0, 0.0, 0.0]]])
    row = terminal_table([(job, additional)], Span(2026, 2028, (2026,)), 2027).iloc[0]
    assert (row["until_tco2e_per_mu"], row["after_tco2e_per_mu"], row["after_share"]) == (2.0, 0.0, 0.125)
    assert (row["units_gaining"], row["units_losing"]) == (1, 1)
