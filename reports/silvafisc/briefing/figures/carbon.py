"""Carbon drawings: flows over the years by measure, and the curve of cost per tonne."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import GRID, INK, SERIES, add_columns, look, new_figure, plain_tick, to_svg


def palette(names: Sequence[str]) -> dict[str, str]:
    """The same colour for a measure in every drawing; again from the first where there are more."""
    return dict(zip(names, cycle(SERIES), strict=False))


def years(
    prefix: str, labels: Sequence[str], parts: Mapping[str, Sequence[float]], colours: Mapping[str, str], axis: str
) -> str:
    """A column per year, gains stacked upwards and losses downwards. parts: legend text -> value per year."""
    with look():
        figure = new_figure(17.2, 5.6, (1.7, 0.1, 0.9, 0.2))
        axes = figure.subplots()
        above, below = [0.0] * len(labels), [0.0] * len(labels)
        for name, values in parts.items():
            base = [high if value >= 0 else low for high, low, value in zip(above, below, values, strict=True)]
            add_columns(axes, values, base, 0.84, [colours[name]] * len(labels), name, ("white", 0.3))
            above = [high + max(value, 0) for high, value in zip(above, values, strict=True)]
            below = [low + min(value, 0) for low, value in zip(below, values, strict=True)]
        every = max(1, -(-len(labels) // 12))
        axes.set_xticks(range(0, len(labels), every), labels[::every])
        axes.set_xlim(-0.7, len(labels) - 0.3)
        axes.axhline(0, color=INK, linewidth=0.6)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_locator(MaxNLocator(7))
        axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
        axes.set_axisbelow(True)
        axes.yaxis.grid(True, color=GRID, linewidth=0.5)
        axes.legend(loc="upper right", ncols=min(len(parts), 4), fontsize=7.5, handlelength=1.2)
        return to_svg(figure, prefix)


def costs(
    prefix: str,
    steps: Sequence[tuple[float, float, str]],
    colours: Mapping[str, str],
    axes_labels: tuple[str, str],
) -> str:
    """Cost per tonne over cumulative tonnes, both in shown units: (tonnes, cost, name) from the cheapest on.

    The scale of costs is logarithmic: a tonne may cost a hundred times another.
    """
    with look():
        figure = new_figure(17.2, 6.2, (1.9, 0.2, 1.1, 0.2))
        axes = figure.subplots()
        names = list(dict.fromkeys(name for _, _, name in steps))
        left = 0.0
        lowest = min(cost for _, cost, _ in steps) / 2
        for tonnes, cost, name in steps:
            box = Rectangle(
                (left, lowest), tonnes, cost - lowest, facecolor=colours[name], edgecolor="white", linewidth=0.4
            )
            axes.add_artist(box)
            left += tonnes
        for name in names:
            axes.add_patch(Rectangle((0, lowest), 0, 0, facecolor=colours[name], label=name))
        axes.set_yscale("log")
        axes.set_xlim(0, left)
        axes.set_ylim(lowest, max(cost for _, cost, _ in steps) * 1.6)
        axes.set_xlabel(axes_labels[0])
        axes.set_ylabel(axes_labels[1])
        axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))
        axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
        axes.set_axisbelow(True)
        axes.yaxis.grid(True, color=GRID, linewidth=0.5)
        axes.legend(loc="upper left", ncols=min(len(names), 4), fontsize=7.5, handlelength=1.2)
        return to_svg(figure, prefix)
