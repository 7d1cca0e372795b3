"""The approval trail as a briefing prints it. Expected: by hand."""

from typing import Any

import pytest

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Briefing, Heading, Note, Paragraph, Table, runs_text, texts
from silvafisc.briefing.glyphs import require_glyphs
from silvafisc.briefing.sections.approvals import blocks
from silvafisc.briefing.words import Words
from silvafisc.results import Outcome
from silvafisc.results.approvals import Approval, Superseded

CHANGED = Superseded("a" * 64, "../one", 2, 1, 28, 123_456_78, 5_00, 900_000_00, 1_023_451_78, 3, "核实面积。")


def trail(*acts: tuple[str, str], **first: Any) -> tuple[Approval, ...]:
    entries: list[Approval] = []
    for role, verdict in acts:
        more = first if not entries else {}
        given = {"name": "李喆", "opinion": "同意\n报批", **more}
        previous = entries[-1].hash if entries else ""
        entry = Approval(previous, "c" * 64, role, verdict=verdict, date="2026-03-01", **given)
        entries.append(entry.sealed())
    return tuple(entries)


FULL = (("proposal", "agree"), ("review", "agree"), ("opinion", "agree"), ("approval", "agree"))


def test_nobody_has_signed_and_nothing_is_printed(outcome: Outcome, zh: Briefing) -> None:
    assert blocks((), Words("zh")) == []
    assert "会签记录" not in list(texts(zh))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_briefing_prints_every_entry_and_what_a_signature_is(outcome: Outcome, language: str) -> None:
    signed = trail(*FULL)
    briefing = build(outcome, language, signed)
    (section,) = [s for s in briefing.sections if s.id == "sources"]
    head, lead, table, note = section.blocks[-4:]
    assert isinstance(head, Heading)
    assert isinstance(lead, Paragraph)
    assert isinstance(table, Table)
    assert isinstance(note, Note)
    assert len(table.rows) == len(signed)
    assert runs_text(table.rows[0].cells[-1]) == signed[0].hash[:16]
    said = runs_text(note.runs)
    assert ("不是数字证书意义上的身份认证" if language == "zh" else "not a cryptographic identity") in said
    assert signed[-1].hash in said
    require_glyphs(texts(briefing))


def test_a_character_without_type_is_printed_as_such_and_line_breaks_are_not() -> None:
    table = blocks(trail(FULL[0], name="𬱖王"), Words("zh"))[1]
    assert isinstance(table, Table)
    assert [runs_text(run) for run in table.rows[0].cells[3:6]] == ["〓王", "—", "同意 报批"]


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        (FULL, "已批准"),
        (FULL[:3], "尚未批准，会签记录共 3 条"),
        ((("proposal", "agree"), ("review", "return")), "应另出新版本"),
    ],
)
def test_the_lead_says_where_it_stands(acts: tuple[tuple[str, str], ...], said: str) -> None:
    lead = blocks(trail(*acts), Words("zh"))[0]
    assert isinstance(lead, Paragraph)
    assert said in runs_text(lead.runs)


def test_what_changed_since_the_version_before_is_said_with_the_reason() -> None:
    change = blocks(trail(FULL[0], supersedes=CHANGED), Words("zh"))[1]
    assert isinstance(change, Paragraph)
    said = runs_text(change.runs)
    assert "由 900,000.00 元变为 1,023,451.78 元" in said
    assert "2 个单位增加 123,456.78 元，1 个单位减少 5.00 元，28 个单位不变，3 项标准变动。原因：核实面积。" in said
