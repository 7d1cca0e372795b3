"""One look for all drawings, and reproducible SVG: text as outlines, no date, ids that never collide in one page."""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from ..glyphs import FONT_FAMILY, SECOND_FAMILY, font_path, require_glyphs

INK, MUTED, GRID = "#1f2933", "#5f6b76", "#d9dee3"
ACCENT, SECOND, THIRD = "#0b5394", "#c8741a", "#7a9e87"
NATURE_COLOURS = {
    "rigid": "#1b3a5c",
    "committed": "#5b7fa6",
    "top_up": "#d98c21",
    "task": "#93c4aa",
    "factor": "#ece3bd",
    "project": "#b07aa1",
    "interest_subsidy": "#8c8c8c",
}
"""Distinct for colour-blind readers and, by rising lightness, on a grey printer."""
SEQUENCE = ("#eef4f0", "#c9dfd2", "#94c1ab", "#5a9a83", "#2a6f63", "#0f4247")
"""Light to dark, one direction of lightness."""

_RC: dict[Any, Any] = {
    "font.family": [FONT_FAMILY, SECOND_FAMILY],
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
def _register_fonts() -> None:
    for bold in (False, True):
        font_manager.fontManager.addfont(str(font_path(bold)))


@contextmanager
def look() -> Iterator[None]:
    """The project's style; the caller's settings come back afterwards."""
    _register_fonts()
    with matplotlib.rc_context(_RC):
        yield


def plain_tick(value: float, _: int = 0) -> str:
    """A tick written out with thousands marks, never as a power of ten."""
    return f"{value:,.10g}".replace("-", "−")


def label_width(texts: Iterable[str], size: float) -> float:
    """Width in cm that the widest of some labels takes at most, at `size` points."""
    em = size / 72 * 2.54
    return max((sum(em if ord(char) > 0x2E80 else 0.6 * em for char in text) for text in texts), default=0.0)


def new_figure(width_cm: float, height_cm: float, margins: tuple[float, float, float, float]) -> Figure:
    """A figure of that size; margins: left, right, bottom, top in cm (matplotlib's own layout would draw it twice)."""
    left, right, bottom, top = margins
    figure = Figure(figsize=(width_cm / 2.54, height_cm / 2.54))
    figure.subplots_adjust(left / width_cm, bottom / height_cm, 1 - right / width_cm, 1 - top / height_cm)
    return figure


def to_svg(figure: Figure, prefix: str) -> str:
    """The figure as one `<svg>` element; every id starts with `prefix`. Raises MissingGlyphError."""
    require_glyphs(text.get_text() for text in figure.findobj(Text) if text.get_visible())
    buffer = io.StringIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    FigureCanvasSVG(figure).print_svg(buffer, metadata=metadata)  # type: ignore[no-untyped-call]
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
