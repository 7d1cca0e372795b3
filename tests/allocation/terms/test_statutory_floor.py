"""Statutory floor, by enumeration: offers below the floor of their period are never chosen."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, MODES, tiny

from silvafisc.results import RuleSpec

RULE = RuleSpec("statutory_floor")


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_task_offers_made_before_the_floor_was_set(mode: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, seed=4).budget("0.6")
    late = problem.change(tasks=tuple(replace(t, floor_fen=450_00) for t in problem.resolved.tasks))

    def allowed(choice: Choice) -> bool:
        return all(o.standard >= 450_00 or o.area == 0 for o in choice.offers if o.nature == "task")

    check_rule(late, RULE, allowed)


@pytest.mark.parametrize(("seed", "part"), [(4, "0.3"), (5, "0.5")])
def test_enumeration_of_standards_offered_before_the_floor_rose(seed: int, part: str) -> None:
    problem = tiny("case", levels=(16_00, 17_00, 20_00), seed=seed).budget(part)
    category = replace(problem.resolved.categories[0], floor_fen={"2026": 17_00})

    def allowed(choice: Choice) -> bool:
        return all(standard >= 17_00 for standard in choice.standards.values())

    # The floor in the table of fixed money is the old one, and so are the envelopes.
    check_rule(problem.change(categories=(category,)), RULE, allowed, problem.affordable)


def test_enumeration_of_floors_that_differ_between_periods() -> None:
    problem = tiny("case", units=2, periods=("2026", "2027"), levels=(16_00, 17_00, 20_00), seed=1).budget("0.5")
    category = replace(problem.resolved.categories[0], floor_fen={"2026": 16_00, "2027": 17_00})

    def allowed(choice: Choice) -> bool:
        return all(s >= 17_00 for (_, c, p), s in choice.standards.items() if (c, p) == (COLLECTIVE, "2027"))

    check_rule(problem.change(categories=(category,)), RULE, allowed, problem.affordable)


def test_rule_mode_has_no_column_for_a_standard_below_the_floor() -> None:
    problem = tiny("rule", periods=("2026",), levels=(16_00, 17_00, 20_00))
    category = replace(problem.resolved.categories[0], floor_fen={"2026": 17_00})
    with pytest.raises(KeyError):
        problem.change(categories=(category,)).problem()
    columns = tiny("rule", levels=(17_00, 20_00)).problem().columns
    assert isinstance(columns, pd.DataFrame)
    assert set(columns["level"][columns["kind"] == "threshold"]) == {17_00, 20_00}
