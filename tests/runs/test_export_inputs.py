"""The inputs of an outcome as a workbook come back as the same tables, so that running them gives the same answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.results import Outcome
from silvafisc.results.draws import Draws
from silvafisc.runs import load_inputs
from silvafisc.runs.export_inputs import inputs_of, write_inputs
from silvafisc.runs.meta import input_hashes
from silvafisc.runs.prepare import Prepared, prepare
from silvafisc.runs.sheets import sheet_names

NAME = "county-demo"


@pytest.fixture(scope="module")
def counties() -> Prepared:
    return prepare(NAME)


def outcome(prepared: Prepared) -> Outcome:
    """What is exported of an outcome: its inputs and its resolved scenario."""
    meta = {"id": prepared.resolved.id, "scenario": prepared.scenario.to_json()}
    return Outcome(meta=meta, tables={}, inputs=prepared.inputs, resolved=prepared.resolved, audit={})


def test_running_the_workbook_starts_from_the_same_bytes(counties: Prepared, tmp_path: Path) -> None:
    """Expected: the hashes of every table, of draws, scenario and law that outcome.json records, and the same ledger."""
    (path,) = write_inputs(outcome(counties), tmp_path / "inputs")
    again = prepare(NAME, data=path)
    assert input_hashes(again) == input_hashes(counties)
    assert again.inputs.ledger.equals(counties.inputs.ledger)
    assert "draws" not in sheet_names(path)


def test_draws_that_were_given_go_along(counties: Prepared, tmp_path: Path) -> None:
    assert counties.inputs.draws is not None
    frame = counties.inputs.draws.copy()
    frame.loc[0, "value"] = "1.25"
    given = replace(counties, inputs=replace(counties.inputs, draws=frame))
    (path,) = write_inputs(outcome(given), tmp_path / "inputs")
    read = load_inputs(path, counties.rules)
    assert read.draws is not None
    assert read.draws.equals(Draws.of(frame).table)


def test_the_same_outcome_gives_the_same_bytes_and_replaces_its_own_file_only(
    counties: Prepared, tmp_path: Path
) -> None:
    made = outcome(counties)
    (path,) = write_inputs(made, tmp_path)
    assert write_inputs(made, tmp_path) == [path]
    assert path.read_bytes() == inputs_of(made)
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not an earlier export"):
        write_inputs(made, tmp_path)
