"""What one stage has seen serves the next one: the same answers as a search that knows nothing, or HiGHS, finds."""

from typing import Any

import numpy as np
import pytest
from tests.allocation.draw import drawn
from tests.allocation.test_staircase import blocks
from tests.allocation.test_staircase_bound import RULES
from tests.allocation.test_staircase_rise import few_large

from silvafisc.allocation import staircase_search
from silvafisc.allocation.engine import TIE
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase import Staircase
from silvafisc.allocation.staircase_search import Search


@pytest.mark.parametrize("kept", [1.0, 0.97])
@pytest.mark.parametrize("seed", range(6))
def test_a_later_stage_finds_what_a_search_of_its_own_finds(
    seed: int, kept: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for block, stairs, vectors in blocks(drawn(seed, rules=RULES)):
        # Coarse tonnes: many answers are equally good, and the second stage has to choose among all of them.
        coarse = np.round(vectors["carbon"] / max(1e-9, float(vectors["carbon"].max())) * 3)
        first = stairs.maximise(coarse)
        assert first is not None
        if not first.found:
            continue
        least = first.value * kept - TIE * max(1.0, first.value)
        fresh, session = Staircase.of(block), Session(block)
        assert fresh is not None
        for one in (stairs, fresh, session):
            one.hold(coarse, least)
        alone, highs = fresh.maximise(vectors["development"]), session.maximise(vectors["development"])
        if kept == 1.0:
            # All answers that keep the first stage at its best have been seen: nothing is left to be searched.
            monkeypatch.setattr(Search, "run", lambda self: pytest.fail("searched again"))
        second = stairs.maximise(vectors["development"])
        monkeypatch.undo()
        assert second is not None
        assert alone is not None
        assert second.value == pytest.approx(highs.value, rel=1e-7)
        assert np.array_equal(second.point, alone.point)


@pytest.mark.parametrize("seed", [0, 6])
def test_a_later_stage_in_fen_of_a_nation_has_the_same_answer(seed: int) -> None:
    [(block, stairs, vectors), *_] = blocks(drawn(seed, rules=RULES))
    first = stairs.maximise(vectors["carbon"])
    assert first is not None
    points = []
    for size in (1.0, 1e12):
        later = Staircase.of(block)
        assert later is not None
        later.hold(vectors["carbon"], first.value * 0.99)
        found = later.maximise(-vectors["development"] * size)
        assert found is not None
        assert found.found
        points.append(found.point)
    assert np.array_equal(points[0], points[1])


def test_a_form_held_above_its_best_leaves_nothing() -> None:
    [(_, stairs, vectors), *_] = blocks(drawn(1, rules=RULES))
    first = stairs.maximise(vectors["carbon"])
    assert first is not None
    stairs.hold(vectors["carbon"], first.value * 1.001)
    second = stairs.maximise(vectors["development"])
    assert second is not None
    assert second.status == "infeasible"


@pytest.mark.parametrize("size", [1.0, 1e10])
@pytest.mark.parametrize("seed", [0, 2])
def test_a_poor_known_answer_is_no_target_on_a_small_grid(
    seed: int, size: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All cut-off sets reach every target; lists as long as the worst answer asks for would never end on a larger one."""
    targets, listed = [], Search._sets

    def watched(search: Search, *given: Any) -> None:
        targets.append(search.best_value)
        listed(search, *given)

    monkeypatch.setattr(Search, "_sets", watched)
    [(_, stairs, vectors)] = blocks(few_large(seed).budget("0.5"))
    objective = vectors["carbon"] / float(np.abs(vectors["carbon"]).max())
    alone = Search(stairs, objective, -np.inf)
    worst = Search(stairs, -objective, -np.inf).run()
    assert alone.run()
    assert worst
    search = Search(stairs, objective * size, -np.inf)
    known = search.among(worst)[0].values.max()
    targets.clear()
    assert search.run()
    assert search.best_value == pytest.approx(alone.best_value * size, rel=1e-9)
    # The first target lies a known share below the bound.
    bound = targets[0] / (1.0 - staircase_search._FIRST)
    most = staircase_search._FAR * staircase_search._WIDER * (bound - search.best_value)
    assert known < bound - most <= min(targets)
