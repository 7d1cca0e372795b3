"""Answers of staircases: those of one cut-off set, and the one that is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .problem import Floats, Indices

if TYPE_CHECKING:
    from .staircase import Staircase

# Answers this near each other are equal.
TIE = 1e-9


@dataclass(frozen=True)
class Found:
    """Answers of one cut-off set: values[i], levels[i, category, grade, period]."""

    edges: Indices
    values: Floats
    levels: Indices

    def at_least(self, value: float) -> "Found":
        """Those of at least this value."""
        good = self.values >= value
        return self if good.all() else Found(self.edges, self.values[good], self.levels[good])


def point(stairs: "Staircase", found: Sequence[Found]) -> Floats:
    """The smallest published numbers among the optima, as a point; cut-offs only where a standard changes."""
    best = max(float(one.values.max()) for one in found)
    equal = best - TIE * max(1.0, abs(best))
    among = [one.at_least(equal) for one in found if one.values.max() >= equal]
    table = min((_by_cell(stairs, one) for one in among), key=lambda t: tuple(t.ravel()))
    chosen = np.zeros(len(stairs.block.columns))
    for p, line in enumerate(stairs.tables):
        for c, t in enumerate(line):
            for g in range(stairs.cells):
                chosen[t.columns[: table[c, g, p] + 1, g]] = 1.0
    chosen[stairs.cuts] = (table[:, 1:] != table[:, :-1]).any(axis=(0, 2))
    _publish(stairs, chosen, table)
    return chosen


def _by_cell(stairs: "Staircase", found: Found) -> Indices:
    """Smallest levels[category, cell, period] of the best answers of one cut-off set."""
    flat = found.levels.reshape(len(found.levels), -1)
    first = found.levels[np.lexsort(flat.T[::-1])[0]]
    grade = np.searchsorted(found.edges[1:-1], np.arange(stairs.cells), side="right")
    return np.asarray(first[:, grade, :])


def _publish(stairs: "Staircase", point: Floats, table: Indices) -> None:
    """Set the indicators of published values and, where the minimum asks for more grades, the lowest spare cut-offs."""
    block = stairs.block
    names = [v.name for v in block.model.variables]
    for position in range(block.choices, len(block.columns)):
        _, category, level = names[block.columns[position] - block.model.problem.size].split("/")
        c = stairs.categories.index(category)
        paid = stairs.paid[c]
        levels = [set(line[c].levels[table[c, paid, p]]) for p, line in enumerate(stairs.tables)]
        point[position] = float(any(int(level) in found for found in levels))
    row = next((r for r in block.rows if block.model.rows[r].label == "grades"), None)
    if row is not None:
        missing = int(block.model.rows[row].lower) - int(point[stairs.cuts].sum())
        spare = [i for i in stairs.cuts if point[i] == 0.0]
        point[spare[: max(0, missing)]] = 1.0
