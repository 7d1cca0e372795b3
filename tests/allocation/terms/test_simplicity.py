"""Simplicity, by enumeration: the fewest published numbers first, then the rest (case mode publishes nothing)."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from tests.allocation.agree import check_answer, check_stages
from tests.allocation.brute import Choice, best, gain
from tests.allocation.outcome import settled
from tests.allocation.tiny import COLLECTIVE, STATE, Tiny, tiny

from silvafisc.allocation.published import count_published
from silvafisc.results import ObjectiveSpec


def few(problem: Tiny) -> Callable[[Choice], Fraction]:
    """−(different standards per category + cut-offs + unit standards, shares, pots and weights), counted by hand."""
    resolved, cells = problem.resolved, problem.cells

    def value(choice: Choice) -> Fraction:
        standards = {(category, level) for (_, category, _), level in choice.standards.items()}
        cuts = {
            g
            for g in range(1, len(cells))
            for c in resolved.categories
            for p in resolved.periods
            if len({choice.standards[code, c.id, p] for code in (*cells[g - 1], *cells[g])}) > 1
        }
        others = {
            (o.measure, part)
            for o in choice.offers
            if not o.category and o.name != "u=0;q=0"
            for part in o.name.split(";")
        }
        return -Fraction(len(standards) + len(cuts) + len(others))

    return value


@pytest.mark.parametrize("seed", [0, 5, 6])
def test_enumeration_of_carbon_within_a_tolerance_then_simplicity(seed: int) -> None:
    # Up to a fifth of the tonnes may go for a shorter notice.
    problem = tiny("rule", units=3, periods=("2026", "2027"), grades=3, seed=seed).budget("0.6")
    choices = [choice for choice in problem.choices() if problem.affordable(choice)]
    top, _ = best(choices, [], gain("carbon"))
    near = [choice for choice in choices if choice.gain("carbon") >= top[0] * Fraction(4, 5)]
    specs = (
        ObjectiveSpec("carbon", stage=1, tolerance=0.2),
        ObjectiveSpec("simplicity", stage=2),
        ObjectiveSpec("development", stage=3),
    )
    _, winners = best(near, [], few(problem), gain("development"))
    check_answer(problem, problem.objectives(*specs).decide(), winners)
    _, without = best(near, [], gain("development"))
    assert not {c.key for c in winners} & {c.key for c in without}, "simplicity does not matter here"


def test_enumeration_of_two_categories_tasks_and_a_pot() -> None:
    problem = tiny(
        "rule", units=2, levels=(16_00, 18_00), categories=(STATE, COLLECTIVE), task=True, pot=True, seed=2
    ).budget("0.9")
    check_stages(problem, ["simplicity", "carbon"], [few(problem), gain("carbon")])


@pytest.mark.parametrize("seed", range(2))
def test_its_value_is_what_the_published_tables_hold(seed: int) -> None:
    problem = tiny("rule", units=3, periods=("2026", "2027"), grades=3, task=True, pot=True, seed=seed).budget("0.6")
    specs = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("simplicity", stage=2))
    decision, _, tables = settled(problem.objectives(*specs))
    assert count_published(tables["standards"], tables["grades"], tables["weights"]) == -decision.values["simplicity"]


def test_it_is_refused_in_case_mode() -> None:
    with pytest.raises(ValueError, match="publishes no numbers"):
        tiny("case", units=2).objectives(ObjectiveSpec("simplicity", stage=1)).decide()
