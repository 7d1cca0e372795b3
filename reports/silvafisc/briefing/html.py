"""One self-contained HTML file: style, drawings and the used glyphs are inside; nothing is fetched."""

import base64
import io
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

from fontTools import subset
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from .blocks import Briefing, run_text, texts
from .glyphs import characters, open_font, require_glyphs

FACE = "Briefing Sans"
SECOND_FACE = "Briefing Signs"


@cache
def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["shown"] = run_text
    return environment


def _template(name: str) -> str:
    return files("silvafisc.briefing.templates").joinpath(name).read_text(encoding="utf-8")


def render_html(briefing: Briefing) -> bytes:
    """The briefing as UTF-8 bytes; the same briefing gives the same bytes. Raises MissingGlyphError."""
    used = sorted(set(chain.from_iterable(texts(briefing))))
    require_glyphs(used)
    page = (
        _environment()
        .from_string(_template("briefing.html.j2"))
        .render(briefing=briefing, style=Markup(_template("style.css")), faces=Markup(_faces("".join(used))))
    )
    return page.encode("utf-8")


def _faces(used: str) -> str:
    """@font-face rules with the used glyphs of both fonts, in regular and bold."""
    first = frozenset(char for char in used if ord(char) in characters())
    second = frozenset(used) - first - {"\n", "\t"}
    rules = []
    for face, second_font, chars in ((FACE, False, first | frozenset(_always())), (SECOND_FACE, True, second)):
        if not chars:
            continue
        for bold in (False, True):
            data = base64.b64encode(_subset(bold, second_font, chars)).decode("ascii")
            weight = 700 if bold else 400
            source = f"url(data:font/woff;base64,{data}) format('woff')"
            rules.append(f"@font-face{{font-family:'{face}';font-weight:{weight};src:{source}}}")
    return "\n".join(rules)


def _always() -> str:
    """Printable ASCII, so that list marks and the browser's own signs never fall to another font."""
    return "".join(map(chr, range(ord(" "), ord("~") + 1))) + "•▸▾\u00a0"


@lru_cache(maxsize=16)
def _subset(bold: bool, second: bool, chars: frozenset[str]) -> bytes:
    """WOFF with the glyphs of `chars`; cached, since one run writes several documents.

    WOFF rather than WOFF2: every browser reads it, Python's zlib makes it in a tenth of the time, and it needs no
    further package; it is a tenth larger.
    """
    options = subset.Options()
    options.layout_features = []
    options.hinting = not second
    options.notdef_outline = True
    options.recalc_timestamp = False
    buffer = io.BytesIO()
    # The shipped fonts carry no hints, so glyphs go from font to font as bytes, without being taken apart.
    with open_font(bold, second) as font:
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
