"""The page of measured figures: both languages alike, demonstration and contradictions by name, a section per measurement."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from tests.carbon.monitoring.folders import TODAY

from silvafisc.briefing.blocks import Briefing, Callout, Table, runs_text, texts
from silvafisc.briefing.measured_page import measured_page, write_measured_pages


@pytest.fixture(scope="module")
def tables(shipped_measured: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    return shipped_measured


@pytest.fixture(scope="module")
def zh(tables: Mapping[str, pd.DataFrame]) -> Briefing:
    return measured_page(tables, TODAY, "zh")


@pytest.fixture(scope="module")
def en(tables: Mapping[str, pd.DataFrame]) -> Briefing:
    return measured_page(tables, TODAY, "en")


def shown(briefing: Briefing) -> list[Table]:
    return [block for section in briefing.sections for block in section.blocks if isinstance(block, Table)]


def test_both_languages_hold_the_same_rows_and_numbers(zh: Briefing, en: Briefing) -> None:
    numbers = [
        [
            runs_text(cell)
            for table in shown(one)
            for row in table.rows
            for cell, column in zip(row.cells, table.columns, strict=True)
            if column.numeric
        ]
        for one in (zh, en)
    ]
    assert numbers[0] == numbers[1]
    assert len(shown(zh)) == len(shown(en)) == 8


def test_every_row_of_the_tables_is_on_the_page(en: Briefing, tables: Mapping[str, pd.DataFrame]) -> None:
    order = (
        "evidence",
        "instalments",
        "settlement_lines",
        "estimates",
        "strata",
        "more_plots",
        "sensor_years",
        "sensor_gaps",
    )
    assert [len(table.rows) for table in shown(en)] == [len(tables[name]) for name in order]
    # by hand: 1 260 000 yuan were paid and 71.85 % of 85 % are left: 194 929.41 yuan
    assert "194,929.41" in [runs_text(cell) for cell in shown(en)[2].rows[0].cells]


def test_demonstration_and_contradiction_stand_by_name(zh: Briefing, en: Briefing) -> None:
    assert (zh.kind, en.kind) == ("演示数据", "demonstration data")
    for briefing, title, torn in ((zh, "演示数据", "来源相互矛盾"), (en, "Demonstration data", "contradict")):
        callouts = [block for section in briefing.sections for block in section.blocks if isinstance(block, Callout)]
        assert callouts[0].title == title
        assert torn in callouts[1].title
        assert len(callouts[1].items) == 1
        assert "510726" in runs_text(callouts[1].items[0])
        assert "±" in runs_text(callouts[1].items[0])


def test_a_section_stands_for_each_measurement_that_there_is(tables: Mapping[str, pd.DataFrame]) -> None:
    own = {
        name: frame.assign(source="a check") for name, frame in tables.items() if name in ("evidence", "instalments")
    }
    own["settlement_lines"] = tables["settlement_lines"].head(0)
    page = measured_page(own, TODAY, "en")
    assert [section.id for section in page.sections] == ["acceptance"]
    assert page.kind == "measured figures"
    assert not [block for block in page.sections[0].blocks if isinstance(block, Callout)]
    assert "Nothing is to be returned" in " ".join(texts(page))


def test_no_id_is_left_without_a_name(zh: Briefing) -> None:
    assert [text for text in texts(zh) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)] == []


def test_the_pages_fetch_nothing_and_are_the_same_again(tables: Mapping[str, pd.DataFrame], tmp_path: Path) -> None:
    first, again = (write_measured_pages(tables, TODAY, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == ["measured_zh.html", "measured_en.html"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    for path in first:
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", path.read_text(encoding="utf-8"))
