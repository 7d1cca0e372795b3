"""Bar drawings: amounts by nature, ranked values, sensitivity."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .canvas import (
    ACCENT,
    GRID,
    INK,
    MUTED,
    NATURE_COLOURS,
    SECOND,
    add_columns,
    label_width,
    look,
    new_figure,
    plain_tick,
    to_svg,
)


def _grid(axes: Axes, axis: str) -> None:
    axes.set_axisbelow(True)
    (axes.xaxis if axis == "x" else axes.yaxis).grid(True, color=GRID, linewidth=0.5)


def _below(labels: Sequence[str], language: str, width: float) -> tuple[list[str], int, float]:
    """Names under `width` cm of columns: as written there, their turn in degrees, and the room they take in cm.

    On one line where that fits, else English word by word; else Chinese character by character and English turned.
    """
    room = width / max(len(labels), 1)
    for names in (list(labels), [label.replace(" ", "\n") for label in labels]):
        lines = [name.split("\n") for name in names]
        if label_width((line for parts in lines for line in parts), 6.5) < room:
            return names, 0, 0.43 + 0.27 * max(map(len, lines), default=1)
    if language == "zh":
        return ["\n".join(label) for label in labels], 0, 0.3 + 0.27 * max(map(len, labels), default=1)
    return list(labels), 90, 0.3 + label_width(labels, 6.5)


def _names(axes: Axes, names: Sequence[str], turned: int) -> None:
    """Names under the columns: plain texts, since a tick for each would take longer than the rest of the drawing."""
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_xticks([])
    below = axes.get_xaxis_transform()
    for place, name in enumerate(names):
        axes.text(place, -0.02, name, transform=below, size=6.5, rotation=turned, ha="center", va="top")


def stacked(
    prefix: str,
    labels: Sequence[str],
    parts: Mapping[str, tuple[str, Sequence[float]]],
    axis: str,
    language: str,
) -> str:
    """One column per unit, stacked by nature. parts: nature -> (legend text, value per unit)."""
    with look():
        names, turn, foot = _below(labels, language, 15.4)
        figure = new_figure(17.2, 4.9 + foot, (1.5, 0.1, foot, 0.2))
        axes = figure.subplots()
        base = [0.0] * len(labels)
        for nature, (name, values) in parts.items():
            colours = [NATURE_COLOURS.get(nature, MUTED)] * len(labels)
            add_columns(axes, values, base, 0.8, colours, name, ("white", 0.3))
            base = [low + value for low, value in zip(base, values, strict=True)]
        _names(axes, names, turn)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
        _grid(axes, "y")
        axes.legend(loc="upper right", ncols=min(len(parts), 5), fontsize=7.5, handlelength=1.2)
        return to_svg(figure, prefix)


def columns(
    prefix: str, items: Sequence[tuple[str, float, str]], axis: str, language: str, top: tuple[float, str] | None
) -> str:
    """Columns in the given order: (label, value, shown text).

    top: the largest value on the scale and its name, a line; what is larger is cut off there, with its text above.
    """
    with look():
        labels = [label for label, _, _ in items]
        names, turn, foot = _below(labels, language, 15.4)
        figure = new_figure(17.2, 4.6 + foot, (1.5, 0.1, foot, 0.5))
        axes = figure.subplots()
        limit = max(value for _, value, _ in items) if top is None else top[0]
        heights = [min(value, limit) for _, value, _ in items]
        cut = [value > limit for _, value, _ in items]
        colours = [SECOND if over else ACCENT for over in cut]
        add_columns(axes, heights, [0.0] * len(items), 0.78, colours)
        usual = [text for (_, _, text), over in zip(items, cut, strict=True) if not over]
        turned = 0 if label_width(usual, 5.6) < 15.4 / len(items) * 1.05 else 90
        for place, (_, _, text) in enumerate(items):
            axes.annotate(
                text,
                (place, heights[place]),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                size=5.6,
                rotation=turned,
            )
        _names(axes, names, turn)
        axes.set_ylim(0, limit * 1.06)
        if top is not None:
            axes.axhline(limit, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
            axes.annotate(top[1], (-0.5, limit), xytext=(2, -3), textcoords="offset points", va="top", size=7)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
        _grid(axes, "y")
        return to_svg(figure, prefix)


def ranked(prefix: str, items: Sequence[tuple[str, float, str]], axis: str) -> str:
    """Horizontal bars in the given order: (label, value, shown text)."""
    with look():
        names = 0.4 + label_width((label for label, _, _ in items), 7.5)
        figure = new_figure(17.2, 0.34 * max(len(items), 4) + 1.2, (names, 0.3, 1.0, 0.1))
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
        axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))
        _grid(axes, "x")
        return to_svg(figure, prefix)


def tornado(prefix: str, items: Sequence[tuple[str, Sequence[tuple[str, float]]]], centre: float, axis: str) -> str:
    """Change of an objective when an assumption moves: (label, ((how, value) …)) around `centre`, all in shown units."""
    with look():
        names = 0.4 + label_width((label for label, _ in items), 8)
        figure = new_figure(17.2, 0.52 * len(items) + 1.3, (names, 0.3, 1.0, 0.1))
        axes = figure.subplots()
        places = list(range(len(items)))[::-1]
        values = [value for _, moves in items for _, value in moves]
        close = 0.02 * (max([*values, centre]) - min([*values, centre]))
        for place, (_, moves) in zip(places, items, strict=True):
            if all(abs(value - centre) <= close for _, value in moves):
                moves = [(" / ".join(how for how, _ in moves), max(value for _, value in moves))]
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
        axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))
        _grid(axes, "x")
        return to_svg(figure, prefix)
