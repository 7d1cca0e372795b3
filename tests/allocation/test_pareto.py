"""The frontier against enumeration: every choice of a tiny problem is listed, and those that another one beats fall out."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, MODES, STATE, Tiny, tiny

from silvafisc.allocation.decide import Payoff, payoff_table
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.hypervolume import hypervolume
from silvafisc.allocation.pareto import Recall, Values, afresh, even, non_dominated
from silvafisc.allocation.pareto_exact import exact
from silvafisc.allocation.problem import Objective, ObjectiveError
from silvafisc.results import ObjectiveSpec

TERMS = ("carbon", "development", "reach")
"""`reach` is no objective of the house: whole numbers that disagree with the other two, drawn for these tests."""
ALPHAS = ("0", "0.5", "1")


def problem(mode: str, seed: int = 0, **shape: Any) -> Tiny:
    """A tiny problem with half of the money, whose gains are drawn apart so that the objectives disagree."""
    draw = np.random.default_rng(seed + 5)

    def edit(table: pd.DataFrame) -> None:
        for term in TERMS[1:]:
            table[f"obj.{term}"] = draw.integers(0, 30, len(table)) - table["obj.carbon"]

    return tiny(mode, seed=seed, **shape).budget("0.7").offers(edit).objectives(*map(ObjectiveSpec, TERMS[:2]))


def engines(found: Tiny, alphas: Sequence[str] = ("0.5",)) -> list[Engine]:
    """Engines with the third objective put in by hand."""
    made = []
    for alpha in alphas:
        engine = Engine(found.problem(alpha))
        reach = engine.problem.carried(engine.problem.column_values("obj.reach"))
        engine.objectives["reach"] = (Objective("reach", "1", reach),)
        made.append(engine)
    return made


def best_of(found: Tiny, terms: Sequence[str], alphas: Sequence[str] = ("0.5",)) -> list[Values]:
    """All non-dominated values, by listing every choice."""
    choices: Iterable[Choice] = (choice for alpha in alphas for choice in found.choices(alpha))
    reached = {tuple(float(c.gain(t)) for t in terms) for c in choices if found.affordable(c)}
    return sorted(
        v for v in reached if not any(w != v and all(a >= b for a, b in zip(w, v, strict=True)) for w in reached)
    )


STEPS: dict[str, Any] = {"units": 2, "categories": (STATE, COLLECTIVE)}
SHAPES = (STEPS, {"units": 2, "levels": (16_00, 18_00), "task": True, "pot": True})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(shape))
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("terms", [TERMS[:2], TERMS], ids=len)
def test_enumeration_gives_the_same_exact_set(mode: str, terms: Sequence[str], shape: dict[str, Any]) -> None:
    found = problem(mode, 1, **shape)
    expected = best_of(found, terms)
    assert exact(engines(found), terms) == expected
    assert len(expected) >= len(terms), "the objectives do not disagree"


def test_the_exact_set_is_taken_over_all_weighings() -> None:
    found = problem("rule", 0)
    expected = best_of(found, TERMS, ALPHAS)
    assert exact(engines(found, ALPHAS), TERMS) == expected
    assert all(set(best_of(found, TERMS, (alpha,))) != set(expected) for alpha in ALPHAS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("terms", [TERMS[:2], TERMS], ids=len)
def test_even_points_are_efficient_and_end_at_the_payoff_table(mode: str, terms: Sequence[str]) -> None:
    found = problem(mode, 1, **STEPS)
    sweep = engines(found)
    payoff = payoff_table(sweep, terms)
    points = even(sweep, terms, payoff, 6)
    efficient = best_of(found, terms)
    assert set(points) <= set(efficient)
    assert {tuple(row[t] for t in terms) for row in payoff.table.values()} <= set(points)
    assert len(points) > len(terms)


def test_evenly_spaced_points_meet_every_step_of_the_grid() -> None:
    found = problem("case", 1, **STEPS)
    sweep, terms = engines(found), TERMS[:2]
    payoff = payoff_table(sweep, terms)
    points, efficient = even(sweep, terms, payoff, 5), best_of(found, terms)
    for least in np.linspace(payoff.nadir["development"], payoff.utopia["development"], 5):
        best = max(v for v in efficient if v[1] >= least)
        assert best in points


def test_even_points_are_the_best_over_all_weighings_though_most_are_not_asked() -> None:
    """Lagrangian bounds leave out a weighing only where it cannot win: every step of the grid has its best point."""
    asked = 0
    for seed in (0, 4):
        found, terms = problem("rule", seed), TERMS[:2]
        sweep = engines(found, ALPHAS)
        payoff, efficient = payoff_table(sweep, terms), best_of(found, terms, ALPHAS)
        memory: dict[str, Any] = {}
        points = even(sweep, terms, payoff, 4, remembering(memory))
        assert set(points) <= set(efficient)
        for least in np.linspace(payoff.nadir["development"], payoff.utopia["development"], 4):
            assert max(v for v in efficient if v[1] >= least) in points
        asked += sum(key.startswith("augmented/") for key in memory)
    assert asked < 2 * 4 * len(ALPHAS), "every weighing was asked at every step"


def test_an_objective_that_is_no_whole_number_is_refused_with_the_offer() -> None:
    found = problem("case")
    with pytest.raises(ObjectiveError, match=r"is 0\.5 on the offer .* no whole number \(1 of \d+ offers\)"):
        exact(engines(found.offers(lambda t: t.__setitem__("obj.carbon", [0.5, *t["obj.carbon"][1:]]))), TERMS[:2])


def test_what_is_remembered_is_not_solved_again_and_gives_the_same_points() -> None:
    """An interruption after any number of answers: the next call takes them from memory and goes on."""
    found = problem("rule", 0)
    payoff = payoff_table(engines(found, ALPHAS), TERMS)
    methods: tuple[Callable[[Recall], list[Values]], ...] = (
        lambda recall: exact(engines(found, ALPHAS), TERMS, recall),
        lambda recall: even(engines(found, ALPHAS), TERMS, payoff, 4, recall),
    )
    for method in methods:
        memory: dict[str, Any] = {}
        whole = method(remembering(memory))
        for cut in (1, len(memory) // 2):
            part = dict(list(memory.items())[:cut])
            assert method(remembering(part)) == whole
            assert part == memory
        asked: list[str] = []
        assert method(remembering(dict(memory), asked)) == whole
        assert asked == []


def remembering(memory: dict[str, Any], asked: list[str] | None = None) -> Recall:
    def recall(key: str, make: Any) -> Any:
        if key not in memory:
            memory[key] = afresh(key, make)
            if asked is not None:
                asked.append(key)
        return memory[key]

    return recall


def test_hypervolume_of_points_worked_out_by_hand() -> None:
    """By hand: unions of boxes."""
    assert hypervolume([], (0, 0), (1, 1)) == 0
    assert hypervolume([(5, 7)], (0, 0), (10, 10)) == pytest.approx(0.35)
    assert hypervolume([(5, 7), (10, 2)], (0, 0), (10, 10)) == pytest.approx(0.35 + 0.5 * 0.2)
    assert hypervolume([(1, 0, 0), (0, 1, 0), (0, 0, 1)], (0, 0, 0), (1, 1, 1)) == 0
    three = [(1.0, 0.5, 0.5), (0.5, 1.0, 0.5), (0.5, 0.5, 1.0)]
    assert hypervolume(three, (0, 0, 0), (1, 1, 1)) == pytest.approx(4 / 8)
    assert hypervolume([(3, 8)], (0, 8), (4, 8)) == pytest.approx(0.75), "an objective without range is left out"
    assert hypervolume([(-1, 5), (20, 1)], (0, 0), (10, 10)) == pytest.approx(0.1), "the part inside the box counts"


def test_hypervolume_of_many_points_on_a_line_nears_one_half() -> None:
    """Closed form: n points (i/n, 1 − i/n), i = 1 … n−1, dominate (n−1) / 2n."""
    n = 1000
    assert hypervolume([(i / n, 1 - i / n) for i in range(1, n)], (0, 0), (1, 1)) == pytest.approx((n - 1) / (2 * n))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=1, max_size=8))
def test_hypervolume_counts_unit_cubes_and_grows_with_points(points: list[tuple[int, int, int]]) -> None:
    """Enumeration: unit cubes of a 6 × 6 × 6 box that lie below a point; one more point never takes volume away."""
    cubes = sum(
        any(all(c < v for c, v in zip(cube, p, strict=True)) for p in points) for cube in product(range(6), repeat=3)
    )
    whole = hypervolume(points, (0, 0, 0), (6, 6, 6))
    assert whole == pytest.approx(cubes / 6**3)
    assert hypervolume(points[1:], (0, 0, 0), (6, 6, 6)) <= whole + 1e-12


def test_points_that_differ_by_rounding_are_one() -> None:
    points = [(1e9, 5.0), (1e9 + 1, 5.0), (0.5e9, 6.0), (0.4e9, 5.5)]
    assert non_dominated(points) == [(0.5e9, 6.0), (1e9 + 1, 5.0)]


def test_a_payoff_without_range_gives_one_point() -> None:
    found = problem("case", 1, units=2)
    sweep = engines(found)
    row = payoff_table(sweep, TERMS[:1]).table["carbon"]["carbon"]
    top = max(v for v in best_of(found, TERMS[:2]) if v[0] == row)
    table = dict(zip(TERMS, top, strict=False))
    flat = Payoff(table, table, {"carbon": table})
    assert even(sweep, TERMS[:2], flat, 5) == [top]
