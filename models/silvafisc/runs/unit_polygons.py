"""Unit polygons of the user, from GeoJSON: read, checked, and with all findings at once. No boundaries are shipped."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from silvafisc.carbon.monitoring.rings import Polygon, area, crossing
from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.datasets.columns import REGION_CODE

NATION = "000000"
CODE_PROPERTY = "region_code"
PLAIN = "OGC:CRS84"
"""Longitude and latitude in degrees: what GeoJSON holds where it says nothing (RFC 7946, 4)."""
_URN = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[0-9.]*:)?([0-9A-Za-z]+)", re.IGNORECASE)
_CRS84 = {"crs84", "wgs84"}


@dataclass(frozen=True)
class Unit:
    """A unit with all its polygons, in the reference system of the file."""

    code: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True)
class Units:
    """file: as given. crs: `EPSG:…` or `OGC:CRS84`. units in ascending order of code."""

    file: str
    crs: str
    units: tuple[Unit, ...]


def read_units(path: str | Path, code_property: str = CODE_PROPERTY) -> Units:
    """Polygons of a GeoJSON feature collection; several features of one code are one unit.

    code_property: property with the GB/T 2260 code of six digits. The reference system is the file's `crs` member, else
    longitude and latitude.

    Raises:
        InputError: not GeoJSON, not polygons, a code that is none or of no known province, a ring that is not closed,
            crosses itself or has no area, coordinates that are none or cannot be degrees; polygons of two levels.
    """
    file, document = str(path), _document(Path(path))
    features = document.get("features") if document.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise InputError(
            [Finding(file, "features", "not a GeoJSON FeatureCollection with features", "不是含要素的 GeoJSON 要素集")]
        )
    findings: list[Finding] = []
    crs = _crs(file, document, findings)
    known = {str(code)[:2] for code in load_package("provinces").table["region_code"]}
    parts: dict[str, list[Polygon]] = {}
    for number, feature in enumerate(features):
        place = f"features[{number}]"
        code = _code(file, place, feature, code_property, known, findings)
        polygons = _polygons(file, place, feature, crs, findings)
        if code is not None and polygons:
            parts.setdefault(code, []).extend(polygons)
    if not findings:
        findings += _levels(file, sorted(parts))
    if findings:
        raise InputError(findings)
    return Units(file, crs, tuple(Unit(code, tuple(parts[code])) for code in sorted(parts)))


def _document(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise InputError(
            [
                Finding(
                    str(path),
                    "",
                    "no such file of unit polygons, or it is a folder",
                    "没有这个单位边界文件，或所给的是文件夹",
                )
            ]
        )

    def no_number(text: str) -> float:
        raise ValueError(f"{text} is no coordinate")

    try:
        read = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        en = f"cannot be read as GeoJSON in UTF-8 ({error}); shapefiles must be exported as GeoJSON first"
        zh = f"不是 UTF-8 的 GeoJSON（{error}）；shapefile 请先导出为 GeoJSON"
        raise InputError([Finding(str(path), "", en, zh)]) from None
    return read if isinstance(read, dict) else {}


def _crs(file: str, document: Mapping[str, Any], findings: list[Finding]) -> str:
    if document.get("crs") is None:
        return PLAIN
    try:
        named = str(document["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        named = ""
    found = _URN.fullmatch(named.strip())
    if found is None:
        en, zh = f"unknown reference system {named!r}: write EPSG:<number>", f"未知的坐标系 {named!r}：请写 EPSG:编号"
        findings.append(Finding(file, "crs", en, zh))
        return PLAIN
    return PLAIN if found[2].lower() in _CRS84 else f"{found[1].upper()}:{found[2]}"


def _code(file: str, place: str, feature: Any, name: str, known: set[str], findings: list[Finding]) -> str | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    code, path = properties.get(name), f"{place}.properties.{name}"
    if name not in properties:
        held = ", ".join(sorted(map(str, properties))[:8]) or "none"
        en = f"this property with the unit's code is missing; the feature has {held}"
        findings.append(Finding(file, path, en, f"缺少单位代码属性；该要素的属性有：{held}"))
    elif not isinstance(code, str) or not re.fullmatch(REGION_CODE, code):
        en, zh = f"{code!r} is not a code of six digits written as text", f"{code!r} 不是六位区划代码文本"
        findings.append(Finding(file, path, en, zh))
    elif code[:2] not in known:
        en = f"{code}: none of the {len(known)} provinces that are known here"
        findings.append(Finding(file, path, en, f"{code}：不属于已收录的 {len(known)} 个省级区划"))
    else:
        return code
    return None


def _polygons(file: str, place: str, feature: Any, crs: str, findings: list[Finding]) -> list[Polygon]:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    geometry = geometry if isinstance(geometry, dict) else {}
    kind, path = geometry.get("type"), f"{place}.geometry"
    if kind not in ("Polygon", "MultiPolygon"):
        findings.append(Finding(file, path, f"not a polygon but {kind}", f"不是多边形，而是 {kind}"))
        return []
    held = geometry.get("coordinates")
    listed = held if kind == "MultiPolygon" else [held]
    if not isinstance(listed, list) or not listed:
        findings.append(Finding(file, path, "no coordinates", "没有坐标"))
        return []
    found = []
    for number, rings in enumerate(listed):
        try:
            polygon = tuple(_ring(ring) for ring in rings)
        except (TypeError, ValueError):
            en, zh = "rings must be lists of positions [x, y]", "环应为位置 [x, y] 的列表"
            findings.append(Finding(file, f"{path}[{number}]", en, zh))
            continue
        wrong = [Finding(file, f"{path}[{number}]", en, zh) for en, zh in _wrong(polygon, crs)]
        findings += wrong
        if not wrong:
            found.append(polygon)
    return found


def _ring(positions: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """(n, 2); a height is left out. Raises TypeError, ValueError on anything else."""
    if any(isinstance(number, str | bool) for position in positions for number in position[:2]):
        raise TypeError("text is no coordinate")
    ring = np.array([position[:2] for position in positions], np.float64)
    if ring.ndim != 2 or ring.shape[1] != 2:
        raise ValueError("no positions")
    return ring


def _wrong(polygon: Polygon, crs: str) -> Iterator[tuple[str, str]]:
    """What keeps a polygon from having an area, in English and Chinese."""
    if not polygon:
        yield "has no ring", "没有环"
        return
    for ring in polygon:
        if len(ring) < 4 or not (ring[0] == ring[-1]).all():
            yield "a ring is not closed or has fewer than four positions", "环未闭合或不足四个位置"
            return
        if not np.isfinite(ring).all():
            yield "a coordinate is not finite", "坐标不是有限数"
            return
    if crs == PLAIN and not ((np.abs(polygon[0]) <= _DEGREES).all()):
        x, y = polygon[0][0].tolist()
        yield (
            f"({x:g}, {y:g}) are no degrees of longitude and latitude; name the reference system in a `crs` member",
            f"（{x:g}, {y:g}）不是经纬度；请在 crs 成员中写明坐标系",
        )
        return
    if (at := crossing(polygon)) is not None:
        yield f"crosses itself at ({at[0]:.6g}, {at[1]:.6g})", f"边界在（{at[0]:.6g}, {at[1]:.6g}）处自相交"
    elif not area(polygon) > 0:
        yield "has no area", "面积为零"


_DEGREES = np.array([180.0, 90.0])
"""A circle halved and quartered: the bounds of longitude and latitude."""


def _levels(file: str, codes: list[str]) -> Iterator[Finding]:
    """A unit and a part of it in one file would be counted twice."""
    for code in codes:
        whole = code.rstrip("0")
        whole = whole + "0" * (len(whole) % 2)
        parts = [other for other in codes if other != code and other.startswith(whole)]
        if parts:
            named = ", ".join(parts[:3])
            en = f"{code} and parts of it ({named}) in one file: give one level only"
            yield Finding(file, code, en, f"{code} 与其下级（{named}）同在一个文件中：请只给一级")
