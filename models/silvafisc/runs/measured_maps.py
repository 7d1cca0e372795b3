"""A map of biomass or cover, with plots and other sources where there are any, as figures by unit that add up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from silvafisc.carbon.monitoring.joined import Shared, joined
from silvafisc.carbon.monitoring.levels import Levels, levels
from silvafisc.carbon.monitoring.map_error import map_error
from silvafisc.carbon.monitoring.maps import PREFIX, SHOWS, Shown, implausible, shown
from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS
from silvafisc.results.outcome import write_tables

from .map_estimates import ALONE, HELPED, MAP, read_estimates, with_plots
from .map_plots import read_map_plots
from .raster_grid import Grid, opened
from .unit_polygons import CODE_PROPERTY, NATION, Units, read_units
from .zonal import Zone, zones

Nodata = Literal["lacking", "no-forest"]
"""What nodata inside the map is: land that was not mapped, or land without forest, which a mean leaves out rightly."""
_TABLES = ("zones", "model", "estimates", "levels", "findings")
_MU = float(UNITS["ha"].factor)
_HA_PER_KM2 = float(UNITS["km2"].factor / UNITS["ha"].factor)


@dataclass(frozen=True)
class MapAsked:
    """What the user says of a map.

    shows: a key of SHOWS; absent where the unit tells. unit: as written there. year: of the map. whole: provinces (or
    `000000`) that the polygons cover whole, so that their sum is that of the province. band: where there are several.
    """

    unit: str
    year: int
    shows: str | None = None
    nodata: Nodata = "lacking"
    whole: tuple[str, ...] = ()
    band: int | None = None
    code_property: str = CODE_PROPERTY


@dataclass(frozen=True)
class MeasuredMap:
    """Tables zones, estimates, levels and, with plots, model; findings: what a reader must know and is no error."""

    tables: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]


def measured_map(
    raster: str | Path,
    polygons: str | Path,
    asked: MapAsked,
    rules: Rules,
    plots: Path | None = None,
    estimates: Path | None = None,
) -> MeasuredMap:
    """Figures of every unit from the map, from plots helped by the map, from other sources; fused; made to add up.

    plots: `map_plots.read_map_plots`; coordinates as the polygons'. estimates: figures of other sources for the same land,
    with the columns of `joined.COLUMNS`, as `silvafisc carbon measure` writes them.

    Raises:
        InputError: no unit is mapped enough for a figure; as `shown`, `read_units`, `opened`, `zones`, `implausible`,
            `read_map_plots`, `with_plots`, `read_estimates`, `levels`.
    """
    what, factor = shown(asked.shows, asked.unit)
    units = read_units(polygons, asked.code_property)
    parts = _parts(units, asked.whole)
    with opened(raster, factor, asked.band) as grid:
        found = zones(grid, units)
        _refuse_implausible(grid, found, what, asked.unit, rules)
        told, said = _zone_table(found, what, asked.nodata, rules)
        rows, common = _map_rows(told, what, asked.year, str(raster))
        if not len(rows):
            raise InputError(said)
        sampled: dict[tuple[str, str], int] = {}
        tables = {"zones": told}
        if plots is not None:
            read = read_map_plots(plots, what.quantity, asked.year, rules)
            known = set(told.loc[told["told"], "region_code"])
            helped = with_plots(grid, units, found, read, _inside(parts), known, asked.year, rules)
            rows, sampled = pd.concat([rows, helped.rows], ignore_index=True), dict(helped.sampled)
            tables["model"] = helped.trials
            said += [*read.left_out, *helped.findings]
    if estimates is not None:
        wanted, own = set(rows["quantity"]), {MAP, HELPED, *((ALONE,) if plots is not None else ())}
        given, left_out = read_estimates(estimates, wanted, asked.year, {*told["region_code"], *parts}, own)
        rows, said = pd.concat([rows, given], ignore_index=True), [*said, *left_out]
    land = _areas(told, parts)
    fused, summed = [], []
    for quantity, group in rows.groupby("quantity"):
        named = next(one for one in SHOWS.values() if one.quantity == quantity)
        per = _MU if named.kind == "cover" else 1.0
        areas = {code: area * per for code, area in land.items()}
        both, figures = joined(group, areas, _inside(parts), Shared(common, sampled), rules)
        found_levels = levels(figures, parts, rules)
        fused.append(both)
        summed.append(_level_table(found_levels, land, named, asked.year, per))
        said += [replace(one, where=str(quantity)) for one in found_levels.findings]
    tables["estimates"], tables["levels"] = (pd.concat(some, ignore_index=True) for some in (fused, summed))
    return MeasuredMap(tables, tuple(said))


def save_measured_map(found: MeasuredMap, folder: Path) -> list[Path]:
    """Write `map_<table>.csv` of every table, and `map_findings.csv`, into `folder`, which is made where it is absent.

    A table that an earlier map left there and this one has not is taken away, lest it be read as this one's.
    """
    said = [[one.where, one.path, one.zh, one.en] for one in found.findings]
    tables = {**found.tables, "findings": pd.DataFrame(said, columns=["where", "path", "zh", "en"])}
    for name in _TABLES:
        (folder / f"map_{name}.csv").unlink(missing_ok=True)
    return write_tables(tables, folder, "map_")


def _parts(units: Units, whole: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Whole -> parts, of what the user says is covered whole. The nation's provinces are known; counties are those given."""
    provinces = [str(code) for code in load_package("provinces").table["region_code"]]
    given = [unit.code for unit in units.units]
    below = {code: tuple(unit for unit in given if unit != code and unit[:2] == code[:2]) for code in provinces}
    findings = []
    for code in whole:
        if code != NATION and not below.get(code):
            en, zh = f"{code}: no province with parts among the polygons", f"{code}：多边形中没有该省的下级单位"
            findings.append(Finding(units.file, "whole", en, zh))
    if findings:
        raise InputError(findings)
    stated = {code for code in whole if code != NATION}
    if NATION not in whole:
        return {code: below[code] for code in sorted(stated)}
    return {NATION: tuple(provinces), **{code: below[code] for code in provinces if below[code]}}


def _inside(parts: Mapping[str, Sequence[str]]) -> dict[str, Collection[str]]:
    """Whole -> all that lies in it, at any depth."""
    deep = {code: {inner for part in some for inner in parts.get(part, ())} for code, some in parts.items()}
    return {code: {*some, *deep[code]} for code, some in parts.items()}


def _refuse_implausible(grid: Grid, found: Sequence[Zone], what: Shown, unit: str, rules: Rules) -> None:
    held = [zone for zone in found if zone.mapped_ha > 0]
    if not held:
        en, zh = "nothing is mapped inside the units: all nodata", "单位范围内全部为无数据"
        raise InputError([Finding(grid.file, "nodata", en, zh)])
    means, least, most = (
        np.array([getattr(zone, name) for zone in held], np.float64) for name in ("mean", "smallest", "largest")
    )
    codes = [zone.code for zone in held]
    findings = list(implausible(grid.file, what, unit, codes, means, least, most, grid.top_value, rules))
    if findings:
        raise InputError(findings)


def _zone_table(found: Sequence[Zone], what: Shown, nodata: Nodata, rules: Rules) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per unit; `told` where enough of it is mapped for a figure. sd columns in the unit of the quantity."""
    limit, rows, said = rules.number(PREFIX + "lacking_limit"), [], []
    for zone in found:
        without = zone.beyond_ha if nodata == "no-forest" else zone.area_ha - zone.mapped_ha
        lacking = max(0.0, without / zone.area_ha)
        told = zone.mapped_ha > 0 and lacking <= limit
        if not told:
            en = f"no figure: {lacking:.0%} of it is not on the map (at most {limit:.0%})"
            said.append(
                Finding("zones", zone.code, en, f"不给出数值：{lacking:.0%} 的面积不在图上（上限 {limit:.0%}）")
            )
        error = map_error(what.kind, zone.mean, zone.mean_square, zone.mapped_ha / _HA_PER_KM2, rules) if told else None
        rows.append(
            {
                "region_code": zone.code,
                "polygons": zone.polygons,
                "area_mu": zone.area_ha * _MU,
                "mapped_mu": zone.mapped_ha * _MU,
                "nodata_share": max(0.0, 1 - zone.mapped_ha / zone.area_ha),
                "lacking_share": lacking,
                "pixels": zone.pixels,
                what.quantity: zone.mean,
                "sd_within": zone.sd_within if zone.mapped_ha > 0 else np.nan,
                "effective_number": error.effective if error else np.nan,
                "local_sd": error.local if error else np.nan,
                "common_sd": error.common if error else np.nan,
                "sd": error.sd if error else np.nan,
                "told": told,
            }
        )
    return pd.DataFrame(rows), said


def _map_rows(
    told: pd.DataFrame, what: Shown, year: int, raster: str
) -> tuple[pd.DataFrame, dict[tuple[str, str], float]]:
    """Estimates of the map alone, and what they err in common."""
    kept = told[told["told"]]
    rows = pd.DataFrame(
        {
            "region_code": kept["region_code"],
            "quantity": what.quantity,
            "year": year,
            "source": MAP,
            "mean": kept[what.quantity],
            "sd": kept["sd"],
            # How wrong the map is rests on assumptions.
            "status": "assumption",
            "reference": Path(raster).name,
        }
    )
    return rows, {(str(code), MAP): float(sd) for code, sd in zip(kept["region_code"], kept["common_sd"], strict=True)}


def _areas(told: pd.DataFrame, parts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Code -> mapped ha, which its mean is of. A whole has some where all its parts have."""
    kept = told[told["told"]]
    held = {str(code): float(mu) / _MU for code, mu in zip(kept["region_code"], kept["mapped_mu"], strict=True)}
    for code in sorted(parts, reverse=True):  # provinces before the nation
        if all(part in held for part in parts[code]):
            held[code] = sum(held[part] for part in parts[code])
    return held


def _level(code: str) -> str:
    if code == NATION:
        return "nation"
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def _level_table(found: Levels, land: Mapping[str, float], what: Shown, year: int, per: float) -> pd.DataFrame:
    rows = [
        {
            "region_code": one.code,
            "level": _level(one.code),
            "quantity": what.quantity,
            "year": year,
            "unit": what.total,
            "area_mu": land[one.code] * _MU if one.code in land else np.nan,
            "own_total": one.own,
            "own_sd": one.own_sd,
            "total": one.value,
            "sd": one.sd,
            "adjustment": one.adjustment,
            "beyond_own_sd": one.beyond,
            "whole_units": one.whole,
            "mean": one.value / (land[one.code] * per) if one.code in land else np.nan,
            "parts_summed": one.summed,
            "parts_lacking": ";".join(one.lacking),
        }
        for one in found.totals
    ]
    return pd.DataFrame(rows)
