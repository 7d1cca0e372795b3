"""A frontier passes each model to HiGHS once: later points move limits or objectives and start from earlier answers."""

import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
from tests.allocation.test_pareto import ALPHAS, STEPS, TERMS, engines, problem
from tests.allocation.tiny import MODES

from silvafisc.allocation.decide import payoff_table, weighted_point
from silvafisc.allocation.pareto import Augmented, even
from silvafisc.allocation.pareto_exact import exact
from silvafisc.allocation.pareto_extreme import extreme
from silvafisc.allocation.solve import Session, Solution

WARM, BLOCKS = "silvafisc.allocation.pareto", "silvafisc.allocation.engine"


class Watched(Session):
    """A session that tells of its solves: rows of the model and whether there was a start."""

    made: list["Watched"]

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.solves: list[tuple[int, bool]] = []
        self.made.append(self)

    def maximise(self, objective: Any, **options: Any) -> Solution:
        self.solves.append((self._highs.getNumRow(), options.get("start") is not None))
        return super().maximise(objective, **options)


def watched(monkeypatch: pytest.MonkeyPatch, module: str) -> list[Watched]:
    """The sessions that a module makes from now on."""
    made: list[Watched] = []
    monkeypatch.setattr(sys.modules[module], "Session", type("Session", (Watched,), {"made": made}))
    return made


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("method", "terms", "starts"), [("even", 2, False), ("even", 3, True), ("exact", 2, True)])
def test_all_points_come_from_one_warm_model(
    mode: str, method: str, terms: int, starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ever the same rows: what a point asks for is a limit that moves.

    An earlier answer that keeps the new limits is where the solver starts; upwards along one limit it is the answer itself.
    """
    sweep, wanted = engines(problem(mode, 1, **STEPS)), TERMS[:terms]
    payoff = payoff_table(sweep, wanted)
    made = watched(monkeypatch, WARM)
    points = even(sweep, wanted, payoff, 9) if method == "even" else exact(sweep, wanted)
    assert len(points) > 3
    [one] = made
    assert len(one.solves) > 3
    assert {rows for rows, _ in one.solves} == {len(one.block.lower) + terms}
    assert any(started for _, started in one.solves) == starts


def test_every_weighing_has_one_warm_model_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = engines(problem("rule", 0), ALPHAS)
    made = watched(monkeypatch, WARM)
    exact(sweep, TERMS)
    assert 1 < len(made) <= len(sweep)
    assert sum(len(one.solves) for one in made) > 10 * len(made)


def test_extreme_points_pass_each_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep, terms = engines(problem("case", 1, **STEPS)), TERMS[:2]
    payoff = payoff_table(sweep, terms)
    made = watched(monkeypatch, BLOCKS)
    fresh = engines(problem("case", 1, **STEPS))
    points = extreme(terms, payoff, 9, partial(weighted_point, fresh))
    assert len(points) > 3
    assert len(made) == len(fresh[0].units)
    assert all(len(one.solves) > 1 for one in made)


@pytest.mark.parametrize("mode", MODES)
def test_a_warm_point_is_that_of_a_new_model(mode: str) -> None:
    """The order of the points moves nothing: each asked of a model of its own is the same."""
    sweep, terms = engines(problem(mode, 1, **STEPS)), TERMS[:2]
    payoff = payoff_table(sweep, terms)
    steps = np.linspace(payoff.nadir[terms[1]], payoff.utopia[terms[1]], 5).tolist()
    ranges = [payoff.utopia[term] - payoff.nadir[term] for term in terms]
    warm, cold = Augmented(sweep, terms, ranges), [Augmented(sweep, terms, ranges) for _ in steps]
    found = [warm.at((-np.inf, step)) for step in steps]
    alone = [search.at((-np.inf, step)) for search, step in zip(cold, steps, strict=True)]
    assert [point and point.values for point in found] == [point and point.values for point in alone]
    assert len({point.values for point in found if point}) > 2
