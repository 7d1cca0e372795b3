"""What is wrong with rows of measured plots, by kind."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import Finding
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..mixtures import Array
from .columns import unknown
from .equations import Equations

_PREFIX = "assumptions.carbon.ground."
_STEP = float(UNITS["ha"].factor)
"""Mu per hectare: how far a density is off that was given in the wrong one."""


def stratum_areas(strata: Table) -> dict[tuple[str, str], float]:
    named = zip(*(strata.table[name] for name in ("region_code", "stratum", "area_mu")), strict=True)
    return {(str(code), str(stratum)): float(area) for code, stratum, area in named}


def numbers(rows: pd.DataFrame, column: str) -> Array:
    """The column, or NaN throughout where it is absent."""
    return rows[column].to_numpy(dtype=np.float64) if column in rows else np.full(len(rows), np.nan)


def wrong_trees(table: Table) -> list[Finding]:
    """More alive than planted, one of the two without the other, or nothing measured at all."""
    rows, findings = table.table, []
    planted, alive = (numbers(rows, name) for name in ("trees_planted", "trees_alive"))
    grown = np.isfinite(numbers(rows, "volume_m3_per_ha")) | np.isfinite(numbers(rows, "biomass_t_per_ha"))
    for row in range(len(rows)):
        if np.isfinite(planted[row]) != np.isfinite(alive[row]):
            en, zh = "trees planted and trees alive go together", "栽植株数与成活株数须同时填写"
        elif alive[row] > planted[row]:
            en, zh = (
                f"{alive[row]:.0f} alive of {planted[row]:.0f} planted",
                f"栽植 {planted[row]:.0f} 株、成活 {alive[row]:.0f} 株",
            )
        elif not grown[row] and not np.isfinite(planted[row]):
            en, zh = (
                "the plot measures nothing: give volume, biomass or trees",
                "样地没有任何观测：请填蓄积、生物量或株数",
            )
        else:
            continue
        column = "trees_alive" if "trees_alive" in rows else "plot"
        findings.append(Finding(table.place(row, column), column, en, zh))
    return findings


def wrong_places(table: Table) -> list[Finding]:
    """A county outside the unit, one coordinate without the other."""
    rows, findings = table.table, []
    if "county_code" in rows:
        for row, (unit, county) in enumerate(zip(rows["region_code"], rows["county_code"], strict=True)):
            if county and not str(county).startswith(str(unit).removesuffix("00").removesuffix("00")):
                en, zh = f"county {county} does not lie in {unit}", f"县 {county} 不属于 {unit}"
                findings.append(Finding(table.place(row, "county_code"), "county_code", en, zh))
    x, y = (np.isfinite(numbers(rows, name)) for name in ("x", "y"))
    for row in np.flatnonzero(x != y).tolist():
        column = "x" if "x" in rows else "y"
        findings.append(Finding(table.place(row, column), column, "x and y go together", "x 与 y 须同时填写"))
    return findings


def wrong_areas(table: Table, rules: Rules) -> list[Finding]:
    low, high = rules.number(_PREFIX + "plot_area_least"), rules.number(_PREFIX + "plot_area_most")
    findings = []
    for row, area in enumerate(table.table["plot_area_m2"]):
        if not low <= area <= high:
            in_mu = area * float(1 / UNITS["m2"].factor)
            hint = ("; was it given in mu?", "；是否以亩填写？") if low <= in_mu <= high else ("", "")
            en = f"{area:g} m² lies outside {low:g} to {high:g} m²{hint[0]}"
            zh = f"{area:g} 平方米超出 {low:g}～{high:g} 平方米{hint[1]}"
            findings.append(Finding(table.place(row, "plot_area_m2"), "plot_area_m2", en, zh))
    return findings


def unknown_strata(table: Table, strata: Table) -> list[Finding]:
    held = set(stratum_areas(strata))
    return [
        unknown(table, row, "stratum", [name for unit, name in held if unit == code])
        for row, (code, stratum) in enumerate(zip(table.table["region_code"], table.table["stratum"], strict=True))
        if (code, stratum) not in held
    ]


def wrong_densities(
    table: Table, carbon: Array, equations: Equations, volumes: Mapping[str, float], rules: Rules
) -> list[Finding]:
    """Strata whose mean density is beyond belief against their province's, and would be believable in the other unit.

    The reference is the province's mean volume, times the age group's share of the mean where it is given, brought to
    carbon by the plot's own equation. Plots without trees of their own are not judged.
    """
    rows, limit, findings = table.table, rules.number(_PREFIX + "density_ratio"), []
    ages = rows["age_group"] if "age_group" in rows else pd.Series([""] * len(rows))
    near = [
        volumes.get(str(code)[:2] + "0000", np.nan) * equations.ages.get(str(age), 1.0)
        for code, age in zip(rows["region_code"], ages, strict=True)
    ]
    expected = equations.carbon(rows["forest_type"], np.array(near))
    told = np.isfinite(carbon) & np.isfinite(expected) & (carbon > 0)
    for (code, stratum), group in rows[told].groupby(["region_code", "stratum"], sort=True):
        at = group.index.to_numpy()
        ratio = float(carbon[at].mean() / expected[at].mean())
        if 1 / limit <= ratio <= limit:
            continue
        column = next(
            name for name in ("biomass_t_per_ha", "volume_m3_per_ha") if np.isfinite(numbers(rows, name)[at[0]])
        )
        low = ratio < 1
        en = f"stratum {stratum} of {code} holds {ratio:.3g} times the carbon that its province's mean volume does"
        zh = f"{code} 的“{stratum}”层碳密度为所在省平均蓄积对应值的 {ratio:.3g} 倍"
        if low and ratio * _STEP <= limit:
            en += "; figures per mu given as per hectare? (1 ha = 15 mu) Say in age_group where stands are young, leave new plantings empty"
            zh += "；是否把每亩数当作每公顷填写？（1 公顷 = 15 亩）如为幼林请填 age_group，新造林请留空"
        elif not low and ratio / _STEP >= 1 / limit:
            en += "; were figures per hectare multiplied by 15?"
            zh += "；是否把每公顷数又乘了 15？"
        findings.append(Finding(table.place(int(at[0]), column), column, en, zh))
    return findings
