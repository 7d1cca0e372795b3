"""Zonal statistics: a map of biomass or cover by unit polygons, with exact coverage of the cells on their borders."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from silvafisc.carbon.errors import needs
from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.monitoring.rings import Polygon, area, bounds, divided
from silvafisc.datasets import Finding, InputError

from .raster_grid import Grid
from .unit_polygons import PLAIN, Unit, Units

Model = Callable[[Array], Array]
"""Values of pixels -> what a model says of each."""
_DEGREES, _METRES = 0.01, 1000.0
"""Longest piece of an edge that is brought to another reference system: its chord then leaves the edge by centimetres."""
_CELLS = 5_000_000
"""Cells that are read together: with all layers some hundred megabytes."""
_SAME = 1e-5
"""Coverage of cells is told in single precision; areas told twice may differ by this share."""
_OVERLAP_CELLS = 1000
"""Cells per side of the grid on which overlaps are looked for; one thinner than a cell may stay unseen."""


@dataclass(frozen=True)
class Zone:
    """A unit on a map, each figure weighted by the area of the cells, those on the border by the part inside.

    area_ha: of the unit. beyond_ha: of it outside the map. mapped_ha: with a value; the rest is nodata. mean, mean_square,
    smallest, largest: of the values; NaN where none is mapped. pixels: cells with a value, parts counted as parts.
    """

    code: str
    polygons: int
    area_ha: float
    beyond_ha: float
    mapped_ha: float
    mean: float
    mean_square: float
    smallest: float
    largest: float
    pixels: float

    @property
    def sd_within(self) -> float:
        """Spread of the pixels about the mean: √(mean of squares − mean²)."""
        return float(np.sqrt(max(0.0, self.mean_square - self.mean**2)))


def zones(grid: Grid, units: Units, model: Model | None = None) -> list[Zone]:
    """One zone per unit, in the order of the units.

    Polygons of another reference system than the map's are brought to it, never the map to theirs: vertices exactly by
    PROJ, edges first divided so that they stay where they were. Cells are never resampled.

    model: applied to the pixels first; areas stay.

    Raises:
        InputError: the extra is not installed; polygons that the map's system cannot hold, whose area is not the one that
            their cells cover (a ring touches or winds round itself), that overlap, or that all lie outside the map.
    """
    with needs("exactextract", "monitoring"):
        import exactextract  # noqa: F401
    moved = on_grid(grid, units)
    findings: list[Finding] = []
    for unit in moved:
        findings += _not_finite(units.file, unit)
    if not findings and model is None:  # whoever asks a model has looked at the map before
        findings += _overlaps(units.file, moved)
    if findings:
        raise InputError(findings)
    if not any(_meet(grid.box, bounds(unit.polygons)) for unit in moved):
        box, held = grid.box, bounds([polygon for unit in moved for polygon in unit.polygons])
        en = f"all units lie outside the map: they span {_span(held)}, the map {_span(box)}; is the reference system right?"
        zh = f"全部单位都在图外：单位范围 {_span(held)}，图的范围 {_span(box)}；坐标系是否有误？"
        raise InputError([Finding(units.file, "", en, zh)])
    found = [_zone(grid, unit, model) for unit in moved]
    for unit, (_, seen) in zip(moved, found, strict=True):
        drawn = sum(area(polygon) for polygon in unit.polygons)
        if not abs(seen - drawn) <= _SAME * drawn:
            en = f"its rings enclose {drawn:.6g}, its cells cover {seen:.6g}: a ring touches or winds round itself, or a hole lies outside"
            zh = f"环围成的面积为 {drawn:.6g}，像元覆盖 {seen:.6g}：环自接触、重绕或孔洞在外"
            findings.append(Finding(units.file, unit.code, en, zh))
    if findings:
        raise InputError(findings)
    return [zone for zone, _ in found]


def on_grid(grid: Grid, units: Units) -> list[Unit]:
    """The units in the map's own coordinates."""
    source = _system(units)
    if _is_maps(grid, units):
        return list(units.units)
    longest = _DEGREES if source.is_geographic else _METRES / float(source.linear_units_factor[1])

    def moved(ring: Array) -> Array:
        new = np.column_stack(to_grid(grid, units, *divided(ring, longest).T))
        new[-1] = new[0]
        return new

    return [
        Unit(unit.code, tuple(tuple(moved(ring) for ring in polygon) for polygon in unit.polygons))
        for unit in units.units
    ]


def to_grid(grid: Grid, units: Units, x: Array, y: Array) -> tuple[Array, Array]:
    """Points of the units' system in the map's."""
    if _is_maps(grid, units):
        return x, y
    from rasterio.warp import transform

    new = transform(_system(units), grid.dataset.crs, x.tolist(), y.tolist())
    return np.asarray(new[0], np.float64), np.asarray(new[1], np.float64)


def _system(units: Units) -> Any:
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        return CRS.from_user_input(units.crs)
    except CRSError:
        en, zh = f"unknown reference system {units.crs}", f"未知的坐标系 {units.crs}"
        raise InputError([Finding(units.file, "crs", en, zh)]) from None


def _is_maps(grid: Grid, units: Units) -> bool:
    """Whether coordinates are the map's already: EPSG:4326 is longitude and latitude in files, whatever it says."""
    return bool(_system(units) == grid.dataset.crs) or (units.crs == PLAIN and grid.dataset.crs.to_epsg() == 4326)


def _not_finite(file: str, unit: Unit) -> Iterator[Finding]:
    if not all(np.isfinite(ring).all() for polygon in unit.polygons for ring in polygon):
        en, zh = "cannot be brought to the map's reference system", "无法换算到图的坐标系"
        yield Finding(file, unit.code, en, zh)


def _zone(grid: Grid, unit: Unit, model: Model | None) -> tuple[Zone, float]:
    """The zone, and the area that its cells cover in the map's own coordinates."""
    box = bounds(unit.polygons)
    first, up, columns, rows = grid.extended(box)
    extent = (
        grid.left + first * grid.dx,
        grid.top - (up + rows) * grid.dy,
        grid.left + (first + columns) * grid.dx,
        grid.top - up * grid.dy,
    )

    def values(c: int, r: int, nc: int, nr: int) -> Array:
        held = grid.window(c + first, r + up, nc, nr)
        if model is None:
            return held
        known = np.isfinite(held)
        return np.where(known, model(np.where(known, held, 0.0)), np.nan)

    def areas(c: int, r: int, nc: int, nr: int) -> Array:
        return np.broadcast_to(grid.areas_ha(r + up, nr), (nr, nc)).copy()

    layers: dict[str, Callable[[int, int, int, int], Array]] = {
        "area": areas,
        "within": lambda c, r, nc, nr: areas(c, r, nc, nr) * grid.within(c + first, r + up, nc, nr),
        "mapped": lambda *at: areas(*at) * np.isfinite(values(*at)),
        "once": lambda *at: areas(*at) * values(*at),
        "twice": lambda *at: areas(*at) * values(*at) ** 2,
        "value": values,
    }
    told = _extracted(layers, extent, (grid.dx, grid.dy), unit)
    mapped = told["mapped_sum"]
    some = mapped > 0
    zone = Zone(
        unit.code,
        len(unit.polygons),
        told["area_sum"],
        told["area_sum"] - told["within_sum"],
        mapped,
        told["once_sum"] / mapped if some else np.nan,
        told["twice_sum"] / mapped if some else np.nan,
        told["value_min"] if some else np.nan,
        told["value_max"] if some else np.nan,
        told["value_count"],
    )
    return zone, told["area_count"] * grid.dx * grid.dy


def _extracted(
    layers: dict[str, Callable[[int, int, int, int], Array]],
    extent: tuple[float, float, float, float],
    cell: tuple[float, float],
    unit: Unit,
) -> dict[str, float]:
    """`<layer>_<operation>` -> figure: sums over cells times the part of each cell inside.

    What is not mapped is NaN: exactextract 0.3 forgets the masks of arrays where it reads land in pieces.
    """
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import RasterSource

    class Layer(RasterSource):  # type: ignore[misc]
        def __init__(self, name: str, window: Callable[[int, int, int, int], Array]) -> None:
            super().__init__()
            self.set_name(name)
            self.read = window

        def res(self) -> tuple[float, float]:
            return cell

        def extent(self) -> tuple[float, float, float, float]:
            return extent

        def nodata_value(self) -> None:
            return None

        def srs_wkt(self) -> None:
            return None

        def read_window(self, column: int, row: int, columns: int, rows: int) -> Array:
            return self.read(column, row, columns, rows)

    sources = [Layer(name, window) for name, window in layers.items()]
    feature = JSONFeatureSource(_feature(unit.polygons))
    operations = ["sum", "count", "min", "max"]
    (found,) = exact_extract(sources, feature, operations, max_cells_in_memory=_CELLS)
    return {name: float(value) if value is not None else np.nan for name, value in found["properties"].items()}


def _feature(polygons: Sequence[Polygon]) -> dict[str, Any]:
    coordinates = [[ring.tolist() for ring in polygon] for polygon in polygons]
    return {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def _overlaps(file: str, units: Sequence[Unit]) -> Iterator[Finding]:
    """A cell of a common grid that polygons cover more than once tells that they overlap."""
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import NumPyRasterSource

    parts = [(unit.code, polygon) for unit in units for polygon in unit.polygons]
    left, bottom, right, top = bounds([polygon for _, polygon in parts])
    side = min(_OVERLAP_CELLS, 1 + len(parts) * 100)
    blank = NumPyRasterSource(np.ones((side, side), dtype=np.float32), left, bottom, right, top)
    covered = np.zeros(side * side)
    held = []
    for code, polygon in parts:
        (found,) = exact_extract(blank, JSONFeatureSource(_feature([polygon])), ["cell_id", "coverage"])
        cells = np.asarray(found["properties"]["cell_id"], np.int64)
        covered[cells] += found["properties"]["coverage"]
        held.append((code, cells))
    if not (twice := covered > 1 + len(parts) * _SAME).any():
        return
    whole = [code for code, cells in held if twice[cells].any()]
    named = ", ".join(dict.fromkeys(whole))
    en = f"polygons overlap, so that land would count twice: {named}"
    yield Finding(file, "", en, f"多边形重叠，土地会重复计入：{named}")


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _span(box: tuple[float, float, float, float]) -> str:
    return f"x {box[0]:.6g}…{box[2]:.6g}, y {box[1]:.6g}…{box[3]:.6g}"
