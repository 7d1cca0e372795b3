"""The ten sections: their order, and what sections 7 and 9 hold."""

from dataclasses import replace

import pandas as pd
from tests.briefing.sample_facts import RD
from tests.briefing.test_reading import cells, plain, table_called, with_table

from silvafisc.briefing.blocks import Briefing, Items, Paragraph, texts
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import commitments, decision, what_if
from silvafisc.results import Outcome

ORDER = (
    "decision",
    "allocation",
    "reasons",
    "carbon",
    "fairness",
    "frontier",
    "what_if",
    "commitments",
    "sources",
    "annex",
)


def test_sections_stand_in_the_order_of_the_design(zh: Briefing, en: Briefing) -> None:
    for briefing in (zh, en):
        assert [section.id for section in briefing.sections if section.id in ORDER] == list(ORDER)
    assert [section.title[0] for section in zh.sections[:3]] == ["一", "二", "三"]


def test_the_first_page_names_the_section_of_sources(zh: Briefing, en: Briefing) -> None:
    """The sentence names it by its title, so that a further section does not make it wrong."""
    for briefing in (zh, en):
        titles = [section.title for section in briefing.sections if section.id == "sources"]
        said = " ".join(texts(briefing.sections[0]))
        assert titles[0].split("、")[-1].split(". ")[-1] in said


def test_nothing_moved_is_said(outcome: Outcome) -> None:
    bare = replace(
        outcome,
        tables={
            name: frame.iloc[:0] if name in ("sensitivity", "moves", "gaming", "adjustment", "risk") else frame
            for name, frame in outcome.tables.items()
        },
    )
    (only,) = what_if.section(Draft(bare, "zh")).blocks
    assert isinstance(only, Paragraph)
    assert "没有测算" in plain(only.runs)


def test_instalments_due_round_as_where_they_were_promised(outcome: Outcome) -> None:
    """by hand: 95 816.5 of 万元 due of 1 000 000.9 paid: shown 95 817 and 1 000 001, so 904 184 new."""
    frame = outcome.tables["allocation"].copy()
    frame = frame[frame["fund"] == RD].iloc[:2].copy()
    frame["period"] = "2026"
    frame["nature"] = ["committed", "task"]
    frame["payment_fen"] = [95_816_500_000, 1_000_000_900_000 - 95_816_500_000]
    frame["due_later_fen"] = [0, 7_000_000]
    table = commitments.instalments(Draft(with_table(outcome, "allocation", frame), "zh"))
    row = next(cells(row) for row in table.rows if cells(row)[1] == "2026" and cells(row)[2] != "0")
    assert row[2:] == ["1,000,001", "904,184", "95,817", "7"]


def test_what_falls_due_after_the_last_year_is_all_that_was_deferred_and_not_yet_paid(outcome: Outcome) -> None:
    """by hand, in 亿元: 7 and 5 are deferred; of the 4 that fall due in 2027, 1 was promised before 2026: 12 − 3 = 9 remain."""
    frame = outcome.tables["allocation"]
    frame = frame[frame["fund"] == RD].iloc[:3].copy()
    frame["period"] = ["2026", "2027", "2027"]
    frame["nature"] = ["task", "task", "committed"]
    frame["payment_fen"] = [20_0000_0000_00, 20_0000_0000_00, 4_0000_0000_00]
    frame["due_later_fen"] = [7_0000_0000_00, 5_0000_0000_00, 0]
    before = {"region_code": "110000", "fund": RD, "payer": "central", "measure": "afforestation", "period": "2027"}
    held = with_table(outcome, "allocation", frame)
    held = with_table(held, "commitments", pd.DataFrame([{**before, "amount_fen": 1_0000_0000_00}]))
    draft = Draft(held, "zh")
    assert draft.lookup.value(draft.left_to_pay()) == 9_0000_0000_00
    said = [plain(block.runs) for block in decision.section(draft).blocks if isinstance(block, Paragraph)]
    assert any("2028年以后年度还须兑付 90,000.00 万元。" in text.replace("\u00a0", " ") for text in said), said


def test_ways_that_spend_clearly_less_are_named_on_page_one(outcome: Outcome) -> None:
    """Nine tenths of what this decision spends is less; 0.995 of it is alike."""
    draft = Draft(outcome, "en")
    own = sum(int(outcome.tables["envelopes"][column].sum()) for column in ("paid_fen", "instalments_due_fen"))
    frame = outcome.tables["baselines"].copy()
    shown = [name for name in draft.baselines if draft.complete("baselines", "carbon_tco2e", baseline=name)]
    for name, part in zip(shown, (0.9, 0.995), strict=False):
        mine = frame["baseline"] == name
        frame.loc[mine, "converted_fen"] = [int(own * part), *[0] * (int(mine.sum()) - 1)]
    section = decision.section(Draft(with_table(outcome, "baselines", frame), "en"))
    items = [plain(runs) for block in section.blocks if isinstance(block, Items) for runs in block.items]
    (said,) = (text for text in items if "less is spent" in text)
    assert draft.words.name("baseline", shown[0]) in said
    assert draft.words.name("baseline", shown[1]) not in said


def test_every_fund_has_its_targets(outcome: Outcome) -> None:
    for language in ("zh", "en"):
        draft = Draft(outcome, language)
        blocks = commitments.section(draft).blocks
        assert table_called(blocks, "绩效目标" if language == "zh" else "Performance targets")
        assert len([block for block in blocks if plain(getattr(block, "caption", ())).count("2026")]) == len(
            draft.funds
        )
