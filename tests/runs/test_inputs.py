"""User tables: templates read back unchanged, and everything wrong is found at once, with its cell."""

import dataclasses
import shutil
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from silvafisc.datasets import InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.results import UnitInputs
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.templates import write_templates


def law() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@cache
def nation() -> UnitInputs:
    return load_inputs("builtin:nation", law())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_templates(nation(), tmp_path / "data")
    return tmp_path / "data"


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def drop(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(start)) + "\n", encoding="utf-8")


def refused(data: Path | str) -> str:
    with pytest.raises(InputError) as error:
        load_inputs(data, law())
    assert all(finding.zh and finding.en for finding in error.value.findings)
    return str(error.value)


@pytest.mark.parametrize("xlsx", [False, True])
def test_templates_read_back_as_the_same_tables(tmp_path: Path, xlsx: bool) -> None:
    written = write_templates(nation(), tmp_path, xlsx=xlsx)
    again = load_inputs(tmp_path / "inputs.xlsx" if xlsx else tmp_path, law())
    for name, frame in nation().tables().items():
        pd.testing.assert_frame_equal(frame, again.tables()[name])
    assert tmp_path / "README.md" in written


def test_last_years_amounts_read_back_too(tmp_path: Path) -> None:
    rows = {
        "region_code": ["110000"],
        "fund": ["f"],
        "subject": ["tending"],
        "area_tenth_mu": [125],
        "amount_fen": [-7],
    }
    last = pd.DataFrame({**rows, "status": ["secondary"], "source": ["指标文"]})
    tables = {**nation().tables(), "last_year": last}
    write_templates(UnitInputs(**tables, ledger=nation().ledger), tmp_path)
    read = load_inputs(tmp_path, law()).last_year
    assert read is not None
    pd.testing.assert_frame_equal(read, last)


def test_templates_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_templates(nation(), tmp_path / name, xlsx=True)
        write_templates(nation(), tmp_path / f"{name}-csv")
    assert (tmp_path / "a" / "inputs.xlsx").read_bytes() == (tmp_path / "b" / "inputs.xlsx").read_bytes()
    assert (tmp_path / "a-csv" / "areas.csv").read_bytes() == (tmp_path / "b-csv" / "areas.csv").read_bytes()


def test_codes_in_the_workbook_are_text_and_columns_carry_notes_and_lists(tmp_path: Path) -> None:
    write_templates(nation(), tmp_path, xlsx=True)
    book = openpyxl.load_workbook(tmp_path / "inputs.xlsx")  # other program
    sheet = book["regions"]
    assert sheet["A2"].value == "110000"
    assert sheet["A2"].number_format == "@"
    assert isinstance(sheet["H2"].value, int)
    assert sheet["A1"].comment is not None
    lists = [str(rule.formula1) for rule in sheet.data_validations.dataValidation]
    assert any("county" in source for source in lists)


def test_nothing_is_overwritten(folder: Path) -> None:
    before = (folder / "areas.csv").read_bytes()
    with pytest.raises(InputError, match="will not be overwritten"):
        write_templates(nation(), folder)
    assert (folder / "areas.csv").read_bytes() == before
    with pytest.raises(InputError, match="regular file"):
        write_templates(nation(), folder / "areas.csv" / "below")


def test_the_county_template_loads_and_is_marked_as_demonstration(tmp_path: Path) -> None:
    write_templates(nation(), tmp_path, level="county")
    inputs = load_inputs(tmp_path, law())
    assert len(inputs.codes) == 186  # by hand: 183 counties, the province's own level, a forest farm and a bureau
    assert set(inputs.regions["unit_level"]) == {"county", "province"}
    assert set(inputs.ledger["demo"]) == {"yes"}
    assert all(source.startswith("演示数据") for source in inputs.areas["source"])


def test_a_demonstration_reads_back_as_a_demonstration(tmp_path: Path) -> None:
    write_templates(nation(), tmp_path / "first", level="county")
    first = load_inputs(tmp_path / "first", law())
    marked = first.stands.assign(source="演示数据 demonstration data: chosen by us")
    write_templates(dataclasses.replace(first, stands=marked), tmp_path / "second")
    again = load_inputs(tmp_path / "second", law())
    pd.testing.assert_frame_equal(again.stands, marked)
    pd.testing.assert_frame_equal(again.areas, first.areas)


def test_a_users_table_replaces_the_shipped_one_and_the_ledger_says_so(folder: Path, tmp_path: Path) -> None:
    only = tmp_path / "only"
    only.mkdir()
    shutil.copy(folder / "areas.csv", only)
    edit(only / "areas.csv", "5880978.3,false,", "5880978.4,true,京林〔2026〕1号")
    inputs = load_inputs(only, law())
    row = inputs.areas.iloc[0]
    assert (row["area_tenth_mu"], row["certified"], row["document"]) == (58809784, True, "京林〔2026〕1号")
    pd.testing.assert_frame_equal(inputs.tasks, nation().tasks)
    what = set(inputs.ledger["what"])
    assert "assumptions.economy.areas.compensated_money" not in what  # the shipped areas are not used
    assert "assumptions.economy.tasks.tending_share" in what


def test_money_areas_and_floats_arrive_exactly(folder: Path) -> None:
    edit(folder / "regions.csv", ",30125.7,", ",30125.71,")
    edit(folder / "regions.csv", ",58171000,", ",58171000.123456,")
    regions = load_inputs(folder, law()).regions
    assert regions["rural_income_fen"][0] == 3012571  # by hand
    assert regions["own_revenue_fen"][0] == 58171000123456  # by hand: 万元 x 1 000 000 fen


def test_a_province_left_out_of_one_table_is_named(folder: Path) -> None:
    drop(folder / "stands.csv", "330000")
    message = refused(folder)
    assert "stands" in message
    assert "330000" in message


def test_a_unit_that_regions_does_not_hold_is_named_with_its_cell(folder: Path) -> None:
    edit(folder / "stands.csv", "330000,", "330100,")
    message = refused(folder)
    assert "stands.csv:12:1: region_code: unknown unit 330100" in message
    assert "no row for 330000" in message


def test_a_duplicated_unit_is_refused(folder: Path) -> None:
    edit(folder / "stands.csv", "330000,", "320000,")
    assert "stands twice" in refused(folder)


def test_a_measure_missing_for_one_unit_is_named(folder: Path) -> None:
    drop(folder / "tasks.csv", "330000,tending")
    assert "tending: no row for 330000" in refused(folder)


@pytest.mark.parametrize("cost", ["0", "-1"])
def test_an_opportunity_cost_of_nothing_is_refused_with_its_cell(folder: Path, cost: str) -> None:
    edit(folder / "responses.csv", "110000,public_welfare_state,34.9,", f"110000,public_welfare_state,{cost},")
    message = refused(folder)
    assert "opportunity_cost_yuan_per_mu: must be above 0" in message
    assert "responses.csv:4:29" in message


def test_a_certified_area_needs_its_document(folder: Path) -> None:
    edit(folder / "areas.csv", ",false,", ",true,")
    assert "areas.csv:2:49: document: a certified area needs its document" in refused(folder)


def test_an_area_larger_than_the_provinces_forest_is_refused(folder: Path) -> None:
    edit(folder / "areas.csv", "5880978.3", "15880978.3")
    assert "more than its forest" in refused(folder)


def test_hectares_written_as_mu_are_suspected(folder: Path) -> None:
    edit(folder / "stands.csv", "110000,9535548.5,", "110000,635703.2,")
    assert "hectares given as mu" in refused(folder)
    areas = folder / "areas.csv"
    edit(areas, "5880978.3", "392065.2")
    edit(areas, "614455,", "40963.6,")
    assert refused(folder).count("hectares given as mu") == 2


def test_a_column_in_hectares_is_refused(folder: Path) -> None:
    edit(folder / "areas.csv", "area_mu", "area_ha")
    assert "multiply by 15" in refused(folder)


def test_an_area_finer_than_a_tenth_of_a_mu_is_refused(folder: Path) -> None:
    edit(folder / "areas.csv", "5880978.3", "5880978.33")
    assert "areas.csv:2:34: area_mu: 5880978.33 is finer than 0.1 mu" in refused(folder)


def test_all_findings_come_at_once(folder: Path) -> None:
    edit(folder / "areas.csv", "5880978.3", "nan")
    edit(folder / "stands.csv", "110000,", "11000,")
    edit(folder / "regions.csv", "unit_level", "unit_levle")
    message = refused(folder)
    assert "areas.csv:2:3" in message
    assert "stands.csv:2:1" in message
    assert "did you mean unit_level" in message


def test_three_provinces_need_every_table_of_their_own(folder: Path) -> None:
    lines = (folder / "regions.csv").read_text(encoding="utf-8-sig").splitlines()
    (folder / "regions.csv").write_text("\n".join(lines[:4]) + "\n", encoding="utf-8")
    for name in ("areas", "tasks", "factors", "responses", "stands"):
        (folder / f"{name}.csv").unlink()
    message = refused(folder)
    for name in ("areas", "tasks", "factors", "responses", "stands"):
        assert f"{name}: this table is missing" in message
    assert "650000 are missing" in message


def test_counties_need_every_table(tmp_path: Path) -> None:
    write_templates(nation(), tmp_path, level="county")
    (tmp_path / "stands.csv").unlink()
    assert "stands: this table is missing; shipped tables stand in only for all 31 provinces" in refused(tmp_path)


def test_a_misspelt_file_and_an_empty_folder_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "area.csv").write_text("x\n1\n", encoding="utf-8")
    assert "area: a file that is no input table; did you mean areas?" in refused(folder)
    (tmp_path / "empty").mkdir()
    assert "holds no input table" in refused(tmp_path / "empty")
    assert "no such folder" in refused(tmp_path / "nowhere")
    assert "the only shipped inputs are builtin:nation" in refused("builtin:county")
    (tmp_path / "fake.xlsx").write_bytes(b"not a workbook")
    assert "not a readable .xlsx" in refused(tmp_path / "fake.xlsx")
    assert "neither a folder" in refused(folder / "areas.csv")
