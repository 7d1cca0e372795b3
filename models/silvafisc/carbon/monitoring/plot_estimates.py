"""What plots say of a unit: carbon, growth of plots measured twice, survival; each as a mean with its error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.datasets.findings import Finding, InputError

from ..mixtures import Array
from .estimates import GROWTH, LIVE_CARBON, SURVIVAL, Estimate
from .plots import Plots
from .sampling import Strata

SOURCE = "plots"
_COMPUTED = "computed"


@dataclass(frozen=True)
class Stratified:
    """A sample of a unit in a year: strata with area in mu (1 where the whole unit is one stratum of unknown area).

    equation: standard error of the mean that comes from the equations, common to all plots of a forest type.
    """

    region_code: str
    year: int
    names: tuple[str, ...]
    strata: Strata
    equation: float
    status: str
    reference: str
    known_area: bool

    @property
    def mean(self) -> float:
        """Σ A_h ȳ_h / Σ A_h."""
        return float(self.strata.area @ self.strata.mean / self.strata.area.sum())

    @property
    def error(self) -> float:
        """√(Σ A_h² s_h² / n_h / (Σ A_h)² + equation²)."""
        sampled = (self.strata.area * self.strata.sd) ** 2 / self.strata.plots
        return float(np.sqrt(sampled.sum() / self.strata.area.sum() ** 2 + self.equation**2))


def carbon_samples(plots: Plots) -> list[Stratified]:
    """tC/ha of living trees by unit and year.

    Raises:
        InputError: a unit of several strata without their areas, a stratum with fewer than two plots in a year in which
            the unit was sampled, or with none: of all that, at once.
    """
    rows = _last_of_year(plots)
    findings, found = [], []
    for (code, year), group in rows.groupby(["region_code", "year"]):
        wrong = list(_incomplete(str(code), int(str(year)), group, plots.areas))
        findings += wrong
        if not wrong:
            found.append(_stratified(str(code), int(str(year)), group, "carbon_tc_per_ha", plots))
    if findings:
        raise InputError(findings)
    return found


def growth_samples(plots: Plots) -> list[Stratified]:
    """tC/ha/yr between two measurements of the same plots, by unit and year of the second.

    Only where every stratum has two such plots; who measures each plot once has no growth from plots, and no finding.
    """
    rows = _last_of_year(plots)
    before = rows.groupby(["region_code", "plot"])[["carbon_tc_per_ha", "date"]].shift()
    years = _decimal_year(rows["date"]) - _decimal_year(before["date"])
    rows = rows.assign(rate=(rows["carbon_tc_per_ha"] - before["carbon_tc_per_ha"]) / years)
    rows = rows[rows["rate"].notna()]
    return [
        _stratified(str(code), int(str(year)), group, "rate", plots)
        for (code, year), group in rows.groupby(["region_code", "year"])
        if not any(_incomplete(str(code), int(str(year)), group, plots.areas))
    ]


def plot_estimates(plots: Plots) -> list[Estimate]:
    """Carbon, growth and survival of every unit and year that the plots tell.

    Raises:
        InputError: as `carbon_samples`; plots without any spread; trees counted in a single plot.
    """
    found, findings = [], []
    for quantity, samples in ((LIVE_CARBON, carbon_samples(plots)), (GROWTH, growth_samples(plots))):
        for one in samples:
            if one.error > 0:
                found.append(_estimate(quantity, one.region_code, one.year, one.mean, one.error, one.status, plots))
            else:
                en = f"all plots of {one.region_code} in {one.year} show the same: measured figures differ"
                zh = f"{one.region_code} {one.year}年各样地数值完全相同，不像实测"
                findings.append(Finding(_first(plots, one), "plot", en, zh))
    planted = plots.rows[plots.rows["trees_planted"].notna()]
    for (code, year), group in planted.groupby(["region_code", "year"]):
        if len(group) > 1:
            share, error = _share_alive(group)
            status = worst_status(_COMPUTED, *group["status"])
            found.append(_estimate(SURVIVAL, str(code), int(str(year)), share, error, status, plots))
        else:
            en, zh = f"{code} has trees counted in one plot only in {year}", f"{code} {year}年仅一个样地清点了株数"
            where = str(group["where"].iloc[0])
            findings.append(Finding(where, "trees_planted", f"{en}; two at least", f"{zh}，至少须有两个"))
    if findings:
        raise InputError(findings)
    return found


def _first(plots: Plots, sample: Stratified) -> str:
    """Where the first plot of a sample stands."""
    rows = plots.rows
    return str(rows["where"][(rows["region_code"] == sample.region_code) & (rows["year"] == sample.year)].iloc[0])


def _estimate(quantity: str, code: str, year: int, mean: float, error: float, status: str, plots: Plots) -> Estimate:
    return Estimate(code, quantity, year, mean, error, SOURCE, status, plots.reference[code])


def _share_alive(group: pd.DataFrame) -> tuple[float, float]:
    """r = Σ alive / Σ planted with plots as clusters: √(Σ (a − r p)² / (n (n − 1))) / p̄.

    Never less than a sample of single trees has, by Laplace's p = (Σ alive + 1) / (Σ planted + 2): where all are alive
    in every plot, that all are alive everywhere is not certain.
    """
    planted, alive = (group[name].to_numpy(dtype=np.float64) for name in ("trees_planted", "trees_alive"))
    ratio, n, trees = float(alive.sum() / planted.sum()), len(group), float(planted.sum())
    clustered = np.sqrt(((alive - ratio * planted) ** 2).sum() / (n * (n - 1))) / planted.mean()
    likely = (float(alive.sum()) + 1) / (trees + 2)
    return ratio, float(max(clustered, np.sqrt(likely * (1 - likely) / trees)))


def _last_of_year(plots: Plots) -> pd.DataFrame:
    """Plots that tell carbon, each at the last day of the year on which it was measured; by unit, plot and date."""
    rows = plots.rows[plots.rows["carbon_tc_per_ha"].notna()].sort_values(["region_code", "plot", "date"])
    return rows.drop_duplicates(["region_code", "plot", "year"], keep="last")


def _incomplete(code: str, year: int, group: pd.DataFrame, areas: Mapping[tuple[str, str], float]) -> Iterator[Finding]:
    counted, where = group.groupby("stratum").size(), str(group["where"].iloc[0])
    known = [stratum for unit, stratum in areas if unit == code]
    if not known and len(counted) > 1:
        en = f"{code} has plots in {len(counted)} strata; their areas are missing: give strata.csv"
        zh = f"{code} 的样地分属 {len(counted)} 层，缺少各层面积：请提供 strata.csv"
        yield Finding(where, "stratum", en, zh)
    for stratum in sorted({*known, *counted.index}):
        if (n := int(counted.get(stratum, 0))) < 2:
            en = f"stratum {stratum} of {code} has {n} plots in {year}; two at least tell a spread, or merge strata"
            zh = f"{code} 的“{stratum}”层{year}年有 {n} 个样地，至少须有两个，或合并层"
            yield Finding(where, "stratum", en, zh)


def _stratified(code: str, year: int, group: pd.DataFrame, column: str, plots: Plots) -> Stratified:
    told = group.groupby("stratum")[column].agg(["mean", "std", "size"])
    names = tuple(str(name) for name in told.index)
    known = all((code, name) in plots.areas for name in names)
    area = np.array([plots.areas[code, name] if known else 1.0 for name in names])
    strata = Strata(area, *(told[name].to_numpy(dtype=np.float64) for name in ("mean", "std", "size")))
    share = area / area.sum() / strata.plots
    weight: Array = share[[names.index(str(name)) for name in group["stratum"]]]
    off = pd.Series(weight * group[column].to_numpy(dtype=np.float64) * group["equation_error"].to_numpy())
    equation = float(np.sqrt((off.groupby(group["forest_type"].to_numpy()).sum() ** 2).sum()))
    status = worst_status(_COMPUTED, *group["status"])
    return Stratified(code, year, names, strata, equation, status, plots.reference[code], known)


def _decimal_year(dates: "pd.Series[str]") -> Array:
    """2025-07-02 -> 2025.5: the part of its own year that has passed."""
    day = pd.to_datetime(dates).dt
    length = np.where(day.is_leap_year.to_numpy(), 366.0, 365.0)
    return np.asarray(day.year.to_numpy(dtype=np.float64) + (day.day_of_year.to_numpy(dtype=np.float64) - 1) / length)
