"""Curve drawings: Lorenz curve and the frontier between two objectives."""

from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import FuncFormatter, PercentFormatter

from .canvas import ACCENT, GRID, INK, MUTED, SECOND, look, new_figure, to_svg


def lorenz(
    prefix: str, points: Sequence[tuple[float, float]], axes_labels: tuple[str, str], line: tuple[str, str]
) -> str:
    """Cumulative payments over cumulative population, both 0..1. line: legend of the curve and of equality."""
    with look():
        figure = new_figure(10.4, 9.2, (1.5, 0.4, 1.1, 0.3))
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
    curve: Sequence[tuple[float, float]],
    chosen: Sequence[tuple[float, float, str]],
    baselines: Sequence[tuple[float, float, str]],
    axes_labels: tuple[str, str],
    legend: tuple[str, str, str],
) -> str:
    """Pareto points joined in order, the chosen point, and the baselines, all in shown units."""
    with look():
        figure = new_figure(14.5, 8.4, (1.7, 0.4, 1.1, 0.3))
        axes = figure.subplots()
        xs, ys = [x for x, _ in curve], [y for _, y in curve]
        axes.plot(xs, ys, color=ACCENT, linewidth=1.2, marker="o", markersize=4, label=legend[0])
        style: dict[str, Any] = {"linestyle": "none", "color": SECOND, "markeredgecolor": INK, "markeredgewidth": 0.6}
        axes.plot(
            [x for x, _, _ in chosen], [y for _, y, _ in chosen], marker="*", markersize=13, label=legend[1], **style
        )
        style |= {"color": "white"}
        axes.plot(
            [x for x, _, _ in baselines],
            [y for _, y, _ in baselines],
            marker="s",
            markersize=5,
            label=legend[2],
            **style,
        )
        for x, y, name in (*chosen, *baselines):
            axes.annotate(name, (x, y), xytext=(6, 5), textcoords="offset points", size=7)
        axes.set_xlabel(axes_labels[0])
        axes.set_ylabel(axes_labels[1])
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}".replace("-", "−")))
        axes.margins(0.12)
        axes.grid(True, color=GRID, linewidth=0.5)
        axes.legend(loc="best", fontsize=7.5)
        return to_svg(figure, prefix)
