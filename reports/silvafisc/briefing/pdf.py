"""PDF by typst: the generic template reads the blocks as JSON, so no text is ever interpreted as markup."""

import json
from importlib.resources import as_file, files
from typing import Any, Literal

import typst

from .blocks import Briefing, Figure, plain, texts
from .glyphs import FONT_FAMILY, SECOND_FAMILY, font_folder, require_glyphs, second_folder
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
    data = json.dumps(_printable(briefing), ensure_ascii=False)
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


def _printable(briefing: Briefing) -> Any:
    """Plain data without what a page does not show: keys of numbers and the tables under the drawings."""

    def slim(node: Any) -> Any:
        if isinstance(node, dict):
            if node.get("type") == "Number":
                return {"t": node["text"]}
            if node.get("type") == "Text":
                return {"t": node["text"], "s": True} if node["strong"] else {"t": node["text"]}
            if node.get("type") == Figure.__name__:
                node = {key: value for key, value in node.items() if key != "data"}
            return {key: slim(value) for key, value in node.items()}
        return [slim(item) for item in node] if isinstance(node, list) else node

    return slim(plain(briefing))
