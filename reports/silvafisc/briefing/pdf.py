"""PDF by typst: the generic template reads the blocks as JSON, so no text is ever interpreted as markup."""

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from importlib.resources import as_file, files
from typing import Any, Literal

import typst

from .blocks import (
    Briefing,
    Callout,
    Card,
    Figure,
    Items,
    KeyFigures,
    Note,
    Number,
    Origin,
    Paragraph,
    Table,
    Text,
    lines,
    run_text,
    texts,
)
from .glyphs import FONT_FAMILY, SECOND_FAMILY, font_folder, require_glyphs, second_folder
from .layout import WIDE_WIDTH, fit, inset
from .writing import RenderError

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
"""Archivable (PDF/A-2a) and accessible (PDF/UA-1): a claim of the writer, not checked by a validator here."""


def render_pdf(briefing: Briefing) -> bytes:
    """The briefing as PDF bytes; the same briefing gives the same bytes.

    Raises:
        MissingGlyphError: a character that the fonts cannot draw.
        RenderError: typst refuses the document.
    """
    require_glyphs(texts(briefing))
    data = json.dumps(_printable(briefing, briefing.origins), ensure_ascii=False)
    fonts = json.dumps([FONT_FAMILY, SECOND_FAMILY])
    with as_file(files("silvafisc.briefing.templates").joinpath("briefing.typ")) as template:
        try:
            compiled = typst.compile(
                str(template),
                root=str(template.parent),
                font_paths=[str(font_folder()), str(second_folder())],
                ignore_system_fonts=True,
                sys_inputs={"briefing": data, "fonts": fonts},
                format="pdf",
                pdf_standards=[*STANDARDS],
            )
        except (RuntimeError, typst.TypstError) as error:
            raise RenderError(f"the PDF could not be made: {error}", f"无法生成 PDF：{error}") from error
    return bytes(compiled)


_MARKED = (Callout, Card, Figure, Items, KeyFigures, Note, Paragraph, Table)
"""Blocks that end in the lines of the ledger which their numbers come from, in brackets."""


def _printable(part: Any, origins: Mapping[str, Origin]) -> Any:
    """Plain data without what a page does not show: keys of numbers and the tables under the drawings."""
    if isinstance(part, Number):
        return {"t": run_text(part), "u": part.unit} | {
            name: True for name, on in (("s", part.strong), ("k", part.attached)) if on
        }
    if isinstance(part, Text):
        return {"t": part.text} | {name: True for name, on in (("s", part.strong), ("l", part.lowered)) if on}
    if isinstance(part, tuple | list):
        return [_printable(item, origins) for item in part]
    if is_dataclass(part):
        hidden = {Figure: {"data"}, Briefing: {"origins"}}.get(type(part), set())
        shown = {name: _printable(value, origins) for name, value in vars(part).items() if name not in hidden}
        if isinstance(part, Table):
            laid = fit(part, WIDE_WIDTH) if part.wide else fit(part)
            shown |= {"size": laid.size, "widths": laid.widths, "heads": laid.headers, "inset": inset(part)}
        if isinstance(part, _MARKED):
            shown["from"] = lines(part, origins)
        return {"type": type(part).__name__} | shown
    return part
