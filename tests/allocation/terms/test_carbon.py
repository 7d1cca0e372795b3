"""Carbon, by enumeration: the most tonnes first, then the rest; and its mean, tail and quantile over draws."""

from fractions import Fraction

import numpy as np
import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import gain
from tests.allocation.drawn import contested, drawn, level, mean, totals, with_draws, worst
from tests.allocation.tiny import INDICES, MODES, Tiny, answer, tiny

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import ObjectiveError
from silvafisc.allocation.settle import broken_rows, settle
from silvafisc.allocation.terms import carbon
from silvafisc.results import ObjectiveSpec


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 3])
def test_enumeration_of_carbon_before_development(mode: str, seed: int) -> None:
    problem = tiny(mode, periods=("2026", "2027"), units=2, seed=seed).budget("0.5")
    check_stages(problem, ["carbon", "development"], [gain("carbon"), gain("development")])


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_over_tasks_and_a_pot(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 18_00), task=True, pot=True, seed=1).budget("0.8")
    check_stages(problem, ["carbon", "development"], [gain("carbon"), gain("development")])


# β K = 2, 1.5 and 1 of six draws; the quantile lets floor(β K) draws miss.
TAILS = [("cvar", "1/3"), ("cvar", "0.25"), ("quantile", "1/3"), ("quantile", "0.2"), ("mean", "")]


@pytest.mark.parametrize(("mode", "seed"), [("rule", 1), ("rule", 4), ("case", 2), ("case", 5)])
@pytest.mark.parametrize(("risk", "part"), TAILS)
def test_enumeration_of_the_tail_of_the_draws(mode: str, seed: int, risk: str, part: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 18_00), task=True, pot=True, seed=seed).budget("0.6")
    check_over_draws(with_draws(problem, drawn(seed, by_region=mode == "case")), risk, part)


def check_over_draws(problem: Tiny, risk: str, part: str) -> None:
    """The engine's value is the best of all choices, and its choice one of those that reach it."""
    over_draws = totals(problem)
    choices = [c for c in problem.choices() if problem.affordable(c)]
    values = {c.key: measured(over_draws(c), risk, part) for c in choices}
    params = {"risk": risk, **({"share": part} if part else {})}
    decision = problem.objectives(ObjectiveSpec("carbon", stage=1, params=params)).decide()
    top = max(values.values())
    assert decision.values["carbon"] == pytest.approx(float(top), rel=1e-9)
    assert values[answer(decision)] == top
    assert min(values.values()) < top


def measured(over_draws: list[Fraction], risk: str, part: str) -> Fraction:
    if risk == "mean":
        return mean(over_draws)
    return worst(over_draws, Fraction(part)) if risk == "cvar" else level(over_draws, Fraction(part))


@pytest.mark.parametrize(
    ("mode", "seed", "draws_seed", "risk", "part"),
    [
        ("rule", 2, 3, "cvar", "1/4"),
        ("rule", 2, 3, "quantile", "1/3"),
        ("rule", 2, 3, "mean", ""),
        ("case", 2, 3, "cvar", "1/4"),
        ("case", 2, 1, "quantile", "1/3"),
        ("case", 2, 3, "mean", ""),
    ],
)
def test_enumeration_of_a_choice_that_the_draws_change(
    mode: str, seed: int, draws_seed: int, risk: str, part: str
) -> None:
    problem = contested(mode, seed, draws_seed)
    check_over_draws(problem, risk, part)
    params = {"risk": risk, **({"share": part} if part else {})}
    over_draws = problem.objectives(ObjectiveSpec("carbon", stage=1, params=params)).decide()
    assert answer(over_draws) != answer(problem.decide())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("risk", ["cvar", "quantile"])
def test_settled_numbers_keep_the_value_and_every_row(mode: str, risk: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 18_00), task=True, seed=1).budget("0.6")
    spec = ObjectiveSpec("carbon", stage=1, params={"risk": risk, "share": "1/3"})
    decision = with_draws(problem, drawn(1)).objectives(spec).decide()
    vector = decision.engine.vector(decision.engine.objectives["carbon"][0])
    settled = settle(decision.engine.model, decision.point, vector)
    assert float(vector @ settled) == pytest.approx(decision.values["carbon"], rel=1e-12)
    assert not broken_rows(decision.engine.model, settled).size


def test_the_weight_of_importance_multiplies_each_units_tonnes() -> None:
    # by hand: importance 0.3 of 110001 and 0.6 of 110002 (tiny.INDICES); three tonnes of rigid money in each
    problem = with_draws(tiny("case", units=2, levels=(16_00, 18_00), seed=1).budget("0.5"), drawn(1))
    spec = ObjectiveSpec("carbon", stage=1, params={"carbon": "importance"})
    decision = problem.objectives(spec).decide()
    worth = {
        c.key: sum((o.gains["carbon"] * Fraction(INDICES[o.region][0]) for o in c.offers), 3 * Fraction("0.9"))
        for c in problem.choices()
        if problem.affordable(c)
    }
    assert decision.values["carbon"] == pytest.approx(float(max(worth.values())), rel=1e-9)
    assert worth[answer(decision)] == max(worth.values())


def test_a_tail_without_draws_is_refused_by_name() -> None:
    spec = ObjectiveSpec("carbon", stage=1, params={"risk": "cvar", "share": "0.1"})
    with pytest.raises(ObjectiveError, match="no table of draws"):
        tiny("case", units=2).objectives(spec).decide()


def test_an_offer_of_which_no_draw_speaks_is_refused_by_name() -> None:
    spec = ObjectiveSpec("carbon", stage=1, params={"risk": "mean"})
    frame = drawn(1)
    problem = with_draws(tiny("case", units=2, task=True), frame[frame["subject"] != "afforestation"])
    with pytest.raises(ObjectiveError, match="no carbon draw speaks of 110001/afforestation"):
        problem.objectives(spec).decide()


@pytest.mark.parametrize("risk", ["cvar", "quantile"])
def test_pyomo_compiles_the_same_matrix(risk: str) -> None:
    problem = with_draws(tiny("rule", units=2, task=True, pot=True, seed=1).budget("0.6"), drawn(1))
    spec = ObjectiveSpec("carbon", stage=1, params={"risk": risk, "share": "1/3"})
    built = problem.objectives(spec).problem()
    one, other = Engine(built).model, Engine(built, reference=True).model
    assert np.array_equal(one.matrix.toarray(), other.matrix.toarray())
    assert np.array_equal(one.lower, other.lower)
    assert np.array_equal(one.upper, other.upper)


@pytest.mark.parametrize(
    ("params", "en"),
    [
        ({}, "Added carbon (economically additional)"),
        ({"risk": "cvar", "share": "0.1"}, "Added carbon (economically additional), mean of the worst 10% of draws"),
        ({"risk": "quantile", "share": "0.1"}, "Added carbon (economically additional), level reached in 90% of draws"),
        ({"carbon": "importance", "risk": "mean"}, "Carbon (weighted by importance), mean over draws"),
    ],
)
def test_its_title_says_what_is_maximised(params: dict[str, str], en: str) -> None:
    assert carbon.title(params)["en"] == en
