"""One band of a GeoTIFF as a grid that reads windows in the unit wanted, knows the true area of its cells, and goes on
beyond its edges as land that is not mapped. rasterio (extra `[monitoring]`) is imported here and in `zonal` only, lazily.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np

from silvafisc.carbon.errors import needs
from silvafisc.carbon.mixtures import Array
from silvafisc.datasets import Finding, InputError

_ELLIPSOID = re.compile(r'(?:SPHEROID|ELLIPSOID)\["[^"]*",\s*([0-9.]+),\s*([0-9.]+)')
_AREA_TOLERANCE = 0.01
"""Cells of a projection may differ this much from their true area: every zone of transverse Mercator keeps it, and what a
mean takes from it is second order; web Mercator, 1.2 to 2.6 times too large in China, does not."""
_M2_PER_HA = 10_000.0
_PROBES = 3
"""Cells per side of the map that are held against their true area: edges and middle."""


@dataclass(frozen=True)
class Ellipsoid:
    """Semi-major axis in m and eccentricity, of the map's own reference system."""

    axis: float
    eccentricity: float

    def zone(self, latitude: Array) -> Array:
        """Area m2 per radian of longitude from the equator to `latitude` (degrees); negative in the south.

        b²/2 [ sin φ / (1 − e² sin² φ) + artanh(e sin φ) / e ], exact on the ellipsoid (Snyder 1987, 3-12).
        """
        sine, e = np.sin(np.radians(latitude)), self.eccentricity
        rest = np.arctanh(e * sine) / e if e else sine
        return np.asarray(self.axis**2 * (1 - e**2) / 2 * (sine / (1 - (e * sine) ** 2) + rest))


@dataclass
class Grid:
    """A band: `left`, `top` and cell sizes dx, dy > 0 in the map's own coordinates; width, height in cells.

    geographic: coordinates are degrees; then cell areas follow the ellipsoid by latitude, else they are dx x dy in m².
    factor: from the map's numbers (scale and offset of the file applied) to the unit wanted.
    """

    file: str
    dataset: Any
    band: int
    factor: float
    left: float
    top: float
    dx: float
    dy: float
    width: int
    height: int
    geographic: bool
    metres: float
    ellipsoid: Ellipsoid
    _last: tuple[tuple[int, int, int, int], Array] | None = field(default=None, repr=False)

    def window(self, column: int, row: int, columns: int, rows: int) -> Array:
        """(rows, columns) values; NaN where nothing is mapped, as it is beyond the map, where a window may lie."""
        asked = (column, row, columns, rows)
        if self._last is None or self._last[0] != asked:
            self._last = asked, self._read(*asked)
        return self._last[1]

    def _read(self, column: int, row: int, columns: int, rows: int) -> Array:
        from rasterio.windows import Window

        first, last = max(column, 0), min(column + columns, self.width)
        top, bottom = max(row, 0), min(row + rows, self.height)
        values = np.full((rows, columns), np.nan)
        if first < last and top < bottom:
            read = self.dataset.read(self.band, window=Window(first, top, last - first, bottom - top), masked=True)
            scale, offset = self.dataset.scales[self.band - 1], self.dataset.offsets[self.band - 1]
            held = np.ma.filled(read.astype(np.float64), np.nan) * scale + offset
            held[~np.isfinite(held)] = np.nan
            values[top - row : bottom - row, first - column : last - column] = held * self.factor
        return values

    def within(self, column: int, row: int, columns: int, rows: int) -> Array:
        """(rows, columns) 1 where the map is, 0 beyond its edges."""
        at, down = np.arange(column, column + columns), np.arange(row, row + rows)
        across = (at >= 0) & (at < self.width)
        return np.asarray(np.outer((down >= 0) & (down < self.height), across), np.float64)

    def areas_ha(self, row: int, rows: int) -> Array:
        """(rows, 1) true area of one cell of each row."""
        if not self.geographic:
            return np.full((rows, 1), self.dx * self.dy * self.metres**2 / _M2_PER_HA)
        edges = self.ellipsoid.zone(np.clip(self.top - self.dy * np.arange(row, row + rows + 1), -90.0, 90.0))
        return np.asarray((edges[:-1] - edges[1:])[:, None] * np.radians(self.dx) / _M2_PER_HA)

    def extended(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """(first column, first row, columns, rows) of the grid, continued so far that it holds the box and the map."""
        left, bottom, right, top = box
        first, up = min(0, floor((left - self.left) / self.dx)), min(0, floor((self.top - top) / self.dy))
        last = max(self.width, ceil((right - self.left) / self.dx))
        down = max(self.height, ceil((self.top - bottom) / self.dy))
        return first, up, last - first, down - up

    @property
    def top_value(self) -> float:
        """What the highest number of the band's type would be, in the unit wanted; NaN for floats."""
        kind = np.dtype(self.dataset.dtypes[self.band - 1])
        if not np.issubdtype(kind, np.integer):
            return float("nan")
        scale, offset = self.dataset.scales[self.band - 1], self.dataset.offsets[self.band - 1]
        return float((np.iinfo(kind).max * scale + offset) * self.factor)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) of the map."""
        return self.left, self.top - self.height * self.dy, self.left + self.width * self.dx, self.top

    def at(self, x: Array, y: Array) -> Array:
        """(n,) values of the cells that hold the points; NaN where nothing is mapped."""
        columns = np.floor((x - self.left) / self.dx).astype(np.int64)
        rows = np.floor((self.top - y) / self.dy).astype(np.int64)
        return np.array([self._read(int(c), int(r), 1, 1)[0, 0] for c, r in zip(columns, rows, strict=True)])

    def kilometres(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Points in km on a plane, good enough to tell blocks: degrees of longitude shrink with their mean latitude."""
        if not self.geographic:
            return x * self.metres / 1000, y * self.metres / 1000
        radius = self.ellipsoid.axis / 1000
        return np.radians(x) * radius * np.cos(np.radians(y.mean())), np.radians(y) * radius


@contextmanager
def opened(path: str | Path, factor: float, band: int | None = None) -> Iterator[Grid]:
    """A band of a GeoTIFF, open.

    factor: from the file's numbers to the unit wanted. band: needed where the file has several.

    Raises:
        InputError: the extra is not installed, no file, no raster, no such band, no reference system, a rotated grid,
            cells of a projection that are not as large as they look.
    """
    with needs("rasterio", "monitoring"):
        import rasterio
    if not Path(path).is_file():
        raise InputError([Finding(str(path), "", "no such file, or it is a folder", "没有这个文件，或所给的是文件夹")])
    try:
        dataset = rasterio.open(path)
    except rasterio.errors.RasterioIOError:
        en, zh = "cannot be read as a GeoTIFF", "不是可读取的 GeoTIFF"
        raise InputError([Finding(str(path), "", en, zh)]) from None
    with dataset:
        yield _grid(str(path), dataset, factor, band)


def _grid(file: str, dataset: Any, factor: float, band: int | None) -> Grid:
    def refuse(path: str, en: str, zh: str) -> InputError:
        return InputError([Finding(file, path, en, zh)])

    if band is None and dataset.count > 1:
        raise refuse("band", f"has {dataset.count} bands: name one", f"有 {dataset.count} 个波段：请指定")
    if not 1 <= (band or 1) <= dataset.count:
        raise refuse("band", f"no band {band} of {dataset.count}", f"没有第 {band} 波段，共 {dataset.count} 个")
    if dataset.crs is None:
        raise refuse("crs", "the map has no reference system; write it into the file", "图没有坐标系，请先写入文件")
    place = dataset.transform
    if place.b or place.d or not place.a > 0 or not place.e < 0:
        en = "the grid is rotated or mirrored; warp it north up"
        raise refuse("transform", en, "栅格有旋转或翻转，请先重采样为正北向上")
    found = _ELLIPSOID.search(dataset.crs.to_wkt())
    if found is None:
        raise refuse("crs", "the reference system tells no ellipsoid", "坐标系没有椭球参数")
    axis, inverse = float(found[1]), float(found[2])
    flattening = 1 / inverse if inverse else 0.0
    geographic = bool(dataset.crs.is_geographic)
    grid = Grid(
        file, dataset, band or 1, factor, place.c, place.f, place.a, -place.e, dataset.width, dataset.height, geographic,
        1.0 if geographic else float(dataset.crs.linear_units_factor[1]),
        Ellipsoid(axis, (flattening * (2 - flattening)) ** 0.5),
    )  # fmt: skip
    ratio = 1.0 if geographic else _stretch(grid)
    if not abs(ratio - 1) <= _AREA_TOLERANCE:
        en = f"cells look {ratio:.2f} times as large as they are in this projection; take an equal-area one or degrees"
        raise refuse("crs", en, f"该投影的像元面积是实际的 {ratio:.2f} 倍；请改用等面积投影或经纬度")
    return grid


def _stretch(grid: Grid) -> float:
    """Area of a cell as it looks over its true area, where it is most wrong among cells across the map."""
    from rasterio.warp import transform

    columns = np.unique(np.linspace(0, grid.width - 1, _PROBES).round())
    rows = np.unique(np.linspace(0, grid.height - 1, _PROBES).round())
    column, row = (part.ravel() for part in np.meshgrid(columns, rows))
    x = grid.left + grid.dx * (column[:, None] + np.array([0.0, 1.0, 1.0, 0.0]))
    y = grid.top - grid.dy * (row[:, None] + np.array([0.0, 0.0, 1.0, 1.0]))
    longitude, latitude = (
        np.reshape(part, x.shape)
        for part in transform(grid.dataset.crs, "OGC:CRS84", x.ravel().tolist(), y.ravel().tolist())
    )
    # On a cylinder of equal area, where the four corners of a cell are as good as its edges.
    east, north = np.radians(longitude - longitude[:, :1]), grid.ellipsoid.zone(latitude)
    north = north - north[:, :1]
    turned = east * np.roll(north, -1, axis=1) - np.roll(east, -1, axis=1) * north
    ratios = grid.dx * grid.dy * grid.metres**2 / (np.abs(turned.sum(axis=1)) / 2)
    return float(ratios[np.argmax(np.abs(np.log(ratios)))])
