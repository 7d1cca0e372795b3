"""Extreme (supported) points of two objectives: the quick frontier, one weighted sum at a time."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .decide import Payoff
from .pareto import Values, non_dominated

_NEAR = 1e-7


def extreme(
    terms: Sequence[str], payoff: Payoff, points: int, best: Callable[[Mapping[str, float]], Mapping[str, float]]
) -> list[Values]:
    """Up to `points` extreme non-dominated points, ascending in the first objective; the ends are those of the payoff table.

    Between two neighbouring points the sum of both objectives, weighted by the normal of their segment, is maximised:
    a better point is a new extreme point of the frontier, none proves that the segment is its edge. The widest segment
    is refined first. best: values of the objectives at the maximum of a weighted sum.
    """
    first, second = terms
    width = [max(payoff.utopia[t] - payoff.nadir[t], 1e-12) for t in terms]
    found = sorted(tuple(payoff.table[end][t] for t in terms) for end in terms)
    open_segments = [(found[0], found[1])]
    while open_segments and len(found) < points:
        open_segments.sort(key=lambda s: -float(np.linalg.norm((np.array(s[1]) - s[0]) / width)))
        left, right = open_segments.pop(0)
        weights = (left[1] - right[1], right[0] - left[0])
        if min(weights) <= 0:
            continue
        reached = best({first: weights[0], second: weights[1]})
        values = tuple(reached[t] for t in terms)
        gain = sum(w * (v - at) for w, v, at in zip(weights, values, left, strict=True))
        if gain <= _NEAR * sum(w * abs(at) for w, at in zip(weights, left, strict=True)):
            continue
        found.append(values)
        open_segments += [(left, values), (values, right)]
    return non_dominated(found)
