"""A map with plots and other sources, from files to figures that add up. Expected numbers by hand unless said."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.carbon.monitoring.landscape import LEFT, TOP, cells, feature, write_map, write_polygons

from silvafisc.carbon.monitoring.fitted import Plots, fitted
from silvafisc.carbon.monitoring.map_error import map_error
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.runs.map_estimates import _pixels
from silvafisc.runs.measured_maps import MapAsked, measured_map, save_measured_map
from silvafisc.runs.monitoring import measured_tables, read_measured
from silvafisc.runs.raster_grid import opened
from silvafisc.runs.unit_polygons import read_units
from silvafisc.runs.zonal import zones

ASKED = MapAsked("t/ha", 2020)
SIDE = 60
"""Cells of 5 km: land of 300 km, on which blocks of 50 km lie."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("silvafisc.carbon.monitoring.fitted._TREES", 10)


TRUTH = np.random.default_rng(1).gamma(6, 15, (SIDE, SIDE))
WEST, EAST = "510104", "510105"


def wide(first: int, last: int) -> tuple[float, float, float, float]:
    return cells(5 * first, 0, 5 * last, 5 * SIDE)


COUNTIES = [feature(WEST, wide(0, 20)), feature(EAST, wide(20, SIDE))]


def write_wide(path: Path, values: NDArray[np.float64]) -> Path:
    return write_map(path, values.astype(np.float32), cell=5000, corner=(LEFT, TOP))


def write_plots(path: Path, n: int = 150, column: str = "above_ground_t_per_ha", **changes: Any) -> Path:
    chance = np.random.default_rng(2)
    at = chance.integers(0, SIDE, (n, 2))
    rows = pd.DataFrame(
        {
            "plot": [f"p{number}" for number in range(n)],
            "date": "2020-08-01",
            "x": LEFT + 5000 * (at[:, 1] + 0.5),
            "y": TOP - 5000 * (at[:, 0] + 0.5),
            column: TRUTH[at[:, 0], at[:, 1]].round(2),
            "sd_share": 0.1,
            "status": "secondary",
            "source": "survey of a test",
        }
    )
    rows.assign(**changes).to_csv(path, index=False)
    return path


def write_estimates(path: Path, *rows: tuple[str, str, float, float], quantity: str = "above_ground_t_per_ha") -> Path:
    held = [[code, quantity, 2020, source, mean, sd, "secondary", "a book"] for code, source, mean, sd in rows]
    names = ["region_code", "quantity", "year", "source", "mean", "sd", "status", "reference"]
    pd.DataFrame(held, columns=names).to_csv(path, index=False)
    return path


def indexed(table: pd.DataFrame, *names: str) -> dict[Any, dict[Any, Any]]:
    """Row by its key."""
    held: dict[Any, dict[Any, Any]] = table.set_index(names[0] if len(names) == 1 else list(names)).to_dict("index")
    return held


def test_a_map_alone_tells_units_with_an_error_that_pixels_do_not_shrink(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    found = measured_map(raster, polygons, ASKED, rules)
    rows = indexed(found.tables["estimates"], "region_code")
    assert rows[WEST]["mean"] == pytest.approx(TRUTH[:, :20].mean(), rel=1e-6)
    told = map_error("biomass", TRUTH[:, :20].mean(), (TRUTH[:, :20] ** 2).mean(), 300 * 100, rules)
    assert rows[WEST]["sd"] == pytest.approx(told.sd, rel=1e-5)
    assert set(found.tables["estimates"]["source"]) == {"map"}
    levels = indexed(found.tables["levels"], "region_code")
    # nobody said that these are all counties of the province: no sum is called its figure
    assert list(levels) == [WEST, EAST]
    assert levels[WEST]["total"] == pytest.approx(TRUTH[:, :20].mean() * 3_000_000, rel=1e-6)
    assert (levels[WEST]["unit"], levels[WEST]["area_mu"]) == ("t", pytest.approx(45_000_000, rel=1e-6))
    assert found.findings == ()


def test_counties_said_to_be_the_whole_add_up_and_share_the_level_of_the_map(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    found = measured_map(raster, polygons, MapAsked("t/ha", 2020, whole=("000000",)), rules)
    levels = indexed(found.tables["levels"], "region_code")
    assert levels["510000"]["whole_units"] == levels[WEST]["whole_units"] + levels[EAST]["whole_units"]
    # the level of the map, 15 % of each, adds up; the rest is independent
    zones = found.tables["zones"]
    land = zones["mapped_mu"] / 15
    expected = (zones["common_sd"] * land).sum() ** 2 + ((zones["local_sd"] * land) ** 2).sum()
    assert levels["510000"]["sd"] == pytest.approx(expected**0.5)
    # 30 provinces are not on the map: the nation is not summed, and it says so
    assert "000000" not in levels
    assert any(one.path == "000000" and "30 of 31" in one.en for one in found.findings)


def test_plots_correct_a_map_that_is_half_of_the_truth(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH * 0.5)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    asked = MapAsked("t/ha", 2020, whole=("510000",))
    found = measured_map(raster, polygons, asked, rules, write_plots(tmp_path / "plots.csv"))
    rows = indexed(found.tables["estimates"], "region_code", "source")
    for code, part in ((WEST, TRUTH[:, :20]), (EAST, TRUTH[:, 20:]), ("510000", TRUTH)):
        helped = rows[(code, "plots_with_map")]
        # the map is the truth by a factor, so that a line tells every pixel
        assert helped["mean"] == pytest.approx(part.mean(), rel=0.01)
        assert helped["status"] == "secondary"
    assert rows[(WEST, "map")]["weight"] < 0.01
    model = indexed(found.tables["model"], "kind", "left_out")
    assert model[("ridge", "blocks")]["r2"] > 0.99
    assert [row["chosen"] for row in model.values()] == [True, True, False, False]
    levels = indexed(found.tables["levels"], "region_code")
    assert levels["510000"]["whole_units"] == levels[WEST]["whole_units"] + levels[EAST]["whole_units"]
    assert levels["510000"]["mean"] == pytest.approx(TRUTH.mean(), rel=0.01)


def test_a_map_without_worth_leaves_the_plots_alone_and_says_so(rules: Rules, tmp_path: Path) -> None:
    noise = np.random.default_rng(9).uniform(20, 200, (SIDE, SIDE))
    plots = write_plots(tmp_path / "plots.csv", n=60)
    found = measured_map(
        write_wide(tmp_path / "m.tif", noise), write_polygons(tmp_path / "p.json", COUNTIES), ASKED, rules, plots
    )
    assert any("not used" in one.en for one in found.findings)
    rows = indexed(found.tables["estimates"], "region_code", "source")
    held = pd.read_csv(plots)
    own = held.loc[held["x"] < LEFT + 100_000, "above_ground_t_per_ha"]
    assert rows[(WEST, "plots")]["mean"] == pytest.approx(own.mean())
    assert rows[(WEST, "plots")]["sd"] == pytest.approx(own.std() / len(own) ** 0.5)
    assert not found.tables["model"]["chosen"].any()


def test_plots_of_one_county_tell_nothing_of_the_province(rules: Rules, tmp_path: Path) -> None:
    chance = np.random.default_rng(4)
    x = LEFT + 5000 * (chance.integers(0, 20, 80) + 0.5)
    plots = write_plots(tmp_path / "plots.csv", n=80, x=x)
    found = measured_map(
        write_wide(tmp_path / "m.tif", TRUTH),
        write_polygons(tmp_path / "p.json", COUNTIES),
        MapAsked("t/ha", 2020, whole=("510000",)),
        rules,
        plots,
    )
    assert any(one.path == "510000" and "unevenly" in one.en for one in found.findings)
    rows = found.tables["estimates"]
    assert set(rows.loc[rows["source"] != "map", "region_code"]) <= {WEST}


def test_other_sources_are_weighed_and_an_exact_province_holds(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", np.full((SIDE, SIDE), 100.0))
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    other = write_estimates(
        tmp_path / "e.csv",
        (WEST, "inventory", 110.0, 5.0),
        ("510000", "statistics", 90.0, 0.0),
        ("110101", "x", 1.0, 1.0),
    )
    found = measured_map(raster, polygons, MapAsked("t/ha", 2020, whole=("510000",)), rules, estimates=other)
    rows = indexed(found.tables["estimates"], "region_code", "source")
    sd = rows[(WEST, "map")]["sd"]
    weight = 5**-2 / (5**-2 + sd**-2)
    assert rows[(WEST, "inventory")]["value"] == pytest.approx(weight * 110 + (1 - weight) * 100)
    levels = indexed(found.tables["levels"], "region_code")
    assert levels["510000"]["total"] == pytest.approx(90 * 9_000_000, rel=1e-6)
    assert levels["510000"]["whole_units"] == levels[WEST]["whole_units"] + levels[EAST]["whole_units"]
    assert any("1 estimates of other units" in one.en for one in found.findings)


def test_cover_becomes_covered_area(rules: Rules, tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", np.full((4, 4), 40, np.uint8))
    polygons = write_polygons(tmp_path / "p.json", [feature(WEST, cells(0, 0, 2, 1))])
    found = measured_map(raster, polygons, MapAsked("%", 2020), rules)
    (row,) = found.tables["levels"].to_dict("records")
    # 40 % of 200 ha x 15
    assert (row["quantity"], row["unit"], row["whole_units"]) == ("cover_share", "mu", 1200)
    assert row["own_sd"] == pytest.approx(3000 * (0.15**2 + 0.05**2) ** 0.5)


def test_nodata_is_lacking_unless_it_is_said_to_be_no_forest(rules: Rules, tmp_path: Path) -> None:
    values = np.full((4, 4), 80.0, np.float32)
    values[:, 0] = -1
    raster = write_map(tmp_path / "m.tif", values, nodata=-1)
    polygons = write_polygons(tmp_path / "p.json", [feature(WEST, cells(0, 0, 3, 4)), feature(EAST, cells(3, 0, 5, 4))])
    with pytest.raises(InputError) as caught:
        measured_map(raster, polygons, MapAsked("t/ha", 2020, whole=("510000",)), rules)
    # a third and a half are not on the map
    assert ["33%" in one.en or "50%" in one.en for one in caught.value.findings] == [True, True]
    other = feature("510106", cells(1, 0, 3, 4))
    three = write_polygons(
        tmp_path / "q.json", [feature(WEST, cells(0, 0, 1, 4)), feature(EAST, cells(3, 0, 5, 4)), other]
    )
    found = measured_map(raster, three, MapAsked("t/ha", 2020, whole=("510000",)), rules)
    assert found.tables["levels"]["region_code"].tolist() == ["510106"]
    assert any(one.path == "510000" and "2 of 3" in one.en for one in found.findings)
    masked = measured_map(raster, polygons, MapAsked("t/ha", 2020, nodata="no-forest"), rules)
    levels = indexed(masked.tables["levels"], "region_code")
    # forest of 800 ha; half of the other lies beyond the map, which no word of nodata excuses
    assert list(levels) == [WEST]
    assert (levels[WEST]["total"], levels[WEST]["mean"]) == pytest.approx((64_000, 80))


@pytest.mark.parametrize(
    ("values", "unit", "shows", "said"),
    [
        (np.full((4, 4), 90_000.0, np.float32), "t/ha", None, "kilograms"),
        (np.full((4, 4), 900, np.int16), "t/ha", None, "scale factor of 10"),
        (np.full((4, 4), 9.0, np.float32), "t/ha", None, "kg/m²"),
        (np.array([[90, -9999]], np.float32), "t/ha", None, "--nodata -9999"),
        (np.array([[90, 65535]], np.uint16), "t/ha", None, "--nodata 65535"),
        (np.array([[90] * 300 + [9999]], np.float32), "t/ha", None, "not declared"),
        (np.array([[40, 255]], np.uint8), "%", None, "--nodata 255"),
        (np.array([[40.0, 80.0]], np.float32), "1", None, "Use --unit %"),
        (np.array([[0.4, 0.8]], np.float32), "%", None, "Use --unit 1"),
        (np.array([[90.0]], np.float32), "kg/ha", None, "unknown unit"),
        (np.array([[90.0]], np.float32), "t/ha", "cover", "unknown unit"),
        (np.array([[90.0]], np.float32), "t/ha", "timber", "unknown 'timber'"),
        (np.array([[np.nan]], np.float32), "t/ha", None, "all nodata"),
    ],
)
def test_maps_of_another_unit_or_scale_are_refused(
    rules: Rules, tmp_path: Path, values: NDArray[np.float32], unit: str, shows: str | None, said: str
) -> None:
    raster = write_map(tmp_path / "m.tif", values)
    across = values.shape[1]
    polygons = write_polygons(tmp_path / "p.json", [feature(WEST, cells(0, 0, across, values.shape[0]))])
    with pytest.raises(InputError) as caught:
        measured_map(raster, polygons, MapAsked(unit, 2020, shows), rules)
    assert said in str(caught.value)
    assert all(one.zh for one in caught.value.findings)


def test_plots_of_another_quantity_make_figures_of_their_own(rules: Rules, tmp_path: Path) -> None:
    found = measured_map(
        write_wide(tmp_path / "m.tif", TRUTH * 0.8),
        write_polygons(tmp_path / "p.json", COUNTIES),
        ASKED,
        rules,
        write_plots(tmp_path / "plots.csv", column="biomass_t_per_ha"),
    )
    rows = indexed(found.tables["estimates"], "region_code", "quantity")
    # with roots and without are never weighed together
    assert rows[(WEST, "above_ground_t_per_ha")]["weight"] == 1
    assert rows[(WEST, "biomass_t_per_ha")]["mean"] == pytest.approx(TRUTH[:, :20].mean(), rel=0.01)
    assert set(found.tables["levels"]["quantity"]) == {"above_ground_t_per_ha", "biomass_t_per_ha"}


def write_volumes(path: Path) -> Path:
    """Plots as `silvafisc carbon measure` takes them: nothing but volume."""
    rows = pd.read_csv(write_plots(path, n=120)).drop(columns="sd_share")
    rows["region_code"] = np.where(rows["x"] < LEFT + 100_000, WEST, EAST)
    rows["volume_m3_per_ha"] = rows.pop("above_ground_t_per_ha")
    rows.assign(stratum="oak", forest_type="oak", plot_area_m2=667.0).to_csv(path, index=False)
    return path


def test_one_table_of_volumes_serves_the_ground_and_the_map(rules: Rules, tmp_path: Path) -> None:
    """Where the map is worth nothing, its figure of plots is that of `carbon measure`: one table, one carbon."""
    plots = write_volumes(tmp_path / "plots.csv")
    ground = measured_tables(read_measured(tmp_path, "2021-01-01", rules), "2021-01-01", rules)["estimates"]
    noise = np.random.default_rng(9).uniform(20, 100, (SIDE, SIDE))
    asked = MapAsked("tC/ha", 2020)
    raster = write_wide(tmp_path / "m.tif", noise)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    found = measured_map(raster, polygons, asked, rules, plots)
    rows = indexed(found.tables["estimates"], "region_code", "source")
    own = indexed(ground[ground["quantity"] == "live_carbon_tc_per_ha"], "region_code")
    for code in (WEST, EAST):
        assert rows[(code, "plots")]["mean"] == pytest.approx(own[code]["mean"], rel=1e-9)
    ground[["region_code", "quantity", "year", "source", "mean", "sd", "status", "reference"]].to_csv(
        tmp_path / "estimates.csv", index=False
    )
    with pytest.raises(InputError, match="count twice"):
        measured_map(raster, polygons, asked, rules, plots, tmp_path / "estimates.csv")


def test_wrong_rows_of_volumes_are_those_of_the_ground(rules: Rules, tmp_path: Path) -> None:
    plots = write_volumes(tmp_path / "plots.csv")
    pd.read_csv(plots).assign(forest_type="oaks").to_csv(plots, index=False)
    with pytest.raises(InputError, match="oaks"):
        measured_map(
            write_wide(tmp_path / "m.tif", TRUTH),
            write_polygons(tmp_path / "p.json", COUNTIES),
            ASKED,
            rules,
            plots,
        )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "2019-08-01"}, "no plot of 2020"),
        ({"x": 104.0, "y": 30.0}, "no plot lies on the map"),
        ({"above_ground_t_per_ha": 95_000.0}, "kilograms"),
        ({"above_ground_t_per_ha": -5.0}, "above_ground_t_per_ha"),
        ({"colour": "red"}, "unknown column"),
    ],
)
def test_wrong_plots_are_refused(rules: Rules, tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    plots = write_plots(tmp_path / "plots.csv", n=40, **changes)
    with pytest.raises(InputError) as caught:
        measured_map(
            write_wide(tmp_path / "m.tif", TRUTH), write_polygons(tmp_path / "p.json", COUNTIES), ASKED, rules, plots
        )
    assert said in str(caught.value)


def test_some_plots_out_of_place_are_left_out_and_counted(rules: Rules, tmp_path: Path) -> None:
    plots = write_plots(tmp_path / "plots.csv", n=80)
    rows = pd.read_csv(plots)
    rows.loc[0, "x"] = LEFT - 50_000
    rows.loc[1, "date"] = "2015-01-01"
    rows.loc[2, "above_ground_t_per_ha"] = np.nan
    rows.to_csv(plots, index=False)
    found = measured_map(
        write_wide(tmp_path / "m.tif", TRUTH), write_polygons(tmp_path / "p.json", COUNTIES), ASKED, rules, plots
    )
    for text in ("1 plots of other years", "1 plots without a value", "1 plots outside"):
        assert any(text in one.en for one in found.findings), text


def test_figures_that_would_count_twice_and_provinces_without_parts_are_refused(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    twice = write_estimates(tmp_path / "e.csv", (WEST, "map", 100.0, 5.0))
    with pytest.raises(InputError, match="count twice"):
        measured_map(raster, polygons, ASKED, rules, estimates=twice)
    with pytest.raises(InputError, match="no province with parts"):
        measured_map(raster, polygons, MapAsked("t/ha", 2020, whole=("500000", "510104")), rules)


def test_a_forest_is_looked_up_as_it_predicts(rules: Rules, tmp_path: Path) -> None:
    """The mean of its predictions over all pixels of a unit, each asked of the model itself."""
    chance = np.random.default_rng(5)
    x, y = chance.uniform(0, 300, (2, 120))
    seen = chance.uniform(0, 200, 120).astype(np.float16).astype(np.float64)
    model = fitted(Plots(np.where(seen > 90, 150.0, 50.0), np.ones(120), seen[:, None], x, y), rules)
    assert model.kind == "forest"
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    units = read_units(write_polygons(tmp_path / "p.json", COUNTIES))
    with opened(raster, 1.0) as grid:
        west, _ = zones(grid, units, _pixels(model))
    half = TRUTH[:, :20].astype(np.float32).astype(np.float16).astype(np.float64)
    assert west.mean == pytest.approx(model.predict(half.reshape(-1, 1)).mean(), rel=1e-6)


def test_tables_of_an_earlier_map_do_not_stay(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    plots = write_plots(tmp_path / "plots.csv", n=60)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.csv").write_text("mine", encoding="utf-8")
    for given in (plots, None):
        save_measured_map(measured_map(raster, polygons, ASKED, rules, given), tmp_path / "out")
    assert not (tmp_path / "out" / "map_model.csv").exists()
    assert (tmp_path / "out" / "mine.csv").exists()


def test_tables_are_written_the_same_twice(rules: Rules, tmp_path: Path) -> None:
    raster = write_wide(tmp_path / "m.tif", TRUTH)
    polygons = write_polygons(tmp_path / "p.json", COUNTIES)
    plots = write_plots(tmp_path / "plots.csv", n=60)
    for name in ("a", "b"):
        save_measured_map(measured_map(raster, polygons, ASKED, rules, plots), tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["map_estimates.csv", "map_findings.csv", "map_levels.csv", "map_model.csv", "map_zones.csv"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
