"""Who pays whom: bands between payers and receivers, as wide as the money."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from .canvas import INK, MUTED, NATURE_COLOURS, label_width, look, new_figure, to_svg

COLOURS = tuple(NATURE_COLOURS.values())
HATCHES = ("", "///", "...", "xxx")
"""A payer's bands are hatched as well as coloured, so that a grey print tells them apart."""
LEFT, RIGHT, THICK = 0.0, 10.0, 0.22
GAP = 0.035
"""Part of the height that is left between two receivers or payers."""

Node = tuple[str, str]
"""Name and shown amount."""


def flows(prefix: str, payers: Sequence[Node], receivers: Sequence[Node], amounts: Sequence[Sequence[float]]) -> str:
    """Bands from every payer to every receiver. amounts[payer][receiver], not negative, their sum above 0."""
    total = sum(map(sum, amounts))
    heads = [[f"{name}\n{text}" for name, text in nodes] for nodes in (payers, receivers)]
    with look():
        sides = [0.3 + label_width((line for head in names for line in head.split("\n")), 8) for names in heads]
        figure = new_figure(17.2, max(5.2, 1.25 * len(receivers)), (sides[0], sides[1], 0.45, 0.3))
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(LEFT, RIGHT)
        axes.set_ylim(1.0, 0.0)
        paid = [sum(row) for row in amounts]
        got = [sum(row[place] for row in amounts) for place in range(len(receivers))]
        starts, ends = _places(paid, total), _places(got, total)
        scale = [1 - GAP * (len(nodes) - 1) for nodes in (payers, receivers)]
        for payer, row in enumerate(amounts):
            colour, hatch = COLOURS[payer % len(COLOURS)], HATCHES[payer % len(HATCHES)]
            height = paid[payer] / total * scale[0]
            axes.add_patch(Rectangle((LEFT, starts[payer]), THICK, height, facecolor=colour, edgecolor="none"))
            _label(axes, LEFT - 0.12, starts[payer] + height / 2, heads[0][payer], "right")
            for receiver, amount in enumerate(row):
                if amount:
                    wide = amount / total
                    band = (starts[payer], wide * scale[0]), (ends[receiver], wide * scale[1])
                    _band(axes, *band, colour, hatch)
                    starts[payer] += wide * scale[0]
                    ends[receiver] += wide * scale[1]
        for receiver, top in enumerate(_places(got, total)):
            height = got[receiver] / total * scale[1]
            axes.add_patch(Rectangle((RIGHT - THICK, top), THICK, height, facecolor=INK, edgecolor="none"))
            _label(axes, RIGHT + 0.12, top + height / 2, heads[1][receiver], "left")
        return to_svg(figure, prefix)


def _places(amounts: Sequence[float], total: float) -> list[float]:
    """Where each node begins, from the top."""
    scale, places, at = 1 - GAP * (len(amounts) - 1), [], 0.0
    for amount in amounts:
        places.append(at)
        at += amount / total * scale + GAP
    return places


def _band(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, hatch: str) -> None:
    """A band between the nodes; start, end: its top and its height there."""
    (y0, h0), (y1, h1) = start, end
    x0, x1, middle = LEFT + THICK, RIGHT - THICK, (LEFT + RIGHT) / 2
    points = [(x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 + h1), (middle, y1 + h1), (middle, y0 + h0)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    path = Path([*points, (x0, y0 + h0), (x0, y0)], codes)
    axes.add_patch(PathPatch(path, facecolor=colour, alpha=0.55, edgecolor="white", linewidth=0.3, hatch=hatch))


def _label(axes: Axes, x: float, y: float, text: str, side: str) -> None:
    axes.text(x, y, text, ha=side, va="center", size=8, color=INK if text else MUTED, clip_on=False)
