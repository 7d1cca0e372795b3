"""Polygons as rings of vertices: areas, rings that cross, points inside, edges divided."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..mixtures import Array

Polygon = tuple[Array, ...]
"""Rings (n, 2) of x and y, closed: the shell, then its holes."""
_PAIRS = 2_000_000
"""Pairs of edges looked at together: bounds the memory to some hundred megabytes."""


def area(polygon: Polygon) -> float:
    """|shell| − Σ |hole| in the square of the unit of the coordinates: ½ |Σ (x_i y_{i+1} − x_{i+1} y_i)| each."""
    parts = [_ring_area(ring) for ring in polygon]
    return parts[0] - sum(parts[1:])


def _ring_area(ring: Array) -> float:
    # About its first vertex: far from the origin the products would cancel.
    x, y = (ring - ring[0]).T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def bounds(polygons: Sequence[Polygon]) -> tuple[float, float, float, float]:
    """(left, bottom, right, top) of all shells."""
    shells = np.concatenate([polygon[0] for polygon in polygons])
    (left, bottom), (right, top) = shells.min(axis=0), shells.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def crossing(polygon: Polygon) -> tuple[float, float] | None:
    """A place where two edges of a polygon cross properly, or None; to touch is no crossing.

    Edges p, q cross where the ends of each lie strictly on both sides of the other. Only edges whose boxes meet are held
    against each other, in the order of their left ends.
    """
    start = np.concatenate([ring[:-1] for ring in polygon])
    end = np.concatenate([ring[1:] for ring in polygon])
    order = np.argsort(np.minimum(start[:, 0], end[:, 0]), kind="stable")
    start, end = start[order], end[order]
    left, right = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    following = np.arange(1, len(left) + 1)
    count = np.maximum(np.searchsorted(left, right, side="right") - following, 0)
    for first, last in _chunks(count):
        one = np.repeat(np.arange(first, last), count[first:last])
        before = np.repeat(np.cumsum(count[first:last]) - count[first:last], count[first:last])
        other = one + 1 + np.arange(len(one)) - before
        meet = (low[one] <= high[other]) & (low[other] <= high[one])
        if not meet.any():
            continue
        one, other = one[meet], other[meet]
        a, b, c, d = start[one], end[one], start[other], end[other]
        apart = (_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)
        if apart.any():
            at = int(np.argmax(apart))
            part = _side(c[at], d[at], a[at]) / (_side(c[at], d[at], a[at]) - _side(c[at], d[at], b[at]))
            x, y = a[at] + part * (b[at] - a[at])
            return float(x), float(y)
    return None


def _chunks(count: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Iterator[tuple[int, int]]:
    """Runs of edges with at most `_PAIRS` pairs, or a single edge."""
    first, pairs = 0, 0
    for at, own in enumerate(count.tolist()):
        if pairs and pairs + own > _PAIRS:
            yield first, at
            first, pairs = at, 0
        pairs += own
    yield first, len(count)


def _side(a: Array, b: Array, c: Array) -> Array:
    """Twice the signed area of the triangle a, b, c: above zero where the turn is to the left."""
    turn = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    return np.asarray(turn, np.float64)


def inside(polygons: Sequence[Polygon], x: Array, y: Array) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """(n,) whether points lie in any of the polygons: a ray to the right crosses its rings an odd number of times.

    A point on a shared border belongs to one side only: edges count from their lower end on, without the upper one.
    """
    found = np.zeros(len(x), dtype=np.bool_)
    for polygon in polygons:
        left, bottom, right, top = bounds([polygon])
        near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
        for point in near.tolist():
            found[point] |= sum(_crossed(ring, x[point], y[point]) for ring in polygon) % 2 == 1
    return found


def _crossed(ring: Array, x: float, y: float) -> int:
    """Edges that a ray from the point to the right crosses."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    level = (y >= np.minimum(y1, y2)) & (y < np.maximum(y1, y2))
    x1, y1, x2, y2 = x1[level], y1[level], x2[level], y2[level]
    return int((x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)).sum())


def divided(ring: Array, longest: float) -> Array:
    """The ring with every edge cut into equal pieces no longer than `longest`; all its vertices stay."""
    pieces = np.maximum(1, np.ceil(np.hypot(*np.diff(ring, axis=0).T) / longest)).astype(np.int64)
    at = np.repeat(np.arange(len(pieces)), pieces)
    step = (np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[at]
    new = ring[at] + step[:, None] * (ring[at + 1] - ring[at])
    return np.concatenate([new, ring[-1:]])
