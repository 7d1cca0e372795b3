"""Threads and pieces change nothing: the same bits however components are shared out, and sums as they are written."""

import numpy as np
import pytest
from benchmarks.synthetic import nation
from tests.allocation.test_decompose import carbon

from silvafisc.allocation.decompose import options, oracle, recognise
from silvafisc.allocation.decompose.options import options_of
from silvafisc.allocation.decompose.oracle import Oracle
from silvafisc.allocation.decompose.unit import priced


def test_one_thread_and_three_give_the_same_point_bound_and_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for threads, pieces in ((1, 1 << 15), (3, 500)):
        monkeypatch.setattr(oracle, "_THREADS", threads)
        monkeypatch.setattr(options, "_AT_ONCE", pieces)
        block, objective = carbon(nation(2, seed=7))
        answer = priced(block, (), objective, 1e-3)
        assert answer is not None
        assert answer.prices is not None
        found.append((answer.point.tobytes(), answer.bound, answer.value, answer.prices.tobytes()))
    assert found[0] == found[1]


def test_sums_over_options_are_those_of_their_columns() -> None:
    """By hand: column after column, one option at a time."""
    block, objective = carbon(nation(2, seed=3))
    matrix = block.matrix[:0]
    form = recognise(block, matrix, np.zeros(0), objective)
    assert form is not None
    made = options_of(form)
    held = Oracle(form, made, objective[: form.size])
    draw = np.random.default_rng(0)
    values = draw.normal(size=form.size) * 10.0 ** draw.integers(-5, 6, form.size)
    padded = np.append(values, 0.0)

    def by_hand(line: np.ndarray, option: int) -> float:
        total = 0.0
        for column in made.columns[option]:
            total += float(line[column])
        return total

    some = np.sort(draw.choice(len(made.columns), 50, replace=False))
    sums = made.sums(values)
    assert [sums[i] for i in some] == [by_hand(padded, i) for i in some]
    assert held.options_values(values, some).tolist() == [by_hand(padded, i) for i in some]
    shared = [[by_hand(np.append(line, 0.0), i) for i in some] for line in held.shared]
    assert held.shared_values(some).tolist() == shared
    local = [[by_hand(line, i) for line in held.coefficients] for i in some]
    assert held.activity(some).tolist() == local
