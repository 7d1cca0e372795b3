"""The lowest point of planes: by hand, and after every plane the same as scipy finds for all of them at once."""

import numpy as np
import pytest
from scipy.optimize import linprog

from silvafisc.allocation.solve import Planes


def test_by_hand() -> None:
    """z ≥ 10 − 2λ and z ≥ 1 − λ, with λ at 0.5 a unit: 10 − 1.5λ falls as far as λ may go, to 4 at λ = 4."""
    planes = Planes(np.array([0.5]), np.array([4.0]))
    planes.add(10.0, np.array([2.0]))
    planes.add(1.0, np.array([1.0]))
    found = planes.lowest()
    assert found is not None
    value, at = found
    assert value == pytest.approx(4.0)
    assert at == pytest.approx([4.0])
    planes.add(3.0, np.array([0.25]))
    # By hand: 10 − 2λ = 3 − λ/4 at λ = 4 as well; there z = 2, so nothing changes.
    found = planes.lowest()
    assert found is not None
    assert found[0] == pytest.approx(4.0)


@pytest.mark.parametrize("seed", range(5))
def test_plane_by_plane_the_same_as_all_at_once(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = int(draw.integers(1, 7))
    limits, most = draw.uniform(0, 1, rows), np.where(draw.uniform(size=rows) < 0.2, 0.0, 1e3)
    gained, used = draw.uniform(-1, 1, 12), draw.normal(0.3, 1, (12, rows))
    planes = Planes(limits, most)
    for number in range(len(gained)):
        planes.add(float(gained[number]), used[number])
        found = planes.lowest()
        assert found is not None
        value, at = found
        some = slice(number + 1)
        other = linprog(
            np.append(limits, 1.0),
            A_ub=np.column_stack([-used[some], -np.ones(number + 1)]),
            b_ub=-gained[some],
            bounds=[*((0.0, top) for top in most), (None, None)],
        )
        assert value == pytest.approx(other.fun, rel=1e-7, abs=1e-7)
        assert value == pytest.approx(limits @ at + (gained[some] - used[some] @ at).max(), rel=1e-7, abs=1e-6)
