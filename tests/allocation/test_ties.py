"""The published answer is unique: of equal answers the smallest numbers, whoever solves."""

import numpy as np
import pandas as pd
import pytest
from tests.allocation.agree import CARBON, check_answer
from tests.allocation.brute import best
from tests.allocation.draw import drawn
from tests.allocation.tiny import COLLECTIVE, STATE, answer, tiny

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.staircase import Staircase


def coarse(table: pd.DataFrame) -> None:
    """Gains in few steps: many equal answers."""
    step = table["obj.carbon"].max() / 3
    table["obj.carbon"] = np.ceil(table["obj.carbon"] / step)
    table["obj.development"] = 1.0


def worthless(table: pd.DataFrame) -> None:
    table["obj.carbon"] = 0.0
    table["obj.development"] = 1.0


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5])
def test_of_equal_answers_the_smallest_numbers_are_published(seed: int) -> None:
    shape = {"categories": (STATE, COLLECTIVE)} if seed % 2 else {"periods": ("2026", "2027")}
    problem = tiny("rule", levels=(16_00, 18_00, 20_00), grades=3, seed=seed, **shape).offers(coarse).budget("0.6")
    _, winners = best(problem.choices(), [problem.affordable], CARBON)
    assert len({w.key for w in winners}) > 1, "there is no tie"
    check_answer(problem, problem.decide(), winners)


@pytest.mark.parametrize("seed", range(4))
def test_of_equal_answers_over_tasks_and_pots_the_smallest_numbers_are_published(seed: int) -> None:
    problem = tiny("rule", units=2, levels=(16_00,), periods=("2026", "2027"), task=True, pot=True, seed=seed)
    problem = problem.offers(coarse if seed % 2 else worthless).budget("0.7")
    _, winners = best(problem.choices(), [problem.affordable], CARBON)
    assert len({w.key for w in winners}) > 1, "there is no tie"
    check_answer(problem, problem.decide(), winners)


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("edit", [coarse, worthless])
def test_enumeration_and_highs_publish_the_same_numbers(
    seed: int, edit: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = drawn(seed).offers(edit)  # type: ignore[arg-type]
    by_structure = problem.decide()
    assert any(unit.structured for unit in Engine(problem.problem()).units)
    monkeypatch.setattr(Staircase, "of", staticmethod(lambda block: None))
    by_highs = problem.decide()
    assert not any(unit.structured for unit in by_highs.engine.units)
    assert by_highs.values == pytest.approx(by_structure.values, rel=1e-9)
    assert answer(by_highs) == answer(by_structure)
