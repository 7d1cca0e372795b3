"""GeoTIFF maps of terrain and stand, as checked grids in metres (rasterio, extra `[precision]`)."""

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from silvafisc.carbon.errors import needs
from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.precision.paths import Cell
from silvafisc.carbon.precision.trails import Trail, slope_of, volume_of
from silvafisc.datasets import Finding, InputError
from silvafisc.datasets.columns import Table
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

TERRAINS = ("elevation", "slope_pct", "slope_degree")
STANDS = ("m3_per_ha", "t_per_ha")
MAX_CELLS = 25_000_000
"""Routes over more cells than this would need many gigabytes; cut the map to the felling area."""
_PREFIX = "assumptions.carbon.extraction."
_RIGHT_ANGLE = 90.0
_SAME = 1e-6
"""Part of a cell by which two grids may be shifted against each other and still be the same."""
_LONGITUDE, _LATITUDE = 180, 90


@dataclass(frozen=True)
class Map:
    """One band. values: (rows, columns), NaN where missing. corner: x, y of the first cell's outer corner, m. step: x of
    one column, y of one row, m; y is negative where the first row is the northernmost. crs: rasterio's.
    """

    file: str
    values: Array
    corner: tuple[float, float]
    step: tuple[float, float]
    crs: Any

    @property
    def cell(self) -> tuple[float, float]:
        """Height and width of a cell, m."""
        return abs(self.step[1]), abs(self.step[0])

    def at(self, row: float, column: float) -> tuple[float, float]:
        """x, y of a place on the grid; whole numbers are corners of cells."""
        return self.corner[0] + column * self.step[0], self.corner[1] + row * self.step[1]

    def centre(self, cell: Cell) -> tuple[float, float]:
        """x, y of a cell's centre."""
        return self.at(cell[0] + 0.5, cell[1] + 0.5)

    def cell_at(self, x: float, y: float) -> Cell:
        """The cell that a place lies in, perhaps beyond the grid."""
        column, row = (
            (place - first) / step for place, first, step in zip((x, y), self.corner, self.step, strict=True)
        )
        return math.floor(row), math.floor(column)


def rasterio() -> Any:
    """The library. Raises InputError where it is not installed."""
    with needs("rasterio", "precision"):
        import rasterio as library
    return library


def read_map(path: Path) -> Map:
    """A GeoTIFF of one band on a grid in metres.

    Raises:
        InputError: no such file, no GeoTIFF, several bands, too many cells, no or a geographic reference system or one
            that is not in metres, a turned grid, infinite values, nothing but missing values.
    """
    library, file = rasterio(), str(path)

    def refused(en: str, zh: str) -> InputError:
        return InputError([Finding(file, "", en, zh)])

    if not path.is_file():
        raise refused("no such file, or it is a folder", "没有这个文件，或所给的是文件夹")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", library.errors.NotGeoreferencedWarning)  # it becomes a finding
        try:
            with library.open(path, driver="GTiff") as source:
                findings = [Finding(file, "", *problem) for problem in _problems(source)]
                if findings:
                    raise InputError(findings)
                band = source.read(1, masked=True)
                values = np.ma.filled(band.astype(np.float64) * source.scales[0] + source.offsets[0], np.nan)
                width, _, west, _, height, north = (float(value) for value in source.transform[:6])
                found = Map(file, values, (west, north), (width, height), source.crs)
        except library.errors.RasterioError as error:
            raise refused(f"cannot be read as a GeoTIFF: {error}", f"无法按 GeoTIFF 读取：{error}") from None
    if np.isinf(found.values).any():
        raise refused("holds infinite values; mark missing cells as nodata", "含无穷大值；缺失像元请标为 nodata")
    if np.isnan(found.values).all():
        raise refused("holds no value at all, only nodata", "全部为 nodata，没有任何数值")
    return found


def _problems(source: Any) -> Iterator[tuple[str, str]]:
    if source.count != 1:
        yield f"has {source.count} bands; give one band", f"有 {source.count} 个波段，须为单波段"
    if source.width * source.height > MAX_CELLS:
        count = source.width * source.height
        yield (
            f"has {count} cells; at most {MAX_CELLS} are followed: cut it to the felling area",
            f"有 {count} 个像元，最多 {MAX_CELLS} 个：请裁剪到作业区",
        )
    if "complex" in source.dtypes[0]:
        yield "holds complex numbers", "为复数类型"
    placed = source.transform
    if placed.b or placed.d:
        yield "is a turned grid; warp it to north up", "栅格带旋转，请重采样为正北向上"
    system = source.crs
    metres = "EPSG:4513 to 4533, CGCS2000 3-degree zones"
    if system is None:
        yield (
            f"has no coordinate reference system; assign the one it was made in (in metres, such as {metres})",
            "没有坐标参考系；请指定其制图所用的投影坐标系（以米为单位，如 CGCS2000 三度带 EPSG:4513—4533）",
        )
    elif system.is_geographic:
        yield (
            f"is in degrees ({system}), and lengths need metres; project it, for instance to {metres}",
            f"为经纬度坐标（{system}），计算长度须以米为单位；请先投影，如 CGCS2000 三度带 EPSG:4513—4533",
        )
    elif not system.is_projected:
        yield (
            f"is in no projected system; project it, for instance to {metres}",
            "不是投影坐标系；请先投影，如 CGCS2000 三度带 EPSG:4513—4533",
        )
    elif system.linear_units_factor[1] != 1:
        name = system.linear_units_factor[0]
        yield (
            f"is in {name}, not in metres; project it to a system in metres",
            f"单位为 {name}，不是米；请投影到以米为单位的坐标系",
        )


def slope_map(terrain: Map, kind: str, rules: Rules) -> Array:
    """Rise over run of a map of elevation (m), of slope in per cent, or of slope in degrees.

    Raises:
        InputError: values that such a map cannot hold, among them undeclared marks of missing values.
    """
    values, file = terrain.values, terrain.file
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    mark = ("an undeclared nodata value?", "是否为未声明的 nodata 值？")
    if kind == "elevation":
        if low < rules.number(_PREFIX + "lowest_land") or high > rules.number(_PREFIX + "highest_land"):
            en = f"elevations from {low:g} to {high:g} m: {mark[0]}"
            raise InputError([Finding(file, "", en, f"高程为 {low:g}～{high:g} 米：{mark[1]}")])
        return slope_of(values, terrain.cell)
    if low < 0:
        raise InputError([Finding(file, "", f"a slope of {low:g}: {mark[0]}", f"坡度为 {low:g}：{mark[1]}")])
    if kind == "slope_pct":
        return np.asarray(values * float(UNITS["pct"].factor))
    if high >= _RIGHT_ANGLE:
        en = f"a slope of {high:g} degrees; is the map in per cent (slope_pct)?"
        raise InputError([Finding(file, "", en, f"坡度为 {high:g} 度；该图是否以百分比计（slope_pct）？")])
    return np.asarray(np.tan(np.radians(values)))


def stand_map(stand: Map, unit: str, terrain: Map, trail: Trail, rules: Rules) -> Array:
    """m3/ha of a map of the stand that stays, in m3/ha or in t/ha of dry biomass, on the terrain's grid.

    Raises:
        InputError: another grid, negative values.
    """
    findings = []
    placed = zip((*stand.corner, *stand.step), (*terrain.corner, *terrain.step), strict=True)
    apart = max(abs(one - other) for one, other in placed)
    if stand.values.shape != terrain.values.shape or apart > _SAME * min(terrain.cell) or stand.crs != terrain.crs:
        en = f"is not on the grid of {terrain.file}; warp it to the same reference system, cells and extent"
        zh = f"与 {terrain.file} 的栅格不一致；请重采样到相同的坐标系、像元和范围"
        findings.append(Finding(stand.file, "", en, zh))
    if (low := float(np.nanmin(stand.values))) < 0:
        en = f"a stand of {low:g} {unit}: an undeclared nodata value?"
        findings.append(Finding(stand.file, "", en, f"林分为 {low:g}：是否为未声明的 nodata 值？"))
    if findings:
        raise InputError(findings)
    return stand.values if unit == "m3_per_ha" else volume_of(stand.values, trail, rules)


def cells_of(points: Table, terrain: Map, slope: Array, cost: Array) -> tuple[list[Cell], list[Finding]]:
    """The cell of every point, and what is wrong with them: outside the map, or where no trail may go."""
    cells, findings = [], []
    rows, columns = cost.shape
    for at, (x, y) in enumerate(zip(points.table["x"], points.table["y"], strict=True)):
        row, column = terrain.cell_at(float(x), float(y))
        cells.append((row, column))
        problem: tuple[str, str] | None = None
        if not (0 <= row < rows and 0 <= column < columns):
            problem = _outside(x, y, terrain)
        elif np.isnan(slope[row, column]):
            problem = ("lies where the map has no slope (nodata)", "所在像元没有坡度值（nodata）")
        elif np.isinf(cost[row, column]):
            steep = f"{slope[row, column]:.0%}"
            problem = (
                f"lies where no trail may go: slope {steep}, or a stand that is not known",
                f"所在像元不能开设集材道：坡度 {steep}，或林分未知",
            )
        if problem:
            findings.append(Finding(points.locate(at, "x"), "x", *problem))
    return cells, findings


def _outside(x: Any, y: Any, terrain: Map) -> tuple[str, str]:
    rows, columns = terrain.values.shape
    ends = [terrain.at(0, 0), terrain.at(rows, columns)]
    (west, east), (south, north) = (sorted(end[axis] for end in ends) for axis in (0, 1))
    extent = f"x {west:.1f}–{east:.1f}, y {south:.1f}–{north:.1f}"
    degrees = abs(x) <= _LONGITUDE and abs(y) <= _LATITUDE
    en, zh = f"({x:g}, {y:g}) is outside the map ({extent})", f"（{x:g}，{y:g}）在图外（{extent}）"
    if degrees:
        en += "; it looks like longitude and latitude: write the map's own coordinates"
        zh += "；疑为经纬度：请填写与地图相同的投影坐标"
    return en, zh


def degrees(lines: list[list[tuple[float, float]]], terrain: Map) -> list[list[list[float]]]:
    """Lines of x, y in the map's system as longitude and latitude (WGS 84), to 7 decimals, about a centimetre."""
    rasterio()
    from rasterio.warp import transform

    found = []
    for line in lines:
        longitude, latitude = transform(terrain.crs, "EPSG:4326", *zip(*line, strict=True))
        found.append([[round(x, 7), round(y, 7)] for x, y in zip(longitude, latitude, strict=True)])
    return found
