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


def test_forest_cover_is_bought_at_the_price_and_floor_of_chongqing() -> None:
    """published: 1.119 万亩 for 2 797.5 万元; by hand the floor is 11 190 x (1 000 + 100 x 15) as well."""
    rules = ParameterTree.load().on("2026-01-01")
    found = recorded(rules, "horizontal", {"terms": "chongqing", "area_mu": "11190"}, PERIODS)
    assert (found["amount"], found["floor"], found["price"]) == ("27975000.00", "27975000.00", "2500.00")
    dearer = recorded(rules, "horizontal", {"terms": "chongqing", "area_mu": "10", "price": "3000"}, PERIODS)
    assert (dearer["amount"], dearer["floor"]) == ("30000.00", "25000.00")


def test_a_bet_on_water_takes_the_payment_of_xinanjiang() -> None:
    """published: each province 100 million yuan from 2012, at least 400 million from 2023."""
    stated = {"terms": "xinanjiang", "kappa": "0.1"}
    assert recorded(ParameterTree.load().on("2013-01-01"), "horizontal", stated, PERIODS)["amount"] == "100000000.00"
    assert recorded(ParameterTree.load().on("2026-01-01"), "horizontal", stated, PERIODS)["amount"] == "400000000.00"


def test_scores_take_the_grades_on_record_and_the_deduction_of_guangdong() -> None:
    found = recorded(ParameterTree.load().on("2026-01-01"), "performance", {"factor": "performance"}, PERIODS)
    assert found == {"factor": "performance", "excellent": "90", "poor": "60", "reward": "0.1", "deduction": "0.5"}
