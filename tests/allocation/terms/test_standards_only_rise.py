"""Standards only rise, by enumeration: no unit's standard falls from one period to the next, nor below last year's."""

from dataclasses import replace

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, MODES, PROTECTION, Tiny, tiny

from silvafisc.results import RuleSpec

RULE = RuleSpec("standards_only_rise")


def falling_budget(mode: str, units: int, periods: tuple[str, ...], seed: int) -> Tiny:
    """The first period has plenty, later ones less."""
    problem = tiny(mode, units=units, periods=periods, seed=seed).budget("0.9")
    scarce = problem.budget("0.4").resolved.fund(PROTECTION).appropriation_fen
    funds = [
        replace(f, appropriation_fen={**scarce, "2026": f.appropriation_fen["2026"]}) if f.id == PROTECTION else f
        for f in problem.resolved.funds
    ]
    return problem.change(funds=tuple(funds))


def rises(choice: Choice) -> bool:
    return all(
        standard <= choice.standards.get((region, category, later), standard)
        for (region, category, period), standard in choice.standards.items()
        for later in (str(int(period) + 1),)
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(3))
def test_enumeration_with_less_money_in_the_second_period(mode: str, seed: int) -> None:
    check_rule(falling_budget(mode, 3, ("2026", "2027"), seed), RULE, rises)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_over_three_periods(mode: str) -> None:
    check_rule(falling_budget(mode, 2, ("2026", "2027", "2028"), 5), RULE, rises)


@pytest.mark.parametrize(("mode", "seed", "part"), [("rule", 0, "0.6"), ("case", 4, "0.3"), ("case", 5, "0.5")])
def test_enumeration_of_last_years_standard(mode: str, seed: int, part: str) -> None:
    problem = tiny(mode, levels=(16_00, 17_00, 20_00), seed=seed).budget(part)
    known = problem.change(categories=(replace(problem.resolved.category(COLLECTIVE), last_year_fen=17_00),))

    def allowed(choice: Choice) -> bool:
        return rises(choice) and min(choice.standards.values()) >= 17_00

    check_rule(known, RULE, allowed)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_where_the_floor_rises_in_between(mode: str) -> None:
    # From 2027 on 18.00 is the floor, so 16.00 is on offer in 2026 only.
    problem = floor_rises(mode)
    check_rule(problem, RULE, rises)


def floor_rises(mode: str) -> Tiny:
    floors = {COLLECTIVE: {"2026": 16_00, "2027": 18_00}}
    problem = tiny(mode, periods=("2026", "2027"), levels=(16_00, 18_00, 19_00, 21_00), floors=floors, seed=8)
    problem = problem.budget("0.85")
    scarce = problem.budget("0.3").resolved.fund(PROTECTION).appropriation_fen
    funds = [
        replace(f, appropriation_fen={**scarce, "2026": f.appropriation_fen["2026"]}) if f.id == PROTECTION else f
        for f in problem.resolved.funds
    ]
    return problem.change(funds=tuple(funds))
