"""Rings by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from silvafisc.carbon.monitoring import rings


def closed(*points: tuple[float, float]) -> NDArray[np.float64]:
    return np.array([*points, points[0]], np.float64)


SQUARE = closed((0, 0), (4, 0), (4, 4), (0, 4))
HOLE = closed((1, 1), (1, 2), (2, 2), (2, 1))


def test_area_is_the_shell_without_holes_whichever_way_they_wind() -> None:
    assert rings.area((SQUARE, HOLE)) == rings.area((SQUARE[::-1], HOLE[::-1])) == 15
    far = np.array([5e5, 3.4e6])
    assert rings.area((SQUARE + far,)) == 16


def test_points_on_a_shared_border_lie_in_one_polygon_only() -> None:
    right = SQUARE + np.array([4.0, 0.0])
    x, y = np.array([1.5, 0.5, 4.0, 5.0, 9.0, 3.0]), np.array([1.5, 0.5, 2.0, 3.0, 1.0, 0.0])
    one, other = rings.inside([(SQUARE, HOLE)], x, y), rings.inside([(right,)], x, y)
    assert one.tolist() == [False, True, False, False, False, True]
    assert other.tolist() == [False, False, True, True, False, False]


def test_crossings_are_found_among_many_edges_and_touching_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rings.crossing((SQUARE, HOLE)) is None
    assert rings.crossing((closed((0, 0), (2, 2), (2, 0), (0, 2)),)) == (1, 1)
    assert rings.crossing((SQUARE, HOLE + np.array([2.5, 0.0]))) is not None, "a hole through the shell"
    touching = closed((0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1))
    assert rings.crossing((touching,)) is None
    turn = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    circle = closed(*zip(np.cos(turn).tolist(), np.sin(turn).tolist(), strict=True))
    broken = circle.copy()
    broken[[500, 501]] = broken[[501, 500]]
    for pairs in (50, 2_000_000):
        monkeypatch.setattr(rings, "_PAIRS", pairs)
        assert rings.crossing((circle,)) is None
        at = rings.crossing((broken,))
        assert at is not None
        assert np.hypot(*at) == pytest.approx(1, abs=0.01)


def test_edges_are_divided_evenly_and_vertices_stay() -> None:
    # edges of 4 in pieces of at most 1.5: three each
    found = rings.divided(SQUARE, 1.5)
    assert len(found) == 13
    assert found[1].tolist() == pytest.approx([4 / 3, 0])
    assert all((found == vertex).all(axis=1).any() for vertex in SQUARE)
    assert rings.area((found,)) == pytest.approx(16)
