"""Small maps, polygons and plots written for a test."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import ArrayLike

LEFT, TOP = 500_000.0, 3_400_000.0
UTM = "EPSG:32648"
"""Metres; the middle of its zone, where cells are as large as they look to 0.1 %."""
Box = tuple[float, float, float, float]


def write_map(
    path: Path, values: ArrayLike, *, crs: str | None = UTM, corner: tuple[float, float] = (LEFT, TOP),
    cell: float = 1000.0, nodata: float | None = None, scale: float = 1.0, offset: float = 0.0,
) -> Path:  # fmt: skip
    """A GeoTIFF of one band, or of several where `values` has three axes, north up from its upper left corner."""
    array = np.asarray(values)
    bands = array if array.ndim == 3 else array[None]
    with rasterio.open(
        path, "w", driver="GTiff", height=bands.shape[1], width=bands.shape[2], count=len(bands), dtype=bands.dtype,
        crs=crs, transform=rasterio.Affine(cell, 0, corner[0], 0, -cell, corner[1]), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(bands)
        file.scales, file.offsets = (scale,) * len(bands), (offset,) * len(bands)
    return path


def ring(box: Box) -> list[list[float]]:
    left, bottom, right, top = box
    return [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]


def feature(code: Any, *boxes: Box, holes: Sequence[Box] = (), name: str = "region_code") -> dict[str, Any]:
    """Rectangles of a unit; the holes lie in the first."""
    rings = [[ring(box)] for box in boxes]
    rings[0] += [ring(hole) for hole in holes]
    return {
        "type": "Feature",
        "properties": {name: code},
        "geometry": {"type": "MultiPolygon", "coordinates": rings},
    }


def write_polygons(path: Path, features: Iterable[Mapping[str, Any]], crs: str | None = UTM) -> Path:
    document: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def at(column: float, row: float) -> tuple[float, float]:
    """Map coordinates of a place told in cells of 1 km from the upper left corner."""
    return LEFT + 1000 * column, TOP - 1000 * row


def cells(first: float, top: float, last: float, bottom: float) -> Box:
    """Box from column and row `first`, `top` to `last`, `bottom`."""
    (left, up), (right, down) = at(first, top), at(last, bottom)
    return left, down, right, up
