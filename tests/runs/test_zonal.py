"""Maps by unit polygons. Expected numbers by hand, from cells and the parts of them inside, or by another program (PROJ)."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform_geom
from tests.carbon.monitoring.landscape import UTM, at, cells, feature, ring, write_map, write_polygons

from silvafisc.datasets.findings import InputError
from silvafisc.runs.raster_grid import opened
from silvafisc.runs.unit_polygons import read_units
from silvafisc.runs.zonal import Zone, zones

SIXTEEN = np.arange(16, dtype=np.float32).reshape(4, 4)
"""0 … 15 in rows of four; each test takes its own nodata."""


def told(raster: Path, polygons: Path, factor: float = 1.0) -> dict[str, Zone]:
    with opened(raster, factor) as grid:
        return {zone.code: zone for zone in zones(grid, read_units(polygons))}


def test_border_cells_count_by_the_part_inside(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", SIXTEEN, nodata=0)
    polygons = write_polygons(tmp_path / "p.json", [feature("510104", cells(0, 0, 1.5, 4))])
    zone = told(raster, polygons)["510104"]
    # whole cells 4, 8, 12 (0 is nodata), halves of 1, 5, 9, 13: (24 + 14) / 5 and (224 + 138) / 5
    assert (zone.mean, zone.mean_square) == pytest.approx((38 / 5, (16 + 64 + 144 + (1 + 25 + 81 + 169) / 2) / 5))
    assert (zone.area_ha, zone.mapped_ha, zone.beyond_ha, zone.pixels) == pytest.approx((600, 500, 0, 5))
    assert (zone.smallest, zone.largest) == (1, 13)
    assert zone.sd_within == pytest.approx(np.sqrt(362 / 5 - 7.6**2))


def test_a_triangle_covers_a_cell_by_half(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", np.array([[10, 20], [30, 40]], np.float32))
    corners = [[*at(0, 0)], [*at(2, 2)], [*at(0, 2)], [*at(0, 0)]]
    shape = feature("510104", cells(0, 0, 1, 1))
    shape["geometry"] = {"type": "Polygon", "coordinates": [corners]}
    zone = told(raster, write_polygons(tmp_path / "p.json", [shape]))["510104"]
    # halves of 10 and 40, all of 30
    assert (zone.mean, zone.area_ha) == pytest.approx(((5 + 30 + 20) / 2, 200))


def test_several_polygons_and_features_of_a_code_are_one_unit_and_holes_are_none(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", SIXTEEN)
    polygons = write_polygons(
        tmp_path / "p.json",
        [
            feature("510104", cells(0, 0, 1, 1), cells(3, 3, 4, 4)),
            feature("510105", cells(1, 1, 4, 3), holes=[cells(2, 1.5, 3, 2.5)]),
            feature("510104", cells(0, 2, 1, 3)),
        ],
    )
    zone = told(raster, polygons)
    assert zone["510104"].mean == pytest.approx((0 + 15 + 8) / 3)
    assert zone["510104"].polygons == 3
    # 5, 6, 7, 9, 10, 11 without half of 6 and of 10
    assert zone["510105"].mean == pytest.approx((48 - 8) / 5)


def test_land_beyond_the_map_counts_as_not_mapped(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", SIXTEEN)
    polygons = write_polygons(
        tmp_path / "p.json", [feature("510104", cells(-1, 0, 1, 4)), feature("510105", cells(30, 0, 31, 1))]
    )
    zone = told(raster, polygons)
    assert (zone["510104"].area_ha, zone["510104"].beyond_ha, zone["510104"].mean) == pytest.approx((800, 400, 6))
    assert zone["510105"].mapped_ha == 0
    assert np.isnan(zone["510105"].mean)


def test_scale_and_offset_of_the_file_and_the_unit_apply(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", np.array([[10, 255]], np.uint8), nodata=255, scale=0.5, offset=1)
    polygons = write_polygons(tmp_path / "p.json", [feature("510104", cells(0, 0, 2, 1))])
    assert told(raster, polygons, 0.01)["510104"].mean == pytest.approx((10 * 0.5 + 1) / 100)


def test_cells_in_degrees_weigh_by_their_true_area(tmp_path: Path) -> None:
    """Two cells of 20 degrees, at 0-20 and 40-60 north, hold areas of an ellipsoid by an integral of our own."""
    raster = write_map(
        tmp_path / "m.tif", np.array([[1], [0], [2]], np.float32), crs="EPSG:4326", corner=(100, 60), cell=20
    )
    shape = feature("510104", (100, 0, 120, 20), (100, 40, 120, 60))
    zone = told(raster, write_polygons(tmp_path / "p.json", [shape], crs=None))["510104"]
    axis, flat = 6378137.0, 1 / 298.257223563
    e2 = flat * (2 - flat)

    def area(south: float, north: float) -> float:
        # other road: meridian radius x parallel radius, integrated over latitude by the midpoint rule
        step = np.radians(north - south) / 200_000
        latitude = np.radians(south) + step * (np.arange(200_000) + 0.5)
        root = 1 - e2 * np.sin(latitude) ** 2
        return float((axis**2 * (1 - e2) * np.cos(latitude) / root**2).sum() * step * np.radians(20) / 1e4)

    low, high = area(0, 20), area(40, 60)
    assert zone.area_ha == pytest.approx(low + high, rel=1e-7)
    assert zone.mean == pytest.approx((1 * high + 2 * low) / (low + high))
    assert zone.mean > 1.5, "the southern cell is the larger one"


def test_polygons_of_another_system_are_brought_to_the_map(tmp_path: Path) -> None:
    raster = write_map(tmp_path / "m.tif", SIXTEEN)
    boxes = [feature("510104", cells(0, 0, 1.5, 4)), feature("510105", cells(1.5, 0, 4, 4))]
    same = told(raster, write_polygons(tmp_path / "p.json", boxes))
    moved = [{**box, "geometry": transform_geom(UTM, "OGC:CRS84", box["geometry"])} for box in boxes]
    other = told(raster, write_polygons(tmp_path / "q.json", moved, crs=None))
    for code, zone in same.items():
        # a straight edge of 4 km in degrees bows by millimetres from that in metres
        assert other[code].mean == pytest.approx(zone.mean, rel=1e-5)
        assert other[code].area_ha == pytest.approx(zone.area_ha, rel=1e-5)


def test_finer_pixels_of_the_same_land_tell_the_same(tmp_path: Path) -> None:
    fine = np.kron(SIXTEEN, np.ones((10, 10), np.float32))
    polygons = write_polygons(tmp_path / "p.json", [feature("510104", cells(0.25, 0.5, 3.1, 3.7))])
    coarse = told(write_map(tmp_path / "m.tif", SIXTEEN), polygons)["510104"]
    finer = told(write_map(tmp_path / "f.tif", fine, cell=100), polygons)["510104"]
    assert (finer.mean, finer.mean_square, finer.area_ha) == pytest.approx(
        (coarse.mean, coarse.mean_square, coarse.area_ha), rel=1e-6
    )
    assert finer.pixels == pytest.approx(100 * coarse.pixels, rel=1e-6)


def test_land_read_in_pieces_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raster = write_map(tmp_path / "m.tif", np.arange(400, dtype=np.float32).reshape(20, 20), nodata=7)
    polygons = write_polygons(tmp_path / "p.json", [feature("510104", cells(-2.5, 1.25, 18.3, 19.1))])
    whole = told(raster, polygons)["510104"]
    monkeypatch.setattr("silvafisc.runs.zonal._CELLS", 30)
    pieces = told(raster, polygons)["510104"]
    for name in ("area_ha", "beyond_ha", "mapped_ha", "mean", "mean_square", "smallest", "largest", "pixels"):
        assert getattr(pieces, name) == pytest.approx(getattr(whole, name), rel=1e-6), name


def refused(tmp_path: Path, *, raster: Path | None = None, features: list[dict[str, object]] | None = None,
            crs: str | None = UTM) -> str:  # fmt: skip
    raster = raster or write_map(tmp_path / "m.tif", SIXTEEN)
    polygons = write_polygons(tmp_path / "p.json", features or [feature("510104", cells(0, 0, 1, 1))], crs)
    with pytest.raises(InputError) as caught:
        told(raster, polygons)
    assert all(finding.zh and finding.en for finding in caught.value.findings)
    return str(caught.value)


def test_maps_that_cannot_be_placed_are_refused(tmp_path: Path) -> None:
    for name, changes, said in (
        ("none", {"crs": None}, "no reference system"),
        ("mercator", {"crs": "EPSG:3857", "corner": (1.16e7, 3.6e6)}, "equal-area"),
    ):
        assert said in refused(tmp_path, raster=write_map(tmp_path / f"{name}.tif", SIXTEEN, **changes))
    assert "3 bands" in refused(tmp_path, raster=write_map(tmp_path / "three.tif", np.stack([SIXTEEN] * 3)))
    with rasterio.open(
        tmp_path / "turned.tif", "w", driver="GTiff", height=1, width=1, count=1, dtype="float32", crs=UTM,
        transform=rasterio.Affine(700, 700, 500_000, 700, -700, 3_400_000),
    ) as file:  # fmt: skip
        file.write(np.ones((1, 1, 1), np.float32))
    assert "rotated" in refused(tmp_path, raster=tmp_path / "turned.tif")
    (tmp_path / "text.tif").write_text("no map", encoding="utf-8")
    assert "GeoTIFF" in refused(tmp_path, raster=tmp_path / "text.tif")
    assert "no such file" in refused(tmp_path, raster=tmp_path / "absent.tif")


def test_polygons_outside_the_map_are_refused_with_both_spans(tmp_path: Path) -> None:
    assert "outside the map" in refused(tmp_path, features=[feature("510104", cells(50, 50, 51, 51))])
    # metres taken for degrees, because the file does not say what they are
    assert "no degrees" in refused(tmp_path, crs=None)


def test_wrong_polygons_are_all_named_at_once(tmp_path: Path) -> None:
    def shape(code: object, *rings: list[list[float]]) -> dict[str, object]:
        return {**feature(code, cells(0, 0, 1, 1)), "geometry": {"type": "Polygon", "coordinates": list(rings)}}

    square = ring(cells(0, 0, 1, 1))
    bow = [square[0], square[2], square[1], square[3], square[0]]
    said = refused(
        tmp_path,
        features=[
            shape("510104", bow),
            shape("510105", square[:4]),
            shape("510106", [square[0]] * 5),
            shape("890000", square),
            shape(510107, square),
            shape("51010", square),
            {**shape("510108", square), "properties": {"name": "x"}},
            {**shape("510109", square), "geometry": {"type": "Point", "coordinates": [0, 0]}},
            {**shape("510110", square), "geometry": None},
        ],
    )
    for number, text in enumerate(
        (
            "crosses itself",
            "not closed",
            "no area",
            "none of the 31 provinces",
            "six digits",
            "six digits",
            "missing",
            "Point",
            "None",
        )
    ):
        assert any(f"features[{number}]" in line and text in line for line in said.splitlines()), text


def test_rings_that_touch_or_wind_and_overlaps_are_refused(tmp_path: Path) -> None:
    (a, b), (c, d), (e, f) = at(0, 2), at(0.5, 1), at(2, 0)
    eight = feature("510104", cells(0, 0, 1, 1))
    eight["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[a, b], [c, d], [e, f], [e, b], [c, d], [a, f], [a, b]]],
    }
    assert "touches or winds" in refused(tmp_path, features=[eight])
    two = [feature("510104", cells(0, 0, 2, 2)), feature("510105", cells(1.5, 0, 3, 2))]
    assert "510104, 510105" in refused(tmp_path, features=two)
    again = [feature("510104", cells(0, 0, 2, 2)), feature("510104", cells(0.5, 0.5, 1, 1))]
    assert "overlap" in refused(tmp_path, features=again)


def test_a_unit_beside_its_own_province_is_refused(tmp_path: Path) -> None:
    two = [feature("510000", cells(0, 0, 2, 2)), feature("510105", cells(2, 0, 3, 2))]
    assert "one level only" in refused(tmp_path, features=two)
    other = [feature("500000", cells(0, 0, 2, 2)), feature("510105", cells(2, 0, 3, 2))]
    raster = write_map(tmp_path / "m.tif", SIXTEEN)
    assert set(told(raster, write_polygons(tmp_path / "p.json", other))) == {"500000", "510105"}


def test_what_is_no_geojson_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    for text, said in (
        ("{", "cannot be read"),
        (json.dumps({"type": "Topology"}), "FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "FeatureCollection"),
        (
            '{"type": "FeatureCollection", "crs": {"properties": {"name": "my own"}}, "features": [1]}',
            "unknown reference",
        ),
        ('{"type": "FeatureCollection", "features": [{"x": NaN}]}', "cannot be read"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            read_units(path)
    with pytest.raises(InputError, match="no such file"):
        read_units(tmp_path / "absent.json")
