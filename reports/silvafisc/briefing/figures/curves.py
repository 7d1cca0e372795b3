"""Curve drawings: Lorenz curve and the frontier between two objectives."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from .canvas import ACCENT, GRID, INK, MUTED, SECOND, label_width, look, new_figure, plain_tick, to_svg

Point = tuple[float, float]
Named = tuple[float, float, str]

_CROWDED = 0.35
"""A frontier narrower than this part of the whole picture gets a second panel of its own."""


def lorenz(prefix: str, points: Sequence[Point], axes_labels: tuple[str, str], line: tuple[str, str]) -> str:
    """Cumulative payments over cumulative population, both 0..1. line: legend of the curve and of equality."""
    with look():
        figure = new_figure(8.6, 7.4, (1.5, 0.5, 1.1, 0.2))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), label=line[1])
        xs, ys = [x for x, _ in points], [y for _, y in points]
        axes.plot(xs, ys, color=ACCENT, linewidth=1.6, marker="o", markersize=2.4, label=line[0])
        axes.fill_between(xs, ys, xs, color=ACCENT, alpha=0.12, linewidth=0)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_aspect("equal")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.grid(True, color=GRID, linewidth=0.5)
        axes.set_xlabel(axes_labels[0])
        axes.set_ylabel(axes_labels[1])
        axes.legend(loc="upper left", fontsize=7.5)
        return to_svg(figure, prefix)


def frontier(
    prefix: str,
    curve: Sequence[Point],
    chosen: Sequence[Named],
    baselines: Sequence[Named],
    axes_labels: tuple[str, str],
    legend: tuple[str, str, str],
    panels: tuple[str, str],
) -> str:
    """Pareto points joined in order, the chosen point, and the baselines by name, all in shown units.

    Where the baselines lie so far off that the frontier shrinks to a corner, a second panel shows it alone.
    panels: the titles of the two panels.
    """
    with look():
        near = [*curve, *((x, y) for x, y, _ in chosen)]
        everything = [*near, *((x, y) for x, y, _ in baselines)]
        two = bool(baselines) and any(_extent(near, i) < _CROWDED * _extent(everything, i) for i in (0, 1))
        marks: dict[str, Any] = {"curve": curve, "chosen": chosen, "legend": legend}
        if two:
            figure = new_figure(17.2, 7.4, (2.1, 0.2, 1.1, 0.7))
            left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.2})
            _points(left, baselines=baselines, **marks)
            _points(right, baselines=(), **marks)
            for axes, title in ((left, panels[0]), (right, panels[1])):
                axes.set_title(title, fontsize=8, loc="left")
            _scales(left, axes_labels, 4)
            _scales(right, axes_labels, 4)
            right.legend(*left.get_legend_handles_labels(), loc="lower left", fontsize=7)
            right.set_ylabel("")
            _name_points(left, baselines, 6.6)
        else:
            figure = new_figure(14.5, 7.0, (2.1, 0.4, 1.1, 0.2))
            axes = figure.subplots()
            _points(axes, baselines=baselines, **marks)
            _scales(axes, axes_labels, 7)
            axes.legend(loc="lower left", fontsize=7.5)
            _name_points(axes, baselines, 12.4)
        return to_svg(figure, prefix)


def _extent(points: Sequence[Point], place: int) -> float:
    values = [point[place] for point in points]
    return max(values) - min(values)


def _points(
    axes: Axes,
    curve: Sequence[Point],
    chosen: Sequence[Named],
    baselines: Sequence[Named],
    legend: tuple[str, str, str],
) -> None:
    # What was chosen lies on the frontier too: the line goes through it, unless some point of the sweep beats it.
    line = sorted({*curve, *((x, y) for x, y, _ in chosen)})
    falls = all(one[1] >= other[1] for one, other in pairwise(line))
    through = line if falls else sorted(curve)
    axes.plot([x for x, _ in through], [y for _, y in through], color=ACCENT, lw=1.2)
    axes.plot(
        [x for x, _ in curve], [y for _, y in curve], color=ACCENT, ls="none", marker="o", ms=3.6, label=legend[0]
    )
    edge: dict[str, Any] = {"linestyle": "none", "markeredgecolor": INK, "markeredgewidth": 0.6}
    at = [x for x, _, _ in chosen], [y for _, y, _ in chosen]
    axes.plot(*at, marker="*", markersize=12, color=SECOND, label=legend[1], **edge)
    if baselines:
        at = [x for x, _, _ in baselines], [y for _, y, _ in baselines]
        axes.plot(*at, marker="s", markersize=4.5, color="white", label=legend[2], **edge)


def _scales(axes: Axes, labels: tuple[str, str], ticks: int) -> None:
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(ticks))
        axis.set_major_formatter(FuncFormatter(plain_tick))
    axes.margins(0.14)
    axes.grid(True, color=GRID, linewidth=0.5)


def _name_points(axes: Axes, points: Sequence[Named], width_cm: float) -> None:
    """Write each name beside its point, at the first of some places where no earlier name stands."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    height_cm = 5.7
    taken: list[tuple[float, float, float, float]] = []
    for x, y, name in sorted(points, key=lambda point: (-point[1], point[0])):
        px, py = (x - left) / (right - left) * width_cm, (y - low) / (high - low) * height_cm
        wide = label_width([name], 6.6)
        places = [
            (dx, dy, side) for dy in (0.14, -0.34, 0.42, -0.62, 0.7, -0.9) for dx, side in ((0.18, 1), (-0.18, -1))
        ]
        boxes = [
            (px + dx - (wide if side < 0 else 0), py + dy, px + dx + (wide if side > 0 else 0), py + dy + 0.26)
            for dx, dy, side in places
        ]
        free = [
            i
            for i, box in enumerate(boxes)
            if box[0] >= 0 and box[2] <= width_cm and not any(_overlap(box, other) for other in taken)
        ]
        best = free[0] if free else 0
        taken.append(boxes[best])
        dx, dy, side = places[best]
        axes.annotate(
            name,
            (x, y),
            xytext=(dx / 2.54 * 72, dy / 2.54 * 72),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="bottom",
            size=6.6,
        )


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
