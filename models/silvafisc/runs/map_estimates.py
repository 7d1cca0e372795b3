"""Estimates of units from plots helped by a map, and from a table of other sources."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.carbon.mixtures import Array
from silvafisc.carbon.monitoring.assisted import assisted, even
from silvafisc.carbon.monitoring.fitted import Fitted, Plots, fitted
from silvafisc.carbon.monitoring.joined import COLUMNS
from silvafisc.carbon.monitoring.rings import inside
from silvafisc.datasets import STATUSES, ColumnSpec, Finding, InputError, load_table, worst_status
from silvafisc.policy import Rules

from .map_plots import MapPlots
from .raster_grid import Grid
from .unit_polygons import Units
from .zonal import Model, Zone, on_grid, to_grid, zones

MAP, HELPED, ALONE = "map", "plots_with_map", "plots"
"""Sources: the map; plots helped by the map; plots where no model of them on the map holds."""
_FUSED = ("weight", "value", "error", "agree", "widened")


@dataclass(frozen=True)
class Helped:
    """rows: COLUMNS. sampled: (code, source) -> plots. trials: one row per kind of model and way to try it."""

    rows: pd.DataFrame
    sampled: Mapping[tuple[str, str], int]
    trials: pd.DataFrame
    findings: tuple[Finding, ...]


def with_plots(
    grid: Grid,
    units: Units,
    found: Sequence[Zone],
    plots: MapPlots,
    inside_of: Mapping[str, Collection[str]],
    known: Collection[str],
    year: int,
    rules: Rules,
) -> Helped:
    """The difference estimator (`assisted`) of every unit, and of every whole, that has plots enough.

    found: the units on the map. inside_of: whole -> all that lies in it; it is told where all its units are mapped and plots lie over them as evenly as
    chance allows. known: units that are mapped enough.

    Raises:
        InputError: as `fitted`; no plot lies on the map inside a unit.
    """
    x, y = to_grid(grid, units, *(plots.rows[name].to_numpy(dtype=np.float64) for name in ("x", "y")))
    moved = on_grid(grid, units)
    where = np.full(len(x), "", dtype=object)
    for unit in moved:
        where[inside(unit.polygons, x, y)] = unit.code
    on_map = grid.at(x, y)
    kept, findings = np.isfinite(on_map) & (where != ""), []
    if not kept.any():
        en, zh = (
            "no plot lies on the map inside a unit; are x and y in the polygons' system?",
            "没有样地落在图上的单位内；x、y 是否为多边形的坐标系？",
        )
        raise InputError([Finding(units.file, "plots", en, zh)])
    if not kept.all():
        en, zh = (
            f"{int((~kept).sum())} plots outside the units or the map are left out",
            f"{int((~kept).sum())} 个样地在单位或图外，未采用",
        )
        findings.append(Finding("plots", "", en, zh))
    rows, where = plots.rows[kept].reset_index(drop=True), where[kept]
    value = rows["value"].to_numpy(dtype=np.float64)
    km = grid.kilometres(x[kept], y[kept])
    sd = rows["sd"].to_numpy(dtype=np.float64)
    seen = _half(on_map[kept]).astype(np.float64)
    model = fitted(Plots(value, sd, seen[:, None], *km), rules)
    findings += model.refused
    source, residual = (ALONE, value) if model.refused else (HELPED, model.residual)
    said = {zone.code: zone for zone in (found if model.refused else zones(grid, units, _pixels(model)))}
    told, sampled = [], {}
    for code, members in {**{unit.code: {unit.code} for unit in moved}, **inside_of}.items():
        land = [said[member] for member in sorted(members) if member in said]
        if not land or not {zone.code for zone in land} <= set(known):
            continue
        held = np.isin(where, [zone.code for zone in land])
        uneven = _uneven(code, where[held].tolist(), land, rules)
        if uneven:
            findings += uneven
            continue
        helped = assisted(0.0 if model.refused else _mean(land), residual[held], value[held], rules)
        if helped is not None:
            sampled[code, source] = helped.plots
            of = rows[held]
            status, reference = worst_status(*of["status"]), "; ".join(sorted(set(of["source"])))
            told.append((code, plots.quantity, year, source, helped.mean, helped.sd, status, reference))
    return Helped(pd.DataFrame(told, columns=list(COLUMNS)), sampled, _trials(model, len(value)), tuple(findings))


def read_estimates(
    path: Path, quantities: Collection[str], year: int, units: Collection[str], own: Collection[str]
) -> tuple[pd.DataFrame, list[Finding]]:
    """(rows of the quantities, year and units wanted, what was left out).

    own: sources that are told already and would count twice.

    Raises:
        InputError: as `load_table`; a source of `own`.
    """
    schema = [
        ColumnSpec("region_code", "code", "code", key=True),
        ColumnSpec("quantity", "text", key=True),
        ColumnSpec("year", "int", "1", key=True),
        ColumnSpec("source", "text", key=True),
        ColumnSpec("mean", "float", "1"),
        ColumnSpec("sd", "float", "1", minimum=0),
        ColumnSpec("status", "text", allowed=STATUSES),
        ColumnSpec("reference", "text"),
        *(ColumnSpec(name, "float", "1", required=False, optional=True) for name in _FUSED),
        ColumnSpec("verdict", "text", required=False, optional=True),
    ]
    rows = load_table(path, schema).table[[*COLUMNS]]
    kept = rows["quantity"].isin(list(quantities)) & (rows["year"] == year) & rows["region_code"].isin(list(units))
    said = []
    if not kept.all():
        count = int((~kept).sum())
        named = ", ".join(sorted(quantities))
        en = f"{count} estimates of other units, years or quantities than {named} are left out"
        said.append(Finding(str(path), "", en, f"{count} 个估计属于其他单位、年度或指标（非 {named}），未采用"))
    if (rows["source"].isin(list(own)) & kept).any():
        named = ", ".join(sorted(own))
        en = f"holds figures of {named}, which are told here already and would count twice: take those rows out"
        zh = f"含有 {named} 的数值，此处已有，会重复计入：请删去这些行"
        raise InputError([Finding(str(path), "source", en, zh)])
    return rows[kept].reset_index(drop=True), said


def _half(values: Array) -> "np.ndarray[Any, np.dtype[np.float16]]":
    """Values as a model sees them, of plots and of pixels alike: three digits, which is more than maps know."""
    return np.clip(np.abs(values), 0.0, float(np.finfo(np.float16).max)).astype(np.float16)


def _pixels(model: Fitted) -> Model:
    """The model as a table of all numbers of half precision, so that a hundred million pixels are looked up."""
    every = np.arange(1 << 15, dtype=np.uint16).view(np.float16)
    finite = np.isfinite(every)
    table = np.full(len(every), np.nan)
    table[finite] = model.predict(every[finite].astype(np.float64)[:, None])
    return lambda values: np.asarray(table[_half(values).view(np.uint16)], np.float64)


def _mean(land: list[Zone]) -> float:
    """Of all units together, by mapped area."""
    return sum(zone.mean * zone.mapped_ha for zone in land) / sum(zone.mapped_ha for zone in land)


def _uneven(code: str, where: list[str], land: list[Zone], rules: Rules) -> list[Finding]:
    """A finding where plots lie so unevenly over the parts of a whole that they are no random sample of it."""
    counts = [where.count(zone.code) for zone in land]
    chance = even(counts, [zone.mapped_ha for zone in land])
    if chance >= rules.number("assumptions.carbon.monitoring.disagreement"):
        return []
    en = (
        f"plots lie unevenly over its parts (probability {chance:.2g}): no figure of the whole from them, only of parts"
    )
    zh = f"样地在下级单位间分布不均（概率 {chance:.2g}）：不据以推算整体，只推算各单位"
    return [Finding("plots", code, en, zh)]


def _trials(model: Fitted, plots: int) -> pd.DataFrame:
    """One row per kind of model and way of leaving plots out."""
    return pd.DataFrame(
        {
            "kind": trial.kind,
            "left_out": way,
            **asdict(skill),
            "chosen": trial.kind == model.kind and not model.refused,
            "plots": plots,
            "blocks": model.blocks,
            "half_width": model.half_width if trial.kind == model.kind else np.nan,
            "measurement_sd": model.measured,
        }
        for trial in model.trials
        for way, skill in (("blocks", trial.blocked), ("random", trial.random))
    )
