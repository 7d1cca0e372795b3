"""Adjustment, by enumeration: later standards follow the published way of adjusting them, level by level."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.decided import sample
from tests.allocation.outcome import settled
from tests.allocation.tiny import COLLECTIVE, MODES, Tiny, tiny

from silvafisc.allocation.adjusting import Adjustment, five_year_costs
from silvafisc.allocation.tables import chosen_offers
from silvafisc.results import RuleSpec

PERIODS = ("2026", "2027")
LEVELS = (16_00, 17_00, 18_00, 20_00)


def rule(mode: str, **params: Any) -> RuleSpec:
    common = {"mode": mode, "step": "1", "review_years": 5, "last_review": "2026"}
    return RuleSpec("adjustment", common | params)


def follows(table: Mapping[int, int]) -> Callable[[Choice], bool]:
    """By hand: standard of 2026 -> standard of 2027."""
    return lambda choice: all(
        choice.standards[region, category, "2027"] == table[standard]
        for (region, category, period), standard in choice.standards.items()
        if period == "2026"
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("params", "table"),
    [
        # + 1.00 a year: 19.00 is not on offer, so 18.00 stays.
        ({"mode": "step"}, {16_00: 17_00, 17_00: 18_00, 18_00: 18_00, 20_00: 20_00}),
        # + 2.00, but no faster than costs (10 %) and revenue (12 %): 17.60, 18.70, 19.80, 22.00.
        (
            {"mode": "step", "step": "2", "cost_index": "0.1", "fiscal_growth": "0.12"},
            {16_00: 17_00, 17_00: 18_00, 18_00: 18_00, 20_00: 20_00},
        ),
        # The review of 2022 comes round in 2027: + 5 x 0.40 = 2.00.
        (
            {"mode": "review", "step": "0.4", "last_review": "2022"},
            {16_00: 18_00, 17_00: 18_00, 18_00: 20_00, 20_00: 20_00},
        ),
        # No review before 2031: nothing moves.
        ({"mode": "review"}, {level: level for level in LEVELS}),
    ],
)
def test_enumeration_of_a_step_and_of_a_review(mode: str, params: Any, table: Mapping[int, int]) -> None:
    problem = tiny(mode, units=2, periods=PERIODS, levels=LEVELS, seed=4).budget("0.8")
    check_rule(problem, rule(**params), follows(table))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_the_national_step(mode: str) -> None:
    # The floor rises from 16 to 17 in 2027, and every standard with it; 16.00 is on offer in 2026 only.
    floors = {COLLECTIVE: {"2026": 16_00, "2027": 17_00}}
    problem = tiny(mode, units=2, periods=PERIODS, levels=(16_00, 17_00, 18_00, 19_00), floors=floors, seed=1)
    table = {16_00: 17_00, 17_00: 18_00, 18_00: 19_00, 19_00: 19_00}
    check_rule(problem.budget("0.9"), rule("align"), follows(table))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_first_period_that_follows_last_year(mode: str) -> None:
    problem = tiny(mode, levels=LEVELS, seed=1).budget("0.7")
    known = problem.change(categories=(replace(problem.resolved.category(COLLECTIVE), last_year_fen=16_50),))
    check_rule(known, rule("step", from_last_year=True), lambda choice: set(choice.standards.values()) == {17_00})


def test_five_years_cost_what_the_formula_says() -> None:
    # by hand: one unit, 100.0 mu at 16 yuan: step 16 + 17 + 18 + 19 + 20 = 90; review 4 x 16 + 21 = 85; align 5 x 16 = 80.
    problem = one_unit()
    decision, point, _ = settled(problem)
    chosen = chosen_offers(decision.problem, point)
    frame = five_year_costs(decision.problem, chosen, rule("step", last_review="2025").params)
    assert frame.groupby("mode")["payment_fen"].sum().to_dict() == {
        "step": 90_00_00,
        "review": 85_00_00,
        "align": 80_00_00,
    }
    assert set(frame.loc[frame["own"] == "yes", "mode"]) == {"step"}
    assert list(frame[frame["mode"] == "review"]["highest_yuan_per_mu"]) == ["16.00"] * 4 + ["21.00"]


def one_unit() -> Tiny:
    problem = tiny("rule", units=2, grades=1, levels=(16_00,)).budget("1")
    areas = problem.inputs.areas

    def edit(table: pd.DataFrame) -> None:
        table["area_tenth_mu"] = table["region_code"].map({"110001": 1000, "110002": 0})

    return problem.tables(areas=areas.assign(area_tenth_mu=[1000, 0])).offers(edit)


def test_a_standard_never_falls_and_nothing_stays_nothing() -> None:
    category = tiny().resolved.category(COLLECTIVE)
    way = Adjustment.of(rule("step", cost_index="0").params)
    assert way.next(16_00, 2027, category) == 16_00
    assert Adjustment.of(rule("step", cost_index="0.5").params).next(0, 2027, category) == 0


def test_a_baseline_that_holds_its_standard_breaks_a_yearly_step() -> None:
    """by hand: one flat standard for both years, below the highest level, cannot have risen by 1 yuan."""
    rules = (RuleSpec("envelope"), rule("step"))
    found = sample(0, rules=rules).beside
    flat = found[found["baseline"] == "flat_standard"]
    paid = {float(text) for text in flat["standard_yuan_per_mu"][flat["category"] != ""]}
    assert len(paid) == 1
    assert max(paid) < 20
    assert all("adjustment" in text.split(";") for text in flat["breaks"])
