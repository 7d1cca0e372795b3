"""Instalments, by enumeration: what falls due after the horizon stays within a share of the last appropriation."""

from collections.abc import Callable
from fractions import Fraction
from math import floor

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import MODES, REFORM, SHARED, Tiny, tiny

from silvafisc.quantities import entitlement, share, split_payers
from silvafisc.results import RuleSpec


def due_later(problem: Tiny, choice: Choice) -> int:
    """By hand: the centre's part of three tenths of every task of the last period, paid one year later."""
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    total = 0
    for o in choice.offers:
        if o.nature == "task" and o.period == problem.resolved.periods[-1]:
            plan = split_payers(entitlement(o.standard, o.area), [("now", Fraction(7, 10)), ("later", Fraction(3, 10))])
            shares = [(payer, share(text)) for payer, text in SHARED[tiers[o.region]]]
            total += split_payers(plan["later"], shares)["central"]
    return total


def within(problem: Tiny, most: str) -> Callable[[Choice], bool]:
    limit = floor(share(most) * problem.resolved.fund(REFORM).appropriation_fen[problem.resolved.periods[-1]])
    return lambda choice: due_later(problem, choice) <= limit


def rule(most: str) -> RuleSpec:
    return RuleSpec("instalments", {"liabilities_at_most": most, "survival": "0.85", "retention": "0.8"})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("seed", "most"), [(0, "0.2"), (1, "1/7")])
def test_enumeration_of_liabilities_of_the_last_period(mode: str, seed: int, most: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, payers=SHARED, seed=seed)
    problem = problem.budget("0.9")
    check_rule(problem, rule(most), within(problem, most))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_liability_that_is_one_fen_too_large(mode: str) -> None:
    problem = tiny(mode, units=3, levels=(16_00,), task=True, payers=SHARED, seed=1).budget("1")
    appropriation = problem.resolved.fund(REFORM).appropriation_fen["2026"]
    largest = max(due_later(problem, choice) for choice in problem.choices())
    just = str(Fraction(largest, appropriation))
    assert problem.rules(RuleSpec("envelope"), rule(just)).decide().values == problem.decide().values
    short = str(Fraction(largest - 1, appropriation))
    check_rule(problem, rule(short), within(problem, short))
