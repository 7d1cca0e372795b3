"""The robustness blocks: shown where the outcome has their tables, absent in outcomes made before."""

from dataclasses import replace
from typing import Any

import pandas as pd

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Table, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import robustness
from silvafisc.briefing.sections.agreements import agreements
from silvafisc.results import Outcome

MOVES = [
    # kind, what, change, units, regraded, share, sign, share
    ("area", "public_welfare_state", "+5%", 31, 0, 0.0, 2, 2 / 31),
    ("indicator", "gdp", "-5%", 31, 3, 3 / 31, 0, 0.0),
    ("indicator", "gdp", "+5%", 31, 1, 1 / 31, 1, 1 / 31),
]
GAMING = [
    ("110000", "factor", "task_need", "+10%", "县林业局", "省财政厅", 123_45, 0.05),
    ("130000", "factor", "task_need", "+10%", "市林业局", "", 678_90, 0.02),
    ("110000", "indicator", "gdp", "-10%", "统计局", "统计局", 0, 0.0),
]
ADJUSTMENT = [
    ("step", "yes", "2026", "public_welfare_state", "16.00", "16.00", 10_000_000_00),
    ("step", "yes", "2027", "public_welfare_state", "17.00", "17.00", 11_000_000_00),
    ("review", "", "2026", "public_welfare_state", "16.00", "16.00", 10_000_000_00),
]


def with_tables(outcome: Outcome) -> Outcome:
    from silvafisc.results.outcome import outcome_columns

    def frame(name: str, rows: list[Any]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=[column.name for column in outcome_columns()[name]])

    units = [("110000", "0.5", "1", "0.6", "-0.1", "", "factor_method", 5, "")]
    more: dict[str, list[Any]] = {"robustness": units, "moves": MOVES, "gaming": GAMING, "adjustment": ADJUSTMENT}
    more["horizontal"] = [("新安江协议", "2026", "330000", "340000", 400_000_000_00, "0.95", "1", "yes")]
    return replace(outcome, tables={**outcome.tables, **{name: frame(name, rows) for name, rows in more.items()}})


def cells(table: Table) -> list[list[str]]:
    return [[runs_text(cell) for cell in row.cells] for row in table.rows]


def test_an_outcome_without_the_tables_is_briefed_without_them(outcome: Outcome) -> None:
    old = {name: frame for name, frame in outcome.tables.items() if name not in {"robustness", "moves", "gaming"}}
    assert robustness.blocks(Draft(replace(outcome, tables=old), "zh")) == []


def test_the_tables_show_the_largest_of_each_kind_and_who_reports(outcome: Outcome) -> None:
    draft = Draft(with_tables(outcome), "en")
    assert cells(robustness.moves(draft)) == [["Areas", "0.0", "6.5"], ["Indicators", "9.7", "3.2"]]
    # by hand: 678.90 yuan is the larger gain, in millions; with the share that it is of that unit's money; somebody of several reports, and for one unit nobody verifies.
    factor, indicator = cells(robustness.gaming(draft))
    assert factor[1:] == ["+10%", "县林业局 and others", "not stated", "0.0007", "2.0"]
    assert indicator[0] == "Indicator: GDP per person"
    assert indicator[1:] == ["−10%", "统计局", "统计局", "0.0000", "0.0"]
    step, review = cells(robustness.adjustment(draft))
    assert step[2] == "—"
    assert review[2].startswith("−")


def test_agreements_show_who_pays_whom_and_why(outcome: Outcome) -> None:
    assert agreements(Draft(outcome, "zh")) == []
    (table,) = agreements(Draft(with_tables(outcome), "zh"))
    assert cells(table) == [["新安江协议", "2026", "浙江省", "安徽省", "0.95（1）", "400,000,000.00"]]


def test_both_languages_build_with_the_tables(outcome: Outcome) -> None:
    for language in ("zh", "en"):
        briefing = build(with_tables(outcome), language)
        (held,) = [section for section in briefing.sections if section.id == "what_if"]
        shown = [runs_text(block.caption) for block in held.blocks if isinstance(block, Table)]
        for made in robustness.blocks(Draft(with_tables(outcome), language)):
            assert not isinstance(made, Table) or runs_text(made.caption) in shown
