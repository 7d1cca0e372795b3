"""The form of a province: official codes and names, every other value 演示数据, and a workbook that guides who fills it in."""

import csv
import io
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from silvafisc.datasets import InputError, load_package
from silvafisc.economy.user_tables import schema
from silvafisc.policy import ParameterTree
from silvafisc.results import INPUT_TABLES
from silvafisc.runs.demonstration import county_tables, drawn, province_code, units
from silvafisc.runs.guide import SIDE_TABLES
from silvafisc.runs.inputs import load_inputs
from silvafisc.runs.templates import write_templates

SICHUAN = "510000"


@cache
def tables() -> dict[str, pd.DataFrame]:
    return county_tables(units(SICHUAN))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("form")
    write_templates(None, folder, xlsx=True, level="county", province="51")
    return openpyxl.load_workbook(folder / "inputs.xlsx")  # other program


def test_every_county_of_sichuan_stands_in_the_form_under_its_official_name() -> None:
    """Published: 183 counties (民政部); 北川 and 九寨沟 written down here from the publication."""
    names = dict(zip(tables()["regions"]["region_code"], tables()["regions"]["region_name"], strict=True))
    listed = load_package("county_codes").table
    assert len(listed) == 183
    assert {code: names[code] for code in listed["region_code"]} == dict(
        zip(listed["region_code"], listed["name_zh"], strict=True)
    )
    assert (names["510726"], names["513225"]) == ("北川羌族自治县", "九寨沟县")


def test_the_units_are_of_every_level_and_answer_to_their_budget_parent() -> None:
    regions = tables()["regions"]
    kinds = dict(zip(regions["region_code"], regions["unit_type"], strict=True))
    parents = dict(zip(regions["region_code"], regions["parent_code"], strict=True))
    assert {"province_own", "county", "directly_managed_county", "forest_farm", "forest_industry"} == set(
        kinds.values()
    )
    for code, kind in kinds.items():
        if kind == "county":
            assert parents[code] == f"{code[:4]}00"  # law: GB/T 2260 builds the city into the county's code
        elif kind != "province_own":
            assert parents[code] == SICHUAN


def test_every_row_says_that_it_is_demonstration_data() -> None:
    for frame in tables().values():
        assert set(frame["demo"]) == {"yes"}
        assert set(frame["status"]) == {"assumption"}
        assert all(source.startswith("演示数据") for source in frame["source"])


def test_the_figures_follow_the_documented_formula() -> None:
    """Other program: the SHA-256 of `seed|key|code` from the command line."""
    # printf 'silvafisc-county-form|population_person|510726' | sha256sum, mod 721 choices of 1000 persons from 80000
    assert drawn("population_person", "510726") == 528000
    with pytest.raises(KeyError):
        drawn("population", "510726")


def test_last_years_area_is_this_years_without_its_change() -> None:
    last = tables()["last_year"].set_index(["region_code", "subject"])["area_mu"].astype(float)
    areas = tables()["areas"].set_index(["region_code", "category"])
    before = areas["area_mu"].astype(float) - areas["change_mu"].astype(float)
    assert (before - last.reindex(before.index)).abs().max() == 0
    assert (areas["change_reason"] != "").equals(areas["change_mu"] != "0")


def test_every_pattern_is_drawn_from() -> None:
    """A figure that stands in demonstration.csv and in no table would only seem to be documented."""
    text = files("silvafisc.runs").joinpath("demonstration.csv").read_text(encoding="utf-8")
    code = files("silvafisc.runs").joinpath("demonstration.py").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        stem = row["key"].split(".")[0]
        assert f'"{stem}"' in code or f'"{stem}.' in code, row["key"]


@pytest.mark.parametrize("xlsx", [False, True])
def test_the_form_reads_back_and_its_scenario_is_sound(tmp_path: Path, xlsx: bool) -> None:
    from silvafisc.policy import load_scenario

    write_templates(None, tmp_path, xlsx=xlsx, level="county", province="51")
    scenario = load_scenario(tmp_path / "scenario.yaml")
    assert scenario.data_folder is not None
    inputs = load_inputs(scenario.data_folder, ParameterTree.load().on(scenario.policy_date))
    assert len(inputs.codes) == 186
    assert inputs.areas["certified_on"].isin(["", "2026-03-31"]).all()
    for name, frame in inputs.tables().items():
        assert len(frame) == len(tables()[name])


def test_a_province_without_a_list_gets_one_example_county(tmp_path: Path) -> None:
    write_templates(None, tmp_path, level="county", province="440000")
    inputs = load_inputs(tmp_path, ParameterTree.load().on("2026-01-01"))
    assert inputs.codes == ("999999",)
    assert inputs.regions["parent_code"].tolist() == ["440000"]
    assert "广东省" in (tmp_path / "scenario.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["99", "5107", "四川", ""])
def test_what_is_no_province_is_refused_with_the_list(text: str) -> None:
    with pytest.raises(InputError, match="51 四川省"):
        province_code(text)


def test_the_workbook_has_a_guide_tables_a_check_of_totals_and_red_tabs(book: Any) -> None:
    assert book.sheetnames[0] == "说明"
    assert book.sheetnames[-2:] == ["合计核对", "选项"]
    assert set(book.sheetnames[1:-2]) == {*INPUT_TABLES, *SIDE_TABLES} - {"land", "parcels", "delivery"}
    for name in book.sheetnames[:-2]:
        assert book[name].sheet_properties.tabColor.rgb == "FFC00000"
    assert "演示数据" in book["说明"]["A1"].value
    assert book["说明"]["A1"].fill.fgColor.rgb == "FFC00000"


def test_every_column_has_its_note_format_and_room_below(book: Any) -> None:
    for name in book.sheetnames[1:-2]:
        sheet = book[name]
        heads = [cell.value for cell in sheet[1]]
        assert heads == [spec.name for spec in sorted(schema(name), key=lambda one: heads.index(one.name))]
        assert all(cell.comment is not None for cell in sheet[1])
        assert sheet.freeze_panes in {"B2", "C2"}
        filled = len(tables()[name])
        for rule in sheet.data_validations.dataValidation:
            (area,) = rule.sqref.ranges
            assert (area.min_row, area.max_row) == (2, filled + 301)  # header, rows, and room for 300 more
    areas = book["areas"]
    formats = {areas.cell(1, at).value: areas.cell(2, at).number_format for at in range(1, areas.max_column + 1)}
    assert (formats["region_code"], formats["area_mu"], formats["certified_on"]) == ("@", "#,##0.0", "yyyy-mm-dd")
    assert all(10 <= areas.column_dimensions[letter].width <= 45 for letter in "ABCDEFGHIJ")


@pytest.mark.parametrize(
    ("sheet", "column", "part"),
    [
        ("regions", "unit_type", "directly_managed_county"),
        ("regions", "unit_level", "province,city,county"),
        ("regions", "groups", "group_list!$A$2"),
        ("areas", "region_code", "regions!$A$2:$A$487"),
        ("areas", "category", "选项!$"),
        ("areas", "certified", "true,false"),
        ("task_list", "kind", "binding,expected"),
        ("acceptance", "check", "survival,retention"),
    ],
)
def test_lists_offer_what_may_stand_in_a_column(book: Any, sheet: str, column: str, part: str) -> None:
    held = book[sheet]
    at = [cell.value for cell in held[1]].index(column) + 1
    rules = [rule for rule in held.data_validations.dataValidation if next(iter(rule.sqref.ranges)).min_col == at]
    assert [part in str(rule.formula1) for rule in rules] == [True]
    assert rules[0].error


def test_the_check_sheet_compares_with_formulas_and_their_results(book: Any, tmp_path: Path) -> None:
    target = io.BytesIO()
    book.save(target)
    assert book["合计核对"]["E2"].value.startswith("=SUMIFS(areas!$D$2:$D$673,areas!$C$2:$C$673")
    write_templates(None, tmp_path, xlsx=True, level="county")
    read = openpyxl.load_workbook(tmp_path / "inputs.xlsx", data_only=True)["合计核对"]
    assert [read.cell(row, 7).value for row in range(2, 9)] == ["相符"] * 7
    total = sum(
        float(area)
        for area, kind in zip(tables()["areas"]["area_mu"], tables()["areas"]["category"], strict=True)
        if kind == "public_welfare_state"
    )
    assert read["C3"].value == "public_welfare_state"
    assert (read["D3"].value, read["E3"].value) == (total, total)


def test_a_form_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_templates(None, tmp_path / name, xlsx=True, level="county")
    for file in ("inputs.xlsx", "scenario.yaml", "README.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_workbook_of_provinces_refers_to_no_sheet_that_it_lacks(tmp_path: Path) -> None:
    """A list that stands on a missing sheet would make Excel call the workbook damaged."""
    inputs = load_inputs("builtin:nation", ParameterTree.load().on("2026-01-01"))
    write_templates(inputs, tmp_path, xlsx=True)
    read = openpyxl.load_workbook(tmp_path / "inputs.xlsx")
    formulas = [str(rule.formula1) for sheet in read for rule in sheet.data_validations.dataValidation]
    named = {formula.removeprefix("=").split("!")[0] for formula in formulas if "!" in formula}
    assert named == {"regions", "选项"}
    assert named <= set(read.sheetnames)
