"""Make `document.docx`, the template of every DOCX: styles, page, head and foot. Run it by hand; a test compares.

An office replaces the template by its own (`--template`): it needs the styles of `silvafisc.briefing.docx.STYLES`; the
placeholders {{ title }}, {{ subtitle }}, {{ kind }}, {{ date }} and {{ hash }} may stand anywhere in text, head and foot.

Fonts are named, not embedded: 方正小标宋简体, 仿宋_GB2312, 黑体 and 楷体_GB2312 as official papers have them (GB/T 9704). A
machine without them takes the alternatives that the font table names: SimSun, FangSong, SimHei, KaiTi.
"""

import datetime
import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from silvafisc.briefing.docx import sealed

PLACE = Path(__file__).with_name("document.docx")
LATIN = "Times New Roman"
SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
ALTERNATIVES = {SONG: "SimSun", FANG: "FangSong", HEI: "SimHei", KAI: "KaiTi"}
INK = RGBColor(0, 0, 0)
DAY = datetime.datetime(2026, 1, 1)
"""Of the template alone; a document takes its scenario's policy date."""


def template() -> bytes:
    """The template; the same bytes every time."""
    document = Document()
    styles = document.styles
    _font(styles["Normal"], FANG, 16)
    _spacing(styles["Normal"], 28)
    for name, font, size, align in (
        ("Title", SONG, 22, WD_ALIGN_PARAGRAPH.CENTER),
        ("Subtitle", KAI, 14, WD_ALIGN_PARAGRAPH.CENTER),
        ("Heading 1", HEI, 16, None),
        ("Heading 2", KAI, 16, None),
        ("Heading 3", FANG, 16, None),
        ("Caption", HEI, 12, None),
        ("Body Text", FANG, 16, WD_ALIGN_PARAGRAPH.JUSTIFY),
        ("List Bullet", FANG, 16, None),
    ):
        style = styles[name]
        _font(style, font, size)
        _spacing(style, 32 if name == "Title" else 24 if name in {"Caption", "Subtitle"} else 28)
        style.paragraph_format.alignment = align
        style.paragraph_format.keep_with_next = name.startswith(("Heading", "Caption"))
    _indent(styles["Body Text"])
    for border in styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)
    for name, font, points in (("表格文字", FANG, 10.5), ("表注", FANG, 9.0), ("提示", KAI, 12.0)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _font(style, font, points)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        style.paragraph_format.space_after = Pt(0 if name == "表格文字" else 4)
    _table_style(styles)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    head = section.header.paragraphs[0]
    head.style = styles["表注"]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run("{{ kind }}").bold = True
    foot = section.footer.paragraphs[0]
    foot.style = styles["表注"]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    _field(foot, "PAGE")
    foot.add_run(" —　{{ date }}　{{ hash }}")
    document.add_paragraph("{{ title }}", style="Title")
    document.add_paragraph("{{ subtitle }}", style="Subtitle")
    _name_alternatives(document)
    made = io.BytesIO()
    document.save(made)
    return sealed(made.getvalue(), DAY)


def _font(style: Any, east_asian: str, size: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), INK
    style.font.italic = False
    style.font.bold = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)


def _spacing(style: Any, points: float) -> None:
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = Pt(points)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _indent(style: Any) -> None:
    """Two characters at the start of a paragraph."""
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")


def _table_style(styles: Any) -> None:
    """表格: single lines all around."""
    style = styles.add_style("表格", WD_STYLE_TYPE.TABLE)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margin = '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
    style.element.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders>{sides}</w:tblBorders><w:tblCellMar>{margin}</w:tblCellMar></w:tblPr>"
        )
    )


def _field(paragraph: Any, code: str) -> None:
    """A field that Word works out, such as the page's number."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            char = OxmlElement("w:fldChar")
            char.set(qn("w:fldCharType"), kind)
        else:
            char = OxmlElement("w:instrText")
            char.text = text
        run._r.append(char)


def _name_alternatives(document: Any) -> None:
    """The font table says what stands in for a font that a machine lacks."""
    (part,) = (r.target_part for r in document.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in ALTERNATIVES.items()
    )
    part._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()
    )


if __name__ == "__main__":
    PLACE.write_bytes(template())
