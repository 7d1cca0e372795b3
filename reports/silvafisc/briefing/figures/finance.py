"""Drawings of a loan or bond: receipts against debt service, the fan of the cover, and the ladder of the coupon."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import ACCENT, GRID, INK, MUTED, SECOND, look, new_figure, plain_tick, to_svg

RECEIPTS, SERVICE = "#93c4aa", "#1b3a5c"
"""Light and dark, also on a grey printer."""
_LINES = ((0, (5, 2)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (3, 3)), (0, (8, 2, 1, 2)))
"""Strokes of the stressed courses, told apart without colour."""
_MOST_TICKS = 14


def _years(axes: Axes, labels: Sequence[str]) -> None:
    every = -(-len(labels) // _MOST_TICKS)
    axes.set_xticks(range(0, len(labels), every), labels[::every])
    axes.set_xlim(-0.6, len(labels) - 0.4)


def _scale(axes: Axes, label: str) -> None:
    axes.set_ylabel(label)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
    axes.set_axisbelow(True)
    axes.yaxis.grid(True, color=GRID, linewidth=0.5)


def cash_flow(
    prefix: str,
    years: Sequence[str],
    receipts: tuple[str, Sequence[float]],
    service: tuple[str, Sequence[float]],
    axis: str,
) -> str:
    """Two columns per year: what comes in and what falls due, each with its legend text."""
    with look():
        figure = new_figure(17.2, 5.2, (1.9, 0.1, 0.8, 0.7))
        axes = figure.subplots()
        for shift, (name, values), colour in ((-0.2, receipts, RECEIPTS), (0.2, service, SERVICE)):
            axes.bar([at + shift for at in range(len(years))], values, width=0.4, color=colour, label=name)
        _years(axes, years)
        _scale(axes, axis)
        figure.legend(loc="upper center", ncols=2, fontsize=7.5, handlelength=1.2)
        return to_svg(figure, prefix)


def cover(
    prefix: str,
    years: Sequence[str],
    courses: Mapping[str, Sequence[float]],
    band: tuple[str, Sequence[float], Sequence[float]] | None,
    once: str,
    axis: str,
) -> str:
    """Cover of the years with debt service: the first course as stated, stressed ones in strokes, drawn prices as a band.

    band: legend text, low and high; once: name of the line at which receipts just cover the debt.
    """
    with look():
        figure = new_figure(17.2, 6.2, (1.3, 0.1, 0.8, 1.1))
        axes = figure.subplots()
        places = range(len(years))
        if band is not None:
            axes.fill_between(places, band[1], band[2], color=ACCENT, alpha=0.16, linewidth=0, label=band[0])
        for at, (name, values) in enumerate(courses.items()):
            if at:
                axes.plot(places, values, color=SECOND, lw=1.1, ls=_LINES[(at - 1) % len(_LINES)], label=name)
            else:
                axes.plot(places, values, color=ACCENT, lw=1.8, marker="o", ms=3, label=name)
        axes.axhline(1, color=INK, linewidth=0.8, label=once)
        _years(axes, years)
        _scale(axes, axis)
        axes.set_ylim(bottom=0)
        figure.legend(loc="upper center", ncols=4, fontsize=7, handlelength=2.6)
        return to_svg(figure, prefix)


def ladder(prefix: str, rungs: Sequence[tuple[float, float, str]], axes_labels: tuple[str, str]) -> str:
    """The coupon over the carbon income of its period: (income, coupon, shown coupon), flat before and after the rungs."""
    with look():
        figure = new_figure(12.0, 5.0, (1.6, 0.4, 1.1, 0.3))
        axes = figure.subplots()
        xs, ys = [income for income, _, _ in rungs], [coupon for _, coupon, _ in rungs]
        reach = 0.15 * (xs[-1] - xs[0])
        axes.plot([max(0.0, xs[0] - reach), *xs, xs[-1] + reach], [ys[0], *ys, ys[-1]], color=ACCENT, lw=1.6)
        axes.plot(xs, ys, color=ACCENT, ls="none", marker="o", ms=4)
        for income, coupon, text in rungs:
            axes.annotate(text, (income, coupon), xytext=(0, 5), textcoords="offset points", ha="center", size=7)
        axes.axhline(ys[0], color=MUTED, linewidth=0.5, linestyle=(0, (4, 2)))
        axes.margins(y=0.25)
        axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))
        axes.set_xlabel(axes_labels[0])
        _scale(axes, axes_labels[1])
        return to_svg(figure, prefix)
