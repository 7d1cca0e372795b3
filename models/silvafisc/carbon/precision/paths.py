"""Routes from stumps to landings: the cheapest over a grid (scikit-image), and the straight one beside it."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import needs, refuse
from ..mixtures import Array
from .trails import Terrain, Trail, per_metre

Cell = tuple[int, int]
"""Row and column."""
Edge = frozenset[Cell]
"""Two neighbouring cells; a step along it is the same in both directions."""
QUANTITIES = ("length_m", "cost_yuan", "trail_m2", "touched_m2", "lost_m3", "lost_trees", "lost_tco2e")
"""What is told of a route: its length and cost; the area of the trail and of all that is damaged; volume, trees and
carbon of the stand that are lost."""


@dataclass(frozen=True)
class Route:
    """A way over the grid. cells: from the stump to the landing. landing: its position in the list. blocked: cells on
    it that no trail may cross.
    """

    cells: tuple[Cell, ...]
    landing: int
    blocked: int

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Its steps."""
        return tuple(frozenset(pair) for pair in zip(self.cells, self.cells[1:], strict=False))


def cheapest(
    cost: Array, cell: tuple[float, float], landings: Sequence[Cell], stumps: Sequence[Cell]
) -> list[Route | None]:
    """The cheapest route of each stump to any landing; None where there is none.

    A step to one of the eight neighbours costs the mean of both cells' cost per metre times its length (Dijkstra 1959,
    as skimage.graph.MCP_Geometric does). Where a cell's cost is infinite no route goes.

    cost: (rows, columns) yuan/m.

    Raises:
        InputError: scikit-image is missing; no landing; a point outside the grid.
    """
    _inside(cost, [*landings, *stumps])
    if not landings:
        raise refuse("landings", "there is none", "没有楞场")
    search = _of_skimage("graph").MCP_Geometric(np.where(np.isfinite(cost), cost, -1.0), sampling=cell)
    reached, _ = search.find_costs([list(landing) for landing in landings])
    routes: list[Route | None] = []
    for stump in stumps:
        if not np.isfinite(reached[stump]):
            routes.append(None)
            continue
        way = [(int(row), int(column)) for row, column in search.traceback(stump)]
        routes.append(Route(tuple(reversed(way)), list(landings).index(way[0]), 0))
    return routes


def straight(cost: Array, cell: tuple[float, float], landings: Sequence[Cell], stumps: Sequence[Cell]) -> list[Route]:
    """The straight route (Bresenham's line of cells) of each stump to the nearest landing, whatever lies between.

    Arguments and errors as `cheapest`.
    """
    _inside(cost, [*landings, *stumps])
    if not landings:
        raise refuse("landings", "there is none", "没有楞场")
    draw = _of_skimage("draw")
    routes = []
    for stump in stumps:
        away = [np.hypot((stump[0] - row) * cell[0], (stump[1] - column) * cell[1]) for row, column in landings]
        landing = int(np.argmin(away))
        rows, columns = draw.line(*stump, *landings[landing])
        cells = tuple((int(row), int(column)) for row, column in zip(rows, columns, strict=True))
        routes.append(Route(cells, landing, int(np.isinf(cost[rows, columns]).sum())))
    return routes


def measured(edges: Iterable[Edge], terrain: Terrain, trail: Trail) -> Mapping[str, float]:
    """QUANTITIES of these steps, each counted once: so the trails that several routes share are counted once.

    Per metre the mean of the two cells of a step. Cost is NaN where a step crosses a blocked cell; volume, trees and
    carbon are NaN where the stand is not known.
    """
    steps = sorted(tuple(sorted(edge)) for edge in set(edges))
    first, second = (np.array([step[end] for step in steps], dtype=np.int64).reshape(-1, 2) for end in (0, 1))
    length = np.hypot(*((first - second) * np.array(terrain.cell)).T)
    found = {"length_m": float(length.sum())}
    found |= {"trail_m2": found["length_m"] * trail.trail_width, "touched_m2": found["length_m"] * trail.touched}
    # Only the cells of the steps: a grid may hold millions.
    at = tuple(np.moveaxis(np.stack([first, second]), -1, 0))
    volume = None if terrain.volume is None else terrain.volume[at]
    on_the_way = Terrain(terrain.slope[at], volume, terrain.cell)
    for name, values in per_metre(on_the_way, trail).items():
        total = float((values.mean(axis=0) * length).sum())
        found[name] = total if np.isfinite(total) else np.nan
    return {name: found.get(name, np.nan) for name in QUANTITIES}


def _inside(cost: Array, points: Sequence[Cell]) -> None:
    """Raises InputError for a point outside the grid: numpy would count a negative one from the end."""
    wrong = [point for point in points if not all(0 <= at < size for at, size in zip(point, cost.shape, strict=True))]
    if wrong:
        raise refuse("points", f"outside the grid: {wrong}", f"在栅格之外：{wrong}")


def _of_skimage(part: str) -> Any:
    """A module of scikit-image. Raises InputError where it is not installed."""
    with needs("skimage", "precision", "scikit-image"):
        return importlib.import_module(f"skimage.{part}")
