"""The term sheet: one page, both languages alike, the same bytes again, and nothing left without a name."""

import re
from pathlib import Path

import pytest
import yaml
from tests.briefing.test_layout import pages

from silvafisc.briefing.blocks import Briefing, Callout, Table, runs_text, texts
from silvafisc.briefing.pdf import render_pdf
from silvafisc.briefing.portfolio_page import MOST_MEMBERS
from silvafisc.briefing.term_sheet import MOST_YEARS, lines, page, write_sheets
from silvafisc.briefing.words import Words
from silvafisc.policy import INSTRUMENTS, PORTFOLIOS
from silvafisc.runs.instrument_tables import Sheet, bond_sheet, loan_sheet, portfolio_sheet
from silvafisc.runs.instruments import load_bond, load_loan, shipped_instruments
from silvafisc.runs.portfolios import load_portfolio, shipped_portfolios


def sheet(name: str) -> Sheet:
    """The sheet of a shipped instrument or portfolio."""
    if name in shipped_portfolios():
        return portfolio_sheet(load_portfolio(name))
    bond = "instrument: carbon_bond" in (INSTRUMENTS / f"{name}.yaml").read_text(encoding="utf-8")
    return bond_sheet(load_bond(name)) if bond else loan_sheet(load_loan(name))


def both(name: str) -> tuple[Briefing, Briefing]:
    made = sheet(name)
    zh, en = (page(made.terms, made.tables, language) for language in ("zh", "en"))
    return zh, en


def tabled(briefing: Briefing) -> list[Table]:
    return [block for block in briefing.sections[0].blocks if isinstance(block, Table)]


@pytest.mark.parametrize("name", [*shipped_instruments(), *shipped_portfolios()])
def test_every_shipped_instrument_takes_one_page_and_leaves_no_id_without_a_name(name: str) -> None:
    zh, en = both(name)
    assert [pages(render_pdf(briefing)) for briefing in (zh, en)] == [1, 1]
    assert [text for text in texts(zh) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)] == []
    shapes = [[(type(block), len(getattr(block, "rows", ()))) for block in one.sections[0].blocks] for one in (zh, en)]
    assert shapes[0] == shapes[1]
    for one, other in zip(tabled(zh), tabled(en), strict=True):
        numeric = [at for at, column in enumerate(one.columns) if column.numeric]
        cells = [[runs_text(row.cells[at]) for row in table.rows for at in numeric] for table in (one, other)]
        assert cells[0] == cells[1]


def test_a_long_loan_still_takes_one_page_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    text = (INSTRUMENTS / "wuning-ccer-2025.yaml").read_text(encoding="utf-8")
    path = tmp_path / "long.yaml"
    path.write_text(
        text.replace("2035-12-31", "2045-12-31")
        .replace("2026-12-31", "2026-01-31")
        .replace("every_months: 12", "every_months: 1"),
        encoding="utf-8",
    )
    made = loan_sheet(load_loan(path))
    briefing = page(made.terms, made.tables, "en")
    assert pages(render_pdf(briefing)) == 1
    years = next(table for table in tabled(briefing) if "cover.csv" in runs_text(table.note))
    assert len(years.rows) == MOST_YEARS
    assert "the other 8" in runs_text(years.note)
    said = lines(made.terms, made.tables, "en")
    assert sum(bool(re.match(r"  20\d\d-\d\d-\d\d ", line)) for line in said) == 240


def test_a_large_portfolio_still_takes_one_page_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    data = yaml.safe_load((PORTFOLIOS / "example-portfolio.yaml").read_text(encoding="utf-8"))
    loan = (PORTFOLIOS / "example-portfolio" / "south-slope.yaml").read_text(encoding="utf-8")
    own = {"value": "0.01", "status": "assumption", "title": "演示"}
    data["members"] = []
    for at in range(MOST_MEMBERS + 4):
        text = loan.replace("demo-south-slope", f"loan-{at}").replace("demo-102", f"demo-{at}")
        (tmp_path / f"{at}.yaml").write_text(text.replace("示例农商银行", f"银行{at}"), encoding="utf-8")
        data["members"].append({"instrument": f"{at}.yaml", "region": f"县{at}", "fire_chance": own, "recovery": own})
    data["simulation"]["draws"] = 100
    path = tmp_path / "portfolio.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    made = portfolio_sheet(load_portfolio(path))
    for language, left, own_numbers in (
        ("zh", "其余 4 笔", "另有 28 个数值"),
        ("en", "the other 4", "28 more numbers"),
    ):
        briefing = page(made.terms, made.tables, language)
        assert pages(render_pdf(briefing)) == 1
        members = next(table for table in tabled(briefing) if "members.csv" in runs_text(table.note))
        assert len(members.rows) == MOST_MEMBERS
        assert left in runs_text(members.note)
        assert any(own_numbers in runs_text(table.note) for table in tabled(briefing))


def test_ordinary_credit_is_called_that_in_both_languages() -> None:
    zh, en = both("sanming-ticket-2021")
    for briefing, word in (
        (zh, "18.2 倍，按一般信用贷款列示"),
        (en, "18.2 times what is pledged: it is ordinary credit"),
    ):
        (callout,) = [block for block in briefing.sections[0].blocks if isinstance(block, Callout)]
        assert any(word in runs_text(item) for item in callout.items)


def test_the_example_says_what_is_missing_and_what_the_draws_rest_on() -> None:
    said = "\n".join(lines(sheet("example-pledge-loan").terms, sheet("example-pledge-loan").tables, "en"))
    for part in (
        "Missing from the elements of the contract: shortfall and reversal.",
        "stated, the data are too few",
        "Most that the operator advances: build first 10,200,000.00 yuan",  # by hand: 9 M + 1.2 M before the subsidy
        "Example Farm Household receives less than its opportunity cost in",
        "each fiscal yuan goes with",
    ):
        assert part in said


def test_the_sheets_are_the_same_again(tmp_path: Path) -> None:
    made = sheet("anji-compensation-2018")
    first, again = (write_sheets(made.terms, made.tables, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == ["term_sheet_zh.pdf", "term_sheet_en.pdf"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_what_a_file_states_without_a_source_is_named_in_both_languages() -> None:
    """by hand: the keys that wuning-ccer-2025.yaml lists as `assumed`."""
    notes = [" ".join(texts(one)) for one in both("wuning-ccer-2025")]
    assert (
        "期限和计息约定、利率、还款方式、从核证到出售的时间和费用、碳价、质押率和质押物折算办法、最低覆盖率要求"
        in notes[0]
    )
    assert "dates and interest conventions, rate, repayment, timing and costs from verification to sale" in notes[1]


@pytest.mark.parametrize("name", [*shipped_instruments(), *shipped_portfolios()])
def test_every_key_that_a_shipped_file_assumes_has_a_name(name: str) -> None:
    words = Words("zh")
    for assumed in sheet(name).terms["evidence"]["assumed"]:
        assert words.known("finance_field", assumed), assumed
