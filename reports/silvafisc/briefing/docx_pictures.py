"""The drawings of a DOCX: PNGs that typst makes of the same SVG as HTML and PDF show, because not all that open it draw SVG.

Words of a drawing are outlines, so no font is asked for and the same SVG gives the same bytes everywhere.
"""

import io
from typing import Any

import typst
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Emu

from .blocks import Figure
from .writing import RenderError

PPI = 200
"""Pixels per inch at the drawing's own size: sharp in print, 40 KB for a drawing."""
_PAGE = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image(bytes(sys.inputs.svg), format: "svg")'
_EMU_PER_PIXEL = Emu(914400 // PPI)
_WIDTH = slice(16, 20)
"""Where a PNG states how many pixels wide it is."""


def png(svg: str) -> bytes:
    """The drawing on white, as large as it is. Raises RenderError where typst refuses it."""
    try:
        made = typst.compile(_PAGE, ignore_system_fonts=True, sys_inputs={"svg": svg}, format="png", ppi=PPI)
    except (RuntimeError, typst.TypstError) as error:
        raise RenderError(f"a drawing could not be made: {error}", f"无法生成图片：{error}") from error
    return bytes(made)


def picture(part: Any, figure: Figure, width: int, style: str) -> Any:
    """A paragraph that shows a drawing in its own size, or as wide as the text where that is less.

    part: of the document, which takes the picture in. width: of the text, EMU. style: id of the paragraph's; its indents
    and the exact distance of its lines, which would cut the picture off, are laid aside.
    """
    data = png(figure.svg)
    own = int.from_bytes(data[_WIDTH]) * _EMU_PER_PIXEL
    inline = part.new_pic_inline(io.BytesIO(data), Emu(min(own, width)))
    inline.docPr.set("descr", figure.alt)
    paragraph = parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/><w:keepNext/>'
        '<w:spacing w:before="60" w:after="60" w:line="240" w:lineRule="auto"/>'
        '<w:ind w:left="0" w:right="0" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr>'
        "<w:r><w:drawing/></w:r></w:p>"
    )
    paragraph[-1][0].append(inline)
    return paragraph
