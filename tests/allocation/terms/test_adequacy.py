"""Adequacy, by enumeration: the worst cover of opportunity cost first, then the mean shortfall, then the rest."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import Choice, gain
from tests.allocation.tiny import COLLECTIVE, MODES, STATE, Tiny, tiny

from silvafisc.results import ObjectiveSpec


def covers(problem: Tiny, min_area_mu: int = 0) -> Callable[[Choice], list[Fraction]]:
    rows, areas = problem.inputs.responses, problem.inputs.areas
    cost = {
        (r, s): int(fen)
        for r, s, fen in zip(rows["region_code"], rows["subject"], rows["opportunity_cost_fen"], strict=True)
    }
    large = {
        (r, c)
        for r, c, area in zip(areas["region_code"], areas["category"], areas["area_tenth_mu"], strict=True)
        if area > 10 * min_area_mu
    }
    return lambda choice: [
        Fraction(standard, cost[region, category])
        for (region, category, _), standard in choice.standards.items()
        if (region, category) in large
    ]


def worst(problem: Tiny, min_area_mu: int = 0) -> Callable[[Choice], Fraction]:
    found = covers(problem, min_area_mu)
    return lambda choice: min(found(choice))


def shortfall(problem: Tiny) -> Callable[[Choice], Fraction]:
    found = covers(problem)
    return lambda choice: -sum((max(Fraction(0), 1 - c) for c in found(choice)), Fraction(0)) / len(found(choice))


@pytest.mark.parametrize(
    ("mode", "seed", "part"), [("rule", 1, "0.5"), ("rule", 3, "0.6"), ("case", 0, "0.4"), ("case", 3, "0.6")]
)
def test_enumeration_of_the_worst_cover_then_the_mean_shortfall_then_carbon(mode: str, seed: int, part: str) -> None:
    problem = tiny(mode, periods=("2026", "2027"), levels=(16_00, 24_00, 40_00), units=2, seed=seed).budget(part)
    check_stages(problem, ["adequacy", "carbon"], [worst(problem), shortfall(problem), gain("carbon")])


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_over_two_categories(mode: str) -> None:
    problem = tiny(mode, categories=(STATE, COLLECTIVE), levels=(16_00, 24_00, 40_00), seed=2).budget("0.6")
    check_stages(problem, ["adequacy", "carbon"], [worst(problem), shortfall(problem), gain("carbon")])


def test_it_is_refused_where_no_unit_has_enough_area() -> None:
    problem = tiny("case", units=2)
    spec = ObjectiveSpec("adequacy", stage=1, params={"min_area_mu": 10**6})
    with pytest.raises(ValueError, match="adequacy"):
        problem.objectives(spec).decide()


@pytest.mark.parametrize("mode", MODES)
def test_the_worst_cover_counts_only_units_above_the_given_area(mode: str) -> None:
    problem = tiny(mode, levels=(16_00, 24_00, 40_00), seed=3).budget("0.7")
    areas = sorted(problem.inputs.areas["area_tenth_mu"])
    limit = areas[0] // 10 + 1
    spec = ObjectiveSpec("adequacy", stage=1, params={"min_area_mu": limit})
    top = max(worst(problem, limit)(c) for c in problem.choices() if problem.affordable(c))
    assert problem.objectives(spec).decide().values["adequacy"] == pytest.approx(float(top), rel=1e-9)
