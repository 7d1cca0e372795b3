"""Carbon target, by enumeration: the mean of the draws, or a stated share of them, reaches the target."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil

import pytest
from tests.allocation.agree import CARBON, check_answer, check_rule
from tests.allocation.brute import Choice, best
from tests.allocation.drawn import contested, level, mean, totals
from tests.allocation.tiny import Tiny, value

from silvafisc.allocation.blocks import whole
from silvafisc.allocation.decide import InfeasibleError
from silvafisc.allocation.model import assemble
from silvafisc.allocation.settle import broken_rows, settle
from silvafisc.allocation.terms import rule_part
from silvafisc.results import RuleSpec

CASES = [("rule", 2, 3), ("rule", 1, 3), ("case", 2, 1), ("case", 2, 3)]


def rule(target: Fraction, part: str = "") -> RuleSpec:
    return RuleSpec("carbon_target", {"target_tco2e": str(float(target)), **({"share": part} if part else {})})


def reached(problem: Tiny, target: Fraction, part: str = "") -> Callable[[Choice], bool]:
    over_draws = totals(problem)

    def allowed(choice: Choice) -> bool:
        values = over_draws(choice)
        if not part:
            return mean(values) >= target
        return sum(v >= target for v in values) >= Fraction(part) * len(values)

    return allowed


def highest(problem: Tiny, measured: Callable[[list[Fraction]], Fraction]) -> Fraction:
    over_draws = totals(problem)
    return max(measured(over_draws(c)) for c in problem.choices() if problem.affordable(c))


@pytest.mark.parametrize(("mode", "seed", "draws_seed"), [("rule", 2, 3), ("rule", 1, 3), ("case", 2, 3)])
def test_enumeration_of_the_mean(mode: str, seed: int, draws_seed: int) -> None:
    problem = contested(mode, seed, draws_seed)
    # Multiples of 1/24 of a tonne are no decimals: the target is the decimal just below the best mean.
    target = Fraction(int(highest(problem, mean) * 1000), 1000)
    check_rule(problem, rule(target), reached(problem, target))


@pytest.mark.parametrize(
    ("mode", "seed", "draws_seed"), [("rule", 2, 3), ("rule", 2, 4), ("case", 2, 1), ("case", 2, 4)]
)
@pytest.mark.parametrize("part", ["2/3", "0.6"])
def test_enumeration_of_a_share_of_the_draws(mode: str, seed: int, draws_seed: int, part: str) -> None:
    # 0.6 of six draws are 3.6, so four have to reach it: the same four as two thirds.
    problem = contested(mode, seed, draws_seed)
    target = highest(problem, lambda values: level(values, Fraction(1, 3)))
    check_rule(problem, rule(target, part), reached(problem, target, part))


@pytest.mark.parametrize(("mode", "seed", "draws_seed"), CASES)
@pytest.mark.parametrize("part", ["", "1", "0.5", "1/6"])
def test_a_target_a_hair_above_the_best_is_infeasible(mode: str, seed: int, draws_seed: int, part: str) -> None:
    problem = contested(mode, seed, draws_seed)
    best_level = highest(problem, (lambda v: level(v, 1 - Fraction(part))) if part else mean)
    target = Fraction(ceil(best_level * 1000) + 1, 1000)
    with pytest.raises(InfeasibleError):
        problem.rules(RuleSpec("envelope"), rule(target, part)).decide()


@pytest.mark.parametrize(("mode", "seed", "draws_seed"), [("rule", 2, 3), ("case", 2, 1)])
def test_settled_numbers_reach_the_target(mode: str, seed: int, draws_seed: int) -> None:
    problem = contested(mode, seed, draws_seed)
    target = highest(problem, lambda values: level(values, Fraction(1, 3)))
    decision = problem.rules(RuleSpec("envelope"), rule(target, "2/3")).decide()
    model = decision.engine.model
    settled = settle(model, decision.point, decision.engine.vector(decision.engine.objectives["carbon"][0]))
    assert not broken_rows(model, settled).size


def test_two_targets_hold_together() -> None:
    problem = contested("rule", 2, 3)
    high, low = (highest(problem, lambda v, m=missed: level(v, m)) for missed in (Fraction(1, 2), Fraction(1, 6)))  # type: ignore[misc]
    low = Fraction(low * 9 // 10)
    specs = rule(high, "0.5"), rule(low, "5/6")
    allowed = [problem.affordable, reached(problem, high, "0.5"), reached(problem, low, "5/6")]
    top, winners = best(problem.choices(), allowed, CARBON)
    decision = problem.rules(RuleSpec("envelope"), *specs).decide()
    assert value(decision, "carbon") == top[0]
    check_answer(problem, decision, winners)


def test_only_the_target_may_be_relaxed_and_by_tonnes() -> None:
    built = contested("rule", 2, 3).problem()
    rows = rule_part(built, rule(Fraction(10), "0.5")).rows
    assert [(row.label, row.unit, row.lower) for row in rows if row.relaxable] == [("share/0.5", "tco2e", 10.0)]


def test_a_target_that_every_choice_reaches_needs_no_binary() -> None:
    built = contested("rule", 2, 3).problem()
    part = rule_part(built, rule(Fraction("0.001"), "0.9"))
    assert not any(variable.integer for variable in part.variables)
    assert whole(assemble(built, [part], [])).model.variables
