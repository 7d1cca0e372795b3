"""Which rules keep a number from moving up one step, against trying that step by hand."""

from collections.abc import Callable

import pytest
from tests.allocation.brute import Choice
from tests.allocation.terms.test_published_values import at_most
from tests.allocation.terms.test_standards_only_rise import falling_budget, rises
from tests.allocation.tiny import COLLECTIVE, MODES, Tiny, answer, tiny

from silvafisc.allocation.binding import binding_rules
from silvafisc.allocation.tables import chosen_offers
from silvafisc.results import ObjectiveSpec, RuleSpec

RULES = (RuleSpec("envelope"), RuleSpec("standards_only_rise"), RuleSpec("published_values", {"at_most": 2}))


def stepped(problem: Tiny, choice: Choice, region: str, period: str) -> Choice | None:
    """The choice with that standard one level up: of the unit alone in case mode, of its whole grade in rule mode."""
    levels = problem.resolved.category(COLLECTIVE).levels_fen
    now = choice.standards[region, COLLECTIVE, period]
    if now == levels[-1]:
        return None
    raised = dict(choice.standards)
    for key, standard in choice.standards.items():
        together = key[0] == region if problem.resolved.mode == "case" else standard == now
        if key[2] == period and together:
            raised[key] = levels[levels.index(now) + 1]
    # Fewer cut-offs than grades allow are no rule here: every choice of case mode is tried.
    everything = problem.change(mode="case").choices()
    return next(c for c in everything if c.standards == raised)


def check(problem: Tiny, allowed: dict[str, Callable[[Choice], bool]]) -> set[str]:
    decision = problem.decide()
    chosen = chosen_offers(decision.problem, decision.point)
    found = binding_rules(decision.engine.model, decision.point, chosen)
    choice = next(c for c in problem.choices() if c.key == answer(decision))
    table = decision.problem.offers.table
    seen = set()
    for offer in (int(i) for i in chosen):
        region, period = str(table["region_code"].iat[offer]), str(table["period"].iat[offer])
        after = stepped(problem, choice, region, period)
        if after is None:
            assert offer not in found
            continue
        broken = {name for name, fits in allowed.items() if not fits(after)}
        assert set(filter(None, found[offer].split(";"))) == broken, (region, period)
        seen |= broken
    return seen


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(4))
def test_each_binding_rule_is_one_that_the_step_would_break(mode: str, seed: int) -> None:
    problem = falling_budget(mode, 3, ("2026", "2027"), seed).rules(*RULES)
    allowed = {"envelope": problem.affordable, "standards_only_rise": rises, "published_values": at_most(2)}
    assert check(problem, allowed)


@pytest.mark.parametrize("mode", MODES)
def test_a_value_that_may_still_be_published_does_not_bind(mode: str) -> None:
    problem = tiny(mode, levels=(16_00, 18_00, 20_00), seed=1).budget("0.4")
    problem = problem.rules(RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 3}))
    assert "published_values" not in check(problem, {"envelope": problem.affordable, "published_values": at_most(3)})


def test_an_objective_is_no_rule() -> None:
    problem = tiny("case", levels=(16_00, 24_00, 40_00), seed=2).budget("0.6")
    specs = (ObjectiveSpec("adequacy", stage=1), ObjectiveSpec("carbon", stage=2))
    assert check(problem.objectives(*specs), {"envelope": problem.affordable}) <= {"envelope"}
