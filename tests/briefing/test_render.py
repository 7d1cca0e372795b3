"""HTML and PDF: complete or absent, the same bytes again, nothing fetched, markup in names printed as it is."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from silvafisc.briefing import render
from silvafisc.briefing.blocks import Block, Briefing, Card, Table, figures, numbers
from silvafisc.briefing.figures.tiles import tiles
from silvafisc.briefing.glyphs import SHIPPED, MissingGlyphError, require_glyphs
from silvafisc.briefing.html import render_html
from silvafisc.briefing.pdf import render_pdf
from silvafisc.briefing.writing import RenderError, write
from silvafisc.results import Outcome

NASTY = '<script>alert("x")</script> #eval("1+1") $x$ *b* \\u{41} {{ 7 * 7 }}'


@pytest.fixture(scope="module")
def page(zh: Briefing) -> str:
    return render_html(zh).decode("utf-8")


def test_four_documents_in_order_and_the_same_bytes_again(outcome: Outcome, tmp_path: Path) -> None:
    first = render(outcome, tmp_path / "a")
    names = ["briefing_zh.html", "briefing_zh.pdf", "briefing_en.html", "briefing_en.pdf"]
    assert [path.name for path in first] == names
    second = render(outcome, tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(names), "no staging file is left"


def test_one_language_alone_gives_the_same_bytes(outcome: Outcome, zh: Briefing, tmp_path: Path) -> None:
    (path,) = render(outcome, tmp_path, languages=("zh",), formats=("html",))
    assert path.read_bytes() == render_html(zh)


def test_nothing_is_fetched(page: str) -> None:
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", page)
    assert not re.search(r"url\((?!data:|#)", page)
    assert "@import" not in page


def test_markup_in_names_is_text_in_both_formats(outcome: Outcome) -> None:
    from silvafisc.briefing import build

    regions = outcome.tables["regions"].copy()
    regions.loc[0, "region_name"] = NASTY
    briefing = build(replace(outcome, tables={**outcome.tables, "regions": regions}), "zh")
    html = render_html(briefing).decode("utf-8")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert "{{ 7 * 7 }}" in html
    assert render_pdf(briefing).startswith(b"%PDF")


class Tags(HTMLParser):
    """Collects ids, table heads without scope, and tags left open."""

    VOID = frozenset({"input", "meta", "link", "br", "path", "use", "rect", "line", "circle", "image"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.loose: list[str] = []
        self.open: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "th" and found.get("scope") not in {"row", "col"}:
            self.loose.append(str(attrs))
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_accessible(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.loose == []
    assert tags.tables == tags.captions
    assert len(tags.ids) == len(set(tags.ids)), "ids of several drawings collide"
    assert page.count("<details>") == page.count('role="img"'), "every drawing has its data table"
    assert '<html lang="zh-CN">' in page


def test_a_page_of_provinces_and_one_of_120_counties_stay_under_three_megabytes(zh: Briefing, en: Briefing) -> None:
    """published: the limit of the design. Four times the cards and rows of the 31 provinces stand for the counties."""
    four = (0, 1, 2, 3)

    def grown(block: Block) -> tuple[Block, ...]:
        if isinstance(block, Card):
            return tuple(replace(block, id=f"{block.id}-{turn}") for turn in four)
        if isinstance(block, Table) and len(block.rows) >= 31 and not any(row.line for row in block.rows):
            return (replace(block, rows=block.rows * 4),)
        return (block,)

    for briefing in (zh, en):
        counties = tuple(
            replace(section, blocks=tuple(chain.from_iterable(map(grown, section.blocks))))
            for section in briefing.sections
        )
        provinces = len(render_html(briefing))
        assert provinces < 3_000_000
        many = replace(briefing, sections=counties)
        assert len(list(numbers(many))) > 3 * len(list(numbers(briefing)))
        assert provinces < len(render_html(many)) < 3_000_000


def test_numbers_carry_their_keys_and_values_into_the_page(page: str, zh: Briefing) -> None:
    """The pattern of a key with its values put in is the key; a number of a document with a ledger is a link."""
    script = re.search(r'<script type="application/json" id="patterns">(.*?)</script>', page)
    assert script is not None
    patterns = json.loads(script[1])
    found = []
    for attributes in re.findall(r'<a href="#line-\d+" class="n[^"]*" (data-k="[^"]*" data-v="[^"]*")', page):
        key, value = re.findall(r'"([^"]*)"', unescape(attributes))
        place, *values = key.split(",")
        pattern, lines, _ = patterns[int(place)]
        head, *rest = pattern.split("=*")
        key = head + "".join(f"={held}{part}" for held, part in zip(values, rest, strict=True))
        assert zh.origins[key].lines == tuple(lines)
        found.append((key, value))
    assert sorted(found) == sorted((number.key, repr(number.value)) for number in numbers(zh))


def test_a_missing_glyph_is_an_error_that_names_the_character_in_every_format(outcome: Outcome, tmp_path: Path) -> None:
    meta = dict(outcome.meta) | {"title": {"zh": "\U0002070e县分配", "en": "Title"}}
    broken = replace(outcome, meta=meta)
    for form in ("html", "pdf"):
        with pytest.raises(MissingGlyphError, match=r"U\+2070E") as caught:
            render(broken, tmp_path, languages=("zh",), formats=(form,))
        assert "缺少字形" in caught.value.zh
    assert list(tmp_path.iterdir()) == []


def test_the_fonts_have_every_gb2312_character_and_the_signs_we_use() -> None:
    hanzi = {bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    known = SHIPPED.characters()
    assert [char for char in hanzi if char and ord(char) not in known] == []
    require_glyphs(["CO₂ ≥ ≤ × · Σ α ρ λ ω η σ π Φ ⌊⌋ − – — → ＝ ① ②"])


def test_the_fonts_have_every_character_of_the_project() -> None:
    """Names that only a data package holds must print too."""
    root = Path(__file__).resolve().parents[2]
    suffixes = {".csv", ".yaml", ".json"}
    paths = [
        p
        for layer in ("datasets", "policy", "reports")
        for p in sorted((root / layer).rglob("*"))
        if p.suffix in suffixes
    ]
    assert paths
    require_glyphs(path.read_text(encoding="utf-8").replace("\r", "").replace("\ufeff", "") for path in paths)


def test_an_unknown_format_and_a_folder_that_is_a_file_are_refused(zh: Briefing, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="no such format: odt"):
        write([zh], tmp_path, "briefing", ["odt"])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RenderError, match="cannot write") as caught:
        write([zh], tmp_path / "file", "briefing", ["html"])
    assert "无法写入" in caught.value.zh


def test_an_old_document_stays_when_a_new_one_fails(zh: Briefing, tmp_path: Path) -> None:
    (path,) = write([zh], tmp_path, "briefing", ["html"])
    before = path.read_bytes()
    with pytest.raises(MissingGlyphError):
        write([replace(zh, title="\U0002070e")], tmp_path, "briefing", ["html", "pdf"])
    assert path.read_bytes() == before


def test_the_tile_map_shows_all_34_province_level_units(zh: Briefing) -> None:
    """law: the administrative division of the state has 34 province-level units."""
    assert len(tiles()) == 34
    assert {"710000", "810000", "820000"} <= set(tiles())
    assert len({(tile.column, tile.row) for tile in tiles().values()}) == 34
    drawing = next(figure for figure in figures(zh) if figure.id == "amounts")
    assert drawing.svg.startswith("<svg")


def test_units_that_are_no_provinces_get_ranked_bars(outcome: Outcome) -> None:
    from silvafisc.briefing import build
    from silvafisc.briefing.blocks import runs_text

    def renamed(frame: Any) -> Any:
        if "region_code" not in frame:
            return frame
        return frame.assign(
            region_code=[f"51{code[:2]}22" if code and code != "000000" else code for code in frame["region_code"]]
        )

    inputs = outcome.inputs
    named = {name: renamed(frame) for name, frame in inputs.tables().items()}
    counties = replace(
        outcome,
        tables={name: renamed(frame) for name, frame in outcome.tables.items()},
        inputs=replace(inputs, **named),
    )
    briefing = build(counties, "zh")
    drawing = next(figure for figure in figures(briefing) if figure.id == "amounts")
    assert "条形图" in drawing.alt
    assert "不代表行政区划界线" not in runs_text(drawing.title)
