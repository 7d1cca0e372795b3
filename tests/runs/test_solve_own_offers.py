"""The offers of an outcome of one's own, solved again as a table: the same choice, the same amounts, a clean audit."""

from pathlib import Path

import pandas as pd
import pytest

from silvafisc.datasets import InputError
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.results import Outcome
from silvafisc.runs import check_path, load_outcome, run, solve_offers

COUNTIES = SCENARIOS / "county-demo"
SCENARIO = """id: own
title: {zh: 试算, en: trial}
kind: {zh: 情景测算, en: scenario estimate}
mode: case
data: builtin:nation
policy_date: "2026-01-01"
periods: ["2026", "2027"]
horizon: 2060
funds:
  provincial_compensation: {measures: [compensation], appropriation: {"2026": "268000000", "2027": "272000000"}}
  provincial_forestry:
    measures: [tending]
    appropriation: {"2026": "9000000", "2027": "9000000"}
    pots: [{nature: factor, amount: "4000000"}]
    carry_share: "0.5"
    opening_commitments: [{region_code: "510822", measure: tending, period: "2026", amount: "900000"}]
categories:
  public_welfare_state: {fund: provincial_compensation, payers: payers.province_and_counties, to: "14", step: "1", last_year: "12"}
  public_welfare_collective: {fund: provincial_compensation, payers: payers.province_and_counties, to: "20", step: "1", last_year: "18"}
menus:
  tending: {standards: ["100", "150"], quantity_shares: ["0", "0.5", "1"], payers: payers.province_and_counties}
objectives: [{term: carbon, stage: 1}, {term: development, stage: 2}]
rules:
  - {rule: envelope}
  - {rule: statutory_floor}
  - {rule: standards_only_rise}
  - {rule: cost_sharing}
  - {rule: local_capacity, kappa: "0.05"}
  - {rule: eligible_area}
  - {rule: delivery_capacity}
  - {rule: priority_share, group: key_assistance, share: "0.3", fund: provincial_compensation}
  - {rule: published_values, at_most: 3}
  - {rule: no_inversion}
  - {rule: change_band, lower: "-0.10", upper: "1"}
  - {rule: no_hidden_debt}
groups:
  key_assistance: {label: {zh: 重点帮扶县, en: Counties under key assistance}, expression: listed}
assumed_responses: rank
solver: {gap: 0}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scenario and its outcome."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.yaml").write_text(SCENARIO, encoding="utf-8")
    run(folder / "own.yaml", data=COUNTIES).save(folder / "first")
    return folder


def test_the_same_choice_and_the_same_amounts(own: Path) -> None:
    again = solve_offers(own / "first" / "offers.csv", own / "own.yaml", data=COUNTIES)
    again.save(own / "second")
    first, second = (load_outcome(own / name) for name in ("first", "second"))
    assert picked(first) == picked(second)
    assert again.audit["clean"]
    assert check_path(own / "second") == []
    keys = [
        "region_code",
        "fund",
        "period",
        "nature",
        "measure",
        "payment_fen",
        "central_fen",
        "provincial_fen",
        "county_fen",
        "due_later_fen",
    ]
    sides = [held.tables["allocation"][keys].sort_values(keys, ignore_index=True) for held in (first, second)]
    pd.testing.assert_frame_equal(sides[0], sides[1])
    assert sides[0]["payment_fen"].sum() > 0
    pd.testing.assert_frame_equal(first.tables["envelopes"], second.tables["envelopes"])
    values = [[entry["value"] for entry in held.meta["objectives"]] for held in (first, second)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)


def picked(outcome: Outcome) -> set[tuple[str, str]]:
    """(menu, offer) of every offer that happens."""
    offers = outcome.tables["offers"]
    held = offers[offers["chosen"].astype(str) == "True"]
    return set(zip(held["menu"], held["offer"], strict=True))


def test_a_rule_on_standards_is_refused_where_the_table_states_none(own: Path, tmp_path: Path) -> None:
    offers = pd.read_csv(own / "first" / "offers.csv", dtype=str, keep_default_na=False)
    offers["standard_yuan_per_mu"] = ""
    offers = offers.drop(columns="area_mu")
    offers.to_csv(tmp_path / "offers.csv", index=False)
    with pytest.raises(InputError) as caught:
        solve_offers(tmp_path / "offers.csv", own / "own.yaml", data=COUNTIES)
    refused = {finding.path for finding in caught.value.findings}
    standards = {"rules.statutory_floor", "rules.standards_only_rise", "rules.published_values", "rules.no_inversion"}
    assert refused == standards | {"rules.eligible_area", "rules.delivery_capacity"}


def test_an_offer_that_the_law_would_split_otherwise_is_not_taken(own: Path, tmp_path: Path) -> None:
    """Amounts are the table's, and cost sharing still judges them: seven fen moved to the city rule an offer out."""
    offers = pd.read_csv(own / "first" / "offers.csv", dtype=str, keep_default_na=False)
    column = "cost.provincial_compensation.provincial.2026_fen"
    taken = (offers["chosen"] == "True") & (offers["measure"] == "compensation") & (offers[column] != "0")
    row = int(taken.to_numpy().argmax())
    offers.loc[row, column] = str(int(str(offers.loc[row, column])) - 7)
    offers["cost.provincial_compensation.city.2026_fen"] = ["7" if at == row else "0" for at in range(len(offers))]
    offers.to_csv(tmp_path / "offers.csv", index=False)
    outcome = solve_offers(tmp_path / "offers.csv", own / "own.yaml", data=COUNTIES)
    assert (offers.loc[row, "menu"], offers.loc[row, "offer"]) not in picked(outcome)
    assert outcome.audit["clean"]
