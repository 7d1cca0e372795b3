"""The PDF is archivable and accessible by what stands in the file, and every breach planted in it is found."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf
from tests.briefing.pdf_tags import breaches, elements, fonts, kids, lines_of, text_of, type_of

from silvafisc.briefing.blocks import (
    Briefing,
    Card,
    Figure,
    Heading,
    Number,
    Paragraph,
    Table,
    Text,
    numbers,
    run_text,
    runs_text,
)
from silvafisc.briefing.pdf import render_pdf
from silvafisc.briefing.sheets import tables


@pytest.fixture(scope="module")
def briefings(zh: Briefing, en: Briefing) -> dict[str, Briefing]:
    """The whole in Chinese; in English, which takes the same roads, page one, the allocation and the cards."""
    return {"zh": zh, "en": replace(en, sections=(*en.sections[:2], en.sections[-1]))}


@pytest.fixture(scope="module")
def files(briefings: dict[str, Briefing]) -> dict[str, bytes]:
    return {language: render_pdf(briefing) for language, briefing in briefings.items()}


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, list[str]]:
    """The text of every page without its spaces, as ToUnicode gives it."""
    found = {}
    for language, data in files.items():
        with Pdf.open(io.BytesIO(data)) as pdf:
            found[language] = [squeezed(page) for page in text_of(pdf)]
    return found


@pytest.fixture(scope="module")
def small(zh: Briefing) -> bytes:
    """A page or two with everything a briefing is made of: the shortest of each kind of block."""
    return render_pdf(few(zh))


def few(zh: Briefing) -> Briefing:
    everything = [block for section in zh.sections for block in section.blocks]
    kinds = {type(block) for block in everything}
    shortest = [min((b for b in everything if isinstance(b, kind)), key=length) for kind in kinds - {Heading}]
    blocks = (Heading("A"), *sorted(shortest, key=lambda block: type(block).__name__))
    return replace(zh, sections=(replace(zh.sections[0], blocks=blocks), replace(zh.sections[1], blocks=())))


def length(block: Any) -> int:
    """How long a block is: of a drawing its strokes, of a table its rows."""
    return len(block.svg) if isinstance(block, Figure) else len(getattr(block, "rows", getattr(block, "items", ())))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_wrong_with_the_file_and_everything_is_tagged(files: dict[str, bytes], language: str) -> None:
    """law: ISO 14289-1 and ISO 19005-2, clause by clause in pdf_tags."""
    with Pdf.open(io.BytesIO(files[language])) as pdf:
        assert breaches(pdf) == []
        kinds = {type_of(pdf, element) for element in elements(pdf)}
        assert {"H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure", "Caption", "L", "LI", "LBody"} <= kinds


def _first(pdf: Pdf, kind: str) -> Any:
    return next(element for element in elements(pdf) if type_of(pdf, element) == kind)


def _no_scope(pdf: Pdf) -> None:
    owners = _first(pdf, "TH").A
    for owner in owners if isinstance(owners, pikepdf.Array) else [owners]:
        if "/Scope" in owner:
            del owner["/Scope"]


def _drop_cell(pdf: Pdf) -> None:
    row = next(element for element in elements(pdf) if type_of(pdf, element) == "TR" and len(kids(element)) > 2)
    del row.K[0]


def _untagged(pdf: Pdf) -> None:
    page = pdf.pages[0].obj
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n0 0 10 10 re f")


def _orphan(pdf: Pdf) -> None:
    """A paragraph that no longer leads to its content."""
    element = _first(pdf, "P")
    del element["/K"]


def _link(pdf: Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 10, 10])
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])


def _metadata(name: str) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        packet = pdf.Root.Metadata.read_bytes()
        assert name.encode() in packet
        pdf.Root.Metadata = pdf.make_stream(packet.replace(name.encode(), b"xmp:Other"))

    return change


def _delete(*path: str) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        node: Any = pdf.Root
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


def _set(path: tuple[str, ...], value: Any) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        node: Any = pdf.Root
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return change


def _of_font(change: Callable[[Any], None]) -> Callable[[Pdf], None]:
    return lambda pdf: change(next(iter(fonts(pdf).values())))


PLANTED: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "mark": (_delete("/MarkInfo"), "does not say that it is tagged"),
    "language": (_delete("/Lang"), "no language"),
    "title shown": (_delete("/ViewerPreferences"), "would not show the title"),
    "intent": (_delete("/OutputIntents"), "no output intent"),
    "bookmarks": (_delete("/Outlines"), "no bookmarks"),
    "archive": (_metadata("pdfaid:conformance"), "not marked as PDF/A-2a"),
    "accessible": (_metadata("pdfuaid:part"), "not marked as PDF/UA-1"),
    "title": (_metadata("dc:title"), "no title"),
    "tabs": (lambda pdf: pdf.pages[0].obj.__delitem__("/Tabs"), "page 1: tabs"),
    "structure": (_delete("/StructTreeRoot"), "no structure at all"),
    "parents": (_delete("/StructTreeRoot", "/ParentTree"), "is in no structure element"),
    "untagged": (_untagged, "page 1: f is neither tagged nor an artifact"),
    "link": (_link, "page 1: /Link is in no structure element"),
    "link's words": (_link, "page 1: /Link does not say in words"),
    "orphan": (_orphan, "is in no structure element"),
    "own type": (lambda pdf: _first(pdf, "P").__setattr__("S", Name.Invented), "Invented is no standard type"),
    "parent": (lambda pdf: _first(pdf, "TR").__setattr__("P", _first(pdf, "P")), "names another parent"),
    "alt": (lambda pdf: _first(pdf, "Figure").__delitem__("/Alt"), "a figure without words"),
    "place": (lambda pdf: _first(pdf, "Figure").__delitem__("/A"), "a figure without a place"),
    "levels": (lambda pdf: _first(pdf, "H2").__setattr__("S", Name.H3), "H3 follows a heading of level 1"),
    "scope": (_no_scope, "does not say what it heads"),
    "row": (_drop_cell, "not of one width"),
    "list": (lambda pdf: _first(pdf, "LI").__setattr__("S", Name.P), "more than its items"),
    "item": (lambda pdf: _first(pdf, "LBody").__setattr__("S", Name.P), "without label and body"),
    "unicode": (_of_font(lambda font: font.__delitem__("/ToUnicode")), "what they stand for"),
    "font": (
        _of_font(lambda font: font.DescendantFonts[0].FontDescriptor.__delitem__("/FontFile2")),
        "not embedded",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_breach_is_found(small: bytes, name: str) -> None:
    plant, said = PLANTED[name]
    with Pdf.open(io.BytesIO(small)) as pdf:
        plant(pdf)
        assert any(said in found for found in breaches(pdf)), breaches(pdf)


def test_an_encrypted_file_is_found(small: bytes) -> None:
    locked = io.BytesIO()
    with Pdf.open(io.BytesIO(small)) as pdf:
        assert breaches(pdf) == []
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user=""))
    with Pdf.open(locked) as pdf:
        assert any("encrypted" in found for found in breaches(pdf))


def squeezed(text: str) -> str:
    """Without spaces and line breaks, where a page may break."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_of_page_one_and_every_row_of_a_table_is_in_the_text(
    pages: dict[str, list[str]], briefings: dict[str, Briefing], language: str
) -> None:
    """other program: what is read out of the file, not what went in."""
    briefing, found = briefings[language], pages[language]
    said = [run_text(number) for number in numbers(briefing.sections[0])]
    assert len(said) > 20
    assert absent(said, found[:2]) == []
    # Heads and feet stand before and after a page's text, so a row is never cut by one.
    rows = [row for table in tables(printed(briefing)) for row in table.rows]
    assert any(row.kind == "total" for row in rows)
    lines = ["".join(squeezed(runs_text(cell)) for cell in row.cells) for row in rows]
    assert absent(lines, found) == []
    assert not any("�" in page for page in found)


def printed(briefing: Briefing) -> tuple[Any, ...]:
    """Blocks that a page shows: not the tables under drawings."""
    return tuple(block for section in briefing.sections for block in section.blocks if not isinstance(block, Figure))


def test_a_number_that_the_page_does_not_show_is_missed(small: bytes) -> None:
    with Pdf.open(io.BytesIO(small)) as pdf:
        pages = [squeezed(page) for page in text_of(pdf)]
    assert absent(["一、结论"], pages) == []
    assert absent(["二、结论"], pages) == ["二、结论"]


def absent(lines: list[str], pages: list[str]) -> list[str]:
    return [line for line in lines if not any(squeezed(line) in page for page in pages)]


def titles(pdf: Pdf) -> Iterator[tuple[int, str]]:
    def walk(items: Any, level: int) -> Iterator[tuple[int, str]]:
        for item in items:
            yield level, str(item.title)
            yield from walk(item.children, level + 1)

    with pdf.open_outline() as outline:
        yield from walk(outline.root, 1)


def test_the_bookmarks_are_the_sections_their_headings_and_the_cards(files: dict[str, bytes], zh: Briefing) -> None:
    expected: list[tuple[int, str]] = []
    for section in zh.sections:
        expected.append((1, section.title))
        for block in section.blocks:
            if isinstance(block, Heading):
                expected.append((block.level, block.text))
            elif isinstance(block, Card):
                expected.append((2, block.title))
    with Pdf.open(io.BytesIO(files["zh"])) as pdf:
        assert list(titles(pdf)) == expected


def test_every_page_says_which_it_is_of_how_many(pages: dict[str, list[str]], zh: Briefing) -> None:
    for number, page in enumerate(pages["zh"], 1):
        label = zh.labels["page"].replace("{page}", str(number)).replace("{pages}", str(len(pages["zh"])))
        assert squeezed(label) in page


def test_a_long_table_repeats_its_head_on_every_page(zh: Briefing) -> None:
    first, second = zh.sections[:2]
    table = next(block for block in second.blocks if isinstance(block, Table))
    long = replace(table, rows=tuple(row for row in table.rows if row.kind == "body") * 5)
    head = squeezed("".join(column.header + column.unit for column in long.columns))
    with Pdf.open(
        io.BytesIO(render_pdf(replace(zh, sections=(replace(first, blocks=(long,), new_page=True),))))
    ) as pdf:
        pages = [squeezed(page) for page in text_of(pdf)]
    assert len(pages) > 2
    assert [page.count(head) for page in pages] == [1] * len(pages)


def test_a_wide_table_takes_a3_on_its_side_and_the_rest_a4(zh: Briefing) -> None:
    first, second = zh.sections[:2]
    table = next(block for block in second.blocks if isinstance(block, Table))
    wide = replace(second, blocks=(replace(table, wide=True),))
    with Pdf.open(io.BytesIO(render_pdf(replace(zh, sections=(first, wide))))) as pdf:
        sizes = {tuple(round(float(end) / 72 * 25.4) for end in page.mediabox[2:]) for page in pdf.pages}
        assert sizes == {(210, 297), (420, 297)}
        assert breaches(pdf) == []


def test_the_same_briefing_gives_the_same_bytes(zh: Briefing, small: bytes) -> None:
    assert render_pdf(few(zh)) == small


def test_no_line_begins_with_a_closing_sign_and_no_number_is_parted_from_its_unit(zh: Briefing) -> None:
    """law: GB/T 15834—2011, 5.1: 句号、逗号、顿号、分号、冒号 never stand at the start of a line. Every place in a line is tried."""
    number = Number(1, "1,234.56", "万元", "key", 1.0, attached=True)
    paragraphs = [
        Paragraph((Text("甲" * 40 + "i" * more), number, Text(f"{sign}{'丁' * 30}")))
        for sign in "；：、，。"
        for more in range(40)
    ]
    briefing = replace(zh, sections=(replace(zh.sections[0], blocks=tuple(paragraphs)),))
    with Pdf.open(io.BytesIO(render_pdf(briefing))) as pdf:
        lines = lines_of(pdf)
        whole = squeezed("".join(text_of(pdf)))
    assert [line for line in lines if line[0] in "；：、，。！？）"] == []
    numbers_in_lines = sum(squeezed(line).count("1,234.56万元") for line in lines)
    assert numbers_in_lines == whole.count("1,234.56") == len(paragraphs)
    assert [whole.count(f"元{sign}丁") for sign in "；：、，。"] == [40] * 5, "every sign is there, and once"


def test_the_head_of_a_page_has_the_whole_title_in_two_lines_and_cuts_only_a_longer_one(en: Briefing) -> None:
    said = "Scenario estimate: no money is notified by it"
    whole = "Sichuan to eight counties with subsidised afforestation loans beside grants (demonstration data)"
    for title, cut in ((whole, False), ("A title that goes on and on " * 9, True)):
        briefing = replace(en, title=title, kind=said, sections=en.sections[:1])
        with Pdf.open(io.BytesIO(render_pdf(briefing))) as pdf:
            lines = lines_of(pdf)
            heads = [place for place, line in enumerate(lines) if line.endswith(said)]
            assert len(heads) == len(pdf.pages)
            for place in heads:
                first, second = lines[place - 1], lines[place].removesuffix(said)
                assert squeezed(first + second).startswith(squeezed(title)[:80])
                assert (squeezed(first + second) == squeezed(title)) is not cut
                assert second.rstrip().endswith("...") is cut
