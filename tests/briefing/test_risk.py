"""The part on draws: the decision's spread in a sentence, all alternatives in a table, and nothing where nothing was drawn."""

from dataclasses import replace

import pandas as pd
import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Block, Paragraph, Table, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import risk, rules, what_if
from silvafisc.results import Outcome, RuleSpec

RISK = [
    ("decision", "tonnes", "mean", "", 120_000_000.0, "tco2e"),
    ("decision", "tonnes", "quantile", "0.05", 80_000_000.0, "tco2e"),
    ("decision", "tonnes", "quantile", "0.5", 118_000_000.0, "tco2e"),
    ("decision", "tonnes", "quantile", "0.95", 170_000_000.0, "tco2e"),
    ("decision", "tonnes", "cvar", "0.1", 75_000_000.0, "tco2e"),
    ("decision", "tonnes", "below_target", "", 0.125, "1"),
    ("decision", "overrun", "mean", "", 250_000_000.0, "yuan"),
    ("decision", "overrun", "cvar", "0.1", 900_000_000.0, "yuan"),
    ("factor_method", "tonnes", "mean", "", 110_000_000.0, "tco2e"),
    ("factor_method", "tonnes", "cvar", "0.1", 70_000_000.0, "tco2e"),
    ("factor_method", "tonnes", "ahead", "", 0.985, "1"),
    ("flat_standard", "tonnes", "mean", "", 119_000_000.0, "tco2e"),
    ("flat_standard", "tonnes", "cvar", "0.1", 76_000_000.0, "tco2e"),
    ("flat_standard", "tonnes", "ahead", "", 0.4, "1"),
]
RANKS = [("decision", 1, 0.35), ("decision", 2, 0.65), ("factor_method", 3, 1.0)]


@pytest.fixture(scope="module")
def drawn(outcome: Outcome) -> Outcome:
    columns = ["alternative", "variable", "statistic", "share", "value", "unit"]
    found = pd.DataFrame(RISK, columns=columns).assign(sample="fresh", draws=200)
    ranks = pd.DataFrame(RANKS, columns=["subject", "rank", "acceptability"])
    ranks = ranks.assign(kind="alternative", central_weights="")
    return replace(outcome, tables={**outcome.tables, "risk": found, "rank_acceptability": ranks})


def said(blocks: list[Block]) -> str:
    return " ".join(runs_text(b.runs) for b in blocks if isinstance(b, Paragraph)).replace("\u00a0", " ")


def test_the_sentence_gives_mean_interval_and_worst_tenth(drawn: Outcome) -> None:
    # by hand: 120 000 000 t = 12 000.0 万吨 = 120.000 Mt; 250 000 000 yuan = 2.50 亿元
    zh, en = (said(risk.blocks(Draft(drawn, language))) for language in ("zh", "en"))
    assert "200 次" in zh
    assert "不是求解所用的抽样" in zh
    for text in ("12,000.0 万吨", "8,000.0—17,000.0 万吨", "7,500.0 万吨", "2.50 亿元", "9.00 亿元", "12.5%"):
        assert text in zh, text
    for text in ("120.000 Mt", "80.000 to 170.000 Mt", "75.000 Mt", "worst 10% of draws", "12.5%"):
        assert text in en, text


def test_the_table_has_every_alternative_with_its_tail_and_its_first_places(drawn: Outcome) -> None:
    (table,) = (block for block in risk.blocks(Draft(drawn, "en")) if isinstance(block, Table))
    rows = [[runs_text(cell).replace("\u00a0", " ") for cell in row.cells] for row in table.rows]
    assert rows == [
        ["This decision", "120.000", "75.000", "—", "35.0"],
        ["The factor method", "110.000", "70.000", "98.5", "0.0"],
        ["One flat standard", "119.000", "76.000", "40.0", "—"],
    ]


def test_an_old_outcome_has_no_such_part(outcome: Outcome) -> None:
    assert risk.blocks(Draft(outcome, "zh")) == []
    assert "risk" not in outcome.tables
    assert len(what_if.section(Draft(outcome, "zh")).blocks)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_briefing_is_built_with_it(drawn: Outcome, language: str) -> None:
    assert build(drawn, language)


def test_the_rule_is_said_with_its_target(outcome: Outcome) -> None:
    specs = (
        RuleSpec("carbon_target", {"target_tco2e": "1500000"}),
        RuleSpec("carbon_target", {"target_tco2e": "1500000", "share": "0.9"}),
    )
    kept = replace(outcome, resolved=replace(outcome.resolved, rules=specs))
    texts = [runs_text(row.cells[1]).replace("\u00a0", " ") for row in rules.binding(Draft(kept, "en")).rows[:2]]
    assert texts == [
        "Carbon reaches 1.500 Mt CO₂e on average over the draws.",
        "Carbon reaches 1.500 Mt CO₂e in at least 90.0% of draws.",
    ]
