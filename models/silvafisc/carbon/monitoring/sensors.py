"""Sensor series: what they cover, where they are silent, and a value of the year only where enough of it was seen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import Table, worst_status
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules

from .columns import rows_of, sources, unknown

_PREFIX = "assumptions.carbon.ground."
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
STEM, AIR = "stem_diameter", "temperature"
GOOD = "good"
_SERIES = ["sensor", "variable"]
_SILENT = 1.5
"""Steps between two readings from which something is missing: months differ in length, clocks by minutes."""


@dataclass(frozen=True, eq=False)
class Readings:
    """All readings in order of sensor, variable and time.

    rows: sensor, region_code, variable, unit, time, value (NaN where there is none), good, status.
    reference: region_code -> the sources of its rows.
    """

    rows: pd.DataFrame
    reference: dict[str, str]


def read_sensors(table: Table, today: str) -> Readings:
    """Readings as `columns.csv` and `variables.csv` declare them.

    Raises:
        InputError: every wrong row at once: unknown variables, units, times; two readings at one time; a sensor in two
            units; a good reading that is empty or beyond what the variable can be.
    """
    rows = table.table
    findings = [*_wrong_names(table), *_wrong_times(table, today)]
    if findings:
        raise InputError(findings)
    times = pd.to_datetime(rows["time"], format="ISO8601")
    findings = [*_wrong_values(table), *_wrong_series(table, times)]
    if findings:
        raise InputError(findings)
    held = pd.DataFrame(
        {
            "sensor": rows["sensor"],
            "region_code": rows["region_code"],
            "variable": rows["variable"],
            "unit": rows["unit"],
            "time": times,
            "value": rows["value"].to_numpy(dtype=np.float64),
            "good": (rows["flag"] == GOOD).to_numpy(),
            "status": rows["status"],
        }
    )
    said = {str(code): "; ".join(sources(table, group.index)) for code, group in rows.groupby("region_code")}
    return Readings(held.sort_values([*_SERIES, "time"], ignore_index=True), said)


def gaps(readings: Readings) -> pd.DataFrame:
    """sensor, variable, after, before, missing: stretches between two good readings in which some should have been."""
    found: list[tuple[str, str, str, str, int]] = []
    for (sensor, variable), series in readings.rows.groupby(_SERIES):
        step, good = _step(series["time"]), series["time"][series["good"]]
        lengths = good.diff().dt.total_seconds() / step.total_seconds()
        for at in np.flatnonzero((lengths > _SILENT).to_numpy()).tolist():
            missing = round(float(lengths.iloc[at])) - 1
            ends = (good.iloc[at - 1].isoformat(), good.iloc[at].isoformat())
            found.append((str(sensor), str(variable), *ends, missing))
    return pd.DataFrame(found, columns=["sensor", "variable", "after", "before", "missing"])


def years(readings: Readings, today: str, rules: Rules) -> pd.DataFrame:
    """One row per sensor, variable and year.

    sensor, region_code, variable, unit, year, coverage and least_month (share of the readings that the series' commonest
    step would make, in the year and in its worst month), told (whether both reach what the parameters ask), value (empty
    unless told), last (time of the last good reading of the whole series), fresh, status, source.

    value: the mean of the good readings; of a stem diameter its growth over the year, from the last good reading of the
    year before where that is one step away, else from the first one of the year. Nothing is filled.
    """
    least, month = (rules.number(_PREFIX + name) for name in ("sensor_coverage", "sensor_month_coverage"))
    fresh = pd.Timedelta(days=rules.number(_PREFIX + "sensor_fresh_days"))
    found = []
    for (sensor, variable), series in readings.rows.groupby(_SERIES):
        step, good = _step(series["time"]), series[series["good"]]
        last = good["time"].max() if len(good) else None
        for year in range(series["time"].dt.year.min(), series["time"].dt.year.max() + 1):
            covered, worst = _coverage(good["time"], year, step)
            told = covered >= least and worst >= month
            found.append(
                {
                    "sensor": sensor,
                    "region_code": series["region_code"].iloc[0],
                    "variable": variable,
                    "unit": series["unit"].iloc[0],
                    "year": year,
                    "coverage": covered,
                    "least_month": worst,
                    "told": told,
                    "value": _value(str(variable), good, year, step) if told else np.nan,
                    "last": "" if last is None else last.isoformat(),
                    "fresh": last is not None and pd.Timestamp(today) - last <= fresh,
                    "status": worst_status(*series["status"].unique()),
                    "source": readings.reference[str(series["region_code"].iloc[0])],
                }
            )
    return pd.DataFrame(found)


def first_diameters(readings: Readings) -> dict[tuple[str, int], float]:
    """(sensor, year) -> stem diameter in mm from which the growth of the year is told."""
    rows = readings.rows[(readings.rows["variable"] == STEM) & readings.rows["good"]]
    found = {}
    for sensor, series in readings.rows[readings.rows["variable"] == STEM].groupby("sensor"):
        good, step = rows[rows["sensor"] == sensor], _step(series["time"])
        for year in sorted(set(good["time"].dt.year)):
            found[str(sensor), int(year)] = float(good["value"].iloc[_start(good["time"], int(year), step)])
    return found


def _value(variable: str, good: pd.DataFrame, year: int, step: pd.Timedelta) -> float:
    own = good[good["time"].dt.year == year]
    if variable != STEM:
        return float(own["value"].mean())
    return float(own["value"].iloc[-1] - good["value"].iloc[_start(good["time"], year, step)])


def _start(times: "pd.Series[pd.Timestamp]", year: int, step: pd.Timedelta) -> int:
    """Position of the reading from which a year's growth is told."""
    first = int((times.dt.year < year).sum())
    near = first > 0 and (times.iloc[first] - times.iloc[first - 1]) / step <= _SILENT
    return first - 1 if near else first


def _step(times: "pd.Series[pd.Timestamp]") -> pd.Timedelta:
    """The commonest distance of two readings, the shortest of several such."""
    return pd.Timedelta(times.diff().mode().iloc[0])


def _coverage(good: "pd.Series[pd.Timestamp]", year: int, step: pd.Timedelta) -> tuple[float, float]:
    """Shares of the year's and of its worst month's readings that are there; of a step longer than a month, of the month."""
    months = pd.date_range(f"{year}-01-01", periods=13, freq="MS")
    held = np.histogram(
        good.to_numpy("datetime64[ns]").astype(np.int64), months.to_numpy("datetime64[ns]").astype(np.int64)
    )[0]
    expected = np.maximum(np.diff(months.to_numpy()) / step.to_timedelta64(), 1)
    return min(1.0, float(held.sum() / expected.sum())), float(np.minimum(held / expected, 1).min())


def _wrong_names(table: Table) -> Iterator[Finding]:
    units = {row["variable"]: row["unit"] for row in rows_of("variables.csv")}
    variables, given = table.table["variable"], table.table["unit"]
    for row in np.flatnonzero((variables.map(units) != given).to_numpy()).tolist():
        if (variable := variables.iloc[row]) not in units:
            yield unknown(table, row, "variable", units)
            continue
        en = f"{variable} is read in {units[variable]}, not in {given.iloc[row]!r}: convert the readings"
        zh = f"{variable} 的单位应为 {units[variable]}，现为“{given.iloc[row]}”；请换算读数"
        yield Finding(table.place(row, "unit"), "unit", en, zh)


def _wrong_times(table: Table, today: str) -> Iterator[Finding]:
    texts = table.table["time"].astype("str")
    shaped = texts.str.fullmatch(_TIME.pattern)
    parsed = pd.to_datetime(texts.where(shaped), format="ISO8601", errors="coerce")
    for row in np.flatnonzero(parsed.isna()).tolist():
        en, zh = f"{texts[row]!r} is no time; write 2025-08-30 or 2025-08-30T13:00", f"“{texts[row]}”不是时间"
        yield Finding(table.place(row, "time"), "time", en, f"{zh}，应写成 2025-08-30 或 2025-08-30T13:00 的形式")
    for row in np.flatnonzero((texts.str[:10] > today) & parsed.notna()).tolist():
        en = f"{texts[row]} lies after the day of this evaluation, {today}"
        yield Finding(table.place(row, "time"), "time", en, f"{texts[row]} 晚于测算日 {today}")


def _wrong_values(table: Table) -> Iterator[Finding]:
    values = table.table["value"].to_numpy(dtype=np.float64)
    bounds = [{row["variable"]: float(row[end]) for row in rows_of("variables.csv")} for end in ("minimum", "maximum")]
    low, high = (table.table["variable"].map(bound).to_numpy(dtype=np.float64) for bound in bounds)
    good = (table.table["flag"] == GOOD).to_numpy()
    for row in np.flatnonzero(good & ~((values >= low) & (values <= high))).tolist():
        where, name = table.place(row, "value"), table.table["variable"].iloc[row]
        if np.isnan(values[row]):
            en, zh = (
                "flagged good and empty; flag it bad where there is no reading",
                "标为 good 却为空；没有读数请标 bad",
            )
        else:
            en = f"{values[row]:g} is no {name} ({low[row]:g} to {high[row]:g}); flag it bad or mend the unit"
            zh = f"{values[row]:g} 超出 {name} 的范围（{low[row]:g}～{high[row]:g}）；请标 bad 或改正单位"
        yield Finding(where, "value", en, zh)


def _wrong_series(table: Table, times: "pd.Series[pd.Timestamp]") -> Iterator[Finding]:
    rows = table.table[[*_SERIES, "region_code"]].assign(time=times)
    for row in np.flatnonzero(rows.duplicated([*_SERIES, "time"])).tolist():
        said = f"{rows['sensor'].iloc[row]} {rows['variable'].iloc[row]} {times.iloc[row].isoformat()}"
        yield Finding(table.place(row, "time"), "time", f"{said} stands twice", f"{said} 重复")
    first = rows.groupby("sensor")["region_code"].transform("first")
    for row in np.flatnonzero((rows["region_code"] != first).to_numpy()).tolist():
        en = f"sensor {rows['sensor'].iloc[row]} stands in {first.iloc[row]} elsewhere in the table"
        zh = f"传感器 {rows['sensor'].iloc[row]} 在表中另属 {first.iloc[row]}"
        yield Finding(table.place(row, "region_code"), "region_code", en, zh)
    for (sensor, variable), group in rows.groupby(_SERIES):
        if len(group) < 2:
            where = table.place(int(group.index[0]), "sensor")
            yield Finding(
                where,
                "sensor",
                f"{sensor} {variable} has one reading: no series",
                f"{sensor} {variable} 只有一个读数，不成序列",
            )
