"""The section on green finance: its verdicts, tables and drawings, both languages alike, every number from the outcome."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Callout, Figure, Items, Paragraph, Section, Table, numbers, runs_text, texts
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.keys import Lookup
from silvafisc.briefing.sections import green_finance
from silvafisc.policy import ParameterTree, load_scenario
from silvafisc.results import Outcome
from silvafisc.runs.scenario_instruments import finance_tables, priced_instruments

NAMES = ["wuning-ccer-2025", "example-pledge-loan", "example-carbon-bond", "sanming-ticket-2021"]


@pytest.fixture(scope="module")
def priced(outcome: Outcome) -> Outcome:
    scenario = load_scenario("county-demo").model_copy(update={"instruments": NAMES})
    tables = finance_tables(priced_instruments(scenario, ParameterTree.load()))
    return replace(outcome, tables={**outcome.tables, **tables})


@pytest.fixture(scope="module")
def both(priced: Outcome) -> dict[str, Section]:
    return {language: green_finance.section(Draft(priced, language)) for language in ("zh", "en")}


def told(section: Section) -> str:
    parts = [block.runs for block in section.blocks if isinstance(block, Paragraph)]
    return "\n".join(runs_text(runs) for runs in parts).replace("\u00a0", " ")


def table(section: Section, place: int) -> list[list[str]]:
    found = [block for block in section.blocks if isinstance(block, Table)][place]
    return [[runs_text(item).replace("\u00a0", " ") for item in row.cells] for row in found.rows]


def test_an_outcome_without_instruments_says_so_and_shows_nothing(outcome: Outcome) -> None:
    section = green_finance.section(Draft(outcome, "en"))
    assert len(section.blocks) == 1
    assert told(section) == "The scenario names no loan or bond, so none was priced."


def test_the_conclusion_stands_first(both: dict[str, Section]) -> None:
    """By hand from the covers of the four files: Wuning 1.15, example loan 4.55, bond 0.79, Sanming 0.38."""
    lead = "Of 4 loans and bonds priced beside the allocation 2 cover their debt service in every year"
    assert told(both["en"]).startswith(lead)
    assert told(both["zh"]).startswith(
        "与分配并列测算的 4 项金融工具中，按所述价格和时间各年收入都能偿付当年本息的有 2 项"
    )
    # By hand: 3 M + 452,955.44 + 50 M + 5 M yuan.
    assert "本金（面值）合计 5,845.30 万元" in told(both["zh"])
    assert "come to 58,453.0 thousand yuan" in told(both["en"])


def test_each_instrument_has_its_verdict(both: dict[str, Section]) -> None:
    verdicts = [row[6] for row in table(both["en"], 0)]
    assert verdicts[0] == "only with a reserve: short under stress, most under late issue or payment"
    assert verdicts[2] == "not worth it: receipts short in 3 of 7 years"
    assert verdicts[3] == "ordinary credit, not backed by carbon"


def test_finance_stands_beside_the_grants_in_yuan_per_tonne(priced: Outcome, both: dict[str, Section]) -> None:
    """By hand: 40,179.73 yuan / 134,800 t = 0.2981; with 8 M yuan for planting 8,040,179.73 / 134,800 = 59.65."""
    rows = table(both["en"], 1)
    assert rows[0][0] == "Grants of this allocation"
    assert rows[2][-3:] == ["0.2981 yuan/t", "59.65 yuan/t", "11.27 times"]


def test_ordinary_credit_and_stress_are_told_in_both_languages(both: dict[str, Section]) -> None:
    said = {
        language: [runs_text(item) for block in one.blocks if isinstance(block, Callout) for item in block.items]
        for language, one in both.items()
    }
    assert any("18.22\u00a0倍，按一般信用贷款列示" in text for text in said["zh"])
    assert any("18.22\u00a0times the value of what is pledged: it is ordinary credit" in text for text in said["en"])
    assert any(text.startswith("Under low price receipts are short in 10 of 10 years") for text in said["en"])
    assert len(said["zh"]) == len(said["en"])
    assert [len(b.items) for b in both["zh"].blocks if isinstance(b, Items)] == [6]


def test_every_drawing_says_its_finding_and_holds_its_table(both: dict[str, Section]) -> None:
    drawn = [block for block in both["en"].blocks if isinstance(block, Figure)]
    kinds = [figure.id.split("-")[0] for figure in drawn]
    assert kinds == ["flow", "cover", "flow", "cover", "flow", "cover", "ladder", "flow", "cover"]
    titles = [runs_text(figure.title).replace("\u00a0", " ") for figure in drawn]
    assert titles[0].endswith(
        "receipts exceed debt service in all 10 years with payments, 1.15 times at the least (2026)"
    )
    assert titles[6].endswith(
        "rises from 1,000.0 thousand yuan to 8,000.0 thousand yuan, the coupon rises from 3.200% to 3.600%"
    )
    band = [column.header for column in drawn[3].data.columns]
    assert band[-3:] == ["drawn, 5 %", "drawn, median", "drawn, 95 %"]
    assert all(figure.data.rows and figure.source.startswith("this outcome, finance_") for figure in drawn)


def test_the_schedule_of_the_years_sums_to_the_loan(priced: Outcome, both: dict[str, Section]) -> None:
    tables = [block for block in both["zh"].blocks if isinstance(block, Table)]
    schedule = next(block for block in tables if block.rows[-1].kind == "total")
    principal = [number.value for row in schedule.rows[:-1] for number in row.cells[2] if hasattr(number, "value")]
    assert sum(principal) == 300_000_000
    assert runs_text(schedule.rows[-1].cells[2]) == "300.00"


def test_every_number_is_what_its_key_leads_to_and_no_id_is_left(priced: Outcome, both: dict[str, Section]) -> None:
    lookup = Lookup(priced)
    walked = {language: list(numbers(one)) for language, one in both.items()}
    assert len(walked["zh"]) > 300
    assert [n.key for n in walked["zh"]] == [n.key for n in walked["en"]]
    assert all(lookup.value(number.key) == number.value for number in walked["zh"])
    assert [text for text in texts(both["zh"]) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)] == []


def test_loans_that_competed_with_grants_are_shown_where_the_outcome_has_them(outcome: Outcome) -> None:
    rows = [
        ("reform_development", "afforestation", "grant", "", 100_000_000, 0, 2000.0, 500.0, None),
        ("reform_development", "afforestation", "loan", "l", 10_000_000, 90_000_000, 1000.0, 100.0, 9.0),
        ("", "", "both", "", 110_000_000, 90_000_000, 3000.0, 366.67, 0.82),
    ]
    columns = ["fund", "measure", "channel", "instrument", "public_cost_fen", "private_principal_fen"]
    columns += ["carbon_tco2e", "yuan_per_tco2e", "leverage"]
    held = replace(outcome, tables={**outcome.tables, "leverage": pd.DataFrame(rows, columns=columns)})
    section = green_finance.section(Draft(held, "en"))
    shown = table(section, 0)
    assert [row[1] for row in shown] == ["grants", "loans", "both"]
    assert shown[0][-2:] == ["500.00", "—"]
    assert shown[1][-2:] == ["100.00", "9.00"]
    assert shown[2][0] == "All work"
