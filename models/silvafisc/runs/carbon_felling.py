"""`silvafisc carbon felling`: what selective and clear cutting lose, as a data package."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.carbon.climate import climates, read_response
from silvafisc.carbon.curves.calibrate import calibrate_curves
from silvafisc.carbon.felling_table import descriptor, ordered
from silvafisc.carbon.npp import MEMBERS
from silvafisc.carbon.trajectories.bulk import DECIMALS, PACKAGES
from silvafisc.carbon.trajectories.courses import balances_of
from silvafisc.carbon.trajectories.felling import felling_losses
from silvafisc.carbon.trajectories.site import engine_parameters, site
from silvafisc.carbon.uncertainty.yields import milestones
from silvafisc.carbon.yield_arrays import TODAY
from silvafisc.datasets import load_package
from silvafisc.policy import ParameterTree, Rules, Scenario

from .carbon_jobs import origin, save_package
from .inputs import load_inputs
from .prepare import as_scenario

PROGRAMS = ("libcbm", "numpy")


@dataclass(frozen=True)
class Felled:
    """The finished package, not yet saved."""

    table: pd.DataFrame
    descriptor: Mapping[str, Any]

    def save(self, folder: Path) -> list[Path]:
        """Write the package into a folder that does not exist yet; the same bytes for the same numbers."""
        return save_package(folder, self.descriptor, self.table)


def fell(scenario: str | Path | Scenario, *, data: str | Path | None = None) -> Felled:
    """Fell old stands in the first budget year of a scenario, in today's climate, and follow them to its milestone years.

    data: folder or workbook that stands for the scenario's own tables.

    Raises:
        InputError: wrong scenario or tables; libcbm is missing; as `calibrate_curves`, `site`, `milestones`.
    """
    loaded = as_scenario(scenario)
    tree = ParameterTree.load().apply(loaded.parameter_changes())
    inputs = load_inputs(data or loaded.data_folder or "builtin:nation", tree.on(loaded.policy_date))
    stands = inputs.stands.sort_values("region_code", ignore_index=True)
    # Rules that nobody has read yet, so that what the engine reads is on record.
    rules = ParameterTree.load().apply(loaded.parameter_changes()).on(loaded.policy_date)
    years = range(int(loaded.periods[0][:4]), loaded.horizon + 1)
    table = losses(stands, years, rules)
    parameters = [rules.entry(path) for path in sorted(rules.used)]
    packages = {name: load_package(name) for name in PACKAGES}
    made_of, status = origin(stands, packages, parameters, PROGRAMS)
    return Felled(table, descriptor(len(table), made_of, status))


def losses(stands: pd.DataFrame, years: range, rules: Rules) -> pd.DataFrame:
    """Rows of the package, rounded as the yields are."""
    packages = {name: load_package(name) for name in PACKAGES}
    curves = calibrate_curves(stands, packages, rules)
    parameters, response = engine_parameters(curves, packages), read_response(rules)
    climate = climates(rules)[TODAY]
    setting, place = site(curves, parameters, packages, years, climate, next(iter(MEMBERS)), response, rules)
    table = felling_losses(setting, 1, partial(balances_of, setting, place))
    shown = [year - years[0] + 1 for year in milestones(rules, years)]
    return ordered(table[table["years"].isin(shown)]).round(DECIMALS)
