"""A waterfall: what each part adds to or takes from a difference, and what comes out in the end."""

from collections.abc import Sequence

from matplotlib.ticker import FuncFormatter

from .bars import _below, _grid, _names
from .canvas import ACCENT, INK, MUTED, SECOND, look, new_figure, plain_tick, to_svg

HATCHES = {True: "", False: "//"}
"""What falls is hatched as well, so that a grey print tells it from what rises."""


def waterfall(
    prefix: str, items: Sequence[tuple[str, float, str]], whole: tuple[str, str], axis: str, language: str
) -> str:
    """Columns that start where the one before ends. items: (label, value, shown text). whole: label and text of their sum."""
    with look():
        names, turn, foot = _below([label for label, _, _ in items] + [whole[0]], language, 15.4)
        figure = new_figure(17.2, 5.2 + foot, (1.8, 0.1, foot, 0.3))
        axes = figure.subplots()
        level = 0.0
        for place, (_, value, text) in enumerate(items):
            rises = value >= 0
            colour = ACCENT if rises else SECOND
            axes.bar(place, value, bottom=level, width=0.62, color=colour, hatch=HATCHES[rises], edgecolor="white")
            _label(axes, place, max(level, level + value), text)
            level += value
            axes.plot([place - 0.31, place + 1.31], [level, level], color=MUTED, linewidth=0.7)
        axes.bar(len(items), level, width=0.62, color=INK)
        _label(axes, len(items), max(level, 0.0), whole[1])
        axes.axhline(0, color=MUTED, linewidth=0.7)
        _names(axes, names, turn)
        axes.use_sticky_edges = False  # columns that end at the top leave room for their texts all the same
        axes.margins(y=0.14)
        axes.set_ylabel(axis)
        axes.yaxis.set_major_formatter(FuncFormatter(plain_tick))
        _grid(axes, "y")
        return to_svg(figure, prefix)


def _label(axes: object, place: int, top: float, text: str) -> None:
    """The shown text above a column."""
    where = {"xytext": (0, 2), "textcoords": "offset points", "ha": "center", "va": "bottom", "size": 7}
    axes.annotate(text, (place, top), **where)  # type: ignore[attr-defined]
