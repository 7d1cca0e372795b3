"""Measured tables of a folder read, and what they show: estimates, evidence, settlement, what more plots narrow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import pandas as pd

from silvafisc import economy
from silvafisc.carbon.monitoring import equations
from silvafisc.carbon.monitoring.columns import TABLES, schema, schema_for
from silvafisc.carbon.monitoring.estimates import Estimate, fused_table
from silvafisc.carbon.monitoring.evidence import acceptance_table, evidence_table
from silvafisc.carbon.monitoring.more_plots import narrowing_table, strata_table
from silvafisc.carbon.monitoring.plot_estimates import carbon_samples, plot_estimates
from silvafisc.carbon.monitoring.plots import Plots, read_plots
from silvafisc.carbon.monitoring.samples import Sample, read_samples
from silvafisc.carbon.monitoring.sensor_estimates import sensor_estimates
from silvafisc.carbon.monitoring.sensors import Readings, gaps, read_sensors, years
from silvafisc.carbon.monitoring.settlement import instalment_table, settlement_lines
from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.datasets.by_column import load_by_column
from silvafisc.datasets.columns import Table
from silvafisc.datasets.tables import read_grid, table_of
from silvafisc.economy.nation import nation_tables
from silvafisc.policy import Rules
from silvafisc.policy.scenario_files import SCENARIOS
from silvafisc.results.outcome import write_tables

SOURCES = {"plots": ("plots", "strata"), "sensors": ("sensors",), "samples": ("samples", "claims")}
"""Kind of measurement -> its own table, and the one that only goes with it."""
ACCEPTANCE = "acceptance"
SHIPPED = SCENARIOS / "county-demo" / "measured"
"""Measured tables of the demonstration of counties (演示数据)."""
WRITTEN = frozenset(
    {
        *(f"{name}.csv" for name in ("estimates", "strata", "more_plots", "sensor_years", "sensor_gaps", ACCEPTANCE)),
        *("evidence.csv", "instalments.csv", "settlement_lines.csv", "measured_zh.html", "measured_en.html"),
    }
)
"""Files that an evaluation may hold; its page marks it."""
Read = TypeVar("Read")


@dataclass(frozen=True)
class Measured:
    """What a folder holds; None of what it does not."""

    plots: Plots | None
    sensors: Readings | None
    samples: list[Sample] | None


def read_measured(folder: Path, today: str, rules: Rules) -> Measured:
    """Read plots.csv (with strata.csv), sensors.csv and samples.csv (with claims.csv), whichever are there.

    today: the day of the evaluation, as 2026-11-27; nothing can have been measured after it.

    Raises:
        InputError: every finding of every table at once; a file that is none of these; none of them.
    """
    files = _files(folder)
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    for name, path in files.items():
        try:
            tables[name] = _load(name, path)
        except InputError as error:
            findings += error.findings

    def found(name: str, read: Callable[[Table, Table | None], Read]) -> Read | None:
        own, *more = SOURCES[name]
        # A table that cannot be read has its findings already; what goes with it would only add false ones.
        if not all(part in tables for part in (own, *more) if part in files) or own not in files:
            return None
        try:
            return read(tables[own], tables.get(more[0]) if more else None)
        except InputError as error:
            findings.extend(error.findings)
            return None

    measured = Measured(
        found("plots", lambda own, strata: _plots(own, strata, today, rules)),
        found("sensors", lambda own, _: read_sensors(own, today)),
        found("samples", lambda own, claims: read_samples(own, claims, today)),
    )
    if findings:
        raise InputError(findings)
    return measured


def plots_of(path: Path, today: str, rules: Rules) -> Plots:
    """Plots of one table, without strata. Raises InputError as `read_plots`."""
    return _plots(_load("plots", path), None, today, rules)


def _plots(table: Table, strata: Table | None, today: str, rules: Rules) -> Plots:
    packages = {name: load_package(name) for name in equations.PACKAGES}
    return read_plots(table, strata, equations.read_equations(packages, rules), _volumes(rules), today, rules)


def measured_tables(measured: Measured, today: str, rules: Rules) -> Mapping[str, pd.DataFrame]:
    """Tables by name, those only of what was measured.

    estimates (every source's figure beside what all make together), strata, more_plots; sensor_years, sensor_gaps;
    evidence, instalments, settlement_lines and `acceptance`, which a scenario's folder of tables takes as it is.

    Raises:
        InputError: units whose plots tell no mean, failed checks whose claims are not known.
    """
    tables: dict[str, pd.DataFrame] = {}
    estimates: list[Estimate] = []
    if measured.plots is not None:
        samples = carbon_samples(measured.plots)
        estimates += plot_estimates(measured.plots)
        if samples:
            tables |= {"strata": strata_table(samples), "more_plots": narrowing_table(samples, rules)}
    if measured.sensors is not None:
        yearly = years(measured.sensors, today, rules)
        # After every source that tells the carbon of living trees: growth by dendrometers is a share of that.
        estimates += sensor_estimates(measured.sensors, yearly, estimates, rules)
        tables |= {"sensor_years": yearly, "sensor_gaps": gaps(measured.sensors)}
    if estimates:
        tables["estimates"] = fused_table(estimates, rules)
    if measured.samples is not None:
        tables |= {
            "evidence": evidence_table(measured.samples, rules),
            "instalments": instalment_table(measured.samples, rules),
            "settlement_lines": settlement_lines(measured.samples, rules),
        }
        gate = acceptance_table(measured.samples, rules)
        if len(gate):  # a scenario takes no table without rows
            tables[ACCEPTANCE] = gate
    return tables


def save_measured(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write <table>.csv of every table into `folder`, which is made where it is absent."""
    return write_tables(tables, folder)


def refuse_place(folder: Path) -> None:
    """Only an earlier evaluation, alone in its folder, is replaced. Raises InputError."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if not (held and held <= WRITTEN and "measured_zh.html" in held):
        en = "exists and is no earlier evaluation; it will not be replaced. Choose another --out"
        raise InputError([Finding(str(folder), "--out", en, "已存在且不是此前的评估结果，不会被覆盖；请另选 --out")])


def _load(name: str, path: Path) -> Table:
    """Series are long, so they are read by column; the other tables are small, and their keys are held apart."""
    if name == "sensors":
        return load_by_column(path, lambda header: schema(name))
    grid, notices = read_grid(path)
    header = [cell.text.strip() for cell in grid.rows[0]] if grid.rows else []
    return table_of(grid, schema_for(name, header), name, notices)


def _volumes(rules: Rules) -> dict[str, float]:
    """Province code -> mean volume of its arbor forest, m3/ha."""
    tables, _ = nation_tables({name: load_package(name) for name in economy.PACKAGES}, rules, ["stands"])
    stands = tables["stands"]
    return dict(zip(stands["region_code"], stands["mean_volume_m3_per_ha"], strict=True))


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise InputError(
            [
                Finding(
                    str(folder),
                    "",
                    "no such folder of measured tables, or it is a file",
                    "没有这个实测数据文件夹，或所给的是文件",
                )
            ]
        )
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    findings = [_stray(folder, name) for name in files if name not in TABLES]
    findings += [
        Finding(str(files[more]), "", f"goes with {own}.csv, which is missing", f"须与 {own}.csv 同用，缺少该表")
        for own, *others in SOURCES.values()
        for more in others
        if more in files and own not in files
    ]
    if not files:
        en, zh = (
            "holds none of plots.csv, sensors.csv, samples.csv",
            "没有 plots.csv、sensors.csv、samples.csv 中的任何一个",
        )
        findings.append(Finding(str(folder), "", en, zh))
    if findings:
        raise InputError(findings)
    return files


def _stray(folder: Path, name: str) -> Finding:
    near: Sequence[str] = get_close_matches(name, TABLES, n=1)
    en = f"did you mean {near[0]}.csv?" if near else f"the tables are {', '.join(TABLES)}"
    zh = f"是否应为 {near[0]}.csv？" if near else f"可用的表：{'、'.join(TABLES)}"
    return Finding(str(folder / f"{name}.csv"), "", f"no measured table; {en}", f"不是实测数据表；{zh}")
