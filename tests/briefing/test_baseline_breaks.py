"""Baselines and the rules that they break: how often and by how much, in both languages; absent in older outcomes."""

from dataclasses import replace

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Table, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import frontier
from silvafisc.results import Outcome
from silvafisc.results.outcome import outcome_columns

ROWS = [
    ("flat_standard", "priority_share", 3, "123456", "fen", "group=poor"),
    ("flat_standard", "standards_only_rise", 2, "150", "fen/mu", "region_code=110000"),
    ("pro_rata_area", "eligible_area", 1, "12.3", "mu", "region_code=110000"),
    ("pro_rata_area", "published_values", 1, "2", "1", "category=public_welfare_state"),
    ("pro_rata_area", "instalments", 4, "", "1", "instalments"),
]


def with_breaks(outcome: Outcome) -> Outcome:
    columns = [column.name for column in outcome_columns()["baseline_breaks"]]
    return replace(outcome, tables={**outcome.tables, "baseline_breaks": pd.DataFrame(ROWS, columns=columns)})


def tables(outcome: Outcome, language: str) -> list[Table]:
    return [block for block in frontier.section(Draft(outcome, language)).blocks if isinstance(block, Table)]


def test_an_excess_of_a_fen_does_not_look_like_nothing(outcome: Outcome) -> None:
    held = with_breaks(outcome)
    held.tables["baseline_breaks"].loc[0, "worst"] = "1"
    first = frontier.broken(Draft(held, "zh")).rows[0]
    assert [runs_text(one) for one in first.cells[3:]] == ["0.01", "元"]


@pytest.mark.parametrize(
    ("language", "fen", "mu"), [("zh", "0.12万元", "12.3亩"), ("en", "0.0012million yuan", "12.3mu")]
)
def test_counts_and_the_worst_excess_stand_in_its_unit(outcome: Outcome, language: str, fen: str, mu: str) -> None:
    old, new = tables(outcome, language), tables(with_breaks(outcome), language)
    assert len(new) == len(old) + 1
    shown = [
        [runs_text(cell) for cell in row.cells] for row in frontier.broken(Draft(with_breaks(outcome), language)).rows
    ]
    assert [row[2] for row in shown] == ["3", "2", "1", "1", "4"]
    assert "".join(shown[0][3:]) == fen
    assert shown[1][3] == "1.50"
    assert "".join(shown[2][3:]) == mu
    assert shown[3][3:] == ["2", "—"]
    assert shown[4][3:] == ["—", "—"]
    assert len({row[1] for row in shown}) == len(ROWS)  # every rule has a name of its own
