"""The gap is asked of all blocks together: a block is carried on in HiGHS only where the whole is not within it yet."""

from collections.abc import Sequence

import numpy as np
import pytest
from benchmarks.synthetic import nation

from silvafisc.allocation import engine as module
from silvafisc.allocation.blocks import Block
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.solve import Session, Solution

WIDER = (0.004, 0.0005)
"""Gaps that the two funds' blocks come with, relative to the value of both together."""


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, Floats, list[float]]:
    """An engine whose two blocks are answered by their optimum under a planted bound, its objective, and the gaps of the
    blocks that were carried on."""
    engine = Engine(nation(6))
    vector = engine.vector(engine.objectives["carbon"][0])
    best = [Session(unit.block).maximise(vector[unit.block.columns], gap=0.0) for unit in engine.units]
    total = sum(answer.value for answer in best)
    planted = {
        id(unit.block): Solution("time_limit", a.point, a.value, a.value + gap * total, np.zeros(len(unit.block.rows)))
        for unit, a, gap in zip(engine.units, best, WIDER, strict=True)
    }
    handed: list[float] = []

    def priced(block: Block, held: Sequence[object], *_: object) -> Solution:
        return planted[id(block)]

    def handed_on(session: Session, found: Solution, *_: object) -> Solution:
        handed.append((found.bound - found.value) / total)
        return Solution("optimal", found.point, found.value, found.value, found.prices)

    monkeypatch.setattr(module, "SMALLEST", 0)
    monkeypatch.setattr(module, "priced", priced)
    monkeypatch.setattr(module, "handed_on", handed_on)
    return engine, vector, handed


def test_nothing_is_carried_on_where_the_whole_is_within_the_gap(carried: tuple[Engine, Floats, list[float]]) -> None:
    engine, vector, handed = carried
    found = engine.maximise(vector, gap=0.005)
    assert (found.status, handed) == ("optimal", [])
    assert found.gap == pytest.approx(sum(WIDER))
    assert found.value == pytest.approx(float(vector @ found.point))


def test_the_widest_block_is_carried_on_first_and_only_as_far_as_needed(
    carried: tuple[Engine, Floats, list[float]],
) -> None:
    engine, vector, handed = carried
    assert engine.maximise(vector, gap=0.001).gap == pytest.approx(WIDER[1])
    assert handed == pytest.approx([WIDER[0]])
    # what was carried on once is known
    engine.maximise(vector, gap=0.001)
    assert len(handed) == 1


def test_all_are_carried_on_for_a_gap_that_no_block_has(carried: tuple[Engine, Floats, list[float]]) -> None:
    engine, vector, handed = carried
    assert engine.maximise(vector, gap=0.0001).gap == 0
    assert handed == pytest.approx(list(WIDER))
