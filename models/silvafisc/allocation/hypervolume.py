"""Hypervolume: which part of the box between nadir and utopia a set of points dominates."""

from collections.abc import Sequence

import numpy as np

from .problem import Floats


def hypervolume(points: Sequence[Sequence[float]], nadir: Sequence[float], utopia: Sequence[float]) -> float:
    """Share of the box that lies below at least one point: 0 … 1, larger is better; all objectives are maximised.

        volume(∪ over points of [nadir, point] ∩ [nadir, utopia]) / volume([nadir, utopia])
    Points outside the box count with the part inside. An objective without range is left out; 0 where no point is given.
    """
    low, high = np.asarray(nadir, np.float64), np.asarray(utopia, np.float64)
    wide = high > low
    if not len(points):
        return 0.0
    scaled = (np.asarray(points, np.float64)[:, wide] - low[wide]) / (high - low)[wide]
    return _volume(np.clip(scaled, 0.0, 1.0))


def _volume(points: Floats) -> float:
    """Slabs along the last objective: inside one, the points above it dominate the same area of the others."""
    if points.shape[1] == 0:
        return 1.0
    if points.shape[1] == 1:
        return float(points.max())
    ordered = points[np.argsort(-points[:, -1], kind="stable")]
    heights = ordered[:, -1]
    below = np.append(heights[1:], 0.0)
    return sum(
        float(top - bottom) * _volume(ordered[: number + 1, :-1])
        for number, (top, bottom) in enumerate(zip(heights, below, strict=True))
        if top > bottom
    )
