"""Measured sample plots: checked row by row, all findings at once, and brought to carbon of living trees."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import Table
from silvafisc.datasets.findings import InputError
from silvafisc.policy import Rules

from .columns import sources, unknown, wrong_dates
from .equations import Equations
from .plot_checks import numbers, stratum_areas, unknown_strata, wrong_areas, wrong_densities, wrong_places, wrong_trees


@dataclass(frozen=True, eq=False)
class Plots:
    """Plots in order of unit, stratum, plot and date.

    rows: plot, region_code, county_code, stratum, forest_type (id), area_m2, x, y, date, year, trees_planted, trees_alive,
    carbon_tc_per_ha, equation_error (standard error of the equation, of that carbon; 0 where biomass was measured),
    status, where (file and line). Absent is NaN or empty. areas: (region_code, stratum) -> mu; empty where no table of
    strata was given. reference: region_code -> the sources of its rows.
    """

    rows: pd.DataFrame
    areas: Mapping[tuple[str, str], float]
    reference: Mapping[str, str]


def read_plots(
    table: Table, strata: Table | None, equations: Equations, volumes: Mapping[str, float], today: str, rules: Rules
) -> Plots:
    """Plots as `columns.csv` declares them.

    volumes: province code -> mean volume m3/ha of its arbor forest, against which units are judged. today: as 2026-11-27.

    Raises:
        InputError: every wrong row at once: unknown types and strata, days that cannot be, more trees alive than planted,
            nothing measured, areas that no plot has, mu taken for hectares.
    """
    rows, findings = table.table, list(wrong_dates(table, "date", today))
    for row, name in enumerate(rows["forest_type"]):
        if name not in equations.names:
            findings.append(unknown(table, row, "forest_type", equations.names))
    if "age_group" in rows:
        findings += [
            unknown(table, row, "age_group", equations.ages)
            for row, name in enumerate(rows["age_group"])
            if name and name not in equations.ages
        ]
    findings += [*wrong_trees(table), *wrong_places(table), *wrong_areas(table, rules)]
    if strata is not None:
        findings += unknown_strata(table, strata)
    if findings:
        raise InputError(findings)
    volume, biomass = (numbers(rows, name) for name in ("volume_m3_per_ha", "biomass_t_per_ha"))
    measured = np.isfinite(biomass)
    carbon = np.where(
        measured, equations.of_biomass(rows["forest_type"], biomass), equations.carbon(rows["forest_type"], volume)
    )
    findings = wrong_densities(table, carbon, equations, volumes, rules)
    if findings:
        raise InputError(findings)
    at = [equations.names[name] for name in rows["forest_type"]]
    texts = pd.Series([""] * len(rows))
    held = pd.DataFrame(
        {
            "plot": rows["plot"],
            "region_code": rows["region_code"],
            "county_code": rows.get("county_code", texts),
            "stratum": rows["stratum"],
            "forest_type": [equations.types[one] for one in at],
            "area_m2": rows["plot_area_m2"],
            "x": numbers(rows, "x"),
            "y": numbers(rows, "y"),
            "date": rows["date"],
            "year": [int(str(day)[:4]) for day in rows["date"]],
            "trees_planted": numbers(rows, "trees_planted"),
            "trees_alive": numbers(rows, "trees_alive"),
            "carbon_tc_per_ha": carbon,
            "equation_error": np.where(measured, 0.0, equations.error[at]),
            "status": rows["status"],
            "where": [table.place(row, "plot") for row in range(len(rows))],
        }
    )
    areas = {} if strata is None else stratum_areas(strata)
    said = {str(code): "; ".join(sources(table, group.index)) for code, group in rows.groupby("region_code")}
    return Plots(held.sort_values(["region_code", "stratum", "plot", "date"], ignore_index=True), areas, said)
