"""No door leads to a notice: whatever hinders one gives 情景测算 in the title, in every page's head and in the file's name."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from tests.briefing.papers_sample import issuable, stepped

from silvafisc.briefing import BRIEFING, PAPERS, Wish, render_papers
from silvafisc.briefing.blocks import texts
from silvafisc.briefing.document import UnauditedError
from silvafisc.briefing.documents.papers import papers
from silvafisc.briefing.standing import hindrances
from silvafisc.datasets.findings import InputError
from silvafisc.results import Outcome
from silvafisc.workbook.tables import tables_workbook

Door = Callable[[Outcome], Outcome]


def areas(**changes: Any) -> Door:
    """One row of the areas changed: the others stay certified."""

    def change(outcome: Outcome) -> Outcome:
        frame = outcome.inputs.areas.copy()
        for name, value in changes.items():
            frame.loc[0, name] = value
        return replace(outcome, inputs=replace(outcome.inputs, areas=frame))

    return change


def demo_source(outcome: Outcome) -> Outcome:
    frame = outcome.tables["sources"].copy()
    frame.loc[0, "demo"] = "yes"
    return replace(outcome, tables={**outcome.tables, "sources": frame})


def demo_row(outcome: Outcome) -> Outcome:
    frame = outcome.inputs.tasks.copy()
    frame.loc[0, "source"] = "演示数据，不代表实际"
    return replace(outcome, inputs=replace(outcome.inputs, tasks=frame))


def said(**meta: Any) -> Door:
    return lambda outcome: replace(outcome, meta=dict(outcome.meta) | meta)


def ranked(outcome: Outcome) -> Outcome:
    return replace(outcome, resolved=replace(outcome.resolved, assumed_responses="rank"))


DOORS: dict[str, tuple[str, Door]] = {
    "one area is not certified": ("uncertified", areas(certified=False)),
    "one certified area lacks its document": ("uncertified", areas(document=" ")),
    "one source is demonstration data": ("demo", demo_source),
    "one row of a table is demonstration data": ("demo", demo_row),
    "assumed curves rank the offers": ("assumed", ranked),
    "the scenario calls itself an estimate": ("declared", said(kind={"zh": "情景测算", "en": "plan"})),
    "only its English name says so": ("declared", said(kind={"zh": "方案", "en": "A scenario Estimate"})),
    "its title says demonstration": ("declared", said(title={"zh": "八县分配（演示数据）", "en": "Plan"})),
}


@pytest.fixture(scope="module")
def plan() -> Outcome:
    return issuable(6)


def test_what_nothing_hinders_is_drafted_as_a_notice(plan: Outcome) -> None:
    """The tests of the doors below can fail: without a hindrance a notice comes out."""
    assert hindrances(plan) == ()
    stems = [stem for stem, _ in papers(plan, "zh", ["notice"])]
    assert stems == ["notice-ecological-protection-restoration", "notice-reform-development"]
    assert all(paper.title.startswith("关于下达") for _, paper in papers(plan, "zh", ["notice"]))


@pytest.mark.parametrize("name", DOORS)
def test_a_door_leads_to_an_estimate(plan: Outcome, name: str, tmp_path: Path) -> None:
    """A kind that says 下达通知 changes nothing: what hinders decides."""
    reason, door = DOORS[name]
    opened = door(plan)
    if reason != "declared":
        opened = replace(opened, meta=dict(opened.meta) | {"kind": {"zh": "下达通知", "en": "Notice"}})
    assert hindrances(opened) == (reason,)
    for language, head in (
        ("zh", "情景测算　不作为资金下达依据"),
        ("en", "Scenario estimate: no money is notified by it"),
    ):
        for stem, paper in papers(opened, language, PAPERS):
            assert "notice" not in stem
            assert paper.kind == head
            assert head in paper.subtitle
    for stem, paper in papers(opened, "zh", ["notice"]):
        assert stem.startswith("estimate-")
        assert paper.title.startswith("情景测算：")
        shown = "".join(texts(paper))
        assert "本次下达" not in shown
        assert "通知（" not in shown
        assert "现下达" not in shown


def test_every_file_of_an_estimate_says_so_on_every_page(plan: Outcome, tmp_path: Path) -> None:
    opened = areas(certified=False)(plan)
    wish = Wish(("notice",), ("zh",), ("docx", "xlsx", "html", "pdf"))
    files = render_papers(opened, tmp_path, wish, tables_workbook)
    assert sorted({path.name.partition("_zh")[0] for path in files}) == [
        "estimate-ecological-protection-restoration",
        "estimate-reform-development",
        "tables-estimate",
    ]
    head = "情景测算　不作为资金下达依据"
    for path in files:
        if path.suffix == ".docx":
            document = docx.Document(str(path))
            assert len(document.sections) == 3
            assert {section.header.paragraphs[0].text for section in document.sections} == {head}
            with zipfile.ZipFile(path) as package:
                assert [name for name in package.namelist() if "header" in name] == ["word/header1.xml"]
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
            assert {sheet.oddHeader.center.text for sheet in book.worksheets} == {head}
            assert {sheet["A2"].value for sheet in book.worksheets} == {head}
            assert all(name.startswith("estimate-") for name in book.sheetnames)
        elif path.suffix == ".html":
            assert head in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("audit", [{"clean": False, "checks": []}, {}, {"clean": "yes", "checks": []}])
def test_without_a_clean_audit_there_is_no_paper_at_all(plan: Outcome, audit: dict[str, Any], tmp_path: Path) -> None:
    dirty = replace(plan, audit=audit)
    assert hindrances(dirty) == ("audit",)
    for name in (BRIEFING, *PAPERS):
        with pytest.raises(UnauditedError):
            render_papers(dirty, tmp_path, Wish((name,)))
    assert list(tmp_path.iterdir()) == []


def test_offers_made_elsewhere_give_no_paper(plan: Outcome, tmp_path: Path) -> None:
    given = replace(plan, resolved=replace(plan.resolved, offers_given=True))
    assert "given" in hindrances(given)
    with pytest.raises(InputError):
        render_papers(given, tmp_path, Wish(("notice",)))


def test_a_step_of_the_year_opens_no_door_either() -> None:
    """An account of the year and a printed batch do not make a notice of uncertified areas."""
    stems = [stem for stem, _ in papers(areas(certified=False)(stepped()), "zh", ["notice"])]
    assert stems == ["estimate-ecological-protection-restoration", "estimate-reform-development"]
