"""Whether the engine agrees with the enumeration, and whether a term matters at all."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.allocation.brute import Choice, best, gain, published_numbers
from tests.allocation.tiny import Tiny, answer, value

from silvafisc.allocation.decide import Decision
from silvafisc.results import ObjectiveSpec, RuleSpec

Allowed = Callable[[Choice], bool]
Value = Callable[[Choice], Fraction]
CARBON = gain("carbon")
ENVELOPE = RuleSpec("envelope")


def check_answer(problem: Tiny, decision: Decision, winners: Sequence[Choice]) -> None:
    """The answer is one of the optima; in rule mode the one with the smallest published numbers."""
    if problem.resolved.mode == "rule":
        assert answer(decision) == min(winners, key=published_numbers(problem.resolved, problem.cells)).key
    else:
        assert answer(decision) in {choice.key for choice in winners}


def check_rule(problem: Tiny, rule: RuleSpec, allowed: Allowed, affordable: Allowed | None = None) -> None:
    """Under the rule the engine finds the best allowed choice; without it a better one, which the rule forbids.

    affordable: the envelopes, where they do not follow from the (edited) scenario.
    """
    affordable = affordable or problem.affordable
    choices = problem.choices()
    top, winners = best(choices, [affordable, allowed], CARBON)
    decision = problem.rules(ENVELOPE, rule).decide()
    assert value(decision, "carbon") == top[0]
    check_answer(problem, decision, winners)
    free_top, free_winners = best(choices, [affordable], CARBON)
    free = problem.rules(ENVELOPE).decide()
    assert value(free, "carbon") == free_top[0] > top[0], "the rule does not matter here"
    check_answer(problem, free, free_winners)
    assert not any(allowed(choice) for choice in free_winners)


def check_stages(problem: Tiny, terms: Sequence[str], values: Sequence[Value], allowed: Sequence[Allowed] = ()) -> None:
    """The engine finds the lexicographic optimum of the terms; without the first term another one.

    values: as the stages are solved (a term with a refining pass has two).
    """
    choices = problem.choices()
    rules = [problem.affordable, *allowed]
    _, winners = best(choices, rules, *values)
    specs = tuple(ObjectiveSpec(term, stage=1 + i) for i, term in enumerate(terms))
    check_answer(problem, problem.objectives(*specs).decide(), winners)
    rest = values[len(values) - len(terms) + 1 :]
    _, others = best(choices, rules, *rest)
    check_answer(problem, problem.objectives(*specs[1:]).decide(), others)
    assert not {c.key for c in winners} & {c.key for c in others}, "the first objective does not matter here"
