"""Need cap, by enumeration: one payer's money for a unit's work stays within a share of what the work costs in full."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice, Offer
from tests.allocation.tiny import MODES, SHARED, Tiny, tiny

from silvafisc.quantities import entitlement, share, split_payers
from silvafisc.results import RuleSpec

PARAMS = {"cap": "0.8", "years": 3, "payer": "central"}


def borne(problem: Tiny, offer: Offer) -> int:
    """By hand: what the centre pays of a task, in whichever year: seven tenths at once, three tenths a year later."""
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    shares = [(payer, share(text)) for payer, text in SHARED[tiers[offer.region]]]
    total = entitlement(offer.standard, offer.area)
    plan = split_payers(total, [("first", Fraction(7, 10)), ("second", Fraction(3, 10))])
    return sum(split_payers(part, shares)["central"] for part in plan.values())


def within(problem: Tiny, cap: str) -> Callable[[Choice], bool]:
    responses = problem.inputs.responses
    tasks = responses[responses["subject"] == "afforestation"]
    full = dict(zip(tasks["region_code"], tasks["full_cost_fen"], strict=True))

    def allowed(choice: Choice) -> bool:
        for code in problem.inputs.codes:
            work = [o for o in choice.offers if o.region == code and o.nature == "task"]
            need = sum(Fraction(int(full[code]) * o.area, 10) for o in work)
            if sum(borne(problem, o) for o in work) > share(cap) * need:
                return False
        return True

    return allowed


def costing(problem: Tiny, *full_cost: int) -> Tiny:
    """Full cost of afforestation per unit, fen per mu."""
    cost = dict(zip(problem.inputs.codes, full_cost, strict=True))
    rows = problem.inputs.responses
    full = [cost[r] if s == "afforestation" else 0 for r, s in zip(rows["region_code"], rows["subject"], strict=True)]
    return problem.tables(responses=rows.assign(full_cost_fen=full))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_over_two_periods_of_a_project(mode: str, seed: int) -> None:
    # Of 500 yuan the centre bears 250 or 333.3, of 400 it bears 200 or 266.7: between 80 % of the full costs.
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, payers=SHARED, seed=seed)
    problem = costing(problem, 281_25, 375_00).budget("1")
    check_rule(problem, RuleSpec("need_cap", PARAMS), within(problem, "0.8"))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_counts_what_is_due_after_the_horizon_to_the_fen(mode: str) -> None:
    problem = tiny(mode, units=1, levels=(16_00,), task=True, payers=SHARED, grades=1).budget("1")
    [dear] = {o for c in problem.choices() for o in c.offers if o.nature == "task" and o.standard == 500_00 and o.area}
    exact = Fraction(borne(problem, dear) * 10, dear.area)
    problem = costing(problem, 500_00)
    for short in (0, 1):
        cap = str((exact - Fraction(short * 10, dear.area)) / 500_00)
        rule = RuleSpec("need_cap", PARAMS | {"cap": cap})
        if short:
            check_rule(problem, rule, within(problem, cap))
        else:
            assert problem.rules(RuleSpec("envelope"), rule).decide().values == problem.decide().values


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_work_that_is_paid_for_too_long(mode: str) -> None:
    # Seven tenths in the first year and three tenths in the second: two budget years.
    problem = costing(tiny(mode, units=2, levels=(16_00,), task=True, payers=SHARED), 10**7, 10**7).budget("0.8")
    rule = RuleSpec("need_cap", PARAMS | {"years": 1})
    check_rule(problem, rule, lambda choice: not any(o.nature == "task" and o.area for o in choice.offers))
    two = RuleSpec("need_cap", PARAMS | {"years": 2})
    assert problem.rules(RuleSpec("envelope"), two).decide().values == problem.decide().values


@pytest.mark.parametrize("mode", MODES)
def test_measures_that_are_no_projects_are_left_alone(mode: str) -> None:
    problem = costing(tiny(mode, units=2, levels=(16_00,), task=True, payers=SHARED), 1, 1).budget("0.8")
    rule = RuleSpec("need_cap", PARAMS | {"measures": ["tending"]})
    assert problem.rules(RuleSpec("envelope"), rule).decide().values == problem.decide().values
