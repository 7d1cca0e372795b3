"""Who reports and who verifies a figure: as the table `reporting` says, and missing where it does not."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from silvafisc.datasets import InputError
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.results import UnitInputs
from silvafisc.runs.prepare import prepare
from silvafisc.runs.reporting import reporters

COUNTIES = SCENARIOS / "county-demo"
HEAD = "region_code,kind,item,reported_by,verified_by,status,source\n"
NOTE = "assumption,made up for a test\n"
FIRST, SECOND = "510821", "510822"


def given(folder: Path, *rows: str) -> Path:
    """The demonstration's tables with a table of who reports."""
    shutil.copytree(COUNTIES, folder / "tables")
    lines = "".join(f"{row},{NOTE}" for row in rows)
    (folder / "tables" / "reporting.csv").write_text(HEAD + lines, encoding="utf-8")
    return folder / "tables"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> UnitInputs:
    folder = given(
        tmp_path_factory.mktemp("reporting"),
        f"{FIRST},indicator,gdp,县统计局,省统计局",
        f"{FIRST},need,afforestation,县林业局,",
        f"{FIRST},area,public_welfare_state,县林业局,省林业厅",
        f"{SECOND},area,public_welfare_state,县林业局,",
    )
    return prepare("county-demo", folder).inputs


def test_the_table_says_who_and_what_it_leaves_open_stays_open(inputs: UnitInputs) -> None:
    assert reporters(inputs, "indicator", "gdp") == {FIRST: ("县统计局", "省统计局")}
    assert reporters(inputs, "indicator", "stock") == {}
    assert reporters(inputs, "need", "afforestation") == {FIRST: ("县林业局", "")}


def test_a_certified_area_is_verified_by_its_document_unless_somebody_is_named(inputs: UnitInputs) -> None:
    """by hand: both areas become certified by a document; the first also names who verifies it."""
    mine = inputs.areas["region_code"].isin([FIRST, SECOND])
    certified = replace(inputs, areas=inputs.areas.assign(certified=mine, document="川林〔2025〕1号"))
    found = reporters(certified, "area", "public_welfare_state")
    assert found[FIRST] == ("县林业局", "省林业厅")
    assert found[SECOND] == ("县林业局", "川林〔2025〕1号")
    others = {who for code, who in found.items() if code not in (FIRST, SECOND)}
    assert others == {("", "")}


def test_factors_speak_for_themselves(inputs: UnitInputs) -> None:
    name = str(inputs.factors["factor"].iloc[0])
    rows = inputs.factors[inputs.factors["factor"] == name].set_index("region_code")
    assert reporters(inputs, "factor", name)[FIRST] == tuple(rows.loc[FIRST, ["reported_by", "verified_by"]])


def test_a_figure_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    folder = given(tmp_path, f"{FIRST},indicator,gpd,县统计局,", f"{FIRST},need,planting,县林业局,")
    with pytest.raises(InputError) as caught:
        prepare("county-demo", folder)
    found = {finding.path: finding for finding in caught.value.findings}
    assert set(found) == {"reporting.indicator", "reporting.need"}
    assert "gpd" in found["reporting.indicator"].en
    assert "gdp" in found["reporting.indicator"].zh
    assert "afforestation" in found["reporting.need"].en


def test_a_kind_that_does_not_exist_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        prepare("county-demo", given(tmp_path, f"{FIRST},factor,task_need,县统计局,"))
    assert any("reporting.csv:2" in finding.where for finding in caught.value.findings)
