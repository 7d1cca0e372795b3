"""The page of the growth curves: both languages alike, every miss by name, nothing fetched, the same bytes again."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Briefing, Callout, Figure, Table, runs_text, texts
from silvafisc.briefing.curve_page import page, write_pages

DATE = "2026-01-01"


@pytest.fixture(scope="module")
def tables(curve_tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    return curve_tables


@pytest.fixture(scope="module")
def zh(tables: Mapping[str, pd.DataFrame]) -> Briefing:
    return page(tables, DATE, "zh")


@pytest.fixture(scope="module")
def en(tables: Mapping[str, pd.DataFrame]) -> Briefing:
    return page(tables, DATE, "en")


def test_both_languages_hold_the_same_rows_and_numbers(zh: Briefing, en: Briefing) -> None:
    numbers = [
        [
            runs_text(cell)
            for table in tabled(one)
            for row in table.rows
            for cell, column in zip(row.cells, table.columns, strict=True)
            if column.numeric
        ]
        for one in (zh, en)
    ]
    assert numbers[0] == numbers[1]
    assert [len(table.rows) for table in tabled(zh)][:2] == [6, 31]


def test_every_miss_stands_by_name_on_the_page(zh: Briefing, en: Briefing, tables: Mapping[str, pd.DataFrame]) -> None:
    missed = tables["published"]
    missed = missed[missed["verdict"] == "miss"]
    for briefing, names in ((zh, ["浙江", "福建"]), (en, ["Zhejiang", "Fujian"])):
        (callout,) = [block for block in briefing.sections[0].blocks if isinstance(block, Callout)]
        assert len(callout.items) == len(missed) == 2
        assert [name in runs_text(item) for name, item in zip(names, callout.items, strict=True)] == [True, True]
    # Left out of the table are only ranges that the model keeps; how many they are is said.
    kept = (tables["published"]["published"].isna() & (tables["published"]["verdict"] == "inside")).sum()
    assert len(tabled(zh)[2].rows) == len(tables["published"]) - kept
    assert str(kept) in runs_text(tabled(zh)[2].note)


def test_a_page_without_misses_warns_of_none(tables: Mapping[str, pd.DataFrame]) -> None:
    met = tables["published"].assign(verdict=tables["published"]["verdict"].replace("miss", "ok"))
    calm = page({**tables, "published": met}, DATE, "en")
    assert [block for block in calm.sections[0].blocks if isinstance(block, Callout)] == []
    (figure,) = [block for block in calm.sections[0].blocks if isinstance(block, Figure)]
    assert "the 0 missed ones" in runs_text(figure.title)


def test_no_id_is_left_without_a_name(zh: Briefing) -> None:
    assert [text for text in texts(zh) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)] == []


def test_the_pages_fetch_nothing_and_are_the_same_again(tables: Mapping[str, pd.DataFrame], tmp_path: Path) -> None:
    first = write_pages(tables, DATE, tmp_path / "a")
    again = write_pages(tables, DATE, tmp_path / "b")
    assert [path.name for path in first] == ["curves_zh.html", "curves_en.html"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    for path in first:
        text = path.read_text(encoding="utf-8")
        assert "<svg" in text
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


def tabled(briefing: Briefing) -> list[Table]:
    return [block for section in briefing.sections for block in section.blocks if isinstance(block, Table)]
