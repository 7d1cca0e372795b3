"""Bar drawings: amounts by nature, ranked values, sensitivity."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import ACCENT, GRID, INK, MUTED, NATURE_COLOURS, SECOND, label_width, look, new_figure, to_svg


def _grid(axes: Axes, axis: str) -> None:
    axes.set_axisbelow(True)
    (axes.xaxis if axis == "x" else axes.yaxis).grid(True, color=GRID, linewidth=0.5)


def _plain(value: float, _: int) -> str:
    return f"{value:,.6g}".replace("-", "−")


def upright(name: str, language: str) -> str:
    """A unit's name under a narrow column: Chinese one character below the other, English turned by the caller."""
    return "\n".join(name) if language == "zh" else name


def stacked(
    prefix: str,
    labels: Sequence[str],
    parts: Mapping[str, tuple[str, Sequence[float]]],
    axis: str,
    language: str,
) -> str:
    """One column per unit, stacked by nature. parts: nature -> (legend text, value per unit)."""
    with look():
        room = 14.4 / max(len(labels), 1)
        level = label_width(labels, 6.5) < room
        if level:
            foot = 0.7
        elif language == "zh":
            foot = 0.3 + 0.27 * max(map(len, labels), default=1)
        else:
            foot = 0.3 + label_width(labels, 6.5)
        figure = new_figure(16.5, 6.6 + foot, (1.9, 0.2, foot, 0.3))
        axes = figure.subplots()
        base = [0.0] * len(labels)
        for nature, (name, values) in parts.items():
            axes.bar(
                range(len(labels)),
                values,
                bottom=base,
                width=0.8,
                label=name,
                color=NATURE_COLOURS.get(nature, MUTED),
                edgecolor="white",
                linewidth=0.3,
            )
            base = [low + value for low, value in zip(base, values, strict=True)]
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_xticks(range(len(labels)), [label if level else upright(label, language) for label in labels])
        axes.tick_params(axis="x", length=0, labelsize=6.5, rotation=0 if level or language == "zh" else 90)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_formatter(FuncFormatter(_plain))
        _grid(axes, "y")
        axes.legend(loc="upper right", ncols=min(len(parts), 5), fontsize=7.5, handlelength=1.2)
        return to_svg(figure, prefix)


def ranked(
    prefix: str, items: Sequence[tuple[str, float, str]], axis: str, reference: tuple[float, str] | None = None
) -> str:
    """Horizontal bars in the given order: (label, value, shown text); `reference` draws a named line."""
    with look():
        names = 0.4 + label_width((label for label, _, _ in items), 7.5)
        figure = new_figure(16.5, 0.36 * max(len(items), 4) + 1.6, (names, 0.3, 1.1, 0.2))
        axes = figure.subplots()
        places = list(range(len(items)))[::-1]
        values = [value for _, value, _ in items]
        axes.barh(places, values, height=0.72, color=[ACCENT if value >= 0 else SECOND for value in values])
        for place, (_, value, text) in zip(places, items, strict=True):
            axes.annotate(
                text,
                (value, place),
                xytext=(3 if value >= 0 else -3, 0),
                textcoords="offset points",
                ha="left" if value >= 0 else "right",
                va="center",
                size=6.5,
            )
        axes.set_yticks(places, [label for label, _, _ in items])
        axes.tick_params(axis="y", length=0, labelsize=7.5)
        axes.set_ylim(-0.6, len(items) - 0.4)
        axes.margins(x=0.12)
        if min(values) >= 0:
            axes.set_xlim(left=0)
        axes.axvline(0, color=MUTED, linewidth=0.6)
        axes.set_xlabel(axis)
        axes.xaxis.set_major_formatter(FuncFormatter(_plain))
        _grid(axes, "x")
        if reference is not None:
            axes.axvline(reference[0], color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
            axes.annotate(
                reference[1],
                (reference[0], len(items) - 0.4),
                xytext=(3, -2),
                textcoords="offset points",
                va="top",
                size=7,
            )
        return to_svg(figure, prefix)


def tornado(prefix: str, items: Sequence[tuple[str, Sequence[tuple[str, float]]]], centre: float, axis: str) -> str:
    """Change of an objective when an assumption moves: (label, ((how, value) …)) around `centre`, all in shown units."""
    with look():
        names = 0.4 + label_width((label for label, _ in items), 8)
        figure = new_figure(16.5, 0.75 * len(items) + 1.6, (names, 0.3, 1.1, 0.2))
        axes = figure.subplots()
        places = list(range(len(items)))[::-1]
        for place, (_, moves) in zip(places, items, strict=True):
            for how, value in moves:
                low = value < centre
                axes.barh(place, value - centre, left=centre, height=0.6, color=SECOND if low else ACCENT)
                axes.annotate(
                    how,
                    (value, place),
                    xytext=(-3 if low else 3, 0),
                    textcoords="offset points",
                    ha="right" if low else "left",
                    va="center",
                    size=6.8,
                )
        axes.axvline(centre, color=INK, linewidth=0.8)
        axes.set_yticks(places, [label for label, _ in items])
        axes.tick_params(axis="y", length=0)
        axes.margins(x=0.15)
        axes.set_ylim(-0.6, len(items) - 0.4)
        axes.set_xlabel(axis)
        axes.xaxis.set_major_locator(MaxNLocator(7))
        axes.xaxis.set_major_formatter(FuncFormatter(_plain))
        _grid(axes, "x")
        return to_svg(figure, prefix)
