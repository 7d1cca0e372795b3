"""The pages in real Chromium, both languages: nothing leaves, nothing in a reader's way, every control by mouse and by key."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.carbon.monitoring.folders import TODAY

from silvafisc.briefing import curve_page
from silvafisc.briefing.blocks import Briefing
from silvafisc.briefing.comparison import build_comparison
from silvafisc.briefing.documents.papers import papers
from silvafisc.briefing.html import render_html
from silvafisc.briefing.measured_page import measured_page
from silvafisc.results import Outcome
from silvafisc.runs import compare

UNITS = 31
FEW = """
for (const body of document.querySelectorAll("tbody")) [...body.rows].slice(1, -1).forEach((row) => row.remove());
[...document.querySelectorAll("details.card")].slice(1).forEach((card) => card.remove());
document.querySelectorAll(".drawing svg").forEach((drawing) => drawing.replaceChildren());
"""
"""Leaves the first and last row of every table and one card: the others are made alike, and axe-core looks at each node.

A drawing is one picture with a name to whoever cannot see it, so its parts go too.
"""
PAGES = ("briefing", "comparison", "curves", "measured", "replies")


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    outcome: Outcome,
    zh: Briefing,
    en: Briefing,
    curve_tables: Mapping[str, pd.DataFrame],
    shipped_measured: Mapping[str, pd.DataFrame],
) -> Path:
    """`<page>_<language>.html` of every kind of page."""
    made = {"briefing_zh": zh, "briefing_en": en}
    same = [outcome, outcome]
    tables = compare(same).frames
    for language in ("zh", "en"):
        made[f"comparison_{language}"] = build_comparison(same, tables, language)
        made[f"curves_{language}"] = curve_page.page(curve_tables, "2026-01-01", language)
        made[f"measured_{language}"] = measured_page(shipped_measured, TODAY, language)
        ((_, made[f"replies_{language}"]),) = papers(outcome, language, ["replies"], units=["110000"])
    place = tmp_path_factory.mktemp("pages")
    for name, briefing in made.items():
        place.joinpath(f"{name}.html").write_bytes(render_html(briefing))
    return place


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of the module."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def briefing(tab: Any, folder: Path) -> Any:
    """The Chinese briefing, as it opens on a desk."""
    tab.emulate_media(media="screen")
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto("about:blank")
    tab.goto((folder / "briefing_zh.html").as_uri())
    return tab


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_everyone_and_calls_nobody(browser: Any, folder: Path, name: str, language: str) -> None:
    """published: axe-core's rules for WCAG 2 A and AA; landmarks, scopes and language as ARIA and HTML define them."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    address = (folder / f"{name}_{language}.html").as_uri()
    page.goto(address)
    page.evaluate(FEW)
    # Both languages have the same colours, and looking at those takes axe-core most of its time.
    rules = {"color-contrast": {"enabled": language == "zh"}}
    found = axe.Axe().run(page, options={"resultTypes": ["violations"], "rules": rules}).response["violations"]
    grave = [
        (rule["id"], rule["nodes"][0]["html"][:200]) for rule in found if rule["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    assert page.locator("th:not([scope])").count() == 0
    page.set_viewport_size({"width": 390, "height": 844})
    # A busy machine lays the page out anew a moment later. Nothing but tables scrolls sideways on a phone.
    page.wait_for_function("document.documentElement.scrollWidth <= 390", timeout=10_000)
    page.close()
    assert said == []
    assert asked == [address]


def column(page: Any, table: Any, place: int) -> list[float]:
    """The exact values of a column, in the order of the rows, without totals."""
    cells = table.locator(f"tbody tr:not(.total) > :nth-child({place})")
    values: list[float] = cells.evaluate_all("cells => cells.map(cell => Number(cell.querySelector('.n').dataset.v))")
    return values


def amounts(page: Any) -> Any:
    """The table of amounts by unit."""
    return page.locator("#allocation table").filter(has_text="分单位、分性质").first


def test_a_head_sorts_by_value_and_totals_stay_last(briefing: Any) -> None:
    table = amounts(briefing)
    head = table.locator("thead th").nth(1)
    before = column(briefing, table, 2)
    assert before != sorted(before, reverse=True)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(briefing, table, 2) == sorted(before, reverse=True)
    assert "由大到小" in briefing.locator("#said").text_content()
    briefing.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(briefing, table, 2) == sorted(before)
    assert table.locator("tbody tr").last.get_attribute("class") == "total"
    briefing.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(briefing, table, 2) == before


def test_sorting_keeps_rows_under_their_group(briefing: Any) -> None:
    """Names in the ledger are texts and sort as such, inside their topic."""
    table = briefing.locator("#sources table").filter(has_text="假设和凭记忆的数据").first
    groups = "rows => rows.map(row => row.className === 'group' ? row.textContent : row.id)"
    before = table.locator("tbody tr").evaluate_all(groups)
    table.locator("thead th").nth(1).get_by_role("button").click()
    after = table.locator("tbody tr").evaluate_all(groups)
    assert after != before

    def parts(rows: list[str]) -> list[set[str]]:
        starts = [i for i, row in enumerate(rows) if not row.startswith("line-")]
        return [set(rows[a:b]) for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)]

    assert parts(after) == parts(before)


def test_a_calculation_and_a_record_are_not_sorted(briefing: Any) -> None:
    assert briefing.locator(".card .sort").count() == 0
    assert briefing.locator("table.ordered").count() == 2
    assert briefing.locator("table.ordered .sort").count() == 0


def test_a_filter_counts_what_it_shows_and_hides_the_total(briefing: Any) -> None:
    table = amounts(briefing)
    box = briefing.locator(".filter").filter(has=briefing.get_by_label(re.compile("筛选：.*分单位、分性质"))).first
    assert box.locator("[aria-live=polite]").count() == 1
    box.locator("input").fill("北京")
    assert table.locator("tbody tr:visible").all_text_contents()[0].startswith("北京市")
    assert table.locator("tbody tr:visible").count() == 1
    assert box.locator("[aria-live]").text_content() == f"显示 1 行，共 {UNITS} 行"
    box.locator("input").fill("")
    assert table.locator("tbody tr:visible").count() == UNITS + 1


def test_a_short_table_has_no_filter(briefing: Any) -> None:
    """By hand: 31 units are enough for a filter, the categories of the first table are not."""
    counted = (
        "boxes => boxes.map(box => box.nextElementSibling.querySelectorAll('tbody tr:not(.total, .group)').length)"
    )
    sizes = briefing.locator(".filter").evaluate_all(counted)
    assert sizes
    assert min(sizes) > 12


@pytest.mark.parametrize(("wanted", "key"), [("天津", "Enter"), ("120000", "ArrowDown")])
def test_a_unit_is_found_by_name_and_by_code(briefing: Any, wanted: str, key: str) -> None:
    card = briefing.locator("#unit-120000")
    assert not card.evaluate("card => card.open")
    briefing.get_by_label("查找单位").fill(wanted)
    assert briefing.locator("#found").text_content() == "找到 1 个单位"
    briefing.keyboard.press(key)
    if key == "ArrowDown":
        briefing.keyboard.press("Enter")
    assert card.evaluate("card => card.open")
    assert briefing.evaluate("document.activeElement.parentElement.id") == "unit-120000"
    assert card.locator("table").is_visible()


def test_an_address_opens_the_card_it_names(briefing: Any) -> None:
    briefing.goto(f"{briefing.url}#unit-130000")
    assert briefing.locator("#unit-130000").evaluate("card => card.open")


def test_a_number_says_where_it_comes_from_and_leads_there_and_back(briefing: Any) -> None:
    """by hand: the made-up area of Beijing is an assumption, in tenths of a mu."""
    number = briefing.locator('#unit-110000 a.n[data-k*="public_welfare_collective,110000"]').first
    briefing.locator("#unit-110000 > summary").click()
    number.hover()
    tip = briefing.get_by_role("tooltip")
    text = tip.text_content()
    value = f"{int(number.get_attribute('data-v')):,}"
    for part in (
        "各类别面积",
        f"{value} 十分之一亩",
        "假设",
        "inputs.areas[category=public_welfare_collective,region_code=110000]",
    ):
        assert part in text
    assert number.get_attribute("aria-describedby") == "tip"
    briefing.keyboard.press("Escape")
    assert tip.count() == 0, "Escape takes it away"
    number.click()
    line = briefing.locator(number.get_attribute("href"))
    assert "各类别面积" in line.text_content()
    assert line.evaluate("row => row.matches(':target')")
    briefing.get_by_role("button", name="回到原处").click()
    assert number.evaluate("number => number === document.activeElement")


def test_arrows_go_from_number_to_number_and_tab_leaves_the_table(briefing: Any) -> None:
    table = amounts(briefing)
    assert table.locator('a.n[tabindex="0"]').count() == 1
    first = table.locator("tbody tr").first
    first.locator("a.n").first.focus()
    assert briefing.get_by_role("tooltip").is_visible()
    briefing.keyboard.press("ArrowRight")
    assert first.locator("a.n").nth(1).evaluate("number => number === document.activeElement")
    briefing.keyboard.press("ArrowDown")
    below = table.locator("tbody tr").nth(1).locator("a.n").nth(1)
    assert below.evaluate("number => number === document.activeElement")
    briefing.keyboard.press("Tab")
    assert not briefing.evaluate(
        "document.activeElement.closest('table')?.caption?.textContent.includes('分单位、分性质')"
    )


def test_the_first_tab_skips_the_contents_and_the_present_section_is_marked(briefing: Any) -> None:
    briefing.keyboard.press("Tab")
    assert briefing.evaluate("document.activeElement.textContent") == "跳到正文"
    briefing.keyboard.press("Enter")
    assert briefing.evaluate("document.activeElement.id") == "text"
    links = briefing.locator("nav ol a")
    assert links.first.get_attribute("aria-current") == "location"
    links.nth(3).click()
    briefing.wait_for_function("document.querySelectorAll('nav ol a')[3].getAttribute('aria-current') === 'location'")
    assert briefing.locator("nav [aria-current]").count() == 1


def test_the_contents_fold_on_a_phone(briefing: Any) -> None:
    briefing.set_viewport_size({"width": 390, "height": 844})
    menu = briefing.locator("#menu")
    assert menu.get_attribute("aria-expanded") == "false"
    assert not briefing.locator("#contents").is_visible()
    menu.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    assert briefing.locator("nav ol a").first.is_visible()
    briefing.keyboard.press("Escape")
    assert not briefing.locator("#contents").is_visible()
    wide = amounts(briefing).locator("xpath=..")
    assert wide.get_attribute("tabindex") == "0", "what scrolls sideways can be reached by key"


def test_paper_shows_every_card_and_no_control(briefing: Any) -> None:
    briefing.emulate_media(media="print")
    for gone in ("nav", ".filter", ".skip"):
        assert not briefing.locator(gone).first.is_visible(), gone
    assert briefing.locator(".card table").first.is_visible()
    assert briefing.locator(".card table").last.is_visible()
    head = amounts(briefing).locator("thead")
    assert head.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    boxes = head.locator(".sort").evaluate_all("buttons => buttons.map(button => getComputedStyle(button).display)")
    assert set(boxes) == {"contents"}, "Chromium repeats no head that has a button's box in it"
    brackets = briefing.locator("caption .from").first
    assert brackets.is_visible()
    assert re.fullmatch(r"\[\d+(, \d+)*\]", brackets.inner_text().strip())


def test_without_a_script_everything_is_there_in_plain_order(browser: Any, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "briefing_en.html").as_uri())
    assert page.locator("nav ol a").first.is_visible()
    assert page.locator("table").first.is_visible()
    for control in ("#menu", "#find", "#back", "#tip", ".sort", ".filter"):
        assert page.locator(control).filter(visible=True).count() == 0, control
    page.locator("#unit-110000 > summary").click()
    assert page.locator("#unit-110000 table").is_visible()
    assert page.locator("p a.n").first.get_attribute("href").startswith("#line-")
    context.close()
