"""Tile-grid map of the 34 province-level units: no boundary is drawn, every unit has a tile of the same size."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle

from ..colours import luminance
from .canvas import GRID, INK, MUTED, SEQUENCE, fitting, look, new_figure, to_svg

_INK_FROM = 0.225
"""Relative luminance above which dark ink reads better than white."""
_WIDTH = 0.86
"""Room for a name in a tile, in cm."""


@dataclass(frozen=True)
class Tile:
    """Place and short names of one province-level unit."""

    region_code: str
    column: int
    row: int
    short_zh: str
    short_en: str


@cache
def tiles() -> Mapping[str, Tile]:
    """All 34 province-level units by code."""
    text = files("silvafisc.briefing.figures").joinpath("tiles.csv").read_text(encoding="utf-8")
    return {
        row["region_code"]: Tile(
            row["region_code"], int(row["column"]), int(row["row"]), row["short_zh"], row["short_en"]
        )
        for row in csv.DictReader(text.splitlines())
    }


def tile_map(
    prefix: str, values: Mapping[str, tuple[float, str]], language: str, scale: tuple[str, str, str], notice: str
) -> str:
    """Shade every tile by its value.

    values: region code -> (value, shown text); units without one stay white with a dash.
    scale: what is shown with its unit, and the shown least and greatest value. notice: the words under the map.
    """
    low = min(value for value, _ in values.values())
    high = max(value for value, _ in values.values())
    with look():
        ramp = LinearSegmentedColormap.from_list("tiles", SEQUENCE)
        figure = new_figure(12.6, 8.6, (0, 0, 0, 0))
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(0.9, 10.1)
        axes.set_ylim(8.95, -0.05)
        for code, tile in tiles().items():
            value, text = values.get(code, (None, "—"))
            share = None if value is None else (value - low) / (high - low) if high > low else 0.5
            ink = shade(axes, tile, share, ramp, 0.8)
            name = tile.short_zh if language == "zh" else tile.short_en.replace(" ", "\n")
            size = fitting(name, _WIDTH, 8 if language == "zh" else 5.4)
            axes.text(tile.column + 0.475, tile.row + 0.36, name, ha="center", va="center", size=size, color=ink)
            axes.text(tile.column + 0.475, tile.row + 0.72, text, ha="center", va="center", size=5.8, color=ink)
        for i in range(24):
            axes.add_artist(Rectangle((1 + i * 0.1, 8.25), 0.1, 0.22, facecolor=ramp(i / 23), edgecolor="none"))
        label, least, greatest = scale
        axes.text(1, 8.12, label, ha="left", va="bottom", size=7.5)
        axes.text(1, 8.56, least, ha="left", va="top", size=7)
        axes.text(3.4, 8.56, greatest, ha="right", va="top", size=7)
        axes.text(9.95, 8.75, notice, ha="right", va="bottom", size=7.5, color=MUTED)
        return to_svg(figure, prefix)


def shade(axes: Axes, tile: Tile, share: float | None, ramp: LinearSegmentedColormap, line: float) -> str:
    """Draw a tile at its share of the scale, hatched white where it has none; the ink that reads on it."""
    empty = share is None
    axes.add_artist(
        Rectangle(
            (tile.column, tile.row),
            0.95,
            0.95,
            facecolor="#ffffff" if share is None else ramp(share),
            edgecolor=GRID if empty else "none",
            linewidth=line,
            hatch="///" if empty else None,
        )
    )
    return INK if share is None or luminance(to_hex(ramp(share))) > _INK_FROM else "#ffffff"
