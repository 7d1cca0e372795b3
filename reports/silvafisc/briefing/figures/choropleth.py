"""Map of approved boundaries in equal areas, the South China Sea in an inset beside the mainland; nothing is simplified."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from ..boundaries import Boundaries, Point, Ring
from ..words import load_yaml
from .canvas import GRID, INK, MUTED, SEQUENCE, look, new_figure, to_svg

WIDTH, HEIGHT = 15.4, 9.6
"""Centimetres."""
MAINLAND, INSET = (0.0, 0.1, 0.77, 0.9), (0.79, 0.14, 0.2, 0.36)
"""Parts of the drawing: left, bottom, width, height."""


def choropleth(
    prefix: str,
    values: Mapping[str, tuple[float, str]],
    boundaries: Boundaries,
    scale: tuple[str, str, str],
    inset_name: str,
    notes: Sequence[str],
) -> str:
    """Shade every unit by its value.

    values: region code -> (value, shown text); units without one stay white and hatched. scale: what is shown with its
    unit, and the shown least and greatest value. inset_name: of the sea. notes: the lines under the map (review number,
    projection).
    """
    low, high = (edge(value for value, _ in values.values()) for edge in (min, max))
    limits = load_yaml("maps.yaml")
    place = albers(limits["projection"])
    with look(), matplotlib.rc_context({"path.simplify": False}):
        ramp = LinearSegmentedColormap.from_list("map", SEQUENCE)
        figure = new_figure(WIDTH, HEIGHT, (0, 0, 0, 0))
        main, inset = (figure.add_axes(part) for part in (MAINLAND, INSET))
        for axes in (main, inset):
            axes.set_aspect("equal")
            axes.set_xticks([])
            axes.set_yticks([])
            for code, rings in boundaries.areas.items():
                share = None if code not in values else (values[code][0] - low) / (high - low) if high > low else 0.5
                _area(
                    axes, [[place(point) for point in ring] for ring in rings], None if share is None else ramp(share)
                )
            for line in boundaries.lines:
                axes.plot(*zip(*map(place, line), strict=True), color=INK, linewidth=0.9)
        _frame(main, [place(p) for ring in _rings(boundaries) for p in ring if p[1] >= limits["mainland_south"]])
        box = limits["inset"]
        _frame(
            inset,
            [place((east, north)) for east in (box["west"], box["east"]) for north in (box["south"], box["north"])],
        )
        main.set_frame_on(False)
        for spine in inset.spines.values():
            spine.set(visible=True, color=MUTED, linewidth=0.6)
        inset.text(0.97, 0.04, inset_name, transform=inset.transAxes, ha="right", va="bottom", size=6.5)
        _key(figure.add_axes((0.79, 0.86, 0.2, 0.1)), ramp, scale)
        for row, note in enumerate(notes):
            figure.text(0.99, 0.1 - 0.04 * row, note, ha="right", va="center", size=7, color=MUTED)
        return to_svg(figure, prefix)


def albers(projection: Mapping[str, Any]) -> Callable[[Point], Point]:
    """From degrees to metres on an ellipsoid, areas kept (Snyder 1987, Map projections, eqs. 14-3 to 14-15 and 3-12)."""
    first, second = (math.radians(parallel) for parallel in projection["parallels"])
    meridian, axis = float(projection["meridian"]), float(projection["semi_major"])
    flat = 1 / float(projection["inverse_flattening"])
    e = math.sqrt(flat * (2 - flat))

    def q(latitude: float) -> float:
        s = e * math.sin(latitude)
        return (1 - e * e) * (math.sin(latitude) / (1 - s * s) + math.atanh(s) / e)

    def m2(latitude: float) -> float:
        return math.cos(latitude) ** 2 / (1 - (e * math.sin(latitude)) ** 2)

    n = (m2(first) - m2(second)) / (q(second) - q(first))
    c = m2(first) + n * q(first)

    def place(point: Point) -> Point:
        radius = axis * math.sqrt(c - n * q(math.radians(point[1]))) / n
        angle = n * math.radians(point[0] - meridian)
        return radius * math.sin(angle), -radius * math.cos(angle)

    return place


def _rings(boundaries: Boundaries) -> list[Ring]:
    return [ring for rings in boundaries.areas.values() for ring in rings]


def _area(axes: Axes, rings: Sequence[Sequence[Point]], face: tuple[float, float, float, float] | None) -> None:
    """All rings of a unit as one path, so that holes stay open; every vertex is drawn."""
    vertices: list[Point] = []
    codes: list[Any] = []
    for ring in rings:
        vertices += ring
        codes += [Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY]
    patch = PathPatch(
        Path(vertices, codes), facecolor=face or "white", edgecolor=MUTED if face else GRID, linewidth=0.3
    )
    if face is None:
        patch.set_hatch("////")
    axes.add_patch(patch)


def _frame(axes: Axes, points: Sequence[Point]) -> None:
    """Show these points, and a little around them."""
    xs, ys = zip(*points, strict=True)
    room = 0.01 * max(max(xs) - min(xs), max(ys) - min(ys))
    axes.set_xlim(min(xs) - room, max(xs) + room)
    axes.set_ylim(min(ys) - room, max(ys) + room)


def _key(axes: Axes, ramp: LinearSegmentedColormap, scale: tuple[str, str, str]) -> None:
    label, least, greatest = scale
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for step in range(24):
        axes.add_patch(Rectangle((step / 24, 0.35), 1 / 24, 0.3, facecolor=ramp(step / 23), edgecolor="none"))
    axes.text(0, 0.75, label, ha="left", va="bottom", size=7.5)
    axes.text(0, 0.25, least, ha="left", va="top", size=7)
    axes.text(1, 0.25, greatest, ha="right", va="top", size=7)
