"""No inversion, by enumeration: who is at least as needy and important is not paid less; equals are paid the same."""

from dataclasses import replace

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, INDICES, STATE, Tiny, tiny

from silvafisc.results import RuleSpec

RULE = RuleSpec("no_inversion")


def ordered(problem: Tiny):  # type: ignore[no-untyped-def]
    point = {
        code: (importance, need)
        for code, importance, need in zip(
            *(problem.indices[n] for n in ("region_code", "importance", "need")), strict=True
        )
    }

    def allowed(choice: Choice) -> bool:
        return all(
            standard >= choice.standards[other, category, period]
            for (region, category, period), standard in choice.standards.items()
            for other in point
            if all(a >= b for a, b in zip(point[region], point[other], strict=True))
        )

    return allowed


@pytest.mark.parametrize("seed", range(4))
def test_enumeration_where_one_unit_stands_above_two_that_cannot_be_compared(seed: int) -> None:
    problem = tiny("case", categories=(STATE, COLLECTIVE)[seed % 2 :], levels=(16_00, 18_00, 20_00), seed=seed)
    check_rule(problem.budget("0.4"), RULE, ordered(problem))


def test_enumeration_where_two_units_are_equal() -> None:
    problem = tiny("case", periods=("2026", "2027"), levels=(16_00, 18_00, 20_00), units=2, seed=1).budget("0.5")
    problem = replace(problem, indices=problem.indices.assign(importance=0.3, need=0.4))
    check_rule(problem, RULE, ordered(problem))


def test_in_rule_mode_it_follows_from_the_order_of_grades() -> None:
    problem = tiny("rule", categories=(STATE, COLLECTIVE), grades=3, seed=2).budget("0.5")
    allowed = ordered(problem)
    assert INDICES["110002"] > INDICES["110001"]
    assert all(allowed(choice) for choice in problem.choices())
    model = problem.rules(RULE).decide().engine.model
    assert not [row for row in model.rows if row.rule == "no_inversion"]
