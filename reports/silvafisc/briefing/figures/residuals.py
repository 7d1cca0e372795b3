"""A model beside what is published: values by group on the left, deviations of every comparison on the right."""

from collections.abc import Mapping, Sequence

from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import ACCENT, GRID, INK, MUTED, SECOND, THIRD, look, new_figure, plain_tick, to_svg

_MARKS = (("s", INK), ("o", ACCENT), ("^", THIRD))


def fit_and_residuals(
    prefix: str,
    groups: Sequence[str],
    series: Mapping[str, Sequence[float]],
    deviations: Mapping[str, Sequence[float]],
    named: Sequence[tuple[str, float]],
    axes_labels: tuple[str, str, str],
) -> str:
    """Two panels.

    groups: names along the left panel. series: legend -> value per group, at most three. deviations: legend -> per cent
    of every comparison of that kind, drawn in ascending order; the kind that comes last is drawn in the warning colour.
    named: comparisons of that last kind by name. axes_labels: left y, right y, right x.
    """
    with look():
        figure = new_figure(17.2, 7.2, (1.5, 0.2, 1.1, 0.3))
        left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.22})
        for (mark, colour), (name, values) in zip(_MARKS, series.items(), strict=False):
            left.plot(range(len(groups)), values, ls="none", marker=mark, ms=4.5, color=colour, label=name, mfc="none")
        left.set_xticks(range(len(groups)), groups, fontsize=7)
        left.set_ylabel(axes_labels[0])
        left.set_ylim(bottom=0)
        left.legend(loc="upper left", fontsize=7)
        ordered = sorted((value, kind) for kind, values in deviations.items() for value in values)
        last = list(deviations)[-1]
        for kind, colour in zip(deviations, (ACCENT, MUTED, SECOND)[-len(deviations) :], strict=True):
            at = [place for place, (_, own) in enumerate(ordered) if own == kind]
            right.plot(at, [ordered[p][0] for p in at], ls="none", marker="o", ms=3.2, color=colour, label=kind)
        for name, value in named:
            place = ordered.index((value, last))
            right.annotate(name, (place, value), (-8, 5), textcoords="offset points", ha="right", va="center", size=6.6)
        right.axhline(0, color=INK, linewidth=0.6)
        right.set_ylabel(axes_labels[1])
        right.set_xlabel(axes_labels[2])
        right.set_xticks([])
        right.legend(loc="upper left", fontsize=7)
        for axes in (left, right):
            axes.yaxis.set_major_locator(MaxNLocator(7))
            axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
            axes.grid(True, axis="y", color=GRID, linewidth=0.5)
            axes.set_axisbelow(True)
        return to_svg(figure, prefix)
