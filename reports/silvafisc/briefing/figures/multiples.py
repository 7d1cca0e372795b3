"""Small multiples: one tile map per panel on one scale, so that years can be told apart at a glance."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from .canvas import MUTED, SEQUENCE, fitting, look, new_figure, to_svg
from .tiles import shade, tiles

MOST_PANELS = 6
"""More panels than this cannot be read: the first, the last and those between at equal steps."""
ACROSS = 3
_WIDTH = 0.49
"""Room for a name in a tile, in cm."""


def small_multiples(
    prefix: str,
    panels: Sequence[tuple[str, Mapping[str, float]]],
    language: str,
    scale: tuple[str, str, str],
    notice: str,
) -> str:
    """One map per (title, region code -> value); a unit without a value stays white.

    scale: what is shown with its unit, and the shown least and greatest value of all panels. notice: words under the maps.
    """
    chosen = panels if len(panels) <= MOST_PANELS else [panels[i] for i in _steps(len(panels))]
    values = [value for _, held in chosen for value in held.values()]
    low, high = min(values), max(values)
    down = -(-len(chosen) // ACROSS)
    with look():
        ramp = LinearSegmentedColormap.from_list("tiles", SEQUENCE)
        figure = new_figure(17.2, 5.0 * down + 1.1, (0, 0, 1.0, 0.1))
        grid = figure.subplots(down, ACROSS, squeeze=False)
        figure.subplots_adjust(wspace=0.04, hspace=0.08)
        for place, axes in enumerate(grid.flat):
            axes.set_axis_off()
            if place < len(chosen):
                title, held = chosen[place]
                shares = {code: (v - low) / (high - low) if high > low else 0.5 for code, v in held.items()}
                _panel(axes, title, shares, language, ramp)
        bar = figure.add_axes((0.02, 0.0, 0.96, 0.9 / (5.0 * down + 1.1)))
        bar.set_axis_off()
        bar.set_xlim(0, 17.2)
        bar.set_ylim(0, 0.9)
        for i in range(24):
            bar.add_artist(Rectangle((0.2 + i * 0.16, 0.34), 0.16, 0.18, facecolor=ramp(i / 23), edgecolor="none"))
        label, least, greatest = scale
        bar.text(0.2, 0.58, label, ha="left", va="bottom", size=7)
        bar.text(0.2, 0.3, least, ha="left", va="top", size=6.5)
        bar.text(4.04, 0.3, greatest, ha="right", va="top", size=6.5)
        bar.text(16.8, 0.34, notice, ha="right", va="bottom", size=7, color=MUTED)
        return to_svg(figure, prefix)


def _panel(axes: Axes, title: str, shares: Mapping[str, float], language: str, ramp: LinearSegmentedColormap) -> None:
    axes.set_aspect("equal")
    axes.set_xlim(0.9, 10.1)
    axes.set_ylim(8.2, -0.75)
    axes.text(1, -0.2, title, ha="left", va="bottom", size=8.5, weight="bold")
    for code, tile in tiles().items():
        share = shares.get(code)
        ink = shade(axes, tile, share, ramp, 0.6)
        name = tile.short_zh if language == "zh" else tile.short_en.replace(" ", "\n")
        size = fitting(name, _WIDTH, 5 if language == "zh" else 3.1)
        axes.text(tile.column + 0.475, tile.row + 0.475, name, ha="center", va="center", size=size, color=ink)


def _steps(count: int) -> list[int]:
    """Places of the panels that are drawn."""
    return sorted({round(i * (count - 1) / (MOST_PANELS - 1)) for i in range(MOST_PANELS)})
