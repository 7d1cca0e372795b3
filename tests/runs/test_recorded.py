"""What a rule leaves out is read from the dated law."""

import pytest

from silvafisc.policy import ParameterTree
from silvafisc.runs.recorded import YEARLY_STEP, recorded, yearly_rise

PERIODS = ["2026", "2027"]


@pytest.mark.parametrize(
    ("date", "rise"),
    # published, by hand: 35 yuan in 2020, 36 in 2021, 39 in 2024; one value alone has no rise
    [("2020-06-01", 0), ("2023-12-31", 1_00), ("2026-01-01", 1_00)],
)
def test_the_yearly_step_is_the_latest_rise_over_its_years(date: str, rise: int) -> None:
    assert yearly_rise(ParameterTree.load().on(date), YEARLY_STEP) == rise


def test_adjustment_takes_the_step_of_guangdong_and_the_review_of_beijing() -> None:
    rules = ParameterTree.load().on("2026-01-01")
    assert recorded(rules, "adjustment", {"mode": "step"}, PERIODS) == {
        "mode": "step",
        "step": "1.00",
        "review_years": 5,
        "last_review": "2026",
    }
    assert {YEARLY_STEP, "provincial_standards.beijing.review_years"} <= rules.used


def test_what_is_stated_goes_before_the_record() -> None:
    rules = ParameterTree.load().on("2026-01-01")
    stated = {"mode": "review", "step": "0.5", "review_years": 3, "last_review": "2024"}
    assert recorded(rules, "adjustment", stated, PERIODS) == stated
    assert not rules.used
    assert recorded(rules, "envelope", {}, PERIODS) == {}
