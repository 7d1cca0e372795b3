"""`carbon: credited` in a scenario: read from the inputs or from a table, and refused by name where nothing is credited."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.runs.test_offer_rules import solved, table

from silvafisc.datasets import InputError
from silvafisc.runs.lacking import uncredited
from silvafisc.runs.prepare import prepare

OBJECTIVE = "  - {term: carbon, carbon: credited, stage: 1}\n"


def test_a_table_of_offers_states_its_credited_tonnes(tmp_path: Path) -> None:
    """by hand: only what A does is credited, so A gets as much as the money pays for."""
    frame = table("task").drop(columns="obj.habitat")
    frame["obj.carbon_credited"] = np.where(frame["region_code"] == "A", frame["area_mu"].astype(float), 0.0)
    outcome = solved(tmp_path, frame, objectives=OBJECTIVE)
    assert outcome.audit["clean"]
    assert outcome.meta["objectives"][0]["value"] == 40
    assert outcome.meta["objectives"][0]["label"] == {"zh": "碳汇（可计入碳信用）", "en": "Carbon (credited)"}
    allocation = outcome.tables["allocation"]
    assert allocation.loc[allocation["region_code"] == "A", "credited_tco2e"].sum() == 40
    indicators = outcome.tables["indicators"]
    assert list(indicators.loc[indicators["variable"] == "carbon.credited", "value"]) == [40]
    with pytest.raises(InputError) as caught:
        solved(tmp_path, table("task"), objectives=OBJECTIVE)
    [finding] = caught.value.findings
    assert finding.path == "objectives.carbon"
    assert "obj.carbon_credited" in finding.en
    assert "obj.carbon_credited" in finding.zh


def scenario(folder: Path) -> Path:
    path = folder / "credited.yaml"
    text = f"extends: county-demo\nid: credited\nmode: case\nobjectives:\n{OBJECTIVE}"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_counts_what_the_crediting_rules_leave(tmp_path: Path) -> None:
    """law: afforestation earns credits, protection and tending of existing forest do not."""
    prepared = prepare(scenario(tmp_path))
    table = prepared.menus.offers.table
    tonnes = {str(name): float(rows["obj.carbon_credited"].sum()) for name, rows in table.groupby("measure")}
    named = set(prepared.rules.texts("carbon.crediting.credited_measures"))
    assert "afforestation" in named
    assert tonnes["afforestation"] > 0
    assert {name for name, sum_ in tonnes.items() if sum_} <= named | {"factor_pot"}

    nothing = prepared.yields.table.assign(credited_tco2e_per_mu=0.0)
    yields = replace(prepared.yields, table=nothing)
    [finding] = uncredited(prepared.scenario, prepared.resolved, yields)
    assert finding.path == "objectives[0].carbon"
    assert "credited.yaml:5:" in finding.where
    assert "carbon.crediting.credited_measures" in finding.en
    assert "carbon.crediting.credited_measures" in finding.zh
    economic = replace(prepared.resolved, objectives=(replace(prepared.resolved.objectives[0], params={}),))
    assert list(uncredited(prepared.scenario, economic, yields)) == []
