"""Many rows listed at once are the rows made one by one (the other road: `Problem.row`)."""

import numpy as np
import pytest
from tests.allocation.tiny import MODES, tiny

from silvafisc.allocation.problem import Floats, Indices


@pytest.mark.parametrize("mode", MODES)
def test_listed_rows_are_the_rows_made_one_by_one(mode: str) -> None:
    problem = tiny(mode).problem()
    count = problem.membership.shape[0]
    none, all_of_them = np.zeros(0, np.int64), np.arange(count)
    offers: list[Indices] = [all_of_them, none, all_of_them[::-2]]
    listed: list[tuple[str, Indices, Floats]] = [
        (f"row {i}", one, np.arange(1, len(one) + 1, dtype=np.float64)) for i, one in enumerate(offers)
    ]
    upper = np.array([3.0, 5.0, 7.0])
    rows = problem.listed_rows("envelope", listed, (-upper, upper), unit="fen")
    for at, (label, mine, values) in enumerate(listed):
        one = problem.row("envelope", label, mine, values)
        dense = np.zeros(problem.membership.shape[1])
        dense[one.columns] = one.values
        assert np.array_equal(rows.matrix[at].toarray()[0], dense)
        assert rows.label(at) == label
    assert np.array_equal(rows.lower, -upper)
    assert np.array_equal(rows.upper, upper)


@pytest.mark.parametrize("mode", MODES)
def test_no_rows_listed_make_no_rows(mode: str) -> None:
    problem = tiny(mode).problem()
    rows = problem.listed_rows("envelope", [], (np.zeros(0), np.zeros(0)))
    assert rows.matrix.shape == (0, problem.membership.shape[1])
