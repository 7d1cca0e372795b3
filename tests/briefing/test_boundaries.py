"""Maps of a user's own boundaries, with made-up squares: nothing real is shipped, nothing incomplete is drawn."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from silvafisc.briefing.boundaries import load
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.figures.choropleth import INSET, MAINLAND, albers, choropleth
from silvafisc.briefing.figures.tiles import tiles
from silvafisc.briefing.sections.drawings import amount_picture
from silvafisc.briefing.style import Maps, load_style, shipped, using, with_maps
from silvafisc.briefing.words import load_yaml
from silvafisc.datasets import InputError
from silvafisc.results import Outcome


def square(east: float, north: float, size: float = 1.0) -> list[list[float]]:
    return [[east, north], [east + size, north], [east + size, north + size], [east, north + size], [east, north]]


def feature(code: Any, kind: str, coordinates: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": kind, "coordinates": coordinates}}


def squares() -> dict[str, Any]:
    """A square for every unit where its tile stands, Hainan with islands, and a dashed line."""
    found = [
        feature(code, "Polygon", [square(80 + 4 * tile.column, 48 - 3 * tile.row, 2)])
        for code, tile in tiles().items()
        if code != "460000"
    ]
    found.append(
        feature("460000", "MultiPolygon", [[square(109, 18.2)], [square(114, 10, 0.3)], [square(112, 16, 0.3)]])
    )
    found.append(feature("100000", "LineString", [[109.0, 12.0], [110.0, 6.0], [113.0, 4.0]]))
    return {"type": "FeatureCollection", "审图号": "GS（2026）0000号", "features": found}


def maps_of(folder: Path, data: Any, name: str = "code", review: str | None = None) -> Maps:
    path = folder / "own.geojson"
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return Maps(boundaries=str(path), property=name, review_number=review)


def refused(folder: Path, data: Any, review: str | None = None) -> list[str]:
    # A second file for every call, since a read one is kept.
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    with pytest.raises(InputError) as caught:
        load(maps_of(place, data, review=review))
    assert all(re.search("[\u4e00-\u9fff]", finding.zh) for finding in caught.value.findings)
    return [f"{finding.where} {finding.path} {finding.en}" for finding in caught.value.findings]


def test_every_vertex_is_kept(tmp_path: Path) -> None:
    data = squares()
    found = load(maps_of(tmp_path, data))
    assert len(found.areas) == 34
    assert found.review_number == "GS（2026）0000号"
    kept = sum(len(ring) for rings in found.areas.values() for ring in rings) + sum(map(len, found.lines))
    assert kept == 33 * 5 + 3 * 5 + 3


@pytest.mark.parametrize("written", ["11", 11, 110000, "110000", "北京市"])
def test_a_unit_may_be_named_by_its_code_or_its_name(tmp_path: Path, written: Any) -> None:
    data = squares()
    next(f for f in data["features"] if f["properties"]["code"] == "110000")["properties"]["code"] = written
    assert "110000" in load(maps_of(tmp_path, data)).areas


@pytest.mark.parametrize("code", ["710000", "820000", "460000"])
def test_a_missing_unit_is_named(tmp_path: Path, code: str) -> None:
    """law: a map of the country shows all 34 province-level units."""
    data = squares()
    data["features"] = [f for f in data["features"] if f["properties"]["code"] != code]
    (said, *_) = refused(tmp_path, data)
    assert f"lacks {tiles()[code].short_en}; all 34" in said


def test_missing_islands_and_a_missing_dashed_line_are_refused(tmp_path: Path) -> None:
    """law: a map of the country shows the South China Sea islands."""
    data = squares()
    hainan = next(f for f in data["features"] if f["properties"]["code"] == "460000")
    hainan["geometry"]["coordinates"] = hainan["geometry"]["coordinates"][:1]
    data["features"].pop()
    said = refused(tmp_path, data)
    assert len(said) == 2
    assert "no area of Hainan reaches south of 12°N" in "".join(said)
    assert "lacks the dashed line" in "".join(said)


def test_a_map_without_review_number_is_refused_and_an_option_gives_it(tmp_path: Path) -> None:
    data = squares()
    del data["审图号"]
    assert "no review number" in refused(tmp_path, data)[0]
    assert load(maps_of(tmp_path, data, review="GS1")).review_number == "GS1"
    data["features"][3]["properties"]["审图号"] = "GS2"
    (tmp_path / "b").mkdir()
    assert load(maps_of(tmp_path / "b", data)).review_number == "GS2"


def test_what_is_no_geojson_in_degrees_is_refused_with_its_place(tmp_path: Path) -> None:
    data = squares()
    assert "own.geojson:2:1" in refused(tmp_path, "{\n")[0]
    assert "no GeoJSON collection" in refused(tmp_path, {"type": "Feature"})[0]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    assert "longitude and latitude" in refused(tmp_path, data | {"crs": crs})[0]
    wrong = squares()
    wrong["features"][0]["geometry"]["coordinates"] = [[[500000, 4000000]] * 4]
    wrong["features"][1]["geometry"]["type"] = "Point"
    wrong["features"][2]["properties"] = {"name": "x"}
    wrong["features"][3]["geometry"]["coordinates"] = [1, 2]
    said = refused(tmp_path, wrong)
    for place, reason in enumerate(
        ("is no longitude", "must be areas or lines", "no property 'code'", "not those of its type")
    ):
        assert any(f"features[{place}]" in line and reason in line for line in said), said
    with pytest.raises(InputError, match="cannot be read"):
        load(Maps(boundaries=str(tmp_path / "absent"), property="code"))


def test_the_projection_is_snyders() -> None:
    """published: Snyder (1987), p. 292: Clarke 1866, parallels 29.5 and 45.5, from (23, −96) to (35, −75)."""
    place = albers(
        {"parallels": [29.5, 45.5], "meridian": -96, "semi_major": 6378206.4, "inverse_flattening": 294.978698}
    )
    origin, point = place((-96, 23)), place((-75, 35))
    assert point[0] - origin[0] == pytest.approx(1_885_472.7, abs=0.1)
    assert point[1] - origin[1] == pytest.approx(1_535_925.0, abs=0.1)


@pytest.mark.parametrize("corner", [(75.0, 40.0), (110.0, 20.0), (134.0, 47.0), (113.0, 9.0)])
def test_areas_are_kept(corner: tuple[float, float]) -> None:
    """other program: the area of a small field on the ellipsoid by its radii of curvature."""
    known = load_yaml("maps.yaml")["projection"]
    place, side = albers(known), 0.01
    east, north = corner
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (
        place(p) for p in ((east, north), (east + side, north), (east + side, north + side), (east, north + side))
    )
    drawn = abs((x0 - x2) * (y1 - y3) - (x1 - x3) * (y0 - y2)) / 2
    flat = 1 / known["inverse_flattening"]
    e2, middle = flat * (2 - flat), math.radians(north + side / 2)
    w = 1 - e2 * math.sin(middle) ** 2
    radii = known["semi_major"] ** 2 * (1 - e2) / w**2
    assert drawn == pytest.approx(radii * math.cos(middle) * math.radians(side) ** 2, rel=1e-6)


def test_the_inset_stands_beside_the_mainland() -> None:
    """The sea never covers a unit: the two drawings do not touch."""
    assert MAINLAND[0] + MAINLAND[2] <= INSET[0]
    assert INSET[0] + INSET[2] <= 1


def test_every_vertex_is_drawn(tmp_path: Path) -> None:
    """A coast of 2 000 points keeps all of them, though most are closer than a printed dot."""
    data = squares()
    coast = [[119 + math.cos(i / 1000 * math.pi), 27 + math.sin(i / 1000 * math.pi)] for i in range(2000)]
    first = next(f for f in data["features"] if f["properties"]["code"] == "350000")
    first["geometry"]["coordinates"] = [[*coast, coast[0]]]
    found = load(maps_of(tmp_path, data))
    svg = choropleth("m", {"350000": (1.0, "1"), "110000": (2.0, "2")}, found, ("元", "1", "2"), "c", ("a", "b"))
    drawn = [len(re.findall("[ML]", path)) for path in re.findall(r'<path d="([^"]+)"', svg)]
    assert max(drawn) >= 2000


def test_a_briefing_shows_the_map_with_its_number_and_its_projection(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps, shown = maps_of(tmp_path, squares()), []

    def noted(*arguments: Any) -> str:
        shown.extend(arguments[-1])
        return choropleth(*arguments)

    monkeypatch.setattr("silvafisc.briefing.sections.drawings.choropleth", noted)
    with using(with_maps(shipped(), Path(maps.boundaries), "code", "GS（2026）9999号")):
        figure = amount_picture(Draft(outcome, "zh"))
    assert shown[0] == "审图号：GS（2026）9999号"
    assert "25°N、47°N" in shown[1]
    assert "南海诸岛以附图表示" in figure.alt
    assert "方格示意图" in amount_picture(Draft(outcome, "zh")).alt, "the tile map stays the default"


def test_a_style_file_may_state_the_boundaries(tmp_path: Path) -> None:
    maps_of(tmp_path, squares())
    (tmp_path / "style.yaml").write_text("maps: {boundaries: own.geojson, property: code}\n", encoding="utf-8")
    style = load_style(tmp_path / "style.yaml")
    assert style.maps is not None
    assert load(style.maps).review_number == "GS（2026）0000号"
