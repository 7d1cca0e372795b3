"""The comparison of outcomes: what it says, that every number stands in a table, and that sentences follow planted changes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.briefing import brief_comparison
from silvafisc.briefing.blocks import Briefing, Callout, Section, Table, figures, numbers, runs_text, texts
from silvafisc.briefing.comparison import build_comparison
from silvafisc.briefing.document import UnauditedError, build
from silvafisc.briefing.keys import Lookup
from silvafisc.briefing.sections.compared import beside
from silvafisc.results import Outcome
from silvafisc.runs import compare

UNIT = "330000"
Tables = dict[str, pd.DataFrame]


def planted(outcome: Outcome, fen: int, tonnes: float = 0.0) -> Outcome:
    """The outcome with factor money and tonnes of one unit in 2026 moved; 浙江 is in no priority group."""
    allocation = outcome.tables["allocation"].copy()
    row = allocation.index[
        (allocation["region_code"] == UNIT) & (allocation["nature"] == "factor") & (allocation["period"] == "2026")
    ][0]
    allocation.loc[row, ["payment_fen", "central_fen"]] += fen
    allocation.loc[row, "carbon_tco2e"] += tonnes
    return replace(outcome, tables={**outcome.tables, "allocation": allocation})


@pytest.fixture(scope="module")
def made(outcome: Outcome) -> Callable[..., tuple[list[Outcome], Tables]]:
    """The outcome beside planted changes of it, with their comparison."""

    def make(*moves: tuple[int, float]) -> tuple[list[Outcome], Tables]:
        outcomes = [outcome, *(planted(outcome, fen, tonnes) for fen, tonnes in moves)]
        return outcomes, dict(compare(outcomes).frames)

    return make


@pytest.fixture(scope="module")
def three(made: Callable[..., tuple[list[Outcome], Tables]]) -> tuple[list[Outcome], Tables]:
    """1 000 万元 and 50 000 t more; 2 000 万元 less and 10 000 t more."""
    return made((1_000_000_000, 50_000.0), (-2_000_000_000, 10_000.0))


@pytest.fixture(scope="module")
def documents(three: tuple[list[Outcome], Tables]) -> dict[str, Briefing]:
    return {language: build_comparison(*three, language) for language in ("zh", "en")}


def sheets(briefing: Briefing | Section) -> list[str]:
    """What the decision sheets say, one text each."""
    sections = briefing.sections if isinstance(briefing, Briefing) else (briefing,)
    found = [block for section in sections for block in section.blocks if isinstance(block, Callout)]
    return ["".join(runs_text(item) for item in sheet.items).replace("\u00a0", " ") for sheet in found]


def test_each_sheet_names_its_trade(documents: dict[str, Briefing]) -> None:
    """by hand: 10 000 000 yuan over 50 000 t = 200 yuan a tonne; 1 000 万元 = 0.10 亿元."""
    first, second = sheets(documents["zh"])
    assert (
        "方案 B比方案 A多安排 0.10 亿元，多固碳 5.0 万吨，每多固碳一吨多花 200.0 元（含以后年度兑付的分期）。" in first
    )
    assert "1 个单位增加，0 个减少，30 个不变。" in first
    assert "增加最多的是浙江省（+1,000 万元）。" in first
    assert "方案 C比方案 A少安排 0.20 亿元，反而多固碳 1.0 万吨。" in second
    assert "减少最多的是浙江省（−2,000 万元）。" in second
    assert (
        "Plan B allocates 0.010 billion yuan more than plan A and keeps 0.050 Mt CO₂e more"
        in sheets(documents["en"])[0]
    )


@pytest.mark.parametrize(
    ("fen", "tonnes", "wanted"),
    [
        (1_000_000_000, -50_000.0, "多安排 0.10 亿元，反而少固碳 5.0 万吨"),
        (-1_000_000_000, -50_000.0, "少安排 0.10 亿元，少固碳 5.0 万吨，每少固碳一吨省下 200.0 元"),
        (0, 50_000.0, "安排的资金相同，多固碳 5.0 万吨"),
        (100, 0.0, "多安排 1.00 元，固碳量不变"),  # too little for 亿元: shown in yuan, never as nothing
        (0, 0.0, "安排的资金和固碳量均相同"),
    ],
)
def test_sentences_agree_with_planted_changes(
    made: Callable[..., tuple[list[Outcome], Tables]], fen: int, tonnes: float, wanted: str
) -> None:
    assert wanted in sheets(build_comparison(*made((fen, tonnes)), "zh"))[0]


def test_every_number_resolves_in_the_comparison(
    three: tuple[list[Outcome], Tables], documents: dict[str, Briefing]
) -> None:
    outcomes, tables = three
    lookup = Lookup(beside(outcomes[0], tables))
    for briefing in documents.values():
        walked = list(numbers(briefing))
        assert len(walked) > 200
        assert [number.key for number in walked if lookup.value(number.key) != number.value] == []


def test_the_waterfall_holds_its_parts_and_their_sum(documents: dict[str, Briefing]) -> None:
    """by hand: 1 000 万元 of factor money alone: the pot is larger, and its share of the units moves to 浙江."""
    drawn = {figure.id: figure for figure in figures(documents["zh"])}
    assert set(drawn) == {"why-2", "why-3", "change"}
    rows = drawn["why-2"].data.rows
    shown = [int(runs_text(row.cells[1]).replace(",", "").replace("−", "-")) for row in rows]
    assert sum(shown[:-1]) == shown[-1] == 1000
    assert rows[-1].kind == "total"


def test_a_briefing_tells_of_the_plans_beside_it(
    three: tuple[list[Outcome], Tables], outcome: Outcome, zh: Briefing
) -> None:
    _, tables = three
    briefing = build(outcome, "zh", beside=tables)
    section = next(section for section in briefing.sections if section.id == "what_if")
    assert section.title == "七、情景比较和稳健程度"
    assert len(sheets(section)) == 2
    lookup = Lookup(beside(outcome, tables))
    assert all(lookup.value(number.key) == number.value for number in numbers(section))
    own = next(section for section in zh.sections if section.id == "what_if")
    assert sheets(own) == []


def test_nothing_in_english_is_chinese(documents: dict[str, Briefing]) -> None:
    odd = [text for text in texts(documents["en"]) if any("\u4e00" <= char <= "\u9fff" for char in text)]
    assert odd == []


def test_files_are_written(three: tuple[list[Outcome], Tables], tmp_path: Path) -> None:
    outcomes, tables = three
    paths = brief_comparison(outcomes, tables, tmp_path, languages=("en",))
    assert [path.name for path in paths] == ["comparison_en.html", "comparison_en.pdf"]


def test_dirty_audits_are_refused(made: Callable[..., tuple[list[Outcome], Tables]], tmp_path: Path) -> None:
    outcomes, tables = made((100, 0.0))
    with pytest.raises(UnauditedError):
        brief_comparison([outcomes[0], replace(outcomes[1], audit={})], tables, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_units_that_come_and_go_are_named_and_have_no_percentage() -> None:
    from tests.briefing.sample import make_outcome

    outcomes = [make_outcome(count) for count in (3, 4, 5)]
    briefing = build_comparison(outcomes, compare(outcomes).frames, "zh")
    section = next(section for section in briefing.sections if section.id == "units")
    said = "".join(texts(section))
    assert "只在部分方案中有资金的单位：山西省、内蒙古自治区。" in said
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [runs_text(cell) for cell in table.rows[-1].cells[1:4]] == ["0", "—", "—"]  # 内蒙古 is in the third alone
