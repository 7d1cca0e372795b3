"""What an English reader meets is English.

Chinese stands only within brackets, where an English text names an act by its own title, a document by its number or a term
by its Chinese; in the glossary, whose second column is the Chinese term; in what users wrote without an English name; and,
in workbooks, where a value itself is Chinese: what species inventories call what the program calls by a code.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from tests.briefing.sample import make_outcome

from silvafisc.briefing import build, render
from silvafisc.briefing.blocks import texts
from silvafisc.briefing.words import CHINESE, in_language, load_yaml
from silvafisc.datasets import load_package
from silvafisc.policy import ParameterTree
from silvafisc.policy.replications import load_replication, shipped_replications
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.results import Outcome
from silvafisc.runs import run
from silvafisc.runs.demonstration import Unit, county_tables
from silvafisc.workbook import outcome_workbook

BRACKETS = re.compile(r"\([^()]*\)")
GLOSSARY = frozenset(entry["zh"] for entry in load_yaml("glossary.yaml").values())
CODED = re.compile(r"(?:[\u4e00-\u9fff]+=[a-z_]*;)+[\u4e00-\u9fff]+=[a-z_]*")
"""A value that gives Chinese names codes."""
DEMONSTRATION = SCENARIOS / "county-demo"


def untranslated(said: Iterable[str]) -> set[str]:
    """Texts that hold Chinese outside brackets and are no Chinese term of the glossary."""
    return {text for text in said if CHINESE.search(BRACKETS.sub("", text)) and text not in GLOSSARY}


class Page(HTMLParser):
    """Every text and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())


def page(outcome: Outcome, folder: Path) -> list[str]:
    (path,) = render(outcome, folder, languages=("en",), formats=("html",))
    return Page(path.read_text(encoding="utf-8")).said


def book(outcome: Outcome, folder: Path) -> list[str]:
    """Every text of a workbook, and the names of its sheets."""
    (path,) = render(outcome, folder, languages=("en",), formats=("xlsx",), workbook=outcome_workbook)
    read = openpyxl.load_workbook(path, read_only=True)  # other program
    cells = [cell for sheet in read for row in sheet.iter_rows(values_only=True) for cell in row]
    return [*read.sheetnames, *(cell for cell in cells if isinstance(cell, str))]


def test_the_convention_tells_what_is_left_from_what_is_meant() -> None:
    wanted = {"县财政局", "Rules (办法), 第二条", "rules（办法）"}
    meant = {"Rules (办法, as retold), 2020", "loan (财资环〔2021〕77号)", "audit", next(iter(GLOSSARY))}
    assert untranslated(wanted | meant) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["county-demo", "county-demo-finance"])
def test_the_demonstrations_are_english(scenario: str, tmp_path: Path) -> None:
    run(scenario).save(tmp_path / "outcome")
    said = page(Outcome.load(tmp_path / "outcome"), tmp_path)
    assert len(said) > 3000
    assert untranslated(said) == set()
    assert any("(中央对地方专项转移支付管理办法, as retold)" in text for text in said)
    written = book(Outcome.load(tmp_path / "outcome"), tmp_path)
    assert len(written) > 10_000
    assert [text for text in untranslated(written) if not CODED.fullmatch(text)] == []


@pytest.mark.slow
def test_the_shipped_nation_is_english(nation_outcome: Outcome, tmp_path: Path) -> None:
    said = page(nation_outcome, tmp_path)
    assert untranslated(said) == set()
    assert "Example Forest Farm" in " ".join(said)


def test_a_unit_without_an_english_name_keeps_its_own() -> None:
    outcome = make_outcome(3)
    regions = outcome.tables["regions"]
    name = str(regions["region_name"].iloc[0])
    unnamed = replace(outcome, tables={**outcome.tables, "regions": regions.assign(region_name_en="")})
    more = untranslated(texts(build(unnamed, "en"))) - untranslated(texts(build(outcome, "en")))
    assert name in more
    assert untranslated(re.sub("|".join(regions["region_name"]), "", text) for text in more) == set()


def test_what_shipped_data_rest_on_is_told_in_english() -> None:
    told = [entry.reference.text() for one in ParameterTree.load().parameters.values() for entry in one.values]
    told += [load_replication(name).evidence.title for name in shipped_replications()]
    for name in ("provinces", "climate_normals"):
        told += [column.source for column in load_package(name).columns.values()]
    assert len([text for text in told if CHINESE.search(text)]) > 500
    assert untranslated(in_language(text, "en") for text in told) == set()
    assert {text for text in told if CHINESE.search(text) and not CHINESE.search(in_language(text, "zh"))} == set()


def cells(folder: Path) -> Iterator[tuple[str, str]]:
    """(Column, cell) of every table below a folder."""
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            yield from (cell for row in csv.DictReader(file) for cell in row.items())


def test_names_in_demonstration_data_are_in_both_languages() -> None:
    columns = {"reported_by", "verified_by", "stratum", "source"}
    named = {text for column, text in cells(DEMONSTRATION) if column in columns}
    form = county_tables([Unit("510726", "北川羌族自治县", "county", "county", "510700")])
    for table in ("factors", "reporting"):
        named |= {text for column in columns & set(form[table]) for text in form[table][column]}
    both = {text for text in named if CHINESE.search(text)}
    assert len(both) > 10
    assert untranslated(in_language(text, "en") for text in both) == set()
    assert all(CHINESE.search(in_language(text, "zh")) and " / " not in in_language(text, "zh") for text in both)
