"""Extraction routes from files: what a user gets, by hand on a small map, and every wrong input refused at its place."""

import json
import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app
from silvafisc.datasets.findings import InputError
from silvafisc.runs.precision_paths import extraction_paths

SCENARIO = "nation-2026-2028"
UTM = "EPSG:4526"
"""CGCS2000, 3-degree zone 38: metres."""
WEST, NORTH, CELL = 38_400_000.0, 3_000_000.0, 10.0


def write_map(path: Path, values: Any, **change: Any) -> Path:
    """A GeoTIFF of 10 m cells with its north-west corner at (WEST, NORTH)."""
    import rasterio
    from rasterio.transform import Affine

    array = np.atleast_2d(np.asarray(values, dtype=change.pop("dtype", "float64")))
    told = {"crs": UTM, "transform": Affine(CELL, 0, WEST, 0, -CELL, NORTH), "nodata": -9999.0, "count": 1, **change}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", height=array.shape[0], width=array.shape[1], dtype=array.dtype, **told
        ) as target:
            for band in range(1, told["count"] + 1):
                target.write(array, band)
    return path


def write_points(path: Path, **cells: tuple[float, float]) -> Path:
    """point -> row, column of a cell; at its centre."""
    rows = [
        f"{name},{WEST + CELL * (column + 0.5)},{NORTH - CELL * (row + 0.5)}" for name, (row, column) in cells.items()
    ]
    path.write_text("\n".join(["point,x,y", *rows]) + "\n", encoding="utf-8")
    return path


class Place:
    """Files of a small felling area: level, 3 x 4 cells, landing in the west, stump in the east of the middle row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        slope = np.zeros((3, 4))
        slope[1, 1], slope[2, 1] = 80.0, -9999.0
        self.terrain = write_map(folder / "slope.tif", slope)
        self.stand = write_map(folder / "stand.tif", np.full((3, 4), 100.0))
        self.landings = write_points(folder / "landings.csv", yard=(1, 0))
        self.stumps = write_points(folder / "stumps.csv", oak=(1, 3))

    def __call__(self, **change: Any) -> Any:
        told: dict[str, Any] = {"terrain": self.terrain, "kind": "slope_pct", "landings": self.landings}
        told |= {"stumps": self.stumps, "scenario": SCENARIO, **change}
        return extraction_paths(**told)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_routes_of_a_small_map_by_hand(place: Place) -> None:
    found = place(stand=place.stand, unit="m3_per_ha")
    rows = found.routes.set_index("way")
    # by hand: round the steep cell by the north: one step of 10 m and two diagonals
    length = 10 + 20 * math.sqrt(2)
    assert rows.loc["cheapest", "length_m"] == pytest.approx(length)
    # by hand: 12 yuan a level metre, and 100 m3/ha on 3 x 1 + 2 x 3 x 0.1 = 3.6 m2 at 400 yuan/m3: 14.4 yuan
    assert rows.loc["cheapest", "cost_yuan"] == pytest.approx(length * 26.4)
    assert rows.loc["cheapest", "lost_m3"] == pytest.approx(length * 0.036)
    assert rows.loc["cheapest", "lost_tco2e"] == pytest.approx(length * 0.036 * 0.4554 * 44 / 12)
    assert rows.loc["cheapest", "lost_trees"] == pytest.approx(length * 1052 * 3.6e-4)
    assert rows.loc["cheapest", "touched_m2"] == pytest.approx(length * 9)
    assert rows["possible"].to_dict() == {"cheapest": "yes", "straight": "no"}
    assert rows.loc["straight", "blocked_cells"] == 1
    assert math.isnan(rows.loc["straight", "cost_yuan"])
    assert set(rows["landing"]) == {"yard"}
    assert [notice.en for notice in found.notices] == [
        "1 cells without slope or stand (nodata) are not crossed",
        "1 cells steeper than 45% are not crossed",
    ]
    compared = found.network[found.network["stumps_of"] == "compared"]
    assert compared["stumps"].tolist() == [0, 0]


def test_without_a_stand_nothing_is_said_of_trees(place: Place) -> None:
    (row,) = place().routes.query("way == 'cheapest'").to_dict("records")
    assert row["cost_yuan"] == pytest.approx(12 * row["length_m"])
    assert all(math.isnan(row[name]) for name in ("lost_m3", "lost_trees", "lost_tco2e"))


def test_shared_trails_count_once_in_the_network(place: Place) -> None:
    write_points(place.stumps, oak=(0, 3), pine=(0, 2))
    write_points(place.landings, yard=(0, 0))
    found = place()
    assert found.routes.query("way == 'cheapest'")["length_m"].tolist() == [30, 20]
    assert found.network["length_m"].tolist() == [30, 30, 30, 30]


def test_elevation_degrees_and_per_cent_of_one_slope_cost_the_same(place: Place) -> None:
    """A plane that rises 3 m in 10 m to the south."""
    heights = 3.0 * np.arange(3)[:, None] + np.zeros((3, 4))
    found = {
        "elevation": write_map(place.folder / "dem.tif", heights),
        "slope_pct": write_map(place.folder / "pct.tif", np.full((3, 4), 30.0)),
        "slope_degree": write_map(place.folder / "degree.tif", np.full((3, 4), math.degrees(math.atan(0.3)))),
    }
    costs = [place(terrain=path, kind=kind).routes["cost_yuan"].tolist() for kind, path in found.items()]
    # by hand: 30 m at 12 exp(3 x 0.3)
    assert costs[0] == pytest.approx([360 * math.exp(0.9)] * 2)
    assert costs[1] == pytest.approx(costs[0])
    assert costs[2] == pytest.approx(costs[0])


def test_biomass_stands_for_volume_with_the_same_carbon(place: Place) -> None:
    biomass = write_map(place.folder / "biomass.tif", np.full((3, 4), 100 * 0.4554 / 0.47))
    one, other = place(stand=place.stand, unit="m3_per_ha"), place(stand=biomass, unit="t_per_ha")
    assert one.routes["lost_tco2e"].tolist() == pytest.approx(other.routes["lost_tco2e"].tolist())


def test_the_map_of_routes_is_in_longitude_and_latitude(place: Place) -> None:
    features = place().geojson["features"]
    assert [one["properties"]["way"] for one in features] == ["cheapest", "straight"]
    (x, y), *_ = features[0]["geometry"]["coordinates"]
    # by hand: 100 km west of the zone's meridian 114° E, 3000 km north of the equator (about 27.1° N)
    assert (x, y) == (pytest.approx(112.99, abs=0.01), pytest.approx(27.1, abs=0.05))


def test_every_parameter_stands_beside_the_result_with_its_status(place: Place) -> None:
    table = place().parameters
    assert len(table) == 10
    assert set(table["status"]) == {"assumption", "recalled", "secondary"}
    assert table["reference"].str.len().gt(0).all()


def test_a_map_written_with_scale_and_offset_is_read_as_meant(place: Place) -> None:
    import rasterio

    path = write_map(place.folder / "scaled.tif", np.full((3, 4), 20, dtype="int16"), dtype="int16")
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = [0.5], [10.0]
    # by hand: 20 x 0.5 + 10 = 20 %
    assert place(terrain=path).routes["cost_yuan"].tolist() == pytest.approx([360 * math.exp(0.6)] * 2)


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def torn(path: Path) -> Path:
    """The file without its second half."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


WRONG: list[tuple[str, Callable[[Place], dict[str, Any]], str]] = [
    ("no map", lambda p: {"terrain": p.folder / "none.tif"}, "no such file"),
    ("a text", lambda p: {"terrain": _text(p.folder / "text.tif", "x")}, "cannot be read as a GeoTIFF"),
    ("two bands", lambda p: {"terrain": write_map(p.folder / "two.tif", np.zeros((3, 4)), count=2)}, "has 2 bands"),
    ("degrees", lambda p: {"terrain": write_map(p.folder / "wgs.tif", np.zeros((3, 4)), crs="EPSG:4326")}, "project it, for instance to EPSG:4513"),
    ("no crs", lambda p: {"terrain": write_map(p.folder / "bare.tif", np.zeros((3, 4)), crs=None)}, "no coordinate reference system"),
    ("no projection", lambda p: {"terrain": write_map(p.folder / "local.tif", np.zeros((3, 4)), crs='LOCAL_CS["mine",UNIT["metre",1]]')}, "in no projected system"),
    ("torn off", lambda p: {"terrain": torn(write_map(p.folder / "long.tif", np.ones((99, 99))))}, "cannot be read as a GeoTIFF"),
    ("feet", lambda p: {"terrain": write_map(p.folder / "feet.tif", np.zeros((3, 4)), crs="EPSG:2263")}, "not in metres"),
    ("empty", lambda p: {"terrain": write_map(p.folder / "empty.tif", np.full((3, 4), -9999.0))}, "no value at all"),
    ("infinite", lambda p: {"terrain": write_map(p.folder / "inf.tif", np.full((3, 4), np.inf))}, "infinite values"),
    ("undeclared nodata", lambda p: {"terrain": write_map(p.folder / "raw.tif", np.full((3, 4), -32768.0))}, "an undeclared nodata value?"),
    ("sunk land", lambda p: {"terrain": write_map(p.folder / "sunk.tif", np.full((3, 4), -32768.0)), "kind": "elevation"}, "elevations from -32768"),
    ("per cent as degrees", lambda p: {"terrain": write_map(p.folder / "steep.tif", np.full((3, 4), 95.0)), "kind": "slope_degree"}, "is the map in per cent"),
    ("unknown kind", lambda p: {"kind": "aspect"}, "none of elevation, slope_pct, slope_degree"),
    ("stand without unit", lambda p: {"stand": p.stand}, "go together"),
    ("unknown unit", lambda p: {"stand": p.stand, "unit": "kg"}, "none of m3_per_ha, t_per_ha"),
    ("another grid", lambda p: {"stand": write_map(p.folder / "wide.tif", np.zeros((3, 5))), "unit": "m3_per_ha"}, "is not on the grid of"),
    ("negative stand", lambda p: {"stand": write_map(p.folder / "neg.tif", np.full((3, 4), -5.0)), "unit": "m3_per_ha"}, "a stand of -5"),
    ("no table", lambda p: {"stumps": p.folder / "none.csv"}, "none.csv: no such file"),
    ("missing column", lambda p: {"stumps": _text(p.stumps, "point,x\noak,1\n")}, "stumps.csv:1"),
    ("a word for a number", lambda p: {"stumps": _text(p.stumps, "point,x,y\noak,east,1\n")}, "stumps.csv:2:5: x: 'east' is not a number"),
    ("the same stump twice", lambda p: {"stumps": _text(p.stumps, "point,x,y\noak,1,1\noak,1,1\n")}, "stumps.csv:3"),
    ("longitude and latitude", lambda p: {"stumps": _text(p.stumps, "point,x,y\noak,113.1,27.1\n")}, "stumps.csv:2:5: x: (113.1, 27.1) is outside the map"),
    ("on a steep cell", lambda p: {"stumps": write_points(p.stumps, oak=(1, 1))}, "stumps.csv:2:5: x: lies where no trail may go: slope 80%"),
    ("on nodata", lambda p: {"landings": write_points(p.landings, yard=(2, 1))}, "landings.csv:2:6: x: lies where the map has no slope"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_wrong_inputs_are_refused_at_their_place(
    change: Callable[[Place], dict[str, Any]], said: str, place: Place
) -> None:
    with pytest.raises(InputError) as caught:
        place(**change(place))
    assert said in str(caught.value)
    assert all(finding.zh and finding.zh != finding.en for finding in caught.value.findings)


def test_both_tables_are_checked_at_once(place: Place) -> None:
    write_points(place.landings, yard=(9, 9))
    _text(place.stumps, "point,x,y\noak,east,1\n")
    with pytest.raises(InputError) as caught:
        place()
    assert [Path(finding.where.split(":")[0]).name for finding in caught.value.findings] == [
        "landings.csv",
        "stumps.csv",
    ]


def test_a_turned_grid_is_refused(place: Place) -> None:
    from rasterio.transform import Affine

    turned = write_map(place.folder / "turned.tif", np.zeros((3, 4)), transform=Affine(9, 4, WEST, 4, -9, NORTH))
    with pytest.raises(InputError, match="turned grid"):
        place(terrain=turned)


def test_the_verb_writes_tables_and_a_map_and_says_what_it_noticed(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place.folder / "out"
    told = [place.terrain, "--kind", "slope_pct", "--landings", place.landings, "--stumps", place.stumps, "--out", out]
    assert finish(app, ["carbon", "paths", *map(str, told), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in said["files"]] == [
        "routes.csv",
        "network.csv",
        "parameters.csv",
        "routes.geojson",
    ]
    assert all(notice["zh"].endswith("不通过") for notice in said["notices"])
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert finish(app, ["carbon", "paths", *map(str, told), "--lang", "zh"]) == 0
    assert "不通过" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_refused_input_leaves_nothing_behind(place: Place) -> None:
    out = place.folder / "out"
    told = [place.terrain, "--kind", "aspect", "--landings", place.landings, "--stumps", place.stumps, "--out", out]
    assert finish(app, ["carbon", "paths", *map(str, told)]) == 2
    assert not out.exists()


def test_without_rasterio_the_extra_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError, match=r"pip install 'silvafisc\[precision\]'"):
        place()
