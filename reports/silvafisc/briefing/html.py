"""One self-contained HTML file: style, drawings, script and the used glyphs are inside; nothing is fetched."""

import base64
import io
import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from pathlib import Path

from fontTools import subset
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from . import letterhead
from .blocks import Block, Briefing, Number, Origin, Run, Runs, line_ranges, reachable, run_text, texts
from .glyphs import Fonts, font_folder, open_font, require_glyphs
from .style import Palette
from .words import Words

FACE = "Briefing Sans"
SECOND_FACE = "Briefing Signs"


SCREEN: Mapping[str, tuple[str, ...]] = {
    "skip": (),
    "find": (),
    "hint": (),
    "found": ("count",),
    "filter": ("table",),
    "rows": (),
    "filtered": ("shown", "all"),
    "value": (),
    "key": (),
    "line": ("line",),
    "back": (),
    "up": ("column",),
    "down": ("column",),
    "restored": (),
}
"""Words of texts.yaml that only a screen shows -> what the page itself puts into them."""


@cache
def page_template() -> Template:
    """The compiled template of a page."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.from_string(_template("briefing.html.j2"))


def _template(name: str) -> str:
    return files("silvafisc.briefing.templates").joinpath(name).read_text(encoding="utf-8")


def render_html(briefing: Briefing) -> bytes:
    """The briefing as UTF-8 bytes; the same briefing gives the same bytes. Raises MissingGlyphError."""
    screen = _screen_words(briefing.language)
    used = sorted(set(chain.from_iterable([*texts(briefing), *screen.values()])))
    require_glyphs(used, briefing.style.faces)
    page = _Page(reachable(briefing))
    text = page_template().render(
        briefing=briefing,
        screen=screen,
        runs=page.runs,
        marks=page.marks,
        patterns=page.patterns,
        style=Markup(_template("style.css") + _colours(briefing.style.palette)),
        script=Markup(_template("briefing.js")),
        faces=Markup(_faces("".join(used), briefing.style.faces)),
        letterhead=Markup(letterhead.markup(briefing.style, briefing.language)),
    )
    return text.encode("utf-8")


def _screen_words(language: str) -> dict[str, str]:
    """The words that only a screen shows, with what the page puts in left as `{name}`."""
    words = Words(language)
    return {name: words(f"screen.{name}", **{slot: f"{{{slot}}}" for slot in slots}) for name, slots in SCREEN.items()}


class _Page:
    """The numbers of one page: a class, because keys that differ only in what they select share one pattern in it."""

    def __init__(self, origins: Mapping[str, Origin]) -> None:
        self._origins = origins
        self._patterns: dict[tuple[str, Origin], int] = {}

    def runs(self, parts: Runs) -> Markup:
        """Runs as HTML; their texts are never taken for markup."""
        return Markup("".join(map(self._run, parts)))

    def _run(self, run: Run) -> str:
        if isinstance(run, Number):
            return self._number(run)
        text = str(escape(run.whole or run.text))
        return f"<sub>{text}</sub>" if run.lowered else f"<strong>{text}</strong>" if run.strong else text

    def _number(self, number: Number) -> str:
        """A number with its key and its value in the outcome's unit; a link where the page has a ledger."""
        origin = self._origins.get(number.key, _NOWHERE)
        pattern = _SELECTED.sub(r"\1*", number.key)
        place = self._patterns.setdefault((pattern, origin), len(self._patterns))
        held = ",".join([str(place), *(found[2] for found in _SELECTED.finditer(number.key))])
        kind = "n" + " s" * number.strong + " k" * number.attached
        told = f'class="{kind}" data-k="{escape(held)}" data-v="{number.value!r}"'
        text = escape(run_text(number))
        if not origin.lines:
            return f"<span {told}>{text}</span>"
        return f'<a href="#line-{origin.lines[0]}" {told}>{text}</a>'

    def marks(self, block: Block) -> str:
        """The lines of the ledger behind a block, for print: `[3, 7–9]`."""
        ranges = line_ranges(block, self._origins)
        return f"[{', '.join(f'{a}' if a == b else f'{a}–{b}' for a, b in ranges)}]" if ranges else ""

    def patterns(self) -> Markup:
        """Every pattern of keys with its lines and unit, as JSON that may stand in a page."""
        held = [[pattern, origin.lines, origin.unit] for pattern, origin in self._patterns]
        return Markup(json.dumps(held, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


_NOWHERE = Origin((), "")
_SELECTED = re.compile(r"([a-z_]+\^?=)([^,\]]*)")
"""What a key selects: `region_code=110000`."""


def _colours(palette: Palette) -> str:
    """The palette as the variables of the style sheet, after its own."""
    return f":root{{{';'.join(f'--{name}:{getattr(palette, place)}' for name, place in _VARIABLES.items())}}}"


_VARIABLES = {name: name for name in ("ink", "muted", "line", "soft", "accent", "caution")} | {
    "warn": "caution_text",
    "warnbg": "caution_ground",
}
"""Variable of the style sheet -> colour of the palette."""


def _faces(used: str, fonts: Fonts) -> str:
    """@font-face rules with the used glyphs of both fonts, in regular and bold."""
    known = fonts.characters()
    first = frozenset(char for char in used if ord(char) in known)
    second = frozenset(used) - first - {"\n", "\t"}
    rules = []
    for face, second_font, chars in ((FACE, False, first | frozenset(_always())), (SECOND_FACE, True, second)):
        if not chars:
            continue
        for bold in (False, True):
            data = base64.b64encode(_subset(fonts.path(bold, second_font), chars)).decode("ascii")
            weight = 700 if bold else 400
            source = f"url(data:font/woff;base64,{data}) format('woff')"
            rules.append(f"@font-face{{font-family:'{face}';font-weight:{weight};src:{source}}}")
    return "\n".join(rules)


def _always() -> str:
    """Printable ASCII, so that list marks and the browser's own signs never fall to another font."""
    return "".join(map(chr, range(ord(" "), ord("~") + 1))) + "•▸▾↑↓\u00a0"


@lru_cache(maxsize=16)
def _subset(path: Path, chars: frozenset[str]) -> bytes:
    """WOFF with the glyphs of `chars`; cached, since one run writes several documents.

    WOFF rather than WOFF2: every browser reads it, Python's zlib makes it in a tenth of the time, and it needs no
    further package; it is a tenth larger.
    """
    options = subset.Options()
    options.layout_features = []
    options.hinting = path.parent == font_folder()
    options.notdef_outline = True
    options.recalc_timestamp = False
    buffer = io.BytesIO()
    # The shipped fonts carry no hints, so glyphs go from font to font as bytes, without being taken apart.
    with open_font(path) as font:
        for table in _UNUSED:
            if table in font:
                del font[table]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(char) for char in chars])
        cutter.subset(font)
        font.flavor = "woff"
        font.save(buffer)
    return buffer.getvalue()


_UNUSED = (
    "GSUB",
    "GPOS",
    "GDEF",
    "BASE",
    "STAT",
    "MATH",
    "FFTM",
    "kern",
    "vhea",
    "vmtx",
    "fpgm",
    "prep",
    "cvt ",
    "gasp",
)
"""Tables that a page of horizontal text does without."""
