"""`silvafisc carbon draws`: the full engine in every draw, as the allocation reads it, and how uncertain its yields are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.carbon.calendar import period_years
from silvafisc.carbon.cbm.engine import open_stepper
from silvafisc.carbon.uncertainty.package import HALF_WIDTH, PACKAGE, assembled, descriptor
from silvafisc.carbon.uncertainty.yields import DrawnYields
from silvafisc.carbon.yield_arrays import COMPENSATION, TODAY
from silvafisc.datasets import Finding, InputError, load_package
from silvafisc.policy import ParameterTree, Scenario
from silvafisc.results.draws import Draws, DrawsError
from silvafisc.results.outcome import write_csv

from .carbon_draw_table import with_engine_carbon
from .carbon_draws import DRAWS, PACKAGES, PROGRAMS, Ground, draw_yields, ground, save_yields
from .carbon_jobs import origin, save_package
from .draws import made_draws
from .inputs import load_inputs
from .prepare import Progress, as_scenario
from .resolve import resolve

TABLE = "draws.csv"


@dataclass(frozen=True)
class Drawn:
    """Draws of a scenario, not yet saved. yields: by year of treatment; draws: as the allocation reads them; index,
    arrays, descriptor: the package of uncertainty."""

    yields: Mapping[int, DrawnYields]
    draws: Draws
    index: pd.DataFrame
    arrays: Mapping[str, np.ndarray]
    descriptor: Mapping[str, Any]

    def half_widths(self) -> pd.DataFrame:
        """measure, and the least, middle and largest relative half-width over the units of what is creditable by the last
        milestone, for measures of the first year."""
        first = self.index["treatment_year"] == self.index["treatment_year"].min()
        wide = self.arrays[HALF_WIDTH][first.to_numpy()][:, :, -1]
        least, middle, largest = (part(wide, axis=1) for part in (np.min, np.median, np.max))
        measures = self.index.loc[first, "measure"].tolist()
        return pd.DataFrame({"measure": measures, "least": least, "middle": middle, "largest": largest})

    def save(self, folder: Path) -> list[Path]:
        """Write `draws.csv`, `draws.npz` and the package, into a folder that does not exist yet; a run takes the folder as
        its `data`."""
        folder.mkdir(parents=True)
        write_csv(self.draws.table, folder / TABLE)
        paths = [folder / TABLE, save_yields(self.yields, folder)]
        return [*paths, *save_package(folder / PACKAGE, self.descriptor, self.index, self.arrays)]


def draw(
    scenario: str | Path | Scenario,
    work: Path,
    *,
    data: str | Path | None = None,
    count: int | None = None,
    seed: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Drawn:
    """Draw what is uncertain of the units, budget years, climate and law of a scenario, and follow every measure.

    Args:
        work: folder where finished chunks are kept, so that an interrupted call goes on; `carbon_jobs.clear` removes it.
        data: folder or workbook that stands for the scenario's own tables.
        count: draws, a power of two; as many as on record where left out. seed: the scenario's where left out.
        processes: chunks at a time; the same bytes for any number.

    Costs, the carbon price and money without measure are drawn from the assumptions on record, with the same seed.

    Raises:
        InputError: wrong scenario, tables or count; libcbm is missing; no factor can say what was drawn.
    """
    say = progress or (lambda text: None)
    say("load")
    with open_stepper():
        pass  # a missing libcbm is said before anything is computed
    loaded = as_scenario(scenario)
    tree = ParameterTree.load().apply(loaded.parameter_changes())
    law = tree.on(loaded.policy_date)
    inputs = load_inputs(data or loaded.data_folder or "builtin:nation", law)
    resolved = resolve(loaded, tree, inputs, law)
    resolved = resolved if seed is None else replace(resolved, seed=seed)
    count = int(law.number(DRAWS)) if count is None else count
    base = ground_of(loaded, inputs.stands)
    yields = draw_yields(base, resolved.seed, work, count=count, processes=processes, progress=say)
    measures = [COMPENSATION, *(task.id for task in resolved.tasks)]
    try:
        periods = {period: over_period(yields, period, measures) for period in resolved.periods}
        draws = with_engine_carbon(made_draws(resolved, law, count=count), periods)
    except DrawsError as error:
        raise InputError([Finding(loaded.where("menus"), TABLE, error.en, error.zh)]) from None
    index, arrays = assembled(yields, base.climate, base.rules)
    return Drawn(yields, draws, index, arrays, _described(base, len(index), next(iter(yields.values()))))


def over_period(yields: Mapping[int, DrawnYields], period: str, measures: Sequence[str]) -> DrawnYields:
    """What these measures of a period add: the sum over its years, which a task's mean is but for a factor."""
    parts = [yields[year] for year in period_years(period)]
    at = [parts[0].measures.index(measure) for measure in measures]
    return replace(
        parts[0],
        measures=tuple(measures),
        additional=np.sum([part.additional[:, at] for part in parts], axis=0),
        creditable=np.sum([part.creditable[:, at] for part in parts], axis=0),
        additional_central=np.sum([part.additional_central[:, at] for part in parts], axis=0),
        creditable_central=np.sum([part.creditable_central[:, at] for part in parts], axis=0),
    )


def ground_of(scenario: Scenario, stands: pd.DataFrame) -> Ground:
    """What the draws of a scenario start from, with rules that nobody has read yet, so that what they read is on record."""
    years = sorted(year for period in scenario.periods for year in period_years(period))
    rules = ParameterTree.load().apply(scenario.parameter_changes()).on(scenario.policy_date)
    ordered = stands.sort_values("region_code", ignore_index=True)
    climate = scenario.carbon.climate or TODAY
    return ground(ordered, range(years[0], scenario.horizon + 1), climate, rules, years, scenario.carbon.member)


def _described(base: Ground, rows: int, yields: DrawnYields) -> dict[str, Any]:
    parameters = [base.rules.entry(path) for path in sorted(base.rules.used)]
    packages = {name: load_package(name) for name in PACKAGES}
    made_of, status = origin(base.stands, packages, parameters, PROGRAMS)
    return descriptor(rows, yields.codes, yields.milestones, made_of, status)
