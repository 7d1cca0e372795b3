"""A run beside the department's own proposal: its amounts among the baselines, and every unit explained against it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from silvafisc.briefing.blocks import Table, runs_text
from silvafisc.briefing.documents.papers import papers
from silvafisc.cli.main import main
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.results import Outcome
from silvafisc.runs import explain, run

COUNTIES = SCENARIOS / "county-demo"
SCENARIO = """id: beside
title: {zh: 试算, en: trial}
kind: {zh: 情景测算, en: scenario estimate}
mode: case
data: builtin:nation
policy_date: "2026-01-01"
periods: ["2026"]
horizon: 2060
funds:
  provincial_compensation: {measures: [compensation], appropriation: {"2026": "268000000"}}
categories:
  public_welfare_state: {fund: provincial_compensation, payers: payers.province_and_counties, to: "14", step: "1", last_year: "12"}
  public_welfare_collective: {fund: provincial_compensation, payers: payers.province_and_counties, to: "20", step: "1", last_year: "18"}
objectives: [{term: carbon, stage: 1}]
rules: [{rule: envelope}, {rule: cost_sharing}, {rule: eligible_area}, {rule: statutory_floor}]
assumed_responses: rank
"""
UNIT, CATEGORY = "510822", "public_welfare_collective"


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The outcome of a run beside a proposal of 17 yuan for one category of one county and the floor for all others."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "beside.yaml").write_text(SCENARIO, encoding="utf-8")
    head = "region_code,fund,measure,category,period,standard_yuan_per_mu\n"
    row = f"{UNIT},provincial_compensation,compensation,{CATEGORY},2026,17\n"
    (folder / "proposal.csv").write_text(head + row, encoding="utf-8")
    return run(folder / "beside.yaml", data=COUNTIES, proposal=folder / "proposal.csv")


def test_the_parts_against_the_proposal_sum_to_the_difference(beside: Outcome) -> None:
    mine = beside.tables["reasons"].query("against == 'proposal'").groupby("region_code")["amount_fen"].sum()
    stated = beside.tables["baselines"].query("baseline == 'proposal'").groupby("region_code")["payment_fen"].sum()
    own = beside.tables["allocation"].groupby("region_code")["provincial_fen"].sum()
    pd.testing.assert_series_equal(mine, (own - stated).rename("amount_fen"), check_dtype=False)


def test_every_line_of_the_proposal_has_a_reason_that_sums(beside: Outcome) -> None:
    frame = beside.tables["proposal_lines"]
    keys = ["region_code", "fund", "subject", "period"]
    lines = frame.groupby(keys).agg(a=("proposal_fen", "first"), b=("decided_fen", "first"), d=("amount_fen", "sum"))
    assert (lines["b"] - lines["a"] == lines["d"]).all()
    assert lines["b"].sum() == beside.tables["allocation"]["provincial_fen"].sum()
    [part] = frame.query("region_code == @UNIT and subject == @CATEGORY")["part"]
    assert part == "standard"


def test_the_countersign_sheet_prints_every_line_that_differs(beside: Outcome) -> None:
    frame = beside.tables["proposal_lines"]
    moved = frame[frame["part"] != ""].drop_duplicates(["region_code", "fund", "subject", "period"])
    saved = replace(beside, meta={**beside.meta, "content_hash": "0" * 64})
    # 万元 in Chinese, millions in English.
    for language, subject, unit_fen in (("zh", "集体", 1_000_000), ("en", "ollective", 100_000_000)):
        ((_, paper),) = papers(saved, language, ["countersign"])
        (table,) = next(section for section in paper.sections if section.id == "lines").blocks
        assert isinstance(table, Table)
        assert len(table.rows) == len(moved)
        amounts = [
            [Decimal(runs_text(cell).replace(",", "").replace("−", "-")) for cell in row.cells[4:7]]
            for row in table.rows
        ]
        assert all(proposed + difference == decided for proposed, decided, difference in amounts)
        stated = moved["proposal_fen"].map(lambda fen, unit=unit_fen: Decimal(fen) / unit)
        step = Decimal(10_000) / unit_fen
        assert all(abs(row[0] - one) < step for row, one in zip(amounts, stated, strict=True))
        (mine,) = [
            row
            for row in table.rows
            if "青川" in runs_text(row.cells[1]) or "Qingchuan" in runs_text(row.cells[1])
            if subject in runs_text(row.cells[3])
        ]
        assert runs_text(mine.cells[7]).startswith(("标准 ", "standard ", "Standard "))


def test_the_standard_is_the_part_that_differs(beside: Outcome) -> None:
    """by hand: the difference of the two standards on the certified area, split as the law says."""
    allocation = beside.tables["allocation"]
    mine = allocation[(allocation["region_code"] == UNIT) & (allocation["category"] == CATEGORY)]
    paid = int(mine["provincial_fen"].sum())
    areas = beside.inputs.areas.query("region_code == @UNIT and category == @CATEGORY")
    area = int(areas["area_tenth_mu"].iloc[0])
    regions = beside.inputs.regions.query("region_code == @UNIT")
    [(payer, part)] = [
        pair
        for pair in beside.resolved.category(CATEGORY).payer_shares[str(regions["payer_tier"].iloc[0])]
        if pair[0] == "provincial"
    ]
    proposed = area * 1700 // 10
    state = allocation[(allocation["region_code"] == UNIT) & (allocation["category"] == "public_welfare_state")]
    floor = int(state.loc[state["nature"] == "rigid", "provincial_fen"].sum())
    frame = (
        beside.tables["reasons"].query("against == 'proposal' and region_code == @UNIT").set_index("part")["amount_fen"]
    )
    expected = paid - round(proposed * float(part)) + int(state["provincial_fen"].sum()) - floor
    assert abs(int(frame["standard"]) - expected) <= 2  # rounding of three splits
    assert payer == "provincial"
    assert int(frame.drop("standard").abs().sum()) == 0


def test_the_explanation_and_its_sentence_name_the_proposal(beside: Outcome) -> None:
    said = explain(beside, UNIT)
    assert {change.against for change in said.changes} >= {"proposal", "factor_method"}
    assert "主管部门分配建议" in said.text("zh")
    assert "the department's proposal" in said.text("en")


def test_a_proposal_for_nobody_is_refused_before_anything_is_solved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "beside.yaml").write_text(SCENARIO, encoding="utf-8")
    wrong = f"region_code,fund,measure,category,period,standard_yuan_per_mu\n519999,provincial_compensation,compensation,{CATEGORY},2026,17\n"
    (tmp_path / "proposal.csv").write_text(wrong, encoding="utf-8")
    given = [str(tmp_path / "beside.yaml"), "--data", str(COUNTIES), "--proposal", str(tmp_path / "proposal.csv")]
    with pytest.raises(SystemExit) as ended:
        main(["run", *given, "--out", str(tmp_path / "o"), "--lang", "en"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert "proposal.csv:2" in err
    assert "solve" not in err
    assert not (tmp_path / "o").exists()
