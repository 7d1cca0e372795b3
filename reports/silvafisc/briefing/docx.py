"""DOCX from the blocks: a template gives styles, head and foot; every page's head says what the paper is.

The template is filled by docxtpl ({{ title }}, {{ subtitle }}, {{ kind }}, {{ date }}, {{ hash }}); the blocks follow in
its styles. Blocks end in brackets that lead to the lines of the ledger behind their numbers, as in the PDF.

A figure shows its finding, its drawing and its source. Its numbers stand in an annex at the end, where a link leads: Word
cannot fold them away as HTML does, and 31 or 186 rows under a drawing would part a reader from the next sentence; left out,
as in the PDF, they would be lost to those who cannot see the drawing or who edit the paper.
"""

import datetime
import io
import itertools
import zipfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from . import letterhead
from .blocks import (
    Block,
    Briefing,
    Callout,
    Card,
    Figure,
    Formula,
    Heading,
    Items,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Runs,
    Section,
    Table,
    Text,
    line_ranges,
    reachable,
    run_text,
    texts,
)
from .docx_pictures import picture
from .docx_xml import Face, anchor, bookmark, bracket, cell_xml, cells, elements, link, row
from .glyphs import require_glyphs
from .layout import fit
from .writing import RenderError

STYLES = (
    "Title",
    "Subtitle",
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Body Text",
    "List Bullet",
    "Caption",
    "表格",
    "表格文字",
    "表注",
    "提示",
)
"""Styles that a template must have; Word shows the English ones under their Chinese names (标题, 标题 1, 正文文本 …)."""
TABLE_SIZES = (10.5, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
"""Type of tables in points, the largest that fits the page."""
SHORT = 16
"""Rows that a page keeps together, as in the PDF."""
COMPACT = 0.8
"""Share of the type's size in a compact paper: 三号 becomes 13 points."""
A4, A3 = (Mm(210), Mm(297)), (Mm(420), Mm(297))
_EMU_PER_POINT, _TWIPS_PER_POINT = 12700, 20
_FIRST_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_HASH_SHOWN = 16
LOGO_HEIGHT = 11
"""Millimetres, as in the PDF."""


def render_docx(briefing: Briefing, template: Path | None = None) -> bytes:
    """The briefing as DOCX bytes; the same briefing and template give the same bytes.

    Raises:
        MissingGlyphError: a character that the project's fonts cannot draw.
        RenderError: the template is no DOCX, lacks a style, or asks for what a briefing does not have.
    """
    require_glyphs(texts(briefing), briefing.style.faces)
    paper = _Paper(_filled(briefing, template), briefing)
    _head(paper.document, briefing)
    if briefing.compact:
        paper.shrink()
    for number, section in enumerate(briefing.sections):
        paper.section(section, first=number == 0)
    paper.annex(briefing.labels["annexed"])
    document, day = paper.document, datetime.datetime.fromisoformat(briefing.date)
    core = document.core_properties
    core.title, core.subject, core.author, core.last_modified_by = briefing.title, briefing.kind, "SilvaFisc", ""
    core.created = core.modified = day
    core.language, core.revision, core.comments, core.identifier = briefing.language, 1, "", briefing.labels["hash"]
    made = io.BytesIO()
    document.save(made)
    return sealed(made.getvalue(), day)


def sealed(data: bytes, day: datetime.datetime) -> bytes:
    """The package with the same day on every part and its parts in the order of their names (the types first)."""
    moment = max(day.timetuple()[:6], _FIRST_ZIP_DAY)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return target.getvalue()


def _filled(briefing: Briefing, template: Path | None) -> Any:
    """The template with its placeholders filled, as a python-docx document."""
    place = (
        Path(str(files("silvafisc.briefing").joinpath("templates", "document.docx"))) if template is None else template
    )
    told = {
        "title": briefing.title,
        "subtitle": briefing.subtitle,
        "kind": briefing.kind,
        "date": briefing.date,
        "hash": briefing.labels["hash"][:_HASH_SHOWN],
    }
    try:
        filled = DocxTemplate(io.BytesIO(place.read_bytes()))
        filled.render(told, SandboxedEnvironment(undefined=StrictUndefined), autoescape=True)
        document = filled.docx  # get_docx would read the file anew
        known = {style.name for style in document.styles}
    except TemplateError as error:
        en = f"the template {place} cannot be filled: {error}; placeholders: {', '.join(told)}"
        raise RenderError(en, f"模板 {place} 无法填充：{error}；可用占位符：{'、'.join(told)}") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RenderError(f"{place} is no DOCX template: {error}", f"{place} 不是 DOCX 模板：{error}") from error
    missing = [name for name in STYLES if name not in known]
    if missing:
        en = f"the template {place} lacks the styles {', '.join(missing)}"
        raise RenderError(en, f"模板 {place} 缺少样式：{'、'.join(missing)}")
    return document


def _head(document: Any, briefing: Briefing) -> None:
    """The letterhead above everything else, where the style has one. Raises RenderError on a logo that Word cannot show."""
    head = briefing.style.letterhead
    if head is None:
        return
    first = document.paragraphs[0]
    name, number = (first.insert_paragraph_before(style=style) for style in ("Subtitle", "表注"))
    if head.logo:
        if not head.logo.lower().endswith(".png"):
            en = f"the logo {head.logo} is an SVG, which DOCX cannot show; give a PNG"
            raise RenderError(en, f"标识 {head.logo} 是 SVG，DOCX 无法显示；请改用 PNG")
        name.add_run().add_picture(head.logo, height=Mm(LOGO_HEIGHT))
    name.add_run(f" {letterhead.institution(head, briefing.language)}").bold = True
    number.add_run(letterhead.reference(head, briefing.language))
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER


class _Paper:
    """A document that blocks are appended to: a class, because every block needs the document and its page."""

    def __init__(self, document: Any, briefing: Briefing) -> None:
        self.document, self.wide, self.drawn = document, False, list[Figure]()
        self.origins, self.muted = reachable(briefing), briefing.style.palette.muted.lstrip("#")
        self.labels, self.chinese = briefing.labels, briefing.language == "zh"
        # An office's template may have bookmarks of its own: ours are numbered after them.
        taken = [int(mark.get(qn("w:id"))) for mark in document.element.iter(qn("w:bookmarkStart"))]
        self.spare = itertools.count(max(taken, default=0) + 1)
        # The library would look for the default style anew for every paragraph.
        self.ids = {style.name: style.style_id for style in document.styles}

    @property
    def room(self) -> int:
        """EMU between the margins of the present page."""
        section = self.document.sections[-1]
        return int(section.page_width - section.left_margin - section.right_margin)

    @property
    def width(self) -> float:
        """The same in points."""
        return self.room / _EMU_PER_POINT

    def shrink(self) -> None:
        """Text, headings and the distance of their lines a step smaller."""
        for name in ("Title", "Heading 1", "Body Text", "List Bullet"):
            style = self.document.styles[name]
            if style.font.size is not None:
                style.font.size = Pt(round(style.font.size.pt * COMPACT * 2) / 2)
            if isinstance(style.paragraph_format.line_spacing, Length):
                style.paragraph_format.line_spacing = Pt(round(style.paragraph_format.line_spacing.pt * COMPACT))

    def section(self, section: Section, first: bool) -> None:
        wide = any(isinstance(block, Table) and block.wide for block in section.blocks)
        if wide != self.wide:
            self._turn(wide)
        elif section.new_page and not first:
            self.document.add_page_break()
        if section.title:
            self.paragraph((Text(section.title),), "Heading 1")
        for block in section.blocks:
            self.block(block)

    def _turn(self, wide: bool) -> None:
        """A new page, A3 landscape or A4 portrait; head and foot go on."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = A3 if wide else A4
        self.wide = wide

    def block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self.paragraph((Text(block.text),), f"Heading {block.level}")
        elif isinstance(block, Paragraph):
            self.paragraph(block.runs, "Body Text", block)
        elif isinstance(block, Items):
            self.items(block.items, block)
        elif isinstance(block, Table):
            self.table(block)
        elif isinstance(block, Figure):
            self.figure(block)
        elif isinstance(block, KeyFigures):
            for item in block.items:
                number = replace(item.number, attached=True)
                self.paragraph((Text(f"{item.label}　", True), number), "Body Text", item)
                self.items(item.comparisons)
        elif isinstance(block, Callout):
            self.paragraph((Text(block.title, True),), "提示", block, keep=bool(block.items))
            for line in block.items:
                self.paragraph((Text("· "), *line), "提示")
        elif isinstance(block, Note):
            self.paragraph(block.runs, "表注", block)
        elif isinstance(block, Formula):
            self.paragraph(block.symbols, "Body Text")
            self.paragraph((Text(block.words),), "表注")
        elif isinstance(block, Card):
            self.paragraph((Text(block.title),), "Heading 2")
            # Smaller than the text, as in the PDF, so that three cards stand on a page.
            self.paragraph(block.summary, "提示", block, keep=True)
            for inner in block.blocks:
                # The card heads its table, as in the PDF: the same bracket would stand there twice.
                self.grid(inner) if isinstance(inner, Table) else self.block(inner)

    def paragraph(self, runs: Runs, style: str, source: Block | KeyFigure | None = None, keep: bool = False) -> Any:
        """A paragraph, and in brackets the lines of the ledger behind `source`, which it ends or heads.

        keep: on the page of what follows, as every caption is.
        """
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self.ids[style]
        if keep or style == "Caption":
            paragraph.paragraph_format.keep_with_next = True
        for run in runs:
            added = paragraph.add_run(run_text(run))
            if run.strong:
                added.bold = True
            if isinstance(run, Text) and run.lowered:
                added.font.subscript = True
        if ranges := line_ranges(source, self.origins):
            paragraph._p.extend(elements(bracket(ranges, self.muted)))
        return paragraph._p

    def items(self, items: tuple[Runs, ...], source: Block | None = None) -> None:
        for place, item in enumerate(items, start=1):
            self.paragraph(item, "List Bullet", source if place == len(items) else None)

    def figure(self, figure: Figure) -> None:
        self.paragraph((Text(figure.number, True), Text("　"), *figure.title), "Caption", figure)
        self.append(picture(self.document.part, figure, self.room, self.ids["表注"]))
        self.drawn.append(figure)
        stop, pause = ("：", "；") if self.chinese else (": ", "; ")
        source = self.paragraph((Text(f"{self.labels['source']}{stop}{figure.source}{pause}"),), "表注")
        source.extend(elements(link(f"data-{len(self.drawn)}", self.labels["see_annex"], self.muted)))

    def annex(self, title: str) -> None:
        """The numbers of the drawings, on a page of their own behind everything else."""
        if not self.drawn:
            return
        if self.wide:
            self._turn(False)
        else:
            self.document.add_page_break()
        self.paragraph((Text(title),), "Heading 1")
        for place, figure in enumerate(self.drawn, start=1):
            caption = self.caption(figure.number, figure.data.caption)
            caption.extend(elements(bookmark(f"data-{place}", next(self.spare))))
            self.noted(figure.data)

    def table(self, table: Table) -> None:
        if table.caption or table.number:
            self.caption(table.number, table.caption, table)
        self.noted(table)

    def caption(self, number: str, text: Runs, source: Table | None = None) -> Any:
        """The paragraph that heads a table."""
        return self.paragraph(((Text(f"{number}　", True),) if number else ()) + text, "Caption", source)

    def noted(self, table: Table) -> None:
        """The table itself with its note."""
        self.grid(table)
        if table.note:
            self.paragraph(table.note, "表注")

    def grid(self, table: Table) -> None:
        """The table itself."""
        laid = fit(table, self.width, TABLE_SIZES)
        widths = [round(width * _TWIPS_PER_POINT) for width in _widths(table, laid.widths, self.width)]
        face = Face(self.ids["表格文字"], round(laid.size * 2))
        head = [
            cell_xml((Text(name, True),), width, face, "center", column.unit, keep=True)
            for name, column, width in zip(laid.headers, table.columns, widths, strict=True)
        ]
        rows = [row("".join(head), head=True)]
        # Rows of a short table stay together, the last one with the note below; a long one goes on overleaf.
        last = len(table.rows) - (0 if table.note else 1)
        rows += [
            row(
                cells(
                    shown, table.columns, widths, face, self.place(shown.line), at < last and len(table.rows) <= SHORT
                )
            )
            for at, shown in enumerate(table.rows)
        ]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        style = self.ids["表格"]
        self.append(
            parse_xml(
                f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
                f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
            ),
        )

    def place(self, line: int) -> str:
        """Where the brackets lead: the bookmark of a line of the ledger."""
        return bookmark(anchor(line), next(self.spare)) if line else ""

    def append(self, element: Any) -> None:
        """Behind everything so far; the last element of a body describes its page."""
        body = self.document.element.body
        body.insert(len(body) - 1, element)


def _widths(table: Table, fitted: tuple[float, ...], room: float) -> list[float]:
    """Points of each column as `fit` asks; columns of text share what is left, without any the table fills the room."""
    shares = sum(column.width for column in table.columns)
    if not shares:
        return [width * room / sum(fitted) for width in fitted]
    left = max(room - sum(fitted), room / len(table.columns))
    return [width or left * column.width / shares for column, width in zip(table.columns, fitted, strict=True)]
