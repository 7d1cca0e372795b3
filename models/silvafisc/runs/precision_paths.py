"""Extraction routes from files: terrain and stand as GeoTIFF, stumps and landings as tables; out come tables and a map."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.precision.paths import QUANTITIES, Cell, Route, cheapest, measured, straight
from silvafisc.carbon.precision.trails import Terrain, Trail, cost_per_metre, read_trail
from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec, Table
from silvafisc.policy import ParameterTree, Rules, Scenario
from silvafisc.results.outcome import write_json, write_tables

from .precision_rasters import STANDS, TERRAINS, Map, cells_of, degrees, read_map, slope_map, stand_map
from .prepare import as_scenario

POINTS = (
    ColumnSpec("point", "text", key=True),
    ColumnSpec("x", "float", unit="m"),
    ColumnSpec("y", "float", unit="m"),
)
"""Columns of a table of stumps or landings; x and y in the map's own reference system."""
CHEAPEST, STRAIGHT = WAYS = ("cheapest", "straight")
ALL, COMPARED = ("all", "compared")
DECIMALS = 6
"""Digits that are kept: another processor's last bits stay below them."""
Routes = Mapping[str, list[Route | None]]
"""Way -> the route of each stump."""


@dataclass(frozen=True)
class Paths:
    """routes: a row per stump and way. network: a row per way and set of stumps, shared trails counted once.
    parameters: what the costs and damages rest on. geojson: the routes in longitude and latitude. notices: what was
    noticed and is no error.
    """

    routes: pd.DataFrame
    network: pd.DataFrame
    parameters: pd.DataFrame
    geojson: Mapping[str, Any]
    notices: tuple[Finding, ...]

    def save(self, folder: Path) -> list[Path]:
        """Write routes.csv, network.csv, parameters.csv and routes.geojson."""
        tables = {"routes": self.routes, "network": self.network, "parameters": self.parameters}
        paths = write_tables(tables, folder)
        write_json(self.geojson, folder / "routes.geojson")
        return [*paths, folder / "routes.geojson"]


def extraction_paths(
    terrain: Path,
    kind: str,
    landings: Path,
    stumps: Path,
    *,
    stand: Path | None = None,
    unit: str | None = None,
    scenario: str | Path | Scenario,
) -> Paths:
    """The cheapest route of every stump to a landing beside the straight one.

    Args:
        terrain, kind: GeoTIFF of `elevation` (m), `slope_pct` or `slope_degree`.
        landings, stumps: CSV or XLSX with the columns of POINTS.
        stand, unit: GeoTIFF of the stand that stays, in `m3_per_ha` or, as dry biomass, `t_per_ha`; both or neither.
            Without it costs leave the stand out, and volume, trees and carbon lost stay empty.
        scenario: whose law, and whose changes of the parameters, hold.

    Raises:
        InputError: every finding in the two tables at once; as `read_map`, `slope_map`, `stand_map`.
    """
    _known("--kind", kind, TERRAINS)
    if (stand is None) != (unit is None):
        en, zh = "a stand map and its unit go together", "林分图与其单位须同时给出"
        raise InputError([Finding("--stand", "", en, zh)])
    loaded = as_scenario(scenario)
    rules = ParameterTree.load().apply(loaded.parameter_changes()).on(loaded.policy_date)
    trail, ground_map = read_trail(rules), read_map(terrain)
    slope, volume = slope_map(ground_map, kind, rules), None
    if stand is not None and unit is not None:
        _known("--unit", unit, STANDS)
        volume = stand_map(read_map(stand), unit, ground_map, trail, rules)
    ground = Terrain(slope, volume, ground_map.cell)
    cost = cost_per_metre(ground, trail)
    tables, cells = _points((landings, stumps), ground_map, slope, cost)
    ends, starts = ([str(name) for name in table.table["point"]] for table in tables)
    routes: Routes = {
        CHEAPEST: cheapest(cost, ground.cell, *cells),
        STRAIGHT: list(straight(cost, ground.cell, *cells)),
    }
    by_stump = [(stump, way, routes[way][at]) for at, stump in enumerate(starts) for way in WAYS]
    notices = [notice for table in tables for notice in table.notices]
    return Paths(
        routes=pd.DataFrame([_row(*one, ends, ground, trail) for one in by_stump]).round(DECIMALS),
        network=_network(routes, ground, trail).round(DECIMALS),
        parameters=parameter_table(rules, sorted(rules.used)),
        geojson=_geojson(by_stump, ends, ground_map),
        notices=(*notices, *_noticed(ground, trail, routes[CHEAPEST], starts, ground_map.file)),
    )


def _points(files: Sequence[Path], terrain: Map, slope: Array, cost: Array) -> tuple[list[Table], list[list[Cell]]]:
    """The tables of points and the cells that they lie in. Raises InputError with the findings of all files."""
    tables: list[Table] = []
    cells: list[list[Cell]] = []
    findings: list[Finding] = []
    for file in files:
        try:
            tables.append(load_table(file, POINTS))
        except InputError as error:
            findings += error.findings
            continue
        found, wrong = cells_of(tables[-1], terrain, slope, cost)
        cells.append(found)
        findings += wrong
    if findings:
        raise InputError(findings)
    return tables, cells


def parameter_table(rules: Rules, paths: Sequence[str]) -> pd.DataFrame:
    """A row per parameter: what it is in both languages, its value, unit, status and reference."""
    rows = []
    for path in paths:
        entry = rules.entry(path)
        rows.append(
            {
                "parameter": path,
                "name_zh": entry.description["zh"],
                "name_en": entry.description["en"],
                "value": entry.value,
                "unit": entry.unit,
                "status": entry.status,
                "changed": "yes" if entry.changed else "",
                "reference": entry.reference.title,
                "href": entry.reference.href,
            }
        )
    return pd.DataFrame(rows)


def _row(
    stump: str, way: str, route: Route | None, landings: Sequence[str], ground: Terrain, trail: Trail
) -> dict[str, Any]:
    known = dict.fromkeys(QUANTITIES, np.nan) if route is None else measured(route.edges, ground, trail)
    return {
        "stump": stump,
        "way": way,
        "landing": "" if route is None else landings[route.landing],
        "possible": "yes" if route is not None and not route.blocked else "no",
        "blocked_cells": 0 if route is None else route.blocked,
        **known,
    }


def _network(routes: Routes, ground: Terrain, trail: Trail) -> pd.DataFrame:
    """Sums over stumps: of each way over all stumps that it serves, and of both over those that both serve."""
    served = {way: [route is not None and not route.blocked for route in routes[way]] for way in WAYS}
    both = [all(served[way][at] for way in WAYS) for at in range(len(routes[CHEAPEST]))]
    rows = []
    for scope in (ALL, COMPARED):
        for way in WAYS:
            chosen = served[way] if scope == ALL else both
            edges = [
                edge
                for route, taken in zip(routes[way], chosen, strict=True)
                if taken and route is not None
                for edge in route.edges
            ]
            rows.append(
                {
                    "stumps_of": scope,
                    "way": way,
                    "stumps": sum(chosen),
                    "stumps_without": len(chosen) - sum(chosen),
                    **measured(edges, ground, trail),
                }
            )
    return pd.DataFrame(rows)


def _geojson(
    by_stump: Sequence[tuple[str, str, Route | None]], landings: Sequence[str], terrain: Map
) -> dict[str, Any]:
    """Every route that has a length, as a line from the stump to the landing (RFC 7946)."""
    drawn = [(stump, way, route) for stump, way, route in by_stump if route is not None and len(route.cells) > 1]
    lines = degrees([[terrain.centre(cell) for cell in route.cells] for _, _, route in drawn], terrain)
    features = [
        {
            "type": "Feature",
            "properties": {
                "stump": stump,
                "way": way,
                "landing": landings[route.landing],
                "blocked_cells": route.blocked,
            },
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for (stump, way, route), line in zip(drawn, lines, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _noticed(
    ground: Terrain, trail: Trail, routes: Sequence[Route | None], stumps: Sequence[str], file: str
) -> Iterator[Finding]:
    """What is no error and yet to be known: cells that no trail crosses, stumps that none reaches."""
    unknown = np.isnan(ground.slope)
    if ground.volume is not None:
        unknown |= np.isnan(ground.volume)
    if count := int(unknown.sum()):
        en = f"{count} cells without slope or stand (nodata) are not crossed"
        yield Finding(file, "", en, f"{count} 个像元缺坡度或林分值（nodata），不通过")
    if count := int((ground.slope > trail.slope_limit).sum()):
        en = f"{count} cells steeper than {trail.slope_limit:.0%} are not crossed"
        yield Finding(file, "", en, f"{count} 个像元坡度超过 {trail.slope_limit:.0%}，不通过")
    if lost := [stump for stump, route in zip(stumps, routes, strict=True) if route is None]:
        yield Finding(file, "", f"no trail reaches {', '.join(lost)}", f"集材道无法到达 {'、'.join(lost)}")


def _known(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        en, zh = f"{value!r} is none of {', '.join(known)}", f"{value!r} 不是 {'、'.join(known)} 之一"
        raise InputError([Finding(option, "", en, zh)])
