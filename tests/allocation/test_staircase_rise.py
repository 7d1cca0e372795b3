"""Multipliers on "standards only rise": they never cost an answer that rises, and few large units stay exact."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.allocation.draw import drawn
from tests.allocation.test_staircase import agree, blocks
from tests.allocation.test_staircase_bound import RULES
from tests.allocation.tiny import Tiny

from silvafisc.allocation.problem import Indices
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase import Staircase
from silvafisc.allocation.staircase_lists import Period
from silvafisc.allocation.staircase_search import Search


def searches(seed: int) -> Iterator[Search]:
    """Searches of three periods that have relaxed their widest cut-off set: number 1 is its table of multipliers."""
    for _, stairs, vectors in blocks(drawn(seed, periods=3, rules=RULES)):
        stairs.grades = stairs.cells
        search = Search(stairs, vectors["carbon"], -np.inf)
        edges = np.arange(stairs.cells + 1)
        if search.bounds.rise.relaxed(edges, 0, np.array([-np.inf])) is not None:
            yield search


def extra(search: Search, levels: Any) -> float:
    """What the multipliers add to levels[period, category, grade]."""
    rise, number = search.bounds.rise, np.array([1])
    tables = [rise.extra(p, number)[..., 0] for p in range(len(levels))]
    places = np.ix_(*(range(size) for size in levels.shape[1:]))
    return float(sum(t[*places, line].sum() for t, line in zip(tables, levels, strict=True)))


def same_grids(standards: list[list[Indices]]) -> bool:
    """Whether every category has the same standards in all periods."""
    return all(np.array_equal(a, b) for line in standards for a, b in zip(line, standards[0], strict=True))


def test_an_answer_that_rises_never_loses_and_one_that_falls_does() -> None:
    """By hand: sorted standards rise; the same ones in the opposite order fall wherever they differ, and pay for it."""
    draw, most = np.random.default_rng(0), 0.0
    for search in (one for seed in range(8) for one in searches(seed)):
        standards = [period.standards for period in search.periods]
        if not same_grids(standards):
            continue
        shape = len(standards), search.stairs.cells
        for _ in range(50):
            levels = np.stack([np.sort(draw.integers(len(c), size=shape), axis=0) for c in standards[0]], axis=1)
            rising, falling = extra(search, levels), extra(search, levels[::-1])
            most = max(most, -falling)
            assert rising >= -1e-9 * max(1.0, abs(falling))
            assert falling <= 1e-9 * max(1.0, abs(rising))
    assert most > 0.0


def few_large(seed: int) -> Tiny:
    """Two units hold nearly all forest, so envelopes cannot be filled to the last yuan."""

    def enlarge(table: pd.DataFrame) -> None:
        factor = np.where(table["region_code"].isin(sorted(set(table["region_code"]))[::3]), 37, 1)
        for name in table.columns:
            if name.startswith(("cost.", "obj.")):
                table[name] = table[name] * factor

    return drawn(seed, units=5, periods=3, rules=RULES).offers(enlarge)


def test_lists_between_those_of_other_periods_lose_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limits that one period's list sets to the others' the same answer comes out, from longer lists."""
    narrow, barred = Period.outside, []

    def watched(*given: Any) -> Any:
        found = narrow(*given)
        barred.append(bool(np.isneginf(found).any()))
        return found

    for seed in range(5):
        for block, stairs, vectors in blocks(few_large(seed).budget("0.5")):
            monkeypatch.setattr(Period, "outside", watched)
            mine = stairs.maximise(vectors["carbon"])
            monkeypatch.setattr(
                Period, "outside", lambda self, least, *rest: np.zeros((*least.shape[1:], rest[1], len(least)))
            )
            wide = Staircase.of(block)
            assert wide is not None
            other = wide.maximise(vectors["carbon"])
            assert mine is not None
            assert other is not None
            assert np.array_equal(mine.point, other.point)
    assert any(barred)


@pytest.mark.parametrize("part", ["0.25", "0.5"])
@pytest.mark.parametrize("seed", range(5))
def test_few_large_units_against_highs(seed: int, part: str) -> None:
    found = blocks(few_large(seed).budget(part))
    assert found, "nothing is solved by structure"
    for block, stairs, vectors in found:
        session = Session(block)
        top = agree(block, stairs, session, vectors["carbon"])
        if top is None:
            continue
        stairs.hold(vectors["carbon"], top * 0.97)
        session.hold(vectors["carbon"], top * 0.97)
        agree(block, stairs, session, vectors["development"])
