"""Pieces of a DOCX as XML. Written by hand: the library looks up the whole table for every cell it makes."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from .blocks import Column, Number, Row, Run, Runs, Text, run_text


def elements(pieces: str) -> Any:
    """The pieces as elements, to extend a paragraph with."""
    return parse_xml(f"<w:p {nsdecls('w')}>{pieces}</w:p>")


def bookmark(name: str, number: int) -> str:
    """A place that links lead to. number: no other bookmark's of the document."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def anchor(line: int) -> str:
    """The name of the bookmark of a line of the ledger."""
    return f"line-{line}"


def link(name: str, text: str, colour: str, raised: bool = False) -> str:
    """A text that leads to a bookmark."""
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{_said(text, colour, raised)}</w:hyperlink>'


def bracket(ranges: tuple[tuple[int, int], ...], colour: str) -> str:
    """`[3, 7–9]`, raised as papers mark their sources, every number a link."""

    def said(text: str) -> str:
        return _said(text, colour, raised=True)

    def line(number: int) -> str:
        return link(anchor(number), str(number), colour, raised=True)

    shown = [line(first) if first == last else line(first) + said("–") + line(last) for first, last in ranges]
    return said("[") + said(", ").join(shown) + said("]")


def _said(text: str, colour: str, raised: bool) -> str:
    high = '<w:vertAlign w:val="superscript"/>' if raised else ""
    return f'<w:r><w:rPr><w:color w:val="{colour}"/>{high}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


@dataclass(frozen=True)
class Face:
    """How cells are set. style: the id that the template gives the style of cells. size: half points."""

    style: str
    size: int


def row(inner: str, head: bool = False) -> str:
    """A row that no page parts. inner: its cells. head: repeated on every page of the table."""
    repeat = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{inner}</w:tr>"


def cells(
    shown: Row, columns: tuple[Column, ...], widths: list[int], face: Face, place: str = "", keep: bool = False
) -> str:
    """The cells of a row, `place` in the first; the label of a group goes across the table, the total is strong.

    keep: on the page of what follows, as the label of a group always is.
    """
    if shown.kind == "group":
        strong = tuple(Text(run_text(run), True) for run in shown.cells[0])
        return cell_xml(strong, sum(widths), face, "left", span=len(columns), keep=True)
    total = shown.kind == "total"
    places = (place, *("" for _ in shown.cells[1:]))
    return "".join(
        cell_xml(runs, width, face, "right" if column.numeric else "left", strong=total, place=place, keep=keep)
        for runs, column, width, place in zip(shown.cells, columns, widths, places, strict=True)
    )


def cell_xml(
    runs: Runs,
    width: int,
    face: Face,
    align: str,
    unit: str = "",
    span: int = 1,
    strong: bool = False,
    place: str = "",
    keep: bool = False,
) -> str:
    """width: twips. unit: below the text of a head. span: columns that it goes across. place: a bookmark. keep: as `cells`."""
    inner = place + "".join(_run(run, face.size, strong) for run in runs)
    if unit:
        inner += "<w:r><w:br/></w:r>" + _run(
            Text(f"（{unit}）" if not unit.isascii() else f"({unit})"), face.size, False
        )
    following = "<w:keepNext/>" if keep else ""
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{face.style}"/>{following}<w:jc w:val="{align}"/></w:pPr>{inner}</w:p></w:tc>'
    )


def _run(run: Run, size: int, strong: bool) -> str:
    bold = "<w:b/>" if strong or run.strong else ""
    low = '<w:vertAlign w:val="subscript"/>' if isinstance(run, Text) and run.lowered else ""
    said = run_text(run) if isinstance(run, Number) else run.text
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(map(escape, said.split("\n")))
    return (
        f'<w:r><w:rPr>{bold}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>{low}</w:rPr>'
        f'<w:t xml:space="preserve">{lines}</w:t></w:r>'
    )
