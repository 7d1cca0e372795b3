"""PDF by typst: the generic template reads the blocks as JSON, so no text is ever interpreted as markup."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst

from . import letterhead
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
    line_ranges,
    reachable,
    run_text,
    texts,
)
from .glyphs import SECOND_FAMILY, SHIPPED, Fonts, font_folder, require_glyphs, second_folder
from .layout import WIDE_WIDTH, fit, inset
from .writing import RenderError

STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
"""Archivable (PDF/A-2a) and accessible (PDF/UA-1): claimed by the writer, read back out of the file by a test."""


def render_pdf(briefing: Briefing) -> bytes:
    """The briefing as PDF bytes; the same briefing gives the same bytes.

    Raises:
        MissingGlyphError: a character that the fonts cannot draw.
        RenderError: typst refuses the document.
    """
    faces = briefing.style.faces
    require_glyphs(texts(briefing), faces)
    data = json.dumps(_printable(briefing, reachable(briefing)), ensure_ascii=False)
    with as_file(files("silvafisc.briefing.templates").joinpath("briefing.typ")) as template, _folder(faces) as folder:
        fonts = json.dumps([*_families(folder, faces), SECOND_FAMILY])
        try:
            compiled = typst.compile(
                str(template),
                root=str(template.parent),
                font_paths=[folder, str(second_folder())],
                ignore_system_fonts=True,
                sys_inputs={"briefing": data, "fonts": fonts, "style": json.dumps(_style(briefing))},
                format="pdf",
                pdf_standards=[*STANDARDS],
            )
        except (RuntimeError, typst.TypstError) as error:
            raise RenderError(f"the PDF could not be made: {error}", f"无法生成 PDF：{error}") from error
    return bytes(compiled)


@contextmanager
def _folder(faces: Fonts) -> Iterator[str]:
    """A folder with these two files and no other font: typst takes folders, and whatever lies in them."""
    if faces == SHIPPED:
        yield str(font_folder())
        return
    with TemporaryDirectory() as folder:
        for place, path in enumerate((faces.regular, faces.bold)):
            shutil.copyfile(path, Path(folder) / f"{place}{path.suffix}")
        yield folder


def _families(folder: str, faces: Fonts) -> list[str]:
    """The names that typst itself gives the fonts of a folder, apart from those it brings."""
    if faces == SHIPPED:
        return [faces.family]
    brought = typst.Fonts(font_paths=[], include_system_fonts=False).families()
    return [
        name for name in typst.Fonts(font_paths=[folder], include_system_fonts=False).families() if name not in brought
    ]


def _style(briefing: Briefing) -> dict[str, Any]:
    """Colours, and the letterhead with its logo's bytes."""
    palette = {name: value for name, value in briefing.style.palette if isinstance(value, str)}
    head = briefing.style.letterhead
    if head is None:
        return {"palette": palette, "head": None}
    shown = {
        "institution": letterhead.institution(head, briefing.language),
        "reference": letterhead.reference(head, briefing.language),
        "logo": list(Path(head.logo).read_bytes()) if head.logo else None,
        "format": Path(head.logo).suffix.lower().lstrip(".") if head.logo else "",
    }
    return {"palette": palette, "head": shown}


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
        hidden = {Figure: {"data"}, Briefing: {"origins", "style"}}.get(type(part), set())
        shown = {name: _printable(value, origins) for name, value in vars(part).items() if name not in hidden}
        if isinstance(part, Table):
            laid = fit(part, WIDE_WIDTH) if part.wide else fit(part)
            shown |= {"size": laid.size, "widths": laid.widths, "heads": laid.headers, "inset": inset(part)}
        if isinstance(part, _MARKED):
            shown["from"] = line_ranges(part, origins)
        return {"type": type(part).__name__} | shown
    return part
