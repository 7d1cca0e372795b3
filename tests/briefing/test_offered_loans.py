"""Briefing and workbook of a scenario whose loans compete with grants: the county sample with few offers, its sensitivity left out."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from silvafisc.briefing import build, render
from silvafisc.briefing.blocks import Briefing, Items, Paragraph, Section, Table, numbers, runs_text, texts
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.keys import Lookup
from silvafisc.briefing.sections import green_finance
from silvafisc.briefing.sheets import by_section
from silvafisc.briefing.words import Words
from silvafisc.quantities import mu_to_tenths
from silvafisc.results import Outcome
from silvafisc.runs import run
from silvafisc.runs.sensitivity import COLUMNS
from silvafisc.workbook import outcome_workbook

SMALL = """extends: county-demo-finance
categories: {public_welfare_state: {to: "12"}, public_welfare_collective: {to: "18"}}
funds: {provincial_forestry: {pots: [{nature: factor, grid: ["10000000"]}]}}
menus:
  afforestation: {standards: ["300"]}
  tending: {standards: ["100"], quantity_shares: ["0", "1"]}
  restoration: {standards: ["100"], quantity_shares: ["0", "1"]}
loans: {afforestation_loan: {subsidy_rates: ["0.03"]}}
grades: {by_region: true, alphas: ["0"], cut_offs: 1, minimum: 1, maximum: 1}
objectives: [{term: carbon, weight: 1}]
factor_step: "0.1"
"""


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("lent")
    path = folder / "scenario.yaml"
    path.write_text(SMALL, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("silvafisc.runs.beside.sensitivities", lambda *_: pd.DataFrame(columns=COLUMNS))
        run(path).save(folder / "outcome")
    return Outcome.load(folder / "outcome")


@pytest.fixture(scope="module")
def both(lent: Outcome) -> dict[str, Briefing]:
    return {language: build(lent, language) for language in ("zh", "en")}


def section(briefing: Briefing) -> Section:
    return next(one for one in briefing.sections if one.id == "green_finance")


def told(one: Section) -> list[str]:
    """Paragraphs and items, with plain spaces."""
    found = [block.runs for block in one.blocks if isinstance(block, Paragraph)]
    found += [item for block in one.blocks if isinstance(block, Items) for item in block.items]
    return [runs_text(runs).replace("\u00a0", " ") for runs in found]


def rows(one: Section, place: int) -> list[list[str]]:
    held = [block for block in one.blocks if isinstance(block, Table)][place]
    return [[runs_text(item).replace("\u00a0", " ") for item in row.cells] for row in held.rows]


def leverage_of(outcome: Outcome, channel: str) -> dict[str, Any]:
    table = outcome.tables["leverage"]
    [row] = table[(table["measure"] == "afforestation") & (table["channel"] == channel)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_the_conclusion_says_what_loans_brought_beside_grants(lent: Outcome, both: dict[str, Briefing]) -> None:
    """Expected: sums of the allocation and of finance.csv, which the audit works out by its own road."""
    loans = lent.tables["allocation"].query("nature == 'interest_subsidy'")
    money = lent.tables["finance"].groupby("item")["amount_fen"].sum()
    principal, cost = int(money["principal_drawn"]), int(money["public_cost"])
    assert cost == int((loans["payment_fen"] + loans["due_later_fen"]).sum())
    zh, en = (told(section(both[language]))[0] for language in ("zh", "en"))
    assert f"{loans['region_code'].nunique()} 个单位借款 {principal / 1e6:,.2f} 万元" in zh
    assert f"全部年度合计 {cost / 1e6:,.2f} 万元" in zh
    assert f"每元财政资金对应融资 {principal / cost:.2f} 倍" in zh
    assert f"borrow {principal / 1e8:,.4f} million yuan" in en
    assert f"lent per fiscal yuan, {principal / cost:.2f} times" in en
    loan, grant = leverage_of(lent, "loan"), leverage_of(lent, "grant")
    assert f"贷款 {loan['yuan_per_tco2e']:.2f} 元/吨，同一任务的拨款 {grant['yuan_per_tco2e']:.2f} 元/吨" in zh
    assert f"的最优值减少 {loan['price']:,.0f} 吨" in zh
    assert zh.endswith("贷款值得安排。")
    assert en.endswith("Loans are worth it here.")
    assert "none was priced" not in " ".join(told(section(both["en"])))


def test_what_is_told_of_loans_has_names_in_the_ledger(both: dict[str, Briefing]) -> None:
    names = [
        runs_text(row.cells[1])
        for one in both["zh"].sections
        for block in one.blocks
        if isinstance(block, Table)
        for row in block.rows
        if row.line
    ]
    assert {"借款本金", "贴息率", "项目收入与还款额之比"} <= set(names)
    assert [name for name in names if re.match(r"[a-z_0-9.]+ 的 ", name)] == []


def test_loans_stand_beside_grants_with_their_published_terms(lent: Outcome, both: dict[str, Briefing]) -> None:
    beside, terms = (rows(section(both["en"]), place) for place in (0, 1))
    assert [row[:2] for row in beside[:2]] == [["Afforestation", "grants"], ["Afforestation", "loans"]]
    assert beside[-1][:2] == ["All work", "both"]
    assert beside[0][3] == beside[0][6] == "—"  # a grant borrows nothing
    held = lent.tables["loan_terms"]
    assert len(terms) == len(held) == 3
    area = [f"{mu_to_tenths(str(text)) / 10:,.1f}" for text in held["area_mu"]]
    assert [(row[3], row[5], row[6]) for row in terms] == [
        ("3.0", str(units), mu) for units, mu in zip(held["units"], area, strict=True)
    ]


def test_units_whose_projects_earn_too_little_are_named_with_their_cover(
    lent: Outcome, both: dict[str, Briefing]
) -> None:
    cover = lent.tables["loan_cover"]
    short = cover[~cover["on_offer"].astype(bool)]
    assert len(short)
    items = [text for text in told(section(both["en"])) if "are not offered" in text]
    assert len(items) == short["region_code"].nunique()
    worst = min(short.to_dict("records"), key=lambda row: float(row["cover"]))
    regions = lent.tables["regions"]
    [name] = regions.loc[regions["region_code"] == worst["region_code"], "region_name_en"]
    assert items[0].startswith(f"{name}: loans for afforestation in 20")
    assert f"are {worst['cover']:.2f} times the debt service at the least, below 1.20 times" in items[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"price": 0.0}, "would be no lower: loans are not worth it"),
        ({"price": None}, "Without loans no plan keeps all rules"),
        ({"yuan_per_tco2e": 1e6}, "A tonne is dearer than by grants"),
        ({"private_principal_fen": 0}, "none was taken"),
    ],
)
def test_it_is_said_when_a_loan_is_not_worth_it(lent: Outcome, changed: dict[str, Any], said: str) -> None:
    table = lent.tables["leverage"].copy()
    mine = (table["measure"] == "afforestation") & (table["channel"] == "loan")
    for name, value in changed.items():
        table.loc[mine, name] = value
    other = replace(lent, tables={**lent.tables, "leverage": table})
    found = told(green_finance.section(Draft(other, "en")))[0]
    assert said in found
    assert "Loans are worth it here" not in found


def test_every_number_of_the_section_leads_to_the_outcome(lent: Outcome, both: dict[str, Briefing]) -> None:
    lookup = Lookup(lent)
    zh, en = (list(numbers(section(both[language]))) for language in ("zh", "en"))
    assert [number.key for number in zh] == [number.key for number in en]
    assert all(lookup.value(number.key) == number.value for number in zh)
    tables = {number.key.split("[")[0].split(".")[0] for number in zh}
    assert {"leverage", "loan_terms", "loan_cover", "allocation"} <= tables
    left = [text for language in ("zh", "en") for text in texts(section(both[language]))]
    assert [text for text in left if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)] == []


def test_the_pages_are_written_with_links_from_the_section_to_the_ledger(lent: Outcome, tmp_path: Path) -> None:
    ledger = lent.tables["sources"]["what"].tolist()
    assert "loans.afforestation_loan.rate" in ledger
    for path in render(lent, tmp_path, formats=("html",)):
        page = path.read_text(encoding="utf-8")
        start = page.index('id="green_finance"')
        held = page[start : page.index("<section", start)]
        links = set(re.findall(r'href="#([^"]+)"', held))
        assert links
        assert all(f'id="{name}"' in page for name in links)
        assert "loans.afforestation_loan.rate" in page


def test_the_workbook_holds_every_loan_with_its_audited_amount(lent: Outcome, both: dict[str, Briefing]) -> None:
    loans = lent.tables["allocation"].query("nature == 'interest_subsidy'")
    paid = sorted(fen / 100 for fen in loans["payment_fen"])
    for language, kind in (("zh", "贴息"), ("en", "Interest subsidy")):
        data = outcome_workbook(lent, Words(language), by_section(both[language]))
        sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[1]
        cells = [row for row in sheet.iter_rows(values_only=True) if kind in row]
        assert len(cells) == len(loans)
        amounts = {float(cell) for row in cells for cell in row if isinstance(cell, int | float)}
        assert set(paid) <= amounts
