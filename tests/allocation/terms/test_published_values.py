"""Published values, by enumeration: at most K different standards per category over all grades and periods."""

import pytest
from tests.allocation.agree import CARBON, check_rule
from tests.allocation.brute import Choice, best
from tests.allocation.tiny import COLLECTIVE, MODES, STATE, tiny

from silvafisc.results import RuleSpec


def at_most(limit: int):  # type: ignore[no-untyped-def]
    def allowed(choice: Choice) -> bool:
        values: dict[str, set[int]] = {}
        for (_, category, _), standard in choice.standards.items():
            values.setdefault(category, set()).add(standard)
        return all(len(found - {0}) <= limit for found in values.values())

    return allowed


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("limit", [1, 2])
def test_enumeration_over_units_and_periods(mode: str, limit: int) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00, 17_00, 18_00, 20_00), grades=3, seed=4)
    rule = RuleSpec("published_values", {"at_most": limit})
    check_rule(problem.budget("0.4"), rule, at_most(limit))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_counts_each_category_for_itself(mode: str) -> None:
    problem = tiny(mode, units=3, categories=(STATE, COLLECTIVE), grades=3, seed=1).budget("0.4")
    check_rule(problem, RuleSpec("published_values", {"at_most": 2}), at_most(2))


@pytest.mark.parametrize(("mode", "seed", "part"), [("rule", 5, "0.7"), ("case", 2, "0.5")])
def test_enumeration_where_nothing_is_no_published_value(mode: str, seed: int, part: str) -> None:
    """The best choice gives some units nothing and the others one value; were nothing a value, none would be left."""
    problem = tiny(mode, units=3, levels=(0, 17_00, 18_00, 20_00), grades=3, seed=seed).budget(part)
    _, winners = best(problem.choices(), [problem.affordable, at_most(1)], CARBON)
    assert all(0 in choice.standards.values() and any(choice.standards.values()) for choice in winners)
    check_rule(problem, RuleSpec("published_values", {"at_most": 1}), at_most(1))
