"""DOCX: the blocks' own numbers, the template's styles, the same bytes again, and clear words where a template will not do."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length
from matplotlib.image import imread

from silvafisc.briefing.blocks import (
    Briefing,
    Card,
    Column,
    KeyFigures,
    Row,
    Section,
    Table,
    Text,
    figures,
    numbers,
    run_text,
    runs_text,
)
from silvafisc.briefing.docx import STYLES, render_docx
from silvafisc.briefing.glyphs import MissingGlyphError
from silvafisc.briefing.templates.make_document import PLACE, template
from silvafisc.briefing.writing import RenderError


@pytest.fixture(scope="module")
def made(zh: Briefing) -> bytes:
    return render_docx(zh)


Kind = TypeVar("Kind")


def blocks(briefing: Briefing, kind: type[Kind]) -> Iterator[Kind]:
    return (block for part in briefing.sections for block in part.blocks if isinstance(block, kind))


def cells(table: Table) -> list[list[str]]:
    """The body of a table as a reader sees it."""
    return [[runs_text(cell) for cell in row.cells] for row in table.rows if row.kind != "group"]


def test_every_number_of_the_blocks_stands_in_the_document(zh: Briefing, made: bytes) -> None:
    """by reading back: every table, cell by cell, the drawings' at the end, with another program than the one that wrote it."""
    wanted = []
    for section in zh.sections:
        for block in section.blocks:
            for part in (block, *getattr(block, "blocks", ())):
                wanted += [cells(part)] if isinstance(part, Table) else []
    wanted += [cells(figure.data) for figure in figures(zh)]
    read = [
        [[cell.text for cell in row.cells] for row in table.rows[1:] if len(row._tr.tc_lst) == len(table.columns)]
        for table in docx.Document(io.BytesIO(made)).tables
    ]
    assert read == wanted


def test_the_same_briefing_gives_the_same_bytes_dated_by_the_policy(zh: Briefing, made: bytes) -> None:
    assert render_docx(zh) == made
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2026, 1, 1, 0, 0, 0)}
    core = docx.Document(io.BytesIO(made)).core_properties
    assert (str(core.created)[:10], str(core.modified)[:10], core.identifier) == ("2026-01-01", "2026-01-01", "ef" * 32)


def marks(data: bytes, name: str) -> list[Any]:
    return list(docx.Document(io.BytesIO(data)).element.iter(qn(name)))


def shown(element: Any) -> str:
    return "".join(text.text for text in element.iter(qn("w:t")))


def brackets(text: str) -> list[str]:
    return re.findall(r"\[[0-9,–]+\]", "".join(text.split()))


def told(data: bytes) -> list[str]:
    """The texts of the paragraphs outside of tables."""
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def test_every_bracket_leads_to_the_row_of_its_line(zh: Briefing, made: bytes) -> None:
    """by reading back: the link's text is the line, and so is the first cell of the row where its bookmark stands."""
    every = {mark.get(qn("w:name")): mark for mark in marks(made, "w:bookmarkStart")}
    places = {name: mark for name, mark in every.items() if name.startswith("line-")}
    links = [link for link in marks(made, "w:hyperlink") if link.get(qn("w:anchor")).startswith("line-")]
    assert len(links) > 100
    for link in links:
        line = shown(link)
        assert link.get(qn("w:anchor")) == f"line-{line}"
        (row,) = places[f"line-{line}"].iterancestors(qn("w:tr"))
        assert shown(row.tc_lst[0]) == line
    printed = [row.line for block in blocks(zh, Table) for row in block.rows if row.line]
    assert list(places) == [f"line-{line}" for line in printed]
    begun, ended = ([mark.get(qn("w:id")) for mark in marks(made, f"w:bookmark{end}")] for end in ("Start", "End"))
    assert begun == ended
    assert len(set(begun)) == len(begun)


def test_what_the_pdf_marks_bears_the_same_brackets(zh: Briefing, en: Briefing) -> None:
    """by reading both files back, in reading order; key figures, which the PDF marks together, stand one below the other."""
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed")
    from tests.briefing.pdf_tags import text_of

    from silvafisc.briefing.pdf import render_pdf

    for whole in (zh, en):
        parts = [
            replace(part, blocks=tuple(block for block in part.blocks if not isinstance(block, KeyFigures)))
            for part in whole.sections
        ]
        briefing = replace(whole, sections=tuple(parts))
        with pikepdf.open(io.BytesIO(render_pdf(briefing))) as pdf:
            printed = brackets("".join(text_of(pdf)))
        assert len(printed) > 60
        assert brackets("\n".join(told(render_docx(briefing)))) == printed


def test_every_key_figure_bears_the_lines_of_its_numbers(zh: Briefing, en: Briefing) -> None:
    """by hand: the bracket is taken apart into its lines again."""
    for briefing in (zh, en):
        said = iter(told(render_docx(briefing)))
        for item in (item for block in blocks(briefing, KeyFigures) for item in block.items):
            start = f"{item.label}\u3000{run_text(replace(item.number, attached=True))}["
            (bracket,) = brackets(next(text for text in said if text.startswith(start)))
            ranges = [part.split("–") for part in bracket[1:-1].split(",")]
            found = {line for part in ranges for line in range(int(part[0]), int(part[-1]) + 1)}
            assert found == {line for number in numbers(item) for line in briefing.origins[number.key].lines}


def test_a_briefing_without_its_ledger_has_no_brackets(zh: Briefing) -> None:
    data = render_docx(replace(zh, sections=tuple(part for part in zh.sections if part.id != "sources")))
    names = [link.get(qn("w:anchor")) for link in marks(data, "w:hyperlink")]
    assert names == [mark.get(qn("w:name")) for mark in marks(data, "w:bookmarkStart")]
    assert not [name for name in names if name.startswith("line-")]
    assert brackets("".join(told(data))) == []


def test_bookmarks_of_an_offices_template_keep_their_numbers(zh: Briefing, tmp_path: Path) -> None:
    document = docx.Document(str(PLACE))
    for end in ("Start", "End"):
        mark = OxmlElement(f"w:bookmark{end}")
        mark.set(qn("w:id"), "7")
        if end == "Start":
            mark.set(qn("w:name"), "own")
        document.paragraphs[0]._p.append(mark)
    document.save(str(tmp_path / "own.docx"))
    found = [mark.get(qn("w:id")) for mark in marks(render_docx(zh, tmp_path / "own.docx"), "w:bookmarkStart")]
    assert found[:2] == ["7", "8"]
    assert len(set(found)) == len(found)


def pictures(data: bytes) -> list[tuple[Any, bytes]]:
    """Every picture's place in the text and its file."""
    document = docx.Document(io.BytesIO(data))
    found = []
    for inline in document.element.iter(qn("wp:inline")):
        (blip,) = inline.iter(qn("a:blip"))
        found.append((inline, document.part.related_parts[blip.get(qn("r:embed"))].blob))
    return found


def test_every_drawing_is_a_picture_with_its_alternative_inside_the_margins(zh: Briefing, en: Briefing) -> None:
    """by reading back: size from the PNG's head, proportions and resolution from it and the extent that Word is told."""
    for briefing in (zh, en):
        data = render_docx(briefing)
        section = docx.Document(io.BytesIO(data)).sections[0]
        page, *margins = (Length(side or 0) for side in (section.page_width, section.left_margin, section.right_margin))
        text = Length(page - sum(margins))
        found, drawn = pictures(data), list(figures(briefing))
        assert len(drawn) > 5
        assert [inline.docPr.get("descr") for inline, _ in found] == [figure.alt for figure in drawn]
        assert len({inline.docPr.id for inline, _ in found}) == len(found)
        for figure, (inline, image) in zip(drawn, found, strict=True):
            assert image[:8] == b"\x89PNG\r\n\x1a\n"
            wide, high = int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
            width, height = (Length(getattr(inline.extent, side)) for side in ("cx", "cy"))
            own = float(re.search(r'width="([0-9.]+)pt"', figure.svg).group(1))  # type: ignore[union-attr]
            assert width.pt == pytest.approx(min(own, text.pt), abs=0.5)
            assert width <= text
            assert height / width == pytest.approx(high / wide, rel=1e-3)
            assert wide / width.inches >= 199


def test_pictures_show_the_drawing_and_not_a_blank_page(zh: Briefing, made: bytes) -> None:
    """by decoding: ink and ground both, and different drawings in different pictures."""
    for figure, (_, image) in zip(figures(zh), pictures(made), strict=True):
        ink = imread(io.BytesIO(image), format="png")[..., :3].min(axis=2) < 0.9
        assert 0.005 < float(ink.mean()) < 0.8, figure.id
        assert ink.any(axis=1).mean() > 0.5 < ink.any(axis=0).mean(), f"{figure.id}: a corner only"
    assert len({image for _, image in pictures(made)}) == len({figure.svg for figure in figures(zh)})


def test_the_title_stands_over_the_picture_and_its_source_leads_to_its_numbers(zh: Briefing, made: bytes) -> None:
    document = docx.Document(io.BytesIO(made))
    places = {mark.get(qn("w:name")): mark for mark in marks(made, "w:bookmarkStart")}
    found = [at for at, paragraph in enumerate(document.paragraphs) if list(paragraph._p.iter(qn("wp:inline")))]
    for figure, at in zip(figures(zh), found, strict=True):
        title, drawing, source = document.paragraphs[at - 1 : at + 2]
        assert title.text.startswith(f"{figure.number}\u3000{runs_text(figure.title)}")
        assert title.paragraph_format.keep_with_next
        assert drawing.paragraph_format.keep_with_next
        assert drawing.paragraph_format.line_spacing == 1.0, "an exact distance of lines would cut the picture off"
        assert source.text == f"来源：{figure.source}；数据见附表"
        (link,) = source._p.iter(qn("w:hyperlink"))
        (caption,) = places[link.get(qn("w:anchor"))].iterancestors(qn("w:p"))
        assert shown(caption) == f"{figure.number}\u3000{runs_text(figure.data.caption)}"
        table = docx.table.Table(caption.getnext(), document)
        assert [cell.text for cell in table.rows[1].cells] == cells(figure.data)[0]


def test_a_note_on_the_numbers_of_a_drawing_is_not_lost(zh: Briefing) -> None:
    figure = next(figures(zh))
    noted = replace(figure, data=replace(figure.data, note=(Text("口径说明"),)))
    data = render_docx(replace(zh, sections=(Section("a", "前", (noted,)),)))
    assert told(data)[-1] == "口径说明"


def test_behind_a_wide_page_the_annex_is_upright_again(zh: Briefing) -> None:
    table = Table((Column("单位"),), (Row(((Text("甲县"),),)),), (Text("宽表"),), wide=True)
    data = render_docx(replace(zh, sections=(Section("a", "前", (next(figures(zh)), table)),)))
    sections = docx.Document(io.BytesIO(data)).sections
    assert [round(Length(section.page_width or 0).mm) for section in list(sections)[-2:]] == [420, 210]


def test_a_drawing_that_typst_cannot_read_is_named_in_both_languages(zh: Briefing) -> None:
    broken = replace(next(figures(zh)), svg="<svg")
    with pytest.raises(RenderError, match="drawing could not be made") as caught:
        render_docx(replace(zh, sections=(Section("a", "前", (broken,)),)))
    assert "无法生成图片" in caught.value.zh


def kept(table: Any) -> list[bool]:
    """Of each row, whether it stays on the page of the next."""
    return [all(p.pPr.keepNext is not None for p in row.iter(qn("w:p"))) for row in table._tbl.tr_lst]


def test_short_tables_and_cards_stay_on_one_page_and_long_ones_go_on_overleaf(zh: Briefing) -> None:
    def rows(count: int) -> tuple[Row, ...]:
        return tuple(Row(((Text(f"甲{at}"),),)) for at in range(count))

    heads = (Column("单位"),)
    short, long = Table(heads, rows(3), (Text("短表"),)), Table(heads, rows(17), (Text("长表"),), (Text("说明"),))
    grouped = replace(long, rows=(Row(((Text("组"),),), "group"), *long.rows))
    card = Card("unit-1", "甲县", (Text("合计"),), (short,))
    parts = (short, replace(short, note=(Text("说明"),)), long, grouped, card)
    document = docx.Document(io.BytesIO(render_docx(replace(zh, sections=(Section("a", "前", parts),)))))
    assert [kept(table) for table in document.tables] == [
        [True, True, True, False],
        [True] * 4,
        [True] + [False] * 17,
        [True, True] + [False] * 17,
        [True, True, True, False],
    ]
    for table in document.tables:
        above = table._tbl.getprevious()
        assert above.pPr.keepNext is not None, shown(above)


def test_the_head_of_every_page_says_what_the_paper_is(zh: Briefing, made: bytes) -> None:
    for section in docx.Document(io.BytesIO(made)).sections:
        assert section.header.paragraphs[0].text == zh.kind == "情景测算"


def test_a_wide_table_takes_an_a3_page_on_its_side_and_the_head_goes_on(zh: Briefing) -> None:
    table = Table((Column("单位"),), (Row(((Text("甲县"),),)),), (Text("宽表"),), wide=True)
    parts = [Section("a", "前", ()), Section("b", "中", (table,)), Section("c", "后", ())]
    document = docx.Document(io.BytesIO(render_docx(replace(zh, sections=tuple(parts)))))
    sizes = [(round(Length(s.page_width or 0).mm), round(Length(s.page_height or 0).mm)) for s in document.sections]
    assert sizes == [(210, 297), (420, 297), (210, 297)]
    assert [s.header.paragraphs[0].text for s in document.sections] == [zh.kind] * 3


def test_the_shipped_template_is_what_its_script_makes() -> None:
    assert PLACE.read_bytes() == template()


def test_fonts_are_named_with_what_stands_in_for_them(made: bytes) -> None:
    """law: GB/T 9704 has 小标宋 for the title, 仿宋 for the text."""
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        fonts, styles = (package.read(f"word/{name}.xml").decode() for name in ("fontTable", "styles"))
    for name, other in (("方正小标宋简体", "SimSun"), ("仿宋_GB2312", "FangSong")):
        assert f'w:name="{name}"><w:altName w:val="{other}"/>' in fonts
        assert f'w:eastAsia="{name}"' in styles
    assert "embed" not in fonts


def test_markup_in_a_title_is_text(zh: Briefing) -> None:
    nasty = "<w:t>{{ 7 * 7 }} & </w:t>"
    document = docx.Document(io.BytesIO(render_docx(replace(zh, title=nasty, sections=()))))
    assert document.paragraphs[0].text == nasty


def own(folder: Path, text: str = "{{ title }}", without: str = "") -> Path:
    document = docx.Document(str(PLACE))
    document.paragraphs[0].text = text
    if without:
        document.styles.element.remove(document.styles[without].element)
    path = folder / "own.docx"
    document.save(str(path))
    return path


def test_an_office_may_bring_its_own_template(zh: Briefing, tmp_path: Path) -> None:
    data = render_docx(replace(zh, sections=()), own(tmp_path, "某省财政厅 {{ title }}"))
    assert docx.Document(io.BytesIO(data)).paragraphs[0].text == f"某省财政厅 {zh.title}"


def test_a_template_made_in_word_calls_its_styles_by_other_ids(zh: Briefing, tmp_path: Path) -> None:
    """Word numbers the ids of styles with Chinese names: cells must point at the id, not at the name."""
    document = docx.Document(str(PLACE))
    for name, number in (("表格", "a1"), ("表格文字", "a2")):
        document.styles[name].element.set(qn("w:styleId"), number)
    document.save(str(tmp_path / "word.docx"))
    table = Table((Column("单位"),), (Row(((Text("甲县"),),)),), (Text("表"),))
    data = render_docx(replace(zh, sections=(Section("a", "前", (table,)),)), tmp_path / "word.docx")
    (read,) = docx.Document(io.BytesIO(data)).tables
    assert read.style is not None
    assert (read.style.name, read.rows[1].cells[0].paragraphs[0].style.name) == ("表格", "表格文字")


@pytest.mark.parametrize("style", STYLES)
def test_a_template_without_a_style_is_refused_by_its_name(zh: Briefing, tmp_path: Path, style: str) -> None:
    with pytest.raises(RenderError, match=f"lacks the styles {style}") as caught:
        render_docx(zh, own(tmp_path, without=style))
    assert f"缺少样式：{style}" in caught.value.zh


@pytest.mark.parametrize("text", ["{{ author }}", "{{ title", "{{ title.__class__.__mro__ }}"])
def test_a_template_that_asks_for_what_there_is_not_is_refused(zh: Briefing, tmp_path: Path, text: str) -> None:
    with pytest.raises(RenderError, match="cannot be filled"):
        render_docx(zh, own(tmp_path, text))


def test_a_file_that_is_no_template_is_refused(zh: Briefing, tmp_path: Path) -> None:
    (tmp_path / "text.docx").write_text("no package", encoding="utf-8")
    for name in ("text.docx", "absent.docx"):
        with pytest.raises(RenderError, match="no DOCX template") as caught:
            render_docx(zh, tmp_path / name)
        assert "不是 DOCX 模板" in caught.value.zh


def test_a_character_that_no_font_draws_is_refused(zh: Briefing) -> None:
    with pytest.raises(MissingGlyphError, match=r"U\+2070E"):
        render_docx(replace(zh, title="\U0002070e"))
