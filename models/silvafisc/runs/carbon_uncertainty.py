"""How uncertain the full engine's yields are, where a scenario reads them: half-widths, by which credits are deducted from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.carbon.crediting import creditable, deductions
from silvafisc.carbon.full_yields import PARTS, HalfWidths
from silvafisc.carbon.uncertainty.package import PACKAGE, SAMPLE, Uncertainty, misfits
from silvafisc.datasets import Package, load_package, package_hash
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.datasets.package import DESCRIPTOR, folder_hash, read_package
from silvafisc.policy import Rules, Scenario
from silvafisc.quantities import UNITS

_SHOWN = 12
"""Digits of a hash in the ledger; the whole stands in outcome.json."""
_PER_CENT = float(1 / UNITS["pct"].factor)


def built(folder: Path | None, name: str, where: str, field: str) -> Package:
    """A package that the engine built: the one in `folder`, or the shipped one.

    where, field: of the scenario, for findings.

    Raises:
        InputError: no such folder, another package, a package that contradicts itself.
    """
    if folder is None:
        return load_package(name)
    if not (folder / DESCRIPTOR).is_file():
        en, zh = f"there is no data package {str(folder)!r}", f"没有数据包 {str(folder)!r}"
        raise InputError([Finding(where, field, en, zh)])
    package = read_package(folder, name)
    if package.described is None or package.made_of is None:
        en, zh = f"{str(folder)!r} holds nothing that was built", f"{str(folder)!r} 不是碳汇测算模块生成的数据包"
        raise InputError([Finding(where, field, en, zh)])
    return package


def uncertainty_package(scenario: Scenario) -> Package:
    """The package that the scenario names, or the shipped one. Raises InputError as `built`."""
    return built(scenario.uncertainty_folder, PACKAGE, scenario.where("carbon", "uncertainty"), "carbon.uncertainty")


def uncertainty_hash(scenario: Scenario) -> str:
    """SHA-256 of the package."""
    folder = scenario.uncertainty_folder
    return package_hash(PACKAGE) if folder is None else folder_hash(folder)


def unfit(
    scenario: Scenario, stands: pd.DataFrame, measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> list[Finding]:
    """Why credits cannot be deducted from; nothing where they can, or where no measure earns any."""
    earning = [measure for measure in measures if creditable(measure, rules)]
    if not earning:
        return []
    package = uncertainty_package(scenario)
    return misfits(package, stands, earning, periods, scenario.horizon, rules, scenario.where("carbon"))


def fitting(
    scenario: Scenario, stands: pd.DataFrame, measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> Uncertainty | None:
    """The uncertainty of all these measures, or None where the package was drawn for other units, measures or years."""
    package = uncertainty_package(scenario)
    where = scenario.where("carbon")
    return (
        None if misfits(package, stands, measures, periods, scenario.horizon, rules, where) else Uncertainty.of(package)
    )


def half_widths_of(scenario: Scenario, measures: Sequence[str], periods: Sequence[str], rules: Rules) -> HalfWidths:
    """Of every unit, credited measure and period. Those of the climate that was drawn in stand for every climate, since
    they are relative. Call it after `unfit` found nothing."""
    earning = [measure for measure in measures if creditable(measure, rules)]
    if not earning:
        return {}
    held = Uncertainty.of(uncertainty_package(scenario))
    return {
        (code, measure, period): width
        for measure in earning
        for period in periods
        for code, width in held.half_widths(measure, period, scenario.horizon).items()
    }


def ledger_rows(scenario: Scenario, measures: Sequence[str], rules: Rules) -> list[dict[str, str]]:
    """One row per array of the package that a run reads, for the ledger of sources; nothing where no measure earns credits."""
    if not any(creditable(measure, rules) for measure in measures):
        return []
    package = uncertainty_package(scenario)
    assert package.described is not None
    held = Uncertainty.of(package)
    place = f"{scenario.carbon.uncertainty or PACKAGE} SHA-256 {uncertainty_hash(scenario)[:_SHOWN]}"
    return [
        {
            "what": f"{PACKAGE}.{array.name}",
            "value": f"{held.climate} {held.draws}",
            "unit": array.unit,
            "origin": "assumption" if array.status == "assumption" else "data",
            "reference": f"{place}；{array.source}",
            "status": array.status,
            "demo": "",
        }
        for array in package.described.arrays
        if array.name not in SAMPLE
    ]


def deductions_table(
    scenario: Scenario, codes: Sequence[str], measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> pd.DataFrame:
    """What comes off each unit's credits and why: carbon_deductions of an outcome; empty where nothing is credited.

    columns: region_code, measure, period, draws, half_width_pct, and leakage_pct, uncertainty_pct, non_permanence_pct,
    each of what the one before has left.
    """
    widths = half_widths_of(scenario, measures, periods, rules)
    rows = []
    draws = Uncertainty.of(uncertainty_package(scenario)).draws if widths else 0
    for code, measure, period in sorted(key for key in widths if key[0] in set(codes)):
        width = widths[code, measure, period]
        taken = deductions(measure, np.array([width]), rules)
        shares = (width, taken.leakage, float(taken.uncertainty[0]), taken.non_permanence)
        rows.append((code, measure, period, draws, *(_PER_CENT * share for share in shares)))
    columns = ["region_code", "measure", "period", "draws", "half_width_pct", *(f"{part}_pct" for part in PARTS)]
    return pd.DataFrame(rows, columns=columns)
