"""Every number of a briefing leads to its line of the ledger, on the screen and on paper."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Briefing, Paragraph, Row, Section, Table, numbers, runs_text
from silvafisc.briefing.document import build
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.keys import Lookup, combine, ref, traces
from silvafisc.briefing.origins import traced
from silvafisc.briefing.sections.ledger import ledger
from silvafisc.briefing.words import LANGUAGES, load_yaml
from silvafisc.policy import ParameterTree, load_scenario
from silvafisc.results import Outcome
from silvafisc.runs.scenario_instruments import finance_tables, priced_instruments


def ledger_rows(briefing: Briefing) -> Iterator[Row]:
    for section in briefing.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield from (row for row in block.rows if row.line)


def test_every_number_has_lines_and_every_line_stands_once_in_order(zh: Briefing, en: Briefing) -> None:
    for briefing in (zh, en):
        printed = [row.line for row in ledger_rows(briefing)]
        assert printed == list(range(1, len(printed) + 1))
        for number in numbers(briefing):
            origin = briefing.origins[number.key]
            assert origin.lines, number.key
            assert set(origin.lines) <= set(printed), number.key


def test_an_input_leads_to_its_own_line_and_a_result_to_the_line_of_its_column(zh: Briefing) -> None:
    """by hand: the made-up ledger calls the area an assumption; amounts of the allocation rest on it."""
    rows = {row.line: [runs_text(cell) for cell in row.cells] for row in ledger_rows(zh)}
    area = ref("inputs.areas", "area_tenth_mu", region_code="110000", category="public_welfare_collective")
    (line,) = zh.origins[area].lines
    assert rows[line][1] == "各类别面积"
    assert rows[line][-1] == "假设"
    (line,) = zh.origins[ref("allocation", "sum(payment_fen)")].lines
    assert rows[line][1:] == ["各级合计安排金额", "allocation.csv，payment_fen", "计算得出，依据含：假设"]


def test_a_number_of_several_columns_leads_to_all_of_them(zh: Briefing) -> None:
    key = next(n.key for n in numbers(zh) if len(set(traces(n.key))) == 2)
    assert len(zh.origins[key].lines) == 2


def unnamed(briefing: Briefing) -> list[str]:
    """Names of lines that only repeat the table and its column."""
    names = [runs_text(row.cells[1]) for row in ledger_rows(briefing)]
    return [name for name in names if re.match(r"[a-z_0-9.]+ 的 ", name)]


def test_every_place_that_a_briefing_draws_on_has_a_name_in_both_languages(zh: Briefing) -> None:
    assert unnamed(zh) == []
    for table, told in load_yaml("origins.yaml").items():
        for entry in (told["made"], *told["columns"].values()):
            assert set(entry) == set(LANGUAGES), table
            assert all(entry.values()), table


def test_what_is_told_of_loans_and_bonds_has_names_too(outcome: Outcome) -> None:
    instruments = ["wuning-ccer-2025", "example-pledge-loan", "example-carbon-bond", "sanming-ticket-2021"]
    scenario = load_scenario("county-demo").model_copy(update={"instruments": instruments})
    tables = finance_tables(priced_instruments(scenario, ParameterTree.load()))
    briefing = build(replace(outcome, tables={**outcome.tables, **tables}), "zh")
    drawn = {place.split(".")[0] for number in numbers(briefing) for place in traces(number.key)}
    assert {"finance_cover", "finance_fan", "finance_ladder", "finance_calibration", "finance_households"} <= drawn
    assert unnamed(briefing) == []
    groups = [
        runs_text(row.cells[0])
        for section in briefing.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in block.rows
        if row.kind == "group"
    ]
    assert [group for group in groups if group.startswith("数据表 finance_")] == []


def test_the_ledger_shows_what_is_known_of_a_column_that_nobody_named(outcome: Outcome) -> None:
    frame = outcome.tables["allocation"].assign(strange_fen=1)
    strange = replace(outcome, tables={**outcome.tables, "allocation": frame})
    draft = Draft(strange, "zh")
    (section,) = [s for s in build(outcome, "zh").sections if s.id == "sources"]
    ledger = replace(section, blocks=section.blocks[:4])
    number = draft.number("money", ref("allocation", "sum(strange_fen)"))
    held, origins = traced(draft, [replace(ledger, blocks=(Paragraph((number,)), *ledger.blocks))])
    (line,) = origins[number.key].lines
    names = [
        runs_text(row.cells[1])
        for block in held[0].blocks
        if isinstance(block, Table)
        for row in block.rows
        if row.line == line
    ]
    assert "allocation 的 strange_fen" in names


def test_lines_go_on_where_curve_parameters_share_one_and_a_missing_input_is_said_to_be_missing(
    outcome: Outcome,
) -> None:
    """by hand: eight lines and one for both curves; the made-up ledger has none for the factors."""
    like = outcome.tables["sources"].iloc[[0]]
    curves = [like.assign(what=f"assumptions.carbon.age_limits.{name}") for name in ("oak", "birch")]
    frame = pd.concat([outcome.tables["sources"], *curves], ignore_index=True)
    draft = Draft(replace(outcome, tables={**outcome.tables, "sources": frame}), "zh")
    number = draft.number("plain", ref("inputs.factors", "sum(value)"))
    section = Section("sources", "", (*ledger(draft), Paragraph((number,))))
    (held,), origins = traced(draft, [section])
    rows = [row for block in held.blocks if isinstance(block, Table) for row in block.rows if row.line]
    assert [row.line for row in rows] == [*range(1, 10), 10, 11]
    assert origins[number.key].lines == (11,)
    assert [runs_text(cell) for cell in rows[-1].cells[2:]] == ["inputs/factors.csv，value", "台账未列"]


def test_sections_without_a_ledger_stay_as_they_are(outcome: Outcome, zh: Briefing) -> None:
    sections = [section for section in zh.sections if section.id != "sources"]
    assert traced(Draft(outcome, "zh"), sections) == (sections, {})


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        (ref("allocation", "sum(payment_fen)"), "fen"),
        (ref("allocation", "distinct(region_code)"), "count"),
        (combine("difference", ref("allocation", "sum(payment_fen)"), ref("allocation", "sum(central_fen)")), "fen"),
        (combine("ratio", ref("allocation", "sum(payment_fen)"), ref("allocation", "sum(central_fen)")), ""),
        (ref("indicators", "value", region_code="000000", variable="carbon.total", year=""), "tco2e"),
        (ref("inputs.areas", "sum(area_tenth_mu)"), "tenth_mu"),
        (ref("frontier", "max(value)", objective="carbon"), "tco2e"),
        ("meta.objectives[term=carbon].utopia", "tco2e"),
        ("meta.objectives[term=carbon].gap", ""),
        ("meta.prices.explainability.yuan.lower", "yuan"),
        ("meta.prices.explainability.side_effects.development", "fen"),
        ("meta.share_assumed_money", ""),
    ],
)
def test_the_unit_of_a_key(outcome: Outcome, key: str, unit: str) -> None:
    """by hand: columns.csv, the row's own unit, or the unit named beside the value."""
    assert Lookup(outcome).unit(key) == unit


def test_the_pdf_leads_from_brackets_to_the_lines(zh: Briefing) -> None:
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed")
    from silvafisc.briefing.pdf import render_pdf

    with pikepdf.open(io.BytesIO(render_pdf(zh))) as document:
        targets = [str(target) for page in document.pages for target in _targets(page)]
    used = {line for number in numbers(zh) for line in zh.origins[number.key].lines}
    assert len(targets) > 100
    assert len(set(targets)) >= len(used) / 2, "neighbouring lines are one range"


def _targets(page: Any) -> Iterator[Any]:
    for note in page.get("/Annots", []):
        found: Mapping[str, Any] = note
        if "/Dest" in found:
            yield found["/Dest"]
        elif "/A" in found:
            yield found["/A"].get("/D", "")
