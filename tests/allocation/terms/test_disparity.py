"""Disparity, by enumeration: the least mean deviation of payment per need unit first, then the rest."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import Choice, gain, rigid_paid
from tests.allocation.tiny import INDICES, MODES, SHARED, Tiny, tiny

from silvafisc.results import ObjectiveSpec

PAYERS = ("central", "provincial", "city", "county")


def needs(problem: Tiny) -> dict[str, Fraction]:
    """Rural people x development need, from the tables of the test."""
    regions = problem.inputs.regions
    people = dict(zip(regions["region_code"], regions["rural_population_person"], strict=True))
    return {code: int(people[code]) * Fraction(INDICES[code][1]) for code in problem.inputs.codes}


def closeness(problem: Tiny) -> Callable[[Choice], Fraction]:
    """−Σ |y_r − share_r · Y| / N by hand, in fen: the fixed money of every payer and all that is chosen."""
    resolved, need = problem.resolved, needs(problem)
    total = sum(need.values())
    fixed = {
        code: sum(
            rigid_paid(resolved, problem.inputs, fund.id, period, payer, code)
            for fund in resolved.funds
            for period in resolved.periods
            for payer in PAYERS
        )
        for code in need
    }

    def value(choice: Choice) -> Fraction:
        paid = {code: fixed[code] + sum(choice.money(code, p) for p in resolved.periods) for code in need}
        everyone = sum(paid.values())
        return -sum((abs(paid[code] - need[code] / total * everyone) for code in need), Fraction(0)) / total

    return value


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_the_least_deviation_then_carbon(mode: str, seed: int) -> None:
    problem = tiny(mode, periods=("2026", "2027"), payers=SHARED, units=2, seed=seed).budget("0.9")
    check_stages(problem, ["disparity", "carbon"], [closeness(problem), gain("carbon")])


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_with_tasks_and_a_factor_pot(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 24_00), task=True, pot=True, seed=1).budget("0.8")
    check_stages(problem, ["disparity", "carbon"], [closeness(problem), gain("carbon")])


def test_its_value_is_in_yuan_per_need_unit() -> None:
    problem = tiny("case", units=2, seed=1).budget("0.5")
    decision = problem.objectives(ObjectiveSpec("disparity", stage=1)).decide()
    best = max(closeness(problem)(choice) for choice in problem.choices() if problem.affordable(choice))
    assert decision.values["disparity"] == pytest.approx(float(best / 100), rel=1e-9)
    assert decision.engine.objectives["disparity"][0].unit == "yuan_per_need_unit"


def test_it_is_refused_where_nobody_has_a_need() -> None:
    problem = tiny("case", units=2)
    poor = problem.tables(regions=problem.inputs.regions.assign(rural_population_person=0))
    with pytest.raises(ValueError, match="development need"):
        poor.objectives(ObjectiveSpec("disparity", stage=1)).decide()
