"""The papers that officers sign: one number in DOCX, XLSX, blocks and outcome; rows that sum; nothing made up."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest
from tests.briefing.papers_sample import LISTED, POOLED, identity, issuable, stepped
from tests.briefing.sample_facts import EPR, RD

from silvafisc.briefing import PAPERS, Wish, render_papers
from silvafisc.briefing.blocks import Briefing, Number, Row, Table, numbers, runs_text, texts
from silvafisc.briefing.documents.falls import CauselessFallError
from silvafisc.briefing.documents.papers import papers
from silvafisc.briefing.documents.year import YearDraft
from silvafisc.briefing.docx import render_docx
from silvafisc.briefing.keys import Lookup
from silvafisc.briefing.layout import width_in_em
from silvafisc.briefing.sheets import plain_sheets, tables
from silvafisc.briefing.words import load_yaml
from silvafisc.briefing.writing import RenderError
from silvafisc.results import Outcome
from silvafisc.results.approvals import Approval
from silvafisc.workbook.tables import tables_workbook

TRAIL = (Approval("", "ef" * 32, "review", "王审核", "agree", "同意上报", "2026-02-01", hash="a" * 64),)


@pytest.fixture(scope="module")
def step() -> Outcome:
    return stepped()


@pytest.fixture(scope="module")
def made(step: Outcome) -> dict[str, Briefing]:
    return dict(papers(step, "zh", PAPERS, TRAIL))


def body(table: Table) -> list[Row]:
    return [row for row in table.rows if row.kind == "body"]


def figure(runs: Any) -> Decimal:
    (number,) = (run for run in runs if isinstance(run, Number))
    return Decimal(number.text.replace(",", "").replace("−", "-"))


def table_of(paper: Briefing, section: str, place: int = 0) -> Table:
    (found,) = (part for part in paper.sections if part.id == section)
    return list(tables(found))[place]


def said(paper: Briefing) -> str:
    return "".join(texts(paper))


def test_there_is_a_notice_of_each_fund_and_one_of_every_other_paper(made: dict[str, Briefing]) -> None:
    assert list(made) == [
        "paper",
        "notice-ecological-protection-restoration",
        "notice-reform-development",
        "worktable",
        "countersign",
        "replies",
        "settlement",
    ]


def test_every_number_is_the_outcomes_own(step: Outcome, made: dict[str, Briefing]) -> None:
    """The shown size lies within two steps of what its key resolves to: totals are the sums of what is shown."""
    lookup, counted = Lookup(step), 0
    for paper in made.values():
        for number in numbers(paper):
            assert number.value == lookup.value(number.key)
            text = number.text.replace(",", "").replace("−", "-").lstrip("+")
            places = len(text.partition(".")[2])
            size = abs(number.value) / number.per if number.sign == "words" else number.value / number.per
            assert abs(float(text) - size) <= 2 * 10.0**-places, number.key
            counted += 1
    assert counted > 2000


def test_docx_and_workbook_show_the_same_cells_as_the_blocks(made: dict[str, Briefing]) -> None:
    """by reading back, with python-docx and openpyxl; sums of the workbook are worked out from their formulas."""
    named = list(made.items())
    book = openpyxl.load_workbook(io.BytesIO(tables_workbook(plain_sheets(named), "2026-01-01", "ef" * 32)))
    values = openpyxl.load_workbook(
        io.BytesIO(tables_workbook(plain_sheets(named), "2026-01-01", "ef" * 32)), data_only=True
    )
    sheets = iter(zip(book.worksheets, values.worksheets, strict=True))
    formulas = 0
    for stem, paper in named:
        read = iter(docx.Document(io.BytesIO(render_docx(paper))).tables)
        for table in tables(paper.sections):
            word, (sheet, cached) = next(read), next(sheets)
            assert sheet["A2"].value == paper.kind
            assert sheet.oddHeader.center.text == paper.kind
            for line, row in enumerate(table.rows):
                shown = [runs_text(cell) for cell in row.cells]
                assert [cell.text for cell in word.rows[line + 1].cells[: len(shown)]] == shown, stem
                for at, cell in enumerate(row.cells):
                    where = {"row": line + 6, "column": at + 1}
                    value = cached.cell(**where).value
                    if len(cell) == 1 and isinstance(cell[0], Number) and not cell[0].attached:
                        assert Decimal(str(value)) == figure(cell)
                        places = len(cell[0].text.partition(".")[2])
                        assert sheet.cell(**where).number_format == "#,##0" + ("." + "0" * places if places else "")
                    else:
                        assert (value or "") == runs_text(cell)
                    formula = sheet.cell(**where).value
                    if isinstance(formula, str) and formula.startswith("=SUM("):
                        inside = sheet[formula.removeprefix("=SUM(").removesuffix(")")]
                        assert sum((Decimal(str(c.value)) for (c,) in inside), Decimal(0)) == Decimal(str(value))
                        formulas += 1
    assert formulas > 20, "totals are formulas with their values"


def test_rows_of_a_notice_sum_as_its_note_says(made: dict[str, Briefing]) -> None:
    """by hand: natures make up the year; year + notified before + settlement − rounding kept = this notice."""
    for fund, natures in ((EPR, 2), (RD, 2)):
        table = table_of(made[f"notice-{fund.replace('_', '-')}"], "allocation-table")
        assert table.wide
        heads = [column.header for column in table.columns]
        assert heads[:4] == ["序号", "单位", "代码", "核定面积" if fund == EPR else "任务面积"]
        assert heads[-5:] == ["全年核定数", "已提前下达", "清算、扣回和抵顶", "取整平衡", "本次下达"]
        assert len(heads) == 9 + natures
        for row in table.rows:
            annual, before, settled, kept, printed = map(figure, row.cells[-5:])
            assert sum(map(figure, row.cells[4:-5])) == annual
            assert annual + before + settled - kept == printed
            assert printed == int(printed), "whole units of 万元"
        for at in range(4, len(heads)):
            assert sum(figure(row.cells[at]) for row in body(table)) == figure(table.rows[-1].cells[at])


def test_without_an_account_of_the_year_a_dash_stands_for_what_is_unknown() -> None:
    ((_, paper), _) = papers(issuable(), "zh", ["notice"])
    table = table_of(paper, "allocation-table")
    for row in table.rows:
        assert [runs_text(cell) for cell in row.cells[-4:-2]] == ["—", "—"]
        assert figure(row.cells[-5]) - figure(row.cells[-2]) == figure(row.cells[-1])
    assert "不是零" in runs_text(table.note)


def test_the_letter_names_what_is_known_and_leaves_fields_for_the_rest(step: Outcome) -> None:
    stated = identity(EPR, document_number="川财资环〔2026〕1号", upper_document="财资环〔2026〕9号")
    frame = pd.concat([step.tables["notice_identity"].iloc[1:], pd.DataFrame([stated])], ignore_index=True)
    tables_ = {**step.tables, "notice_identity": frame}
    ((_, paper), _) = papers(replace(step, tables=tables_), "zh", ["notice"])
    assert paper.title == "关于下达2026年资金 eco预算的通知（代拟稿）"
    assert paper.kind == "代拟稿　未经签发不生效"
    assert "根据财资环〔2026〕9号，经研究，现下达2026年资金 eco预算（第2批）" in said(paper)
    rows = {runs_text(row.cells[0]): row for row in table_of(paper, "letter").rows}
    assert runs_text(rows["指标文号"].cells[1]) == "川财资环〔2026〕1号"
    assert runs_text(rows["项目代码"].cells[1]) == "Z1"
    assert runs_text(rows["项目代码"].cells[2]) == "沿用以往通知，二手来源：某省 2025 年通知；印发前核对"
    assert runs_text(rows["收入科目"].cells[1]) == "（待填）"
    assert runs_text(rows["批次"].cells[1]) == "2"


def test_a_short_name_is_introduced_where_it_is_not_the_whole_name(step: Outcome) -> None:
    stated = {EPR: "生态保护恢复资金", RD: "林业草原改革发展资金"}
    frame = pd.DataFrame([identity(fund, fund_name=name) for fund, name in stated.items()])
    ((_, paper),) = papers(replace(step, tables={**step.tables, "notice_identity": frame}), "zh", ["paper"])
    assert "生态保护恢复资金（中央资金）：" in said(paper)
    assert "林业草原改革发展资金（中央资金，以下简称“改革发展资金”）：" in said(paper)


def test_a_year_that_the_notice_states_is_the_year_of_the_papers() -> None:
    plan = issuable(3)
    stated = pd.DataFrame([identity(fund, year="2027") for fund in (EPR, RD)])
    ((_, paper), _) = papers(replace(plan, tables={**plan.tables, "notice_identity": stated}), "zh", ["notice"])
    assert paper.title.startswith("关于下达2027年")
    assert all("period=2027" in number.key for number in numbers(table_of(paper, "allocation-table")))


def test_targets_from_a_parameter_say_how_well_it_is_known() -> None:
    plan = issuable(3)
    known = {"what": "unit_standards.instalments.survival_check", "value": "85", "unit": "pct", "origin": "law"}
    row = pd.DataFrame([known | {"reference": "造林验收通例", "status": "recalled", "demo": ""}])
    sources = pd.concat([plan.tables["sources"], row], ignore_index=True)
    (_, (_, paper)) = papers(replace(plan, tables={**plan.tables, "sources": sources}), "zh", ["notice"])
    survival = next(row for row in table_of(paper, "targets").rows if runs_text(row.cells[1]) == "造林成活率")
    assert runs_text(survival.cells[2]) == "≥ 85.0%"
    assert runs_text(survival.cells[3]) == "参数：凭记忆（待核）"


def test_plans_of_the_letter_count_the_money_of_the_funds_own_payers(step: Outcome, made: dict[str, Briefing]) -> None:
    """by hand: the baselines are of the central level alone, so this plan is too; what provinces add stands elsewhere."""
    for section in made["paper"].sections:
        for table in (block for block in section.blocks if isinstance(block, Table)):
            if "各方案" in runs_text(table.caption):
                assert "负担级次" in runs_text(table.caption)
                allocation = step.tables["allocation"]
                central = int(allocation["central_fen"].sum())
                assert central < int(allocation["payment_fen"].sum())
                assert abs(figure(table.rows[-1].cells[1]) * 10**6 - central) * 2 <= 10**6
                return
    raise AssertionError("the letter compares no plans")


def test_the_task_list_tells_binding_from_expected_and_names_those_that_pool(made: dict[str, Briefing]) -> None:
    paper = made["notice-reform-development"]
    binding, expected, arranged = (table_of(paper, "tasks", place) for place in range(3))
    assert [[runs_text(cell) for cell in row.cells] for row in binding.rows] == [
        ["北京市", "人工造林", "0.50", ""],
        ["西藏自治区", "森林抚育", "0.20", "统筹整合，不限定项目"],
    ], "the row of 2027 belongs to another year"
    assert [[runs_text(cell) for cell in row.cells] for row in expected.rows] == [["北京市", "森林抚育", "0.30", ""]]
    assert not [row for row in arranged.rows if "西藏" in runs_text(row.cells[0])], "a unit that pools has no items"
    assert "西藏自治区：只下达资金总额，不分解到具体任务。" in said(paper)
    assert POOLED == ("540000",)
    assert "本项资金不安排任务。" in said(made["notice-ecological-protection-restoration"])


def test_targets_follow_from_the_allocation_and_what_does_not_is_a_field(made: dict[str, Briefing]) -> None:
    table = table_of(made["notice-reform-development"], "targets")
    kinds = [kind for row in table.rows if (kind := runs_text(row.cells[0]))]
    assert kinds == ["数量", "质量", "时效", "成本", "经济效益", "社会效益", "生态效益", "满意度"]
    for row in table.rows:
        has_number = any(isinstance(run, Number) for run in row.cells[2])
        filled = runs_text(row.cells[2]) == "（待填）"
        assert has_number != filled
        assert filled == (runs_text(row.cells[3]) == "主管部门填写")
    assert runs_text(table.rows[-1].cells[2]) == "（待填）", "nobody asked anybody how satisfied they are"
    carbon = next(row for row in table.rows if "碳汇" in runs_text(row.cells[1]))
    assert runs_text(carbon.cells[3]) == "情景测算，不作考核"


def test_no_listed_unit_falls_without_its_cause_in_print(made: dict[str, Briefing]) -> None:
    """by hand, 万元: 510000 −900 + 100, all by the standard; 520000 −500 + 300 + 100, by its area alone; 530000 rises."""
    for name, place in (("paper", 0), ("countersign", 1)):
        section = "paper-result" if name == "paper" else "figures"
        table = table_of(made[name], section, place)
        assert [[runs_text(cell) for cell in row.cells] for row in table.rows] == [
            ["四川省", "−800.00", "−900.00", "标准 −900.00"],
            ["贵州省", "−100.00", "+300.00", "面积 −500.00"],
        ]
    assert LISTED == ("510000", "520000", "530000")


@pytest.mark.parametrize("everybody", [False, True])
def test_a_listed_fall_without_a_cause_stops_every_paper_that_shows_it(
    step: Outcome, tmp_path: Path, everybody: bool
) -> None:
    """One unit's reasons are gone, or those of all units together."""
    reasons = step.tables["reasons"]
    gone = (reasons["against"] == "last_year") & ((reasons["region_code"] == "520000") | everybody)
    dumb = replace(step, tables={**step.tables, "reasons": reasons[~gone]})
    for name in ("paper", "countersign"):
        with pytest.raises(CauselessFallError, match="贵州省（520000）"):
            render_papers(dumb, tmp_path, Wish((name, "settlement")))
    assert list(tmp_path.iterdir()) == []


def test_proposal_difference_and_reason_agree_line_by_line(made: dict[str, Briefing]) -> None:
    """by hand: the proposal gives every unit 100 万元 more, −40 by the standard and −60 by the weights."""
    table = table_of(made["countersign"], "figures")
    assert len(body(table)) == 31
    for row in table.rows:
        proposed, finance, difference = map(figure, row.cells[3:6])
        assert proposed + difference == finance
    for row in body(table):
        assert figure(row.cells[5]) == Decimal("-100.00")
        assert runs_text(row.cells[6]) == "标准 −40.00；权重 −60.00"
    assert figure(table.rows[-1].cells[5]) == Decimal("-3100.00")


def test_the_trail_is_printed_and_called_what_it_is(made: dict[str, Briefing]) -> None:
    trail = table_of(made["countersign"], "signatures")
    shown = ["1", "2026-02-01", "审核（财政）", "王审核", "同意", "同意上报", "a" * 16]
    assert [runs_text(cell) for cell in trail.rows[0].cells] == shown
    assert "不是数字证书意义上的身份认证" in said(made["countersign"])
    assert "ef" * 32 in said(made["countersign"])


def test_a_reply_gives_a_unit_its_own_sum_on_its_own_page(step: Outcome, made: dict[str, Briefing]) -> None:
    assert len(made["replies"].sections) == 31
    assert [section.new_page for section in made["replies"].sections] == [False] + [True] * 30
    ((_, only),) = papers(step, "zh", ["replies"], units=["510000"])
    (sheet,) = only.sections
    assert sheet.title == "四川省（510000）为何是这个数"
    weights = list(tables(sheet))[1]
    assert [runs_text(cell) for cell in weights.rows[0].cells[:2]] == ["任务需求", "25.0"]
    assert "比按 3 年计的上年数减少" in runs_text(only.sections[0].blocks[1].runs)  # type: ignore[union-attr]


def test_the_years_account_sums_to_what_is_due(made: dict[str, Briefing]) -> None:
    table = table_of(made["settlement"], "settlement")
    assert [column.header for column in table.columns][1:3] == ["全年核定数", "提前下达"]
    for row in table.rows:
        *items, due = map(figure, row.cells[1:])
        assert sum(items) == due


def test_the_directors_paper_has_its_eight_headings_on_two_pages(made: dict[str, Briefing]) -> None:
    """law: GB/T 9704 gives 225 mm of text a page; type and lines of the compact template."""
    paper = made["paper"]
    wanted = [
        "请示事项",
        "资金来源与政策依据",
        "分配方法",
        "分配结果",
        "预期绩效",
        "方案比较",
        "风险和需说明的问题",
        "下一步",
    ]
    assert [section.title for section in paper.sections] == [
        f"{number}、{title}" for number, title in zip("一二三四五六七八", wanted, strict=True)
    ]
    asked = said(paper)
    assert "其中已提前下达 2,007,290.00万元，清算、扣回和抵顶 −744.00万元，本次下达 2,006,513万元" in asked
    document = docx.Document(io.BytesIO(render_docx(paper)))
    height = 0.0
    for paragraph in document.paragraphs:
        style: Any = paragraph.style
        size, line = style.font.size.pt, style.paragraph_format.line_spacing
        lines = -(-(width_in_em(paragraph.text) + 2) * size // 442)
        height += max(1, lines) * (line.pt if hasattr(line, "pt") else 1.3 * size)
    height += sum(13.0 * (len(table.rows) + 1) for table in document.tables)
    assert height < 2 * 225 / 25.4 * 72


def test_the_working_table_sums_by_nature_and_by_payer(made: dict[str, Briefing]) -> None:
    """by hand: both sets of columns make up the year's amount of all payers."""
    for fund in (EPR, RD):
        table = table_of(made["worktable"], f"work-{fund}")
        heads = [column.header for column in table.columns]
        whole, last = heads.index("全年核定数"), heads.index("上年数")
        for row in table.rows:
            assert sum(map(figure, row.cells[7:whole])) == figure(row.cells[whole])
            assert sum(map(figure, row.cells[whole + 1 : last])) == figure(row.cells[whole])
        assert [runs_text(cell) for cell in table.rows[0].cells[:4]] == ["1", "省级", "北京市", "110000"]
        assert runs_text(table.rows[0].cells[heads.index("约束性任务量")]) == ("—" if fund == EPR else "0.50")
        assert runs_text(table.rows[0].cells[last]) == "—", "nobody knows last year's amounts of this outcome"


def test_papers_in_english_show_the_same_numbers(step: Outcome, made: dict[str, Briefing]) -> None:
    for (stem, english), (other, chinese) in zip(papers(step, "en", PAPERS, TRAIL), made.items(), strict=True):
        assert stem == other
        assert sorted(n.key for n in numbers(english)) == sorted(n.key for n in numbers(chinese))


def test_papers_use_the_words_of_finance_officers_and_no_bare_id(step: Outcome, made: dict[str, Briefing]) -> None:
    avoid = [word for entry in load_yaml("glossary.yaml").values() for word in entry["avoid"]]
    for paper in made.values():
        assert not [word for word in avoid if word in said(paper)]
        for text in texts(paper):
            assert "_" not in text, text
    assert YearDraft(step, "zh").words.unnamed == set()


def test_the_same_outcome_gives_the_same_bytes(step: Outcome, tmp_path: Path) -> None:
    wish = Wish(("paper", "notice", "countersign"), ("zh",), ("docx", "xlsx"), trail=TRAIL)
    first, second = (render_papers(step, tmp_path / name, wish, tables_workbook) for name in "ab")
    assert [path.name for path in first][-1] == "tables_zh.xlsx"
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_sheets_of_long_names_never_collide(made: dict[str, Briefing]) -> None:
    stems = [f"estimate-ecological-protection-re{end}" for end in ("storation", "form")]
    sheets = plain_sheets([(stem, made["settlement"]) for stem in stems])
    book = openpyxl.load_workbook(io.BytesIO(tables_workbook(sheets, "2026-01-01", "ef" * 32)))
    assert len(set(book.sheetnames)) == len(sheets) > 2
    assert max(map(len, book.sheetnames)) <= 31


def test_a_template_that_will_not_do_leaves_nothing_behind(step: Outcome, tmp_path: Path) -> None:
    (tmp_path / "own.docx").write_text("no", encoding="utf-8")
    with pytest.raises(RenderError, match="no DOCX template"):
        render_papers(step, tmp_path / "out", Wish(("paper", "notice"), template=tmp_path / "own.docx"))
    assert not (tmp_path / "out").exists()
