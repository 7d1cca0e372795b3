"""The ten sections: their order, and what sections 7 and 9 hold."""

from dataclasses import replace

from tests.briefing.sample_facts import RD
from tests.briefing.test_reading import cells, plain, table_called, with_table

from silvafisc.briefing.blocks import Briefing, Paragraph, texts
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import commitments, what_if
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


def test_every_fund_has_its_targets(outcome: Outcome) -> None:
    for language in ("zh", "en"):
        draft = Draft(outcome, language)
        blocks = commitments.section(draft).blocks
        assert table_called(blocks, "绩效目标" if language == "zh" else "Performance targets")
        assert len([block for block in blocks if plain(getattr(block, "caption", ())).count("2026")]) == len(
            draft.funds
        )
