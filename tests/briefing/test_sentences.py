"""The card of a unit says why its amount changed: the parts of reasons.csv, shown as in the table of changes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.briefing.sample import make_outcome

from silvafisc.briefing.blocks import Briefing, Number, Paragraph, Runs, numbers, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import decision, reasons
from silvafisc.briefing.sections.annex import why
from silvafisc.results import Outcome


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sentence_of_a_card_sums_as_it_is_shown(language: str) -> None:
    draft = Draft(make_outcome(5), language)
    assert draft.against is not None
    for code in draft.codes:
        runs = why(draft, code)
        shown = [run for run in runs if isinstance(run, Number)]
        steps = draft.change_parts[code]
        assert len(shown) == (sum(steps.values()) != 0) + sum(1 for size in steps.values() if size)
        assert all(run.key in {draft.change(code), *(draft.change(code, part) for part in steps)} for run in shown)
        text = runs_text(runs)
        assert ("比" in text or "与" in text) if language == "zh" else ("than" in text or "same as" in text)
    assert any(len(why(draft, code)) > 3 for code in draft.codes)


def test_a_change_is_rounded_from_the_exact_fen() -> None:
    draft = Draft(make_outcome(5), "zh")
    step = int(draft.step("money"))
    for code, steps in draft.change_parts.items():
        exact = int(draft.lookup.value(draft.change(code)))
        assert abs(sum(steps.values()) * step - exact) * 2 <= step
        assert all(abs(size * step - draft.lookup.value(draft.change(code, p))) < step for p, size in steps.items())


def test_the_same_change_reads_the_same_in_every_place(zh: Briefing) -> None:
    """The sentence of page one, the table of changes and the unit's card print one difference alike."""
    said: dict[str, list[str]] = {}
    for number in numbers(zh):
        if number.key.startswith("reasons[") and ".sum(amount_fen)" in number.key:
            said.setdefault(number.key, []).append(number.text.lstrip("+−"))
    assert sum(len(found) >= 3 for found in said.values()) == 6, "three units that gain most and three that lose most"
    assert all(len(set(found)) == 1 for found in said.values())


def against_last_year(outcome: Outcome, codes: Sequence[str]) -> Draft:
    """The made-up changes taken for changes against last year; only `codes` were paid then."""
    frame = outcome.tables["reasons"]
    frame = frame[(frame["against"] == "factor_method") & frame["region_code"].isin(codes)]
    tables = {**outcome.tables, "reasons": frame.assign(against="last_year")}
    return Draft(replace(outcome, tables=tables), "zh")


def test_the_table_says_that_last_year_counts_once_for_each_year(outcome: Outcome) -> None:
    """by hand: three years; only the funds' own payer counts, so that amount before + change = amount now."""
    codes = sorted(outcome.tables["regions"]["region_code"])[:-1]
    draft = against_last_year(outcome, codes)
    table = reasons.parts(draft)
    assert table.columns[1].header == "上年 × 3"
    assert "上年数乘以 3" in runs_text(table.note)
    assert "中央资金" in runs_text(table.note)
    assert len(table.rows) == len(codes) + 1, "a unit without last year's amounts is not compared"
    step = int(draft.step("money"))
    central = outcome.tables["allocation"].groupby("region_code")["central_fen"].sum()
    for code, row in zip(codes, table.rows, strict=False):
        before, *parts, change, own = (number_of(cell) for cell in row.cells[1:])
        assert abs(own * step - central[code]) * 2 <= step
        assert before + sum(parts) == own
        assert before + change == own


def number_of(cell: Runs) -> int:
    assert isinstance(cell[0], Number)
    return int(cell[0].text.replace(",", "").replace("−", "-").replace("+", ""))


def test_page_one_says_how_often_last_year_counts(outcome: Outcome) -> None:
    draft = against_last_year(outcome, sorted(outcome.tables["regions"]["region_code"]))
    said = [runs_text(block.runs) for block in decision.section(draft).blocks if isinstance(block, Paragraph)]
    assert any("与按 3 年计的上年数相比（2026—2028年合计，中央资金）" in text for text in said)
