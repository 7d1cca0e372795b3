"""Plots with a place, for a map: read from the table of measured plots, one value each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.carbon.monitoring.maps import PREFIX
from silvafisc.datasets import STATUSES, ColumnSpec, Finding, InputError
from silvafisc.datasets.by_column import load_by_column
from silvafisc.policy import Rules

from .monitoring import plots_of

_CARBON, _VOLUME = "live_carbon_tc_per_ha", "volume_m3_per_ha"
_VALUES = {_CARBON: "tc_per_ha", "biomass_t_per_ha": "t_per_ha", "above_ground_t_per_ha": "t_per_ha", "cover_share": "1"}  # fmt: skip
"""What a plot may tell -> its unit. The map's own quantity is taken where the table has it, else the first that it has."""
_OTHER = (
    "region_code", "county_code", "stratum", "forest_type", "age_group", "plot_area_m2", _VOLUME,
    "trees_planted", "trees_alive", "demo",
)  # fmt: skip
"""Columns of the table of measured plots that a map does not need."""


@dataclass(frozen=True, eq=False)
class MapPlots:
    """rows: plot, x, y (as the unit polygons' system), value, sd (NaN where not told), status, source.

    quantity: what the plots tell. left_out: findings on rows that take no part.
    """

    rows: pd.DataFrame
    quantity: str
    left_out: tuple[Finding, ...]


def read_map_plots(path: Path, quantity: str, year: int, rules: Rules) -> MapPlots:
    """Columns plot, x, y, date, status, source, one or more of what plots may tell, and sd_share where it is known.

    sd_share: standard error of the measurement as a share of the value. Where the table tells volumes alone, its rows are
    read as `silvafisc carbon measure` reads them and tell the carbon of living trees, with the error of the equation.
    Rows of other years, without a value or without a place are left out and counted.

    Raises:
        InputError: as `load_table`, for volumes as `plots_of`; values above what any pixel may have; no plot left.
    """
    table = load_by_column(path, lambda header: _schema(header, quantity))
    rows = table.table
    if not any(name in rows for name in (quantity, *_VALUES)):
        rows = rows.merge(
            _carbon(path, str(rows["date"].max()), rules), how="left", on=["plot", "date"], validate="one_to_one"
        )
    told = next(name for name in (quantity, *_VALUES) if name in rows)
    findings = []
    if told != "cover_share":
        most = rules.number(PREFIX + "largest_pixel")
        for row in np.flatnonzero(rows[told].to_numpy(dtype=np.float64) > most).tolist():
            en, zh = (
                f"{rows[told][row]:g}, above {most:g}: kilograms?",
                f"{rows[told][row]:g}，高于 {most:g}：是否为千克？",
            )
            findings.append(Finding(table.place(row, told), told, en, zh))
    if findings:
        raise InputError(findings)
    then = rows["date"].str[:4] == str(year)
    whole = rows[told].notna() & rows["x"].notna() & rows["y"].notna()
    kept = rows[then & whole]
    said = [
        Finding(str(path), "plots", en.format(count), zh.format(count))
        for count, en, zh in (
            (int((~then).sum()), "{} plots of other years are left out", "{} 个样地不属该年度，未采用"),
            (
                int((then & ~whole).sum()),
                "{} plots without a value or a place are left out",
                "{} 个样地缺数值或位置，未采用",
            ),
        )
        if count
    ]
    if not len(kept):
        en, zh = f"no plot of {year} has a place and {told}", f"没有{year}年带位置和 {told} 的样地"
        raise InputError([Finding(str(path), told, en, zh)])
    share = kept["sd_share"] if "sd_share" in kept else pd.Series(np.nan, index=kept.index)
    frame = kept[["plot", "x", "y", "status", "source"]].assign(value=kept[told], sd=share * kept[told])
    return MapPlots(frame.sort_values("plot", ignore_index=True), told, tuple(said))


def _carbon(path: Path, last: str, rules: Rules) -> pd.DataFrame:
    """plot, date, and the carbon of living trees that the volume of each tells. last: the table's last day, since a map
    knows no today and takes the plots of its own year."""
    held = plots_of(path, last, rules).rows
    carbon = held["carbon_tc_per_ha"]
    share = (held["equation_error"] / carbon).where(carbon > 0)
    return held[["plot", "date"]].assign(**{_CARBON: carbon, "sd_share": share})


def _schema(header: Sequence[str], quantity: str) -> list[ColumnSpec]:
    present = [name for name in _VALUES if name in header]
    wanted = present or ([] if _VOLUME in header else [quantity])
    values = [
        ColumnSpec(
            name, "float", _VALUES[name], required=False, minimum=0, maximum=1 if name == "cover_share" else None
        )
        for name in wanted
    ]
    return [
        ColumnSpec("plot", "text", key=True),
        ColumnSpec("date", "text", key=True, pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        *(ColumnSpec(name, "float", "1", required=False) for name in ("x", "y")),
        *values,
        ColumnSpec("sd_share", "float", "1", required=False, minimum=0, optional=True),
        *(ColumnSpec(name, "text", required=False, optional=True) for name in _OTHER),
        ColumnSpec("status", "text", allowed=STATUSES),
        ColumnSpec("source", "text"),
    ]
