"""The comparison of two outcomes."""

from dataclasses import replace
from pathlib import Path

import pytest

from silvafisc.briefing import brief_comparison
from silvafisc.briefing.blocks import Paragraph, numbers, runs_text
from silvafisc.briefing.comparison import build_comparison, resolve_pair
from silvafisc.briefing.document import UnauditedError
from silvafisc.results import Outcome


@pytest.fixture(scope="module")
def second(outcome: Outcome) -> Outcome:
    """One unit gets 1 000 万元 more factor money in 2026 than in the first outcome."""
    allocation = outcome.tables["allocation"].copy()
    row = allocation.index[
        (allocation["region_code"] == "330000") & (allocation["nature"] == "factor") & (allocation["period"] == "2026")
    ][0]
    allocation.loc[row, ["payment_fen", "central_fen"]] += 1_000_000_000
    return replace(outcome, tables={**outcome.tables, "allocation": allocation})


def test_the_lead_says_what_changed(outcome: Outcome, second: Outcome) -> None:
    """by hand: 1 000 万元 = 0.10 亿元."""
    for language, wanted in (
        ("zh", "后一方案比前一方案多安排 0.10 亿元。新增碳汇相同。1 个单位增加，0 个减少，30 个不变。"),
        (
            "en",
            "The second plan allocates 0.010 billion yuan more than the first. Added carbon is the same. "
            "1 units get more, 0 get less, 30 stay.",
        ),
    ):
        lead = build_comparison([outcome, second], language).sections[0].blocks[0]
        assert isinstance(lead, Paragraph)
        assert runs_text(lead.runs).replace("\u00a0", " ") == wanted


def test_every_number_of_a_comparison_resolves_in_its_outcomes(outcome: Outcome, second: Outcome) -> None:
    walked = list(numbers(build_comparison([outcome, second], "zh")))
    assert len(walked) > 200
    for number in walked[:60]:
        assert resolve_pair(outcome, second, number.key) == number.value


def test_files_are_written(outcome: Outcome, second: Outcome, tmp_path: Path) -> None:
    paths = brief_comparison([outcome, second], tmp_path, languages=("en",))
    assert [path.name for path in paths] == ["comparison_en.html", "comparison_en.pdf"]


def test_other_numbers_of_outcomes_and_dirty_audits_are_refused(outcome: Outcome, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two outcomes"):
        brief_comparison([outcome], tmp_path)
    with pytest.raises(UnauditedError):
        brief_comparison([outcome, replace(outcome, audit={})], tmp_path)
