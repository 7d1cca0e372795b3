"""Style as data: one file for every format, what is wrong with it named by its line, and what each audience gets."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import docx
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Pdf
from PIL import Image
from tests.briefing.papers_sample import stepped
from tests.briefing.pdf_tags import breaches, elements, fonts, text_of, type_of

from silvafisc.briefing.blocks import Briefing, Figure, Heading, Table, runs_text
from silvafisc.briefing.colours import contrast, distance, faults, lightness
from silvafisc.briefing.document import build
from silvafisc.briefing.documents.papers import papers
from silvafisc.briefing.docx import render_docx
from silvafisc.briefing.figures.bars import ranked
from silvafisc.briefing.glyphs import SHIPPED, MissingGlyphError
from silvafisc.briefing.html import render_html
from silvafisc.briefing.pdf import render_pdf
from silvafisc.briefing.style import SectionId, Style, load_style, shipped, using
from silvafisc.briefing.words import load_yaml
from silvafisc.briefing.writing import RenderError
from silvafisc.datasets import InputError
from silvafisc.results import Outcome

RED = "#7a1f2b"


def style_file(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def own_font(folder: Path, name: str, bold: bool, without: str = "", family: str = "Own Sans", fstype: int = 0) -> None:
    """The shipped font under another name, without some characters."""
    font = TTFont(SHIPPED.path(bold))
    for entry in font["name"].names:
        if entry.nameID in (1, 16):
            entry.string = family
        elif entry.nameID == 6:
            entry.string = f"OwnSans-{'Bold' if bold else 'Regular'}"
    for table in font["cmap"].tables:
        for char in without:
            table.cmap.pop(ord(char), None)
    font["OS/2"].fsType = fstype
    font.save(folder / name)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a logo in both forms and a family of fonts that lacks 县."""
    folder = tmp_path_factory.mktemp("office")
    Image.new("RGB", (40, 20), RED).save(folder / "logo.png")
    (folder / "logo.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><path d="M0 0h4v2H0z" fill="{RED}"/></svg>', "utf-8"
    )
    for name, bold in (("Own-Regular.ttf", False), ("Own-Bold.ttf", True)):
        own_font(folder, name, bold, "县")
    return folder


HEAD = 'letterhead: {institution: {zh: 某省财政厅, en: Department of Finance}, number: 财资环〔2026〕1号, date: "2026-01-05", logo: %s}\n'


@pytest.fixture(scope="module")
def own(office: Path) -> Style:
    text = f'palette: {{accent: "{RED}", first: "{RED}"}}\n' + HEAD % "logo.png"
    return load_style(style_file(office, text + "fonts: {regular: Own-Regular.ttf, bold: Own-Bold.ttf}\n"))


def few(briefing: Briefing) -> Briefing:
    first = briefing.sections[0]
    return replace(briefing, sections=(replace(first, blocks=first.blocks[:4]),))


def test_a_file_that_states_little_keeps_the_rest(own: Style) -> None:
    before, after = shipped().palette.model_dump(), own.palette.model_dump()
    assert {name for name in before if before[name] != after[name]} == {"accent", "first"}
    assert own.audiences == shipped().audiences


def test_every_format_takes_palette_fonts_and_letterhead(outcome: Outcome, own: Style) -> None:
    with using(own):
        briefing = few(build(outcome, "zh", audience=own.audiences.public))
        drawing = ranked("p", [("甲", 1.0, "1")], "元")
    assert RED in drawing
    assert shipped().palette.first not in drawing
    page = render_html(briefing).decode("utf-8")
    assert f"--accent:{RED}" in page
    for said in ("某省财政厅", "财资环〔2026〕1号", "2026年1月5日", 'alt="某省财政厅" src="data:image/png'):
        assert said in page
    data = render_pdf(briefing)
    with Pdf.open(io.BytesIO(data)) as pdf:
        assert breaches(pdf) == []
        assert {str(font.BaseFont).partition("+")[2][:7] for font in fonts(pdf).values()} <= {"OwnSans", "DejaVuS"}
        assert "某省财政厅" in text_of(pdf)[0]
        assert next(str(e.Alt) for e in elements(pdf) if type_of(pdf, e) == "Figure") == "某省财政厅"
    assert render_pdf(briefing) == data
    document = docx.Document(io.BytesIO(render_docx(briefing)))
    assert [paragraph.text.strip() for paragraph in document.paragraphs[:2]] == [
        "某省财政厅",
        "财资环〔2026〕1号\u30002026年1月5日",
    ]
    assert len(document.inline_shapes) == 1


def test_the_style_of_one_briefing_does_not_stay_for_the_next(own: Style) -> None:
    def drawn() -> str:
        return ranked("p", [("甲", 1.0, "1")], "元")

    before = drawn()
    assert (RED in before, shipped().palette.first in before) == (False, True)
    with using(own):
        assert (RED in drawn(), shipped().palette.first in drawn()) == (True, False)
    assert drawn() == before


def test_a_character_that_the_offices_font_lacks_is_named_in_every_format(zh: Briefing, own: Style) -> None:
    briefing = replace(few(zh), title="某县分配", style=own)
    for render in (render_html, render_pdf, render_docx):
        with pytest.raises(MissingGlyphError, match=r"县 \(U\+53BF\)"):
            render(briefing)
    assert render_html(replace(briefing, style=shipped()))


def test_docx_refuses_a_logo_that_word_cannot_show(zh: Briefing, office: Path) -> None:
    style = load_style(style_file(office, HEAD % "logo.svg"))
    briefing = replace(few(zh), style=style)
    with pytest.raises(RenderError, match="SVG, which DOCX cannot show"):
        render_docx(briefing)
    assert "data:image/svg+xml" in render_html(briefing).decode("utf-8")
    with Pdf.open(io.BytesIO(render_pdf(briefing))) as pdf:
        assert breaches(pdf) == []


BAD = {
    'pallete: {ink: "#000000"}': (1, "unknown key; did you mean 'palette'"),
    "palette: {ink: red}": (1, "six hexadecimal digits"),
    'palette:\n  ink: "#12345"': (2, "six hexadecimal digits"),
    'palette:\n  muted: "#b0b0b0"': (2, "does not read on white: contrast 2.2, at least 4.5"),
    'palette:\n  natures:\n    task: "#5580b0"': (3, "cannot tell #5580b0 from #4f77a5"),
    'palette:\n  natures: {top_up: "#d24e4e"}': (2, "print in one grey"),
    'palette:\n  second: "#90b29d"': (2, "cannot tell #8fb39c from #90b29d"),
    'palette:\n  soft: "#c0c0c0"': (2, "does not read on soft"),
    'palette:\n  sequence: ["#0f4247", "#c9dfd2", "#94c1ab", "#5a9a83", "#2a6f63", "#0f4240"]': (
        2,
        "is not darker than",
    ),
    'palette:\n  sequence: ["#ffffff"]': (2, "at least 6 entries"),
    "audiences:\n  public:\n    sections: [decision, anex]": (3, "(got 'anex'); did you mean 'annex'"),
    "audiences: {minister: {document: paper, formats: [pdf]}}": (1, "unknown key"),
    "audiences: {public: {document: notice}}": (1, "must be 'briefing' or 'paper'"),
    "letterhead: {institution: {zh: 某厅}}": (1, "is required and missing"),
    HEAD % "absent.png": (1, "cannot be read"),
    HEAD % "broken.png": (1, "is no PNG that can be read"),
    HEAD % "broken.svg": (1, "is no SVG that can be read"),
    HEAD % "script.svg": (1, "only outlines will do"),
    HEAD % "own.yaml": (1, "neither PNG nor SVG"),
    (HEAD % "logo.png").replace("2026-01-05", "5 January"): (1, "must be a day"),
    (HEAD % "logo.png").replace("某省", "\U0002070e县"): (1, r"no glyph for 𠜎 (U+2070E)"),
    "fonts:\n  regular: absent.ttf": (2, "is no font that can be read"),
    "fonts:\n  regular: logo.png": (2, "is no font that can be read"),
    "fonts:\n  regular: kept.ttf": (2, "must not be embedded"),
    "fonts:\n  regular: Own-Regular.ttf\n  bold: kept.ttf": (3, "must not be embedded"),
    "fonts:\n  regular: Own-Regular.ttf\n  bold: other.ttf": (1, "of two families: Own Sans and Other"),
    "- a list": (1, "must be a mapping"),
}


@pytest.fixture(scope="module")
def broken(office: Path) -> Path:
    """Files that will not do, beside those that will."""
    (office / "broken.png").write_bytes((office / "logo.png").read_bytes()[:60])
    (office / "broken.svg").write_text("<svg", encoding="utf-8")
    (office / "script.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>1</script></svg>', encoding="utf-8"
    )
    own_font(office, "kept.ttf", bold=False, fstype=2)
    own_font(office, "other.ttf", bold=True, family="Other")
    return office


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_with_a_style_is_named_by_its_line(broken: Path, text: str) -> None:
    line, said = BAD[text]
    with pytest.raises(InputError) as caught:
        load_style(style_file(broken, text))
    found = [finding for finding in caught.value.findings if said in finding.en]
    assert found, caught.value.findings
    assert re.match(rf".*own\.yaml:{line}(:|$)", found[0].where), found[0].where
    assert re.search("[\u4e00-\u9fff]", found[0].zh)


def test_everything_that_is_wrong_is_said_at_once(broken: Path) -> None:
    text = 'palette: {muted: "#b0b0b0"}\naudiences: {public: {sections: [anex]}}\nlettehead: {}\n' + HEAD % "broken.png"
    with pytest.raises(InputError) as caught:
        load_style(style_file(broken, text))
    assert {finding.where.rsplit(":", 2)[1] for finding in caught.value.findings} == {"1", "2", "3", "4"}


def test_the_shipped_palette_reads_for_every_eye_and_in_grey() -> None:
    """law: WCAG 2.2, 1.4.3; published: Machado and others 2009."""
    assert list(faults(shipped().palette.model_dump(), load_yaml("legibility.yaml"))) == []


def test_colour_arithmetic() -> None:
    """published: WCAG gives 21 for black on white and 4.54 for #767676; CIE L* of mid grey #777777 is 50."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert lightness("#777777") == pytest.approx(50.03, abs=0.05)
    assert [lightness("#ffffff"), lightness("#000000")] == pytest.approx([100, 0], abs=0.01)


def test_eyes_without_one_kind_of_cones_see_greys_as_they_are_and_mix_red_with_green() -> None:
    """published: every row of the matrices sums to one, so that greys stay; red and green are one for the two commonest."""
    visions = load_yaml("legibility.yaml")["vision"]
    for vision in visions.values():
        assert [sum(row) for row in vision] == pytest.approx([1, 1, 1], abs=2e-6)
        assert distance("#808080", "#808080", vision) == 0
    red, green = "#b45a00", "#6e7d00"
    assert distance(red, green) > 45
    assert distance(red, green, visions["deuteranopia"]) < 25
    assert distance(red, green, visions["tritanopia"]) > 45


def test_the_public_gets_no_table_with_a_line_for_every_unit_and_no_head_without_content(
    outcome: Outcome, zh: Briefing
) -> None:
    public = build(outcome, "zh", audience=shipped().audiences.public)
    assert [section.id for section in public.sections] == shipped().audiences.public.sections
    for briefing, expected in ((public, False), (zh, True)):
        blocks = [block for section in briefing.sections for block in section.blocks]
        assert any(isinstance(block, Table) and block.columns[0].header == "单位" for block in blocks) is expected
    for section in public.sections:
        for block, following in zip(section.blocks, (*section.blocks[1:], None), strict=True):
            assert not (isinstance(block, Heading) and (following is None or isinstance(following, Heading)))
    assert [section.title[:2] for section in public.sections] == ["一、", "二、", "三、", "四、", "五、"]
    said = runs_text(public.sections[1].blocks[0].runs)  # type: ignore[union-attr]
    assert "附件" not in said
    drawing = next(block for block in public.sections[1].blocks if isinstance(block, Figure))
    assert len(drawing.data.rows) == 31, "every unit's amount is still there under the drawing"


def test_a_style_may_name_every_section_that_there_is(zh: Briefing) -> None:
    """A new section is one that an audience can be given."""
    assert {section.id for section in zh.sections} <= set(get_args(SectionId))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_director_gets_two_pages_with_a_letterhead_too(own: Style, language: str) -> None:
    with using(own.model_copy(update={"fonts": None})):  # the office's lack 县
        ((_, paper),) = papers(stepped(), language, [shipped().audiences.director.document])
    with Pdf.open(io.BytesIO(render_pdf(paper))) as pdf:
        assert len(pdf.pages) <= 2
        assert breaches(pdf) == []
