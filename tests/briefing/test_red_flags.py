"""Red flags as a briefing prints them. Expected: by hand."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Paragraph, Table, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections.red_flags import SHOWN, blocks
from silvafisc.results import Outcome

ROW: dict[str, Any] = {"region_code": "", "reference": "", "value": "", "unit": "", "limit": "", "made": False}
ROW |= {"flagged": False, "words_zh": "未检查：没有 parcels 表", "words_en": "not made: no parcels"}


def draft(outcome: Outcome, *rows: dict[str, Any], language: str = "zh") -> Draft:
    frame = pd.DataFrame([ROW | row for row in rows])
    return Draft(replace(outcome, tables={**outcome.tables, "red_flags": frame}), language)


def test_an_outcome_without_the_table_prints_nothing(outcome: Outcome) -> None:
    tables = {name: frame for name, frame in outcome.tables.items() if name != "red_flags"}
    assert blocks(Draft(replace(outcome, tables=tables), "zh")) == []


@pytest.mark.parametrize(("language", "said"), [("zh", "2 项均未进行"), ("en", "has not passed")])
def test_where_no_check_was_made_one_sentence_says_so(outcome: Outcome, language: str, said: str) -> None:
    _, sentence = blocks(draft(outcome, {"check": "overlap"}, {"check": "area_change"}, language=language))
    assert isinstance(sentence, Paragraph)
    assert said in runs_text(sentence.runs)


def test_checks_and_rows_are_printed_with_their_words(outcome: Outcome) -> None:
    code = str(outcome.tables["regions"]["region_code"].iloc[0])
    made = {"check": "area_change", "made": True, "words_zh": "检查 1 项，1 项需核实"}
    row = made | {"region_code": code, "reference": "p/001𬱖", "value": "5352.0", "unit": "mu", "limit": "0"}
    _, checks, rows = blocks(draft(outcome, made, row | {"words_zh": "面积变动"}, {"check": "overlap"}))
    assert isinstance(checks, Table)
    assert isinstance(rows, Table)
    assert [[runs_text(run) for run in line.cells] for line in checks.rows] == [
        ["面积变更未经批准", "检查 1 项，1 项需核实"],
        ["公益林、天然商品林、退耕还林重叠", "未检查：没有 parcels 表"],
    ]
    (line,) = rows.rows
    assert [runs_text(run) for run in line.cells][2:] == ["p/001〓", "5352.0 亩", "0", "面积变动"]


def test_long_lists_are_cut_and_say_so(outcome: Outcome) -> None:
    made = {"check": "overlap", "made": True}
    found = [made | {"region_code": "1", "reference": str(at)} for at in range(SHOWN + 1)]
    *_, rows = blocks(draft(outcome, made, *found))
    assert isinstance(rows, Table)
    assert len(rows.rows) == SHOWN
    assert f"共 {SHOWN + 1} 行" in runs_text(rows.note)
