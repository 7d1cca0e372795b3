"""One look for all drawings, and reproducible SVG: text as outlines, no date, ids that never collide in one page."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import get_named_colors_mapping
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from ..glyphs import SECOND_FAMILY, Fonts, require_glyphs
from ..style import Natures, Palette, current

INK, MUTED, GRID = "briefing ink", "briefing muted", "briefing grid"
ACCENT, SECOND, THIRD = "briefing first", "briefing second", "briefing third"
"""Names of colours, which `look` gives the values of the present style."""
NATURE_COLOURS = {name: f"briefing {name}" for name in Natures.model_fields}
SEQUENCE = tuple(f"briefing sequence {place}" for place in range(6))
"""Light to dark, one direction of lightness."""
SERIES = tuple(f"briefing series {place}" for place in range(10))

_RC: dict[Any, Any] = {
    "font.size": 8.0,
    "axes.unicode_minus": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "silvafisc",
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
}


@cache
def _family(fonts: Fonts) -> str:
    """A family of the drawings' own of these two files, whatever name and weight they give themselves."""
    name = f"briefing {fonts.regular} {fonts.bold}"
    for bold, weight in ((False, 400), (True, 700)):
        font_manager.fontManager.addfont(str(fonts.path(bold)))
        entries = font_manager.fontManager.ttflist
        entries[-1] = replace(entries[-1], name=name, weight=weight, style="normal", variant="normal", stretch="normal")
    return name


def _named(palette: Palette) -> dict[str, str]:
    """Name of a colour -> its value."""
    single = {name: value for name, value in palette if isinstance(value, str)}
    single |= dict(palette.natures)
    for name, values in (("sequence", palette.sequence), ("series", palette.series)):
        single |= {f"{name} {place}": value for place, value in enumerate(values)}
    return {f"briefing {name}": value for name, value in single.items()}


@contextmanager
def look() -> Iterator[None]:
    """The present style; the caller's settings come back afterwards."""
    style = current()
    for name, colour in _named(style.palette).items():
        get_named_colors_mapping()[name] = colour  # one by one: only so does the library forget what it has looked up
    with matplotlib.rc_context({**_RC, "font.family": [_family(style.faces), SECOND_FAMILY]}):
        yield


def plain_tick(value: float, _: int = 0) -> str:
    """A tick written out with thousands marks, never as a power of ten."""
    return f"{value:,.10g}".replace("-", "−")


def label_width(texts: Iterable[str], size: float) -> float:
    """Width in cm that the widest of some labels takes at most, at `size` points."""
    em = size / 72 * 2.54
    return max((sum(em if ord(char) > 0x2E80 else 0.6 * em for char in text) for text in texts), default=0.0)


def fitting(text: str, width_cm: float, largest: float) -> float:
    """The size in points at which every line of a label keeps within a width, at most `largest`; inside `look`."""
    drawn = max(TextPath((0, 0), line, size=largest).get_extents().width for line in text.split("\n"))
    return min(largest, largest * width_cm / 2.54 * 72 / drawn) if drawn else largest


def new_figure(width_cm: float, height_cm: float, margins: tuple[float, float, float, float]) -> Figure:
    """A figure of that size; margins: left, right, bottom, top in cm (matplotlib's own layout would draw it twice)."""
    left, right, bottom, top = margins
    figure = Figure(figsize=(width_cm / 2.54, height_cm / 2.54))
    figure.subplots_adjust(left / width_cm, bottom / height_cm, 1 - right / width_cm, 1 - top / height_cm)
    return figure


def add_columns(
    axes: Axes,
    heights: Sequence[float],
    bases: Sequence[float],
    width: float,
    colours: Sequence[str],
    name: str = "",
    edge: tuple[str, float] | None = None,
) -> None:
    """A column at each whole place, as `axes.bar` draws them, which takes longer to check every single one than to draw.

    name: in the legend. edge: colour and width of the line around a column.
    """
    line, points = edge or (None, None)
    boxes = []
    for place, (height, base, colour) in enumerate(zip(heights, bases, colours, strict=True)):
        box = Rectangle(
            (place - width / 2, base), width, height, facecolor=colour, edgecolor=line, linewidth=points, label="_"
        )
        box.sticky_edges.y.append(base)
        axes.add_artist(box)
        boxes.append(box)
    ends = [base + height for base, height in zip(bases, heights, strict=True)]
    last = len(boxes) - 1 + width / 2
    axes.update_datalim([(-width / 2, min(*bases, *ends)), (last, max(*bases, *ends))])
    axes.autoscale_view()
    axes.add_container(BarContainer(boxes, label=name))


def _words(artist: Artist) -> Iterator[str]:
    """The visible words of a drawing; an axis that is not drawn is not asked for its ticks, which it would make first."""
    if isinstance(artist, Text) and artist.get_visible():
        yield artist.get_text()
    for child in artist.get_children():
        if not (isinstance(child, Axis) and not child.axes.axison):
            yield from _words(child)


def to_svg(figure: Figure, prefix: str) -> str:
    """The figure as one `<svg>` element; every id starts with `prefix`. Raises MissingGlyphError."""
    require_glyphs(_words(figure), current().faces)
    buffer = io.StringIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    FigureCanvasSVG(figure).print_svg(buffer, metadata=metadata)  # type: ignore[no-untyped-call]
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = _PLACES.sub(lambda found: _FINE.sub(r"\1", " ".join(found[0].split())), svg)
    svg = _NAMELESS.sub("<g>", re.sub(r"\n\s+", "\n", svg))
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)


_PLACES = re.compile(r'\bd="[^"]+"|translate\([^)]*\)')
_FINE = re.compile(r"(\d\.\d\d)\d+")
"""Where a drawing says places: a hundredth of a point is finer than any eye, and a third shorter."""
_NAMELESS = re.compile(r'<g id="(?:patch|text|line2d|xtick|ytick)_\d+">')
"""Groups that nothing refers to."""
