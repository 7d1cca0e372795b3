"""Stages, tolerances, weights and bounds over one or several α, each against enumeration."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from tests.allocation.brute import Choice, gain, published_numbers
from tests.allocation.draw import drawn
from tests.allocation.tiny import MODES, PROTECTION, Tiny, answer, tiny

from silvafisc.allocation.decide import Decision, InfeasibleError, decide, payoff_table
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.solve import Solution, SolverError
from silvafisc.results import ObjectiveSpec, RuleSpec

CARBON, DEVELOPMENT = gain("carbon"), gain("development")
Value = Callable[[Choice], Fraction]
ALPHAS = ("0", "0.5", "1")


def mixed(mode: str, seed: int, part: str = "0.55") -> Tiny:
    """Both funds open: standards, a task and a pot; the funds are blocks of their own."""
    return tiny(mode, units=2, levels=(16_00, 18_00, 20_00), task=True, pot=True, seed=seed).budget(part)


def allowed(problem: Tiny, alphas: Sequence[str] = ("0.5",)) -> list[tuple[int, Choice]]:
    """(position of α, choice) of everything affordable."""
    fits = problem.affordable
    return [(i, c) for i, alpha in enumerate(alphas) for c in problem.choices(alpha) if fits(c)]


def stage(found: list[tuple[int, Choice]], value: Value, tolerance: str = "0") -> list[tuple[int, Choice]]:
    """What a stage leaves: f ≥ best − tolerance · max(1, |best|)."""
    best = max(value(c) for _, c in found)
    least = best - Fraction(tolerance) * max(Fraction(1), abs(best))
    return [(i, c) for i, c in found if value(c) >= least]


def check(problem: Tiny, decision: Decision, left: list[tuple[int, Choice]], alphas: Sequence[str] = ("0.5",)) -> None:
    """The decision is one of what is left; in rule mode that of the smallest α and then of the smallest numbers."""
    if problem.resolved.mode == "case":
        assert answer(decision) in {c.key for _, c in left}
        return
    first = min(i for i, _ in left)
    numbers = published_numbers(problem.resolved, problem.cells_at(alphas[first]))
    assert decision.problem.alpha == alphas[first]
    assert answer(decision) == min((c for i, c in left if i == first), key=numbers).key


@pytest.mark.parametrize("seed", range(6))
def test_the_best_alpha_is_found_stage_by_stage(seed: int) -> None:
    problem = tiny("rule", seed=seed, levels=(16_00, 17_00, 18_00)).budget("0.4")
    specs = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2))
    left = stage(stage(allowed(problem, ALPHAS), CARBON), DEVELOPMENT)
    check(problem, problem.objectives(*specs).decide(*ALPHAS), left, ALPHAS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tolerance", ["0.05", "0.3"])
def test_a_tolerance_leaves_room_for_the_next_stage_over_both_funds(mode: str, seed: int, tolerance: str) -> None:
    problem = mixed(mode, seed)
    specs = (ObjectiveSpec("carbon", stage=1, tolerance=float(tolerance)), ObjectiveSpec("development", stage=2))
    left = stage(stage(allowed(problem), CARBON, tolerance), DEVELOPMENT)
    decision = problem.objectives(*specs).decide()
    check(problem, decision, left)
    assert decision.values["development"] == DEVELOPMENT(left[0][1])


def test_a_tolerance_keeps_every_alpha_that_reaches_it() -> None:
    # 110001 stands above 110003 at α = 0 and below at α = 1. Raising it brings 10 t or 1 yuan, raising 110003 7 t or 5.
    def worth(table: pd.DataFrame) -> None:
        high = table["standard_fen"] == 18_00
        for name, gains in (
            ("carbon", {"110001": 10.0, "110003": 7.0}),
            ("development", {"110001": 1.0, "110003": 5.0}),
        ):
            table[f"obj.{name}"] = table["region_code"].map(gains).fillna(0.0).where(high, 0.0)
        table[f"cost.{PROTECTION}.central.2026_fen"] = high * table["region_code"].map(
            {"110001": 100, "110002": 1, "110003": 100}
        )

    problem = tiny("rule", levels=(16_00, 18_00)).offers(worth).budget("0.6")
    specs = (ObjectiveSpec("carbon", stage=1, tolerance=0.4), ObjectiveSpec("development", stage=2))
    left = stage(stage(allowed(problem, ALPHAS), CARBON, "0.4"), DEVELOPMENT)
    assert {i for i, _ in left} == {2}, "another α than that of the first stage"
    check(problem, problem.objectives(*specs).decide(*ALPHAS), left, ALPHAS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_a_later_stage_may_have_a_tolerance_after_an_exact_one(mode: str, seed: int) -> None:
    problem = mixed(mode, seed).offers(coarse)
    specs = (
        ObjectiveSpec("carbon", stage=1),
        ObjectiveSpec("development", stage=2, tolerance=0.3),
        ObjectiveSpec("adequacy", stage=3),
    )
    rows = problem.inputs.responses
    cost = dict(zip(zip(rows["region_code"], rows["subject"], strict=True), rows["opportunity_cost_fen"], strict=True))

    def covers(choice: Choice) -> list[Fraction]:
        return [Fraction(s, int(cost[region, category])) for (region, category, _), s in choice.standards.items()]

    left = stage(stage(allowed(problem), CARBON), DEVELOPMENT, "0.3")
    left = stage(left, lambda c: min(covers(c)))
    left = stage(left, lambda c: -sum((max(Fraction(0), 1 - x) for x in covers(c)), Fraction(0)))
    check(problem, problem.objectives(*specs).decide(), left)


def coarse(table: pd.DataFrame) -> None:
    """Carbon in steps of forty tonnes, so that many choices are equal in the first stage."""
    table["obj.carbon"] = (table["obj.carbon"] // 40) * 40


def payoff_by_hand(found: list[tuple[int, Choice]]) -> dict[str, dict[str, Fraction]]:
    values = {"carbon": CARBON, "development": DEVELOPMENT}
    table = {}
    for first, other in (("carbon", "development"), ("development", "carbon")):
        left = stage(stage(found, values[first]), values[other])
        table[first] = {name: value(left[0][1]) for name, value in values.items()}
    return table


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [2, 5, 11])
@pytest.mark.parametrize("weight", [0.2, 0.5])
def test_weights_are_normalised_by_utopia_and_nadir_of_the_payoff_table(mode: str, seed: int, weight: float) -> None:
    problem = mixed(mode, seed, "0.8")
    found = allowed(problem)
    table = payoff_by_hand(found)
    specs = (ObjectiveSpec("carbon", weight=weight), ObjectiveSpec("development", weight=1 - weight))
    decision = problem.objectives(*specs).decide()
    assert decision.payoff is not None
    assert decision.payoff.table == table
    assert decision.payoff.utopia == {name: table[name][name] for name in table}
    nadir = {name: min(row[name] for row in table.values()) for name in table}
    assert decision.payoff.nadir == nadir
    shares = {"carbon": Fraction(weight), "development": Fraction(1 - weight)}
    ranges = {name: table[name][name] - nadir[name] for name in table}

    def score(choice: Choice) -> Fraction:
        return sum((shares[n] * (choice.gain(n) - nadir[n]) / ranges[n] for n in shares), Fraction(0))

    # Choices whose scores a float cannot tell apart are equal.
    best = max(score(c) for _, c in found)
    left = [(i, c) for i, c in found if score(c) >= best - Fraction(1, 10**9)]
    check(problem, decision, left)
    assert decision.stages[0][1] == pytest.approx(float(best), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_weights_over_several_alphas(seed: int) -> None:
    problem = tiny("rule", seed=seed, levels=(16_00, 17_00, 18_00)).budget("0.4")
    found = allowed(problem, ALPHAS)
    table = payoff_by_hand(found)
    specs = (ObjectiveSpec("carbon", weight=0.4), ObjectiveSpec("development", weight=0.6))
    weighed = problem.objectives(*specs)
    engines = [Engine(weighed.problem(alpha)) for alpha in ALPHAS]
    payoff = payoff_table(engines, ["carbon", "development"])
    assert payoff.table == table
    if any(table[n][n] == min(row[n] for row in table.values()) for n in table):
        return
    decision = decide(engines, specs, payoff)
    score = {
        id(c): sum(
            (
                Fraction(w) * (c.gain(n) - Fraction(payoff.nadir[n])) / Fraction(payoff.range(n))
                for n, w in (("carbon", 0.4), ("development", 0.6))
            ),
            Fraction(0),
        )
        for _, c in found
    }
    best = max(score.values())
    check(problem, decision, [(i, c) for i, c in found if score[id(c)] >= best - Fraction(1, 10**9)], ALPHAS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [2, 11])
def test_a_bound_ties_the_funds_together(mode: str, seed: int) -> None:
    problem = mixed(mode, seed, "0.8")
    found = allowed(problem)
    table = payoff_by_hand(found)
    low, high = table["carbon"]["development"], table["development"]["development"]
    assert low < high
    bound = low + (high - low) * Fraction(2, 3)
    specs: tuple[ObjectiveSpec, ...] = (
        ObjectiveSpec("carbon", stage=1),
        ObjectiveSpec("development", at_least=float(bound)),
    )
    left = stage([(i, c) for i, c in found if DEVELOPMENT(c) >= Fraction(float(bound))], CARBON)
    decision = problem.objectives(*specs).decide()
    assert decision.values["carbon"] == CARBON(left[0][1])
    check(problem, decision, left)
    # ... and without the bound it is another answer
    assert not {c.key for _, c in left} & {c.key for _, c in stage(found, CARBON)}


@pytest.mark.parametrize("mode", MODES)
def test_a_bound_with_a_later_stage_and_a_tolerance(mode: str) -> None:
    problem = mixed(mode, 2, "0.8")
    found = allowed(problem)
    bound = DEVELOPMENT(stage(stage(found, CARBON), DEVELOPMENT)[0][1]) + 1
    specs = (
        ObjectiveSpec("carbon", stage=1, tolerance=0.2),
        ObjectiveSpec("development", stage=2, at_least=float(bound)),
    )
    left = stage(stage([(i, c) for i, c in found if DEVELOPMENT(c) >= bound], CARBON, "0.2"), DEVELOPMENT)
    check(problem, problem.objectives(*specs).decide(), left)


@pytest.mark.parametrize("mode", MODES)
def test_a_bound_out_of_reach_is_infeasible(mode: str) -> None:
    problem = mixed(mode, 1)
    most = max(DEVELOPMENT(c) for _, c in allowed(problem))
    specs = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", at_least=float(most) + 1))
    with pytest.raises(InfeasibleError):
        problem.objectives(*specs).decide()


@pytest.mark.parametrize("mode", MODES)
def test_an_objective_without_range_cannot_be_weighed(mode: str) -> None:
    def same(table: pd.DataFrame) -> None:
        table["obj.development"] = table["obj.carbon"]

    specs = (ObjectiveSpec("carbon", weight=0.5), ObjectiveSpec("development", weight=0.5))
    with pytest.raises(ValueError, match=r"carbon.*has no range"):
        mixed(mode, 0).offers(same).objectives(*specs).decide()


@pytest.mark.parametrize("mode", MODES)
def test_equal_alphas_and_equal_answers_give_the_first(mode: str) -> None:
    # Nothing is worth anything: the smallest α and the smallest numbers.
    def nothing(table: pd.DataFrame) -> None:
        table["obj.carbon"] = 0.0

    problem = mixed(mode, 0).offers(nothing)
    decision = problem.decide(*ALPHAS) if mode == "rule" else problem.decide()
    if mode == "rule":
        assert decision.problem.alpha == "0"
        numbers = published_numbers(problem.resolved, problem.cells_at("0"))
        smallest = min((c for c in problem.choices("0") if problem.affordable(c)), key=numbers)
        assert answer(decision) == smallest.key


@pytest.mark.parametrize("mode", MODES)
def test_the_same_engines_give_the_same_answer_again(mode: str) -> None:
    problem = mixed(mode, 1, "0.8")
    specs = (ObjectiveSpec("carbon", stage=1, tolerance=0.1), ObjectiveSpec("development", stage=2, at_least=5.0))
    engines = [Engine(problem.objectives(*specs).problem())]
    first, second = decide(engines, specs), decide(engines, specs)
    assert answer(first) == answer(second)
    assert first.values == second.values
    plain = (ObjectiveSpec("carbon", stage=1),)
    assert answer(decide(engines, plain)) == answer(problem.objectives(*plain).decide())


def test_a_decision_says_how_good_it_is() -> None:
    problem = mixed("case", 1)
    decision = problem.objectives(ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2)).decide()
    expected: dict[str, Any] = {"carbon": decision.values["carbon"], "development": decision.values["development"]}
    for (name, value, bound, gap), (term, reached) in zip(decision.stages, expected.items(), strict=True):
        assert name == term
        assert value == reached
        assert bound >= value
        assert gap == pytest.approx(0.0, abs=1e-9)
    assert decision.status == "optimal"


def test_no_choice_at_all_is_infeasible() -> None:
    problem = mixed("rule", 0)
    with pytest.raises(InfeasibleError):
        problem.rules(RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 0})).decide()


def test_a_time_limit_without_any_answer_is_not_called_infeasible() -> None:
    problem = drawn(3, "case", units=6, periods=3, reform=True)
    with pytest.raises(SolverError, match="time limit"):
        problem.change(time_limit_seconds=0.0).decide()


def test_a_time_limit_with_an_answer_reports_its_gap() -> None:
    problem = tiny("case", units=2, seed=1).budget("0.5")
    decision = problem.decide()
    assert decision.status == "optimal"
    solution = Solution("time_limit", decision.point, value=8.0, bound=10.0)
    assert solution.found
    assert solution.gap == pytest.approx(0.25)
    assert not Solution("no_solution", decision.point, -float("inf"), float("inf")).found


@pytest.mark.parametrize("mode", MODES)
def test_a_bound_on_what_no_choice_moves_is_not_forgotten(mode: str) -> None:
    def nothing(table: pd.DataFrame) -> None:
        table["obj.carbon"] = 0.0

    problem = mixed(mode, 1).offers(nothing)
    for bound, feasible in ((0.0, True), (-3.0, True), (0.5, False)):
        specs = (ObjectiveSpec("development", stage=1), ObjectiveSpec("carbon", at_least=bound))
        engines = [Engine(problem.objectives(*specs).problem())]
        if feasible:
            assert decide(engines, specs).values["development"] > 0
        else:
            with pytest.raises(InfeasibleError):
                decide(engines, specs)
            assert decide(engines, specs[:1]).values["development"] > 0
