"""Bounds and limits of the search for staircases: nothing is lost by pruning, and HiGHS takes over where it ends."""

from dataclasses import replace

import numpy as np
import pytest
from tests.allocation.draw import drawn
from tests.allocation.test_staircase import blocks, broken
from tests.allocation.tiny import PROTECTION, answer

from silvafisc.allocation import staircase_lists, staircase_search
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase_answers import point
from silvafisc.results import RuleSpec

RULES = (
    RuleSpec("envelope"),
    RuleSpec("standards_only_rise"),
    RuleSpec("priority_share", {"group": "poor", "share": "0.3", "fund": PROTECTION}),
    RuleSpec("published_values", {"at_most": 3}),
)


@pytest.mark.parametrize("seed", range(4))
def test_multipliers_bound_every_cut_off_set(seed: int) -> None:
    """The bound of the best cut-off set is never below the optimum that HiGHS finds, at any multipliers."""
    for block, stairs, vectors in blocks(drawn(seed, rules=RULES)):
        optimum = Session(block).maximise(vectors["carbon"])
        if not optimum.found:
            continue
        # More cut-offs than allowed only widen the choice: one set with all of them bounds every other.
        stairs.grades = stairs.cells
        search = staircase_search.Search(stairs, vectors["carbon"], -np.inf)
        edges = np.arange(stairs.cells + 1)[None]
        for steps in (0, 1, 20):
            common = search.bounds.common(search.bounds.priced(0, False, edges, steps), edges)
            assert common.upper.sum() >= optimum.value * (1 - 1e-9)


@pytest.mark.parametrize("grades", [2, 3, 5])
def test_few_and_many_grades_against_highs(grades: int) -> None:
    """Up to as many grades as cells, with every kind of row that ties cells together."""
    problem = drawn(11, units=8, periods=2, rules=RULES)
    specs = replace(problem.resolved.grades, maximum=grades, minimum=1)
    found = blocks(problem.change(grades=specs))
    assert found, "nothing is solved by structure"
    for block, stairs, vectors in found:
        mine, other = stairs.maximise(vectors["carbon"]), Session(block).maximise(vectors["carbon"])
        assert mine is not None
        assert mine.status == other.status == "optimal"
        assert mine.value == pytest.approx(other.value, rel=1e-7)
        assert broken(block, mine.point).max() == 0.0


LIMITS = ((staircase_lists, "_MOST"), (staircase_search, "_MOST_JOINED"), (staircase_search, "_MOST_PAIRED"))


@pytest.mark.parametrize("limit", range(len(LIMITS)))
@pytest.mark.parametrize("seed", [1, 5])
def test_where_the_lists_would_be_too_long_highs_answers(
    seed: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = drawn(seed)
    by_structure = problem.decide()
    monkeypatch.setattr(*LIMITS[limit], 0)
    by_highs = problem.decide()
    for _, stairs, vectors in blocks(problem):
        assert stairs.maximise(vectors["carbon"]) is None
    assert by_highs.values == pytest.approx(by_structure.values, rel=1e-9)
    assert answer(by_highs) == answer(by_structure)


@pytest.mark.parametrize("seed", range(4))
def test_multipliers_of_a_sets_own_bound_it_and_never_more_loosely(seed: int) -> None:
    """One set with all cut-offs bounds every other; its own multipliers stay above the optimum that HiGHS finds."""
    for block, stairs, vectors in blocks(drawn(seed, rules=RULES)):
        optimum = Session(block).maximise(vectors["carbon"])
        if not optimum.found:
            continue
        stairs.grades = stairs.cells
        bounds = staircase_search.Search(stairs, vectors["carbon"], -np.inf).bounds
        edges = np.arange(stairs.cells + 1)[None]
        common = bounds.common(bounds.priced(0, False, edges, 1), edges)
        own = bounds.own(common, 0, edges, optimum.value, 10)
        relaxed = bounds.common(bounds.priced(0, False, edges, 1), edges)
        bounds.relax(0, False, relaxed, edges, 0, np.array([0]))
        assert (own.upper <= common.upper).all()
        # Nothing with prices of rows and of "only rise" bounds the set better than its linear relaxation.
        assert relaxed.upper.sum() <= own.upper.sum() * (1 + 1e-9)
        spread = bounds.spread(0, False, edges)
        for found in (own, relaxed, *([spread] if spread else [])):
            assert found.upper.sum() >= optimum.value * (1 - 1e-9)
            again = [bounds.best(p, edges, weights, found.rise) for p, weights in enumerate(found.weights)]
            assert np.array(again) == pytest.approx(found.upper, rel=1e-12)


def test_a_held_form_in_the_relaxation_lowers_the_bound_and_never_below_the_optimum() -> None:
    """One set with all cut-offs bounds every other. Fewest tonnes are sought with tonnes held, so that holding them binds."""
    lowered = []
    for block, stairs, vectors in (one for seed in range(4) for one in blocks(drawn(seed, rules=RULES))):
        session = Session(block)
        top = session.maximise(vectors["carbon"])
        if not top.found:
            continue
        for one in (stairs, session):
            one.hold(vectors["carbon"], top.value * 0.97)
        optimum = session.maximise(-vectors["carbon"])
        stairs.grades = stairs.cells
        bounds = staircase_search.Search(stairs, -vectors["carbon"], -np.inf).bounds
        edges = np.arange(stairs.cells + 1)[None]
        with_held, without = (bounds.spread(0, held, edges) for held in (True, False))
        if with_held is None or without is None:
            continue
        size = max(1.0, abs(optimum.value))
        assert with_held.upper.sum() >= optimum.value - 1e-9 * size
        lowered.append(with_held.upper.sum() < without.upper.sum() - 1e-3 * size)
    assert any(lowered)


@pytest.mark.parametrize("seed", range(8))
def test_the_first_answer_keeps_every_row_and_a_slow_target_finds_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no entry for the quick way to an incumbent the target is lowered instead; the answer stays."""
    for block, stairs, vectors in blocks(drawn(seed, rules=RULES)):
        quick = stairs.maximise(vectors["carbon"])
        monkeypatch.setattr(staircase_search, "_ENTRIES", 0)
        slow = stairs.maximise(vectors["carbon"])
        monkeypatch.undo()
        assert quick is not None
        assert slow is not None
        assert quick.status == slow.status
        assert np.array_equal(quick.point, slow.point)
        first = staircase_search.Search(stairs, vectors["carbon"], -np.inf)
        monkeypatch.setattr(staircase_search.Search, "_sets", lambda *rest: None)
        if first.run():
            assert broken(block, point(stairs, first.found)).max() == 0.0
            assert vectors["carbon"] @ point(stairs, first.found) <= quick.value * (1 + 1e-9)
        monkeypatch.undo()
