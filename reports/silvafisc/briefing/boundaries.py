"""A user's own approved boundaries: read whole, never simplified, and refused where a map of them would be incomplete.

A GeoJSON collection in longitude and latitude (WGS 84 or CGCS2000). Areas carry in one property the six-digit code of
their unit (its first two digits, or its Chinese name, will do); features that belong to no unit are drawn as lines.
All 34 province-level units must be there, and the South China Sea: of Hainan an area, and of what belongs to no unit a
line or area (the dashed line), both reaching south of the latitude in maps.yaml between its two meridians.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from silvafisc.datasets.findings import Finding, InputError

from .figures.tiles import tiles
from .words import load_yaml

if TYPE_CHECKING:
    from .style import Maps

Point = tuple[float, float]
Ring = tuple[Point, ...]
REVIEW_NAMES = ("审图号", "review_number")
PLAIN_SYSTEMS = ("CRS84", "4326", "4490")
"""Names of coordinate systems that are longitude and latitude."""


@dataclass(frozen=True)
class Boundaries:
    """areas: code of a unit -> its rings, outer and holes, in degrees. lines: what belongs to no unit."""

    areas: Mapping[str, tuple[Ring, ...]]
    lines: tuple[Ring, ...]
    review_number: str


def load(maps: "Maps") -> Boundaries:
    """The boundaries of a style.

    Raises:
        InputError: a file that is no such GeoJSON, units or islands that are missing (by name), no review number.
    """
    return _load(Path(maps.boundaries), maps.property, maps.review_number)


@lru_cache(maxsize=1)
def _load(path: Path, name: str, review_number: str | None) -> Boundaries:
    data = _read(path)
    findings: list[Finding] = []
    areas: dict[str, list[Ring]] = {}
    lines: list[Ring] = []
    for place, feature in enumerate(data["features"]):
        where = f"features[{place}]"
        try:
            code, rings, is_area = _feature(feature, name)
        except ValueError as error:
            en, zh = error.args
            findings.append(Finding(str(path), where, en, zh))
            continue
        if code and is_area:
            areas.setdefault(code, []).extend(rings)
        else:
            lines.extend(rings)
    findings += [Finding(str(path), name, en, zh) for en, zh in _incomplete(areas, lines)]
    number = review_number or _review_number(data)
    if not number:
        en = "no review number (审图号): state it in the file or with --review-number"
        findings.append(
            Finding(str(path), REVIEW_NAMES[0], en, "缺少审图号：请在文件中写明，或用 --review-number 给出")
        )
    if findings:
        raise InputError(findings)
    return Boundaries({code: tuple(rings) for code, rings in sorted(areas.items())}, tuple(lines), number)


def _read(path: Path) -> dict[str, Any]:
    """The collection as JSON. Raises InputError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError([Finding(str(path), "", f"cannot be read: {reason}", f"无法读取：{reason}")]) from None
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        raise InputError([Finding(where, "", f"is no JSON: {error.msg}", f"不是 JSON：{error.msg}")]) from None
    except UnicodeDecodeError:
        raise InputError([Finding(str(path), "", "is not UTF-8 text", "不是 UTF-8 文本")]) from None
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(data.get("features"), list)
    ):
        en, zh = "is no GeoJSON collection of features", "不是 GeoJSON 要素集合（FeatureCollection）"
        raise InputError([Finding(str(path), "type", en, zh)])
    system = json.dumps(data.get("crs", "CRS84"))
    if not any(known in system for known in PLAIN_SYSTEMS):
        en, zh = f"must be in longitude and latitude (got {system})", f"须为经纬度坐标（现为 {system}）"
        raise InputError([Finding(str(path), "crs", en, zh)])
    return data


def _feature(feature: Any, name: str) -> tuple[str, list[Ring], bool]:
    """(code of the unit or none, rings or lines, whether it is an area). Raises ValueError with English and Chinese."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or name not in properties:
        raise ValueError(f"has no property {name!r}", f"没有属性 {name!r}")
    geometry = feature.get("geometry") or {}
    kind, found = geometry.get("type"), geometry.get("coordinates")
    depth = {"LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}.get(str(kind))
    if depth is None:
        raise ValueError(f"must be areas or lines (got {kind})", f"须为面或线（现为 {kind}）")
    try:
        rings = [tuple(_point(pair) for pair in line) for line in _lines(found, depth)]
    except TypeError:
        raise ValueError("its coordinates are not those of its type", "坐标与类型不符") from None
    if not rings or any(len(ring) < 2 for ring in rings):
        raise ValueError("has no coordinates", "没有坐标")
    return _code(properties[name]), rings, kind in ("Polygon", "MultiPolygon")


def _lines(found: Any, depth: int) -> Iterator[Any]:
    if depth == 1:
        yield found
    else:
        for part in found:
            yield from _lines(part, depth - 1)


def _point(pair: Any) -> Point:
    """Degrees east and north; a height is left out. Raises ValueError, TypeError."""
    if not isinstance(pair, list) or len(pair) < 2 or not all(type(part) in (int, float) for part in pair[:2]):
        raise TypeError
    east, north = float(pair[0]), float(pair[1])
    if not (math.isfinite(east) and math.isfinite(north) and abs(east) <= 180 and abs(north) <= 90):
        raise ValueError(f"({pair[0]}, {pair[1]}) is no longitude and latitude", f"（{pair[0]}，{pair[1]}）不是经纬度")
    return east, north


def _code(value: Any) -> str:
    """The unit that a property names: by six digits, two digits or its Chinese name; none where it names no unit."""
    text = "" if value is None else str(value).strip()
    padded = text.ljust(6, "0") if len(text) == 2 else text
    if padded in tiles():
        return padded
    named = [code for code, tile in tiles().items() if text.startswith(tile.short_zh)]
    return named[0] if len(named) == 1 else ""


def _incomplete(areas: Mapping[str, Sequence[Ring]], lines: Sequence[Ring]) -> Iterator[tuple[str, str]]:
    missing = [tile for code, tile in tiles().items() if code not in areas]
    if missing:
        en = f"lacks {', '.join(tile.short_en for tile in missing)}; all 34 province-level units must be there"
        yield en, f"缺少{'、'.join(tile.short_zh for tile in missing)}；34 个省级行政区须齐全"
    limits = load_yaml("maps.yaml")
    south = f"{limits['sea']['south_of']}°N"
    if limits["hainan"] in areas and not _in_south(areas[limits["hainan"]], limits["sea"]):
        en = f"lacks the South China Sea islands: no area of Hainan reaches south of {south}"
        yield en, f"缺少南海诸岛：海南省没有位于北纬 {limits['sea']['south_of']}° 以南的面"
    if not _in_south(lines, limits["sea"]):
        en = f"lacks the dashed line of the South China Sea: nothing outside of the units reaches south of {south}"
        yield en, f"缺少南海断续线：不属于各省级行政区的要素中，没有到达北纬 {limits['sea']['south_of']}° 以南的"


def _in_south(rings: Sequence[Ring], sea: Mapping[str, float]) -> bool:
    return any(north < sea["south_of"] and sea["west"] < east < sea["east"] for ring in rings for east, north in ring)


def _review_number(data: Mapping[str, Any]) -> str:
    """As the file states it, of itself or with one of its features."""
    holders = [data, *(feature.get("properties") or {} for feature in data["features"] if isinstance(feature, dict))]
    stated = (str(holder[name]) for holder in holders for name in REVIEW_NAMES if holder.get(name))
    return next(stated, "")
