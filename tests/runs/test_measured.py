"""What was measured, from the folder to the scenario: sources meet, contradictions show, and a run's gate opens on evidence."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from tests.carbon.monitoring.folders import RULES, TODAY, write

from silvafisc.carbon.monitoring.estimates import GROWTH, LIVE_CARBON, Estimate, fused_table
from silvafisc.carbon.monitoring.fusion import fused
from silvafisc.datasets.findings import InputError
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.runs import run
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.monitoring import (
    SHIPPED,
    WRITTEN,
    measured_tables,
    read_measured,
    refuse_place,
    save_measured,
)

UNITS = ("510821", "510822", "511922")
SCENARIO = """
id: measured
title: {zh: 三县, en: Three counties}
kind: {zh: 情景测算（演示数据）, en: scenario estimate (demonstration data)}
mode: case
data: tables
policy_date: "2026-01-01"
periods: ["2026", "2027"]
horizon: 2060
funds:
  provincial_forestry:
    measures: [restoration]
    appropriation: {"2026": "30000000", "2027": "30000000"}
    carry_share: "0"
    opening_commitments:
      - {region_code: "510821", measure: afforestation, period: "2026", amount: "540000"}
      - {region_code: "510822", measure: afforestation, period: "2026", amount: "900000"}
      - {region_code: "511922", measure: afforestation, period: "2027", amount: "600000"}
menus:
  restoration: {standards: ["100"], quantity_shares: ["0", "1"], payers: payers.province_and_counties}
grades: {by_region: false}
objectives:
  - {term: carbon, stage: 1}
rules:
  - {rule: envelope}
  - {rule: statutory_floor}
  - {rule: cost_sharing}
  - {rule: eligible_area}
  - {rule: delivery_capacity}
  - {rule: instalments}
assumed_responses: rank
seed: 1
"""


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pd.DataFrame]:
    """Of the demonstration, on a day after its last check."""
    return measured_tables(read_measured(SHIPPED, TODAY, RULES), TODAY, RULES)


def test_the_demonstration_tells_all_that_there_is(tables: Mapping[str, pd.DataFrame]) -> None:
    assert {f"{name}.csv" for name in tables} == {name for name in WRITTEN if name.endswith(".csv")}
    assert set(tables["evidence"]["verdict"]) == {"passed", "failed", "undecided"}
    assert set(tables["instalments"]["state"]) == {"released", "withheld", "held"}
    undecided = tables["evidence"][tables["evidence"]["verdict"] == "undecided"]
    assert [int(text) > 0 for text in undecided["further"]] == [True]
    assert set(tables["estimates"]["verdict"]) == {"alone", "agree", "contradict"}
    for name in ("evidence", "instalments", "settlement_lines", "acceptance", "strata", "more_plots", "sensor_years"):
        assert tables[name]["source"].str.startswith("演示数据").all(), name
    assert tables["estimates"]["reference"].str.startswith("演示数据").all()
    assert (tables["acceptance"]["demo"] == "yes").all()


def test_plots_and_dendrometers_meet_by_inverse_variance(tables: Mapping[str, pd.DataFrame]) -> None:
    table = tables["estimates"]
    grown = table[(table["quantity"] == GROWTH) & (table["year"] == 2025)]
    for _, rows in grown.groupby("region_code"):
        assert rows["source"].tolist() == ["plots", "sensors"]
        both = fused(rows["mean"].tolist(), rows["sd"].tolist(), RULES)
        assert rows["weight"].tolist() == pytest.approx(both.weights)
        assert rows["value"].tolist() == [both.value] * 2
        assert rows["error"].tolist() == [both.error] * 2
        assert set(rows["verdict"]) == {"contradict" if both.inflated > 1 else "agree"}


def test_a_further_source_joins_by_its_estimates_alone() -> None:
    # by hand: 1/1 and 1/4 weigh 0.8 and 0.2: 10.4; 16 against 10 with errors of 1 contradict each other
    def one(code: str, source: str, mean: float, sd: float, status: str) -> Estimate:
        return Estimate(code, LIVE_CARBON, 2025, mean, sd, source, status, "")

    table = fused_table(
        [
            one("510822", "plots", 10, 1, "computed"),
            one("510822", "maps", 12, 2, "recalled"),
            one("510821", "plots", 10, 1, "computed"),
            one("510821", "maps", 16, 1, "recalled"),
        ],
        RULES,
    )
    first, second = (rows for _, rows in table.groupby("region_code"))
    assert set(first["verdict"]) == {"contradict"}
    assert second["value"].tolist() == pytest.approx([10.4, 10.4])
    assert set(second["verdict"]) == {"agree"}
    assert set(table["status"]) == {"recalled"}, "what is made of both is known as ill as the worse"


@pytest.mark.parametrize("kept", [("plots", "strata"), ("sensors",), ("samples", "claims")])
def test_each_kind_of_table_stands_alone(tmp_path: Path, kept: tuple[str, ...]) -> None:
    for name in kept:
        shutil.copy(SHIPPED / f"{name}.csv", tmp_path)
    alone = measured_tables(read_measured(tmp_path, TODAY, RULES), TODAY, RULES)
    assert ("evidence" in alone) == ("samples" in kept)
    assert ("sensor_years" in alone) == ("sensors" in kept)
    assert ("strata" in alone) == ("plots" in kept)


def test_samples_of_areas_alone_make_no_table_of_acceptance(tmp_path: Path) -> None:
    # a scenario's folder takes no table that has a header only
    write(tmp_path, "samples", [f"510822,afforestation,2026,area,{at},,,50,50,2026-05-01,a" for at in (1, 2)])
    write(tmp_path, "claims", ["510822,afforestation,2026,provincial_forestry,1,1,2,100,"])
    assert "acceptance" not in measured_tables(read_measured(tmp_path, TODAY, RULES), TODAY, RULES)


def test_the_table_of_acceptance_opens_the_gate_of_a_run_unchanged(
    tables: Mapping[str, pd.DataFrame], tmp_path: Path
) -> None:
    save_measured(tables, tmp_path / "measured")
    folder = tmp_path / "tables"
    folder.mkdir()
    for file in sorted((SCENARIOS / "county-demo").glob("*.csv")):
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        frame = frame[frame["region_code"].isin(UNITS)]
        for column in ("measure", "subject"):
            if column in frame:
                frame = frame[~frame[column].isin(["afforestation", "tending"])]
        frame.to_csv(folder / file.name, index=False)
    shutil.copy(tmp_path / "measured" / "acceptance.csv", folder)
    read = load_inputs(folder, RULES)
    assert read.acceptance is not None
    assert len(read.acceptance) == 4
    assert read.acceptance["source"].str.startswith("演示数据").all()
    path = tmp_path / "measured.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    outcome = run(path)
    assert outcome.audit["clean"]
    due = outcome.tables["instalments"]
    # 510822 passed, 510821 failed, the sample of 511922 decides nothing
    told = due[due["state"] != "later"][["region_code", "state", "amount_fen"]].to_numpy().tolist()
    assert sorted(told) == [
        ["510821", "withheld", 54_000_000],
        ["510822", "due", 90_000_000],
        ["511922", "withheld", 60_000_000],
    ]
    paid = outcome.tables["allocation"].query("nature == 'committed'")
    assert paid["region_code"].tolist() == ["510822"]
    states = dict(zip(tables["instalments"]["region_code"], tables["instalments"]["state"], strict=True))
    assert {code for code, state in states.items() if state == "released"} == set(paid["region_code"])


def test_only_an_earlier_evaluation_is_replaced(tmp_path: Path) -> None:
    refuse_place(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for place in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(InputError, match="will not be replaced"):
            refuse_place(place)
