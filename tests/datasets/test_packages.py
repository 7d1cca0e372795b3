"""The shipped facts: complete, documented, unique, and adding up to the published totals."""

import dataclasses
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from silvafisc.datasets import (
    STATUSES,
    Finding,
    InputError,
    Package,
    check_packages,
    load_package,
    package_names,
    worst_status,
)
from silvafisc.datasets.package import Reference, SumCheck, read_package
from silvafisc.datasets.reconcile import check_package
from silvafisc.quantities import UNITS

# GB/T 2260: the 31 mainland provinces, written down here independently of the package
CODES = [
    *("110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000", "310000", "320000", "330000"),
    *("340000", "350000", "360000", "370000", "410000", "420000", "430000", "440000", "450000", "460000", "500000"),
    *("510000", "520000", "530000", "540000", "610000", "620000", "630000", "640000", "650000"),
]
NEEDED = {
    "provinces": "region_code name_zh name_en forestry_land_area_10k_ha forest_area_10k_ha planted_forest_area_10k_ha "
    "forest_coverage_pct standing_stock_10k_m3 forest_stock_10k_m3 land_area_10k_ha gdp_2020_100m_yuan "
    "population_2020_10k_person census_population_2020_person census_rural_population_2020_person "
    "budget_revenue_2019_100m_yuan budget_revenue_2020_100m_yuan budget_expenditure_2019_100m_yuan "
    "budget_expenditure_2020_100m_yuan agriculture_forestry_water_2020_100m_yuan "
    "energy_saving_environmental_protection_2020_100m_yuan rural_income_2020_yuan_per_person",
    "climate_normals": "region_code mean_temperature_celsius precipitation_mm basis",
    "national_forest_totals": "item value unit",
    "age_groups": "age_group area_10k_ha volume_10k_m3",
    "inventory_releases": "region_code release_year forest_area_10k_ha natural_forest_area_10k_ha "
    "planted_forest_area_10k_ha status source",
    "stumpage_values_2010": "region_code young_100m_yuan middle_100m_yuan near_mature_100m_yuan mature_100m_yuan "
    "over_mature_100m_yuan total_100m_yuan",
    "volume_biomass": "forest_type intercept_t_per_ha slope_t_per_m3 carbon_fraction root_shoot_ratio "
    "aboveground_share mpe_pct mpse_pct",
    "growth_shapes": "forest_type amplitude_m3_per_ha rate_per_year shape status",
    "standards_on_record": "region_code standard_yuan_per_mu status source",
    "carbon_prices": "market value unit status source",
    "key_zone_transfers_2020": "region_code transfer_100m_yuan",
    "opportunity_costs": "value unit status source",
    "growth_curves_published": "forest_type status source",
    "carbon_validation": "pool method status source",
    "planted_species": "forest_type area_10k_ha",
    "species_composition": "region_code forest_type area_10k_ha",
    "soil_litter_deadwood": "pool carbon_density_tc_per_ha",
    "budget_expenditure": "region_code year agriculture_forestry_water_100m_yuan "
    "energy_saving_environmental_protection_100m_yuan",
}
FOLDER = Path(sys.modules["silvafisc.datasets"].__file__ or "").parent / "packages"


def planted(package: Package, row: int, column: str, text: str) -> tuple[Finding, ...]:
    """Findings after one cell was falsified."""
    changed = package.text.copy()
    changed.loc[row, column] = text
    return check_package(dataclasses.replace(package, text=changed))


def test_all_packages_add_up() -> None:
    assert [finding.text("en") for finding in check_packages()] == []


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_the_agreed_columns_exist(name: str) -> None:
    assert set(NEEDED[name].split()) <= set(load_package(name).table.columns)


@pytest.mark.parametrize("name", package_names())
def test_every_column_is_documented(name: str) -> None:
    package = load_package(name)
    assert package.name == name
    assert package.title is not None
    assert package.title["zh"]
    assert package.title["en"]
    assert package.licence
    assert package.references
    assert package.key
    assert list(package.text.columns) == list(package.table.columns) == list(package.columns)
    for meta in package.columns.values():
        assert meta.status in STATUSES
        assert meta.source
        assert meta.description["zh"]
        assert meta.description["en"]
    if "status" in package.columns:
        assert set(package.table["status"]) <= set(STATUSES)
        worst = worst_status(*package.table["status"])
        assert package.column_status("status") == worst


@pytest.mark.parametrize("name", package_names())
def test_no_package_names_a_workplace_or_a_tool(name: str) -> None:
    text = "".join((FOLDER / name / file).read_text(encoding="utf-8") for file in ("datapackage.json", "data.csv"))
    assert not re.search(r"/(?:work|tmp)/|stored page|github\.com|\bOCR\b|search store", text)
    assert "\r" not in text
    assert "\ufeff" not in text


@pytest.mark.parametrize("name", ["provinces", "climate_normals", "stumpage_values_2010"])
def test_one_row_per_province(name: str) -> None:
    assert list(load_package(name).table["region_code"]) == CODES


def test_the_definition_trap_is_told_and_the_sum_is_what_it_is() -> None:
    provinces = load_package("provinces")
    assert "22 044.62" in provinces.columns["forest_area_10k_ha"].description["zh"]
    # this data set: provincial areas count special shrubland; published national figures are 22,044.62 and 21,822.05
    assert sum(map(Decimal, provinces.text["forest_area_10k_ha"])) == Decimal("24145.31")
    checked = {check.column for check in provinces.checks if isinstance(check, SumCheck)}
    assert "forest_area_10k_ha" not in checked


def test_published_totals_of_the_inventory() -> None:
    totals = load_package("national_forest_totals")
    value = dict(zip(totals.table["item"], totals.text["value"], strict=True))
    provinces, ages = load_package("provinces"), load_package("age_groups")

    def total(package: Package, column: str) -> Decimal:
        return sum(map(Decimal, package.text[column]), Decimal(0))

    # published: 9th National Forest Inventory, 31 provinces
    assert (
        total(provinces, "forest_stock_10k_m3") == Decimal(value["forest_stock_31_provinces"]) == Decimal("1705819.59")
    )
    assert total(provinces, "standing_stock_10k_m3") == Decimal(value["standing_stock_31_provinces"])
    assert total(provinces, "standing_stock_10k_m3") == Decimal("1850509.80")
    assert total(provinces, "planted_forest_area_10k_ha") == Decimal(value["planted_forest_area_31_provinces"])
    assert total(provinces, "planted_forest_area_10k_ha") == Decimal("7954.28")
    assert total(provinces, "forestry_land_area_10k_ha") == Decimal("32368.55")
    assert total(ages, "area_10k_ha") == Decimal(value["arbor_forest_area_31_provinces"]) == Decimal("17988.85")
    assert total(ages, "volume_10k_m3") == Decimal("1705819.59")


def test_known_provinces() -> None:
    provinces = load_package("provinces")
    text = provinces.text.set_index("region_code")
    # published: Fujian 66.80 % coverage; Guizhou 771.03 x 10^4 ha and 43.77 % (9th inventory, press)
    assert Decimal(str(text.loc["350000", "forest_coverage_pct"])) == Decimal("66.8")
    assert text.loc["520000", "forest_area_10k_ha"] == "771.03"
    # published: China Statistical Yearbook, Beijing
    assert text.loc["110000", "budget_revenue_2019_100m_yuan"] == "5817.1"
    assert text.loc["110000", "budget_expenditure_2019_100m_yuan"] == "7408.19"


def test_land_areas_agree_with_the_measured_territory() -> None:
    # other program: equal-area measurement of province polygons, km2 (inland provinces; coastal ones contain water)
    polygons = {
        "110000": 16421,
        "140000": 156666,
        "220000": 191041,
        "340000": 140282,
        "360000": 167051,
        "410000": 165592,
        "420000": 185936,
        "430000": 212031,
        "500000": 82424,
        "510000": 485831,
        "520000": 175984,
        "530000": 383271,
        "540000": 1202248,
        "610000": 205650,
        "640000": 51983,
        "650000": 1630319,
    }
    land = load_package("provinces").table.set_index("region_code")["land_area_10k_ha"]
    for code, km2 in polygons.items():
        assert land[code] * 100 == pytest.approx(km2, rel=0.03)


def test_what_is_recalled_says_so() -> None:
    provinces = load_package("provinces")
    for column in ("forest_area_10k_ha", "budget_revenue_2020_100m_yuan", "rural_income_2020_yuan_per_person"):
        assert provinces.column_status(column) == "recalled"
    # land area is computed from recalled columns and carries their status
    assert provinces.column_status("land_area_10k_ha") == "recalled"
    for column in ("gdp_2020_100m_yuan", "budget_revenue_2019_100m_yuan", "budget_expenditure_2020_100m_yuan"):
        assert provinces.column_status(column) == "secondary"
    assert set(load_package("growth_shapes").table["status"]) == {"assumption"}
    with pytest.raises(KeyError):
        provinces.column_status("no_such_column")


def test_the_status_and_source_of_a_row_win() -> None:
    prices = load_package("carbon_prices")
    row = list(prices.table["metric"]).index("average")
    assert prices.row_status(row, "value") == "computed"
    assert "上海环境能源交易所" in prices.row_source(row, "value")
    provinces = load_package("provinces")
    assert provinces.row_status(0, "forest_area_10k_ha") == "recalled"
    assert "第九次" in provinces.row_source(0, "forest_area_10k_ha")


def test_worst_status() -> None:
    assert worst_status("secondary", "recalled", "computed") == "recalled"
    assert worst_status("", "verified") == "verified"
    assert worst_status() == ""
    with pytest.raises(ValueError, match="guess"):
        worst_status("guess", "verified")


def test_transfers_that_could_not_be_read_stay_empty() -> None:
    transfers = load_package("key_zone_transfers_2020")
    text = transfers.text.set_index("region_code")
    for code in ("610000", "620000", "630000", "640000", "650000"):
        assert text.loc[code, "transfer_100m_yuan"] == ""
    provinces = text[text["unit_level"] == "province"]
    assert (provinces["transfer_100m_yuan"] != "").sum() == 26
    assert text.loc["540000", "transfer_100m_yuan"] == "24.19"
    assert transfers.table.set_index("region_code")["transfer_100m_yuan"].isna()["650000"]


def test_climate_uses_forest_sites_where_there_are_ten() -> None:
    table = load_package("climate_normals").table.set_index("region_code")
    sites = table[table["forest_site_count"] >= 10]
    assert set(sites["basis"]) == {"forest_sites"}
    assert (sites["mean_temperature_celsius"] == sites["forest_site_temperature_celsius"]).all()
    rest = table.drop(sites.index)
    assert set(rest["basis"]) == {"cru_cl2_stations"}
    assert (rest["precipitation_mm"] == rest["cru_precipitation_mm"]).all()
    # published station and forest-site means: Yunnan 13.4 at forest sites (its stations say 16.1)
    assert table.loc["530000", "mean_temperature_celsius"] == 13.4


def test_volume_biomass_above_ground_share_follows_from_the_root_shoot_ratio() -> None:
    table = load_package("volume_biomass").table
    # by hand: c0 = 1 / (1 + RSR), printed to four digits
    assert ((1 / (1 + table["root_shoot_ratio"]) - table["aboveground_share"]).abs() < 1e-4).all()


def test_growth_shapes_point_to_regressions_that_exist() -> None:
    known = set(load_package("volume_biomass").table["forest_type"])
    for names in load_package("growth_shapes").table["regressions"]:
        assert set(names.split(";")) <= known


def test_cea_average_prices_follow_from_turnover_and_volume() -> None:
    table = load_package("carbon_prices").table.set_index(["market", "period", "metric"])["value"]
    for year in ("2021", "2022", "2023", "2024"):
        average = table["cea", year, "turnover"] / table["cea", year, "volume"]
        assert table["cea", year, "average"] == pytest.approx(average, abs=0.006)


def test_row_units_are_registered() -> None:
    for name in ("national_forest_totals", "carbon_prices", "opportunity_costs"):
        assert set(load_package(name).table["unit"]) <= set(UNITS)


@pytest.mark.parametrize(
    ("name", "row", "column", "text"),
    [
        ("provinces", 3, "forest_stock_10k_m3", "12923.38"),
        ("provinces", 3, "standing_stock_10k_m3", "14778.66"),
        ("provinces", 3, "planted_forest_area_10k_ha", "167.64"),
        ("provinces", 3, "forestry_land_area_10k_ha", "787.26"),
        ("provinces", 3, "forest_area_10k_ha", "331.09"),
        ("provinces", 3, "forest_coverage_pct", "21.5"),
        ("provinces", 3, "budget_expenditure_2020_100m_yuan", "1.00"),
        ("provinces", 3, "census_rural_population_2020_person", "999999999"),
        ("age_groups", 0, "area_10k_ha", "5877.55"),
        ("budget_expenditure", 0, "budget_expenditure_100m_yuan", "7409.19"),
        ("stumpage_values_2010", 0, "young_100m_yuan", "31.7"),
        ("key_zone_transfers_2020", 0, "transfer_100m_yuan", "1.99"),
    ],
)
def test_a_falsified_cell_is_found(name: str, row: int, column: str, text: str) -> None:
    whole = {"young_100m_yuan": "total_100m_yuan", "forest_coverage_pct": "forest_area_10k_ha"}.get(column, column)
    found = planted(load_package(name), row, column, text)
    assert [finding for finding in found if finding.path in (column, whole)]


def test_a_lost_row_and_a_stray_code_are_found() -> None:
    stumpage = load_package("stumpage_values_2010")
    short = dataclasses.replace(stumpage, table=stumpage.table.iloc[1:], text=stumpage.text.iloc[1:])
    assert any("110000 stands 0 times" in finding.en for finding in check_package(short))
    table = stumpage.table.copy()
    table.loc[0, "region_code"] = "710000"
    assert any("710000" in finding.en for finding in check_package(dataclasses.replace(stumpage, table=table)))
    provinces = load_package("provinces")
    fewer = dataclasses.replace(provinces, table=provinces.table.iloc[1:])
    assert any("30 rows instead of 31" in finding.en for finding in check_package(fewer))


def test_a_column_name_that_contradicts_its_unit_is_found() -> None:
    provinces = load_package("provinces")
    columns = dict(provinces.columns)
    columns["forest_area_10k_ha"] = dataclasses.replace(columns["forest_area_10k_ha"], unit="10k_mu")
    found = check_package(dataclasses.replace(provinces, columns=columns))
    assert any(finding.path == "forest_area_10k_ha" and "10k_mu" in finding.en for finding in found)


def test_a_misspelt_package_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"did you mean provinces"):
        load_package("province")


def test_a_package_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    for file in ("datapackage.json", "data.csv"):
        (tmp_path / file).write_bytes((FOLDER / "age_groups" / file).read_bytes())
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert read_package(tmp_path, "age_groups").references == tuple(
        Reference(**item) for item in described["references"]
    )
    described["resources"][0]["schema"]["fields"][2]["unit"] = "acre"
    (tmp_path / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(InputError, match="acre"):
        read_package(tmp_path, "age_groups")
    described["resources"][0]["schema"]["fields"][2]["unit"] = "10k_ha"
    described["colour"] = "green"
    (tmp_path / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(InputError, match="colour"):
        read_package(tmp_path, "age_groups")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, silvafisc.datasets; print({'pandas', 'pydantic', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
