"""`silvafisc carbon build`: the yields of the full engine as a data package, job by job, resumable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.carbon.cbm.engine import open_stepper
from silvafisc.carbon.trajectories.bulk import PACKAGES, Job, Span, jobs, terminal_table, worked
from silvafisc.carbon.yield_arrays import ADDITIONAL, stand_hashes
from silvafisc.carbon.yield_package import assembled, descriptor
from silvafisc.datasets import Package, load_package, package_hash
from silvafisc.policy import Change, ParameterTree, Rules, Scenario

from .carbon_jobs import each, found, keep, kept, key, origin, save_package
from .inputs import load_inputs
from .prepare import Progress, as_scenario

PROGRAMS = ("libcbm", "numpy")
"""What the numbers may depend on beside our own code."""
_READS = "reads"


@dataclass(frozen=True)
class Ground:
    """What every job starts from: units, years, the law of a date with a scenario's changes."""

    stands: pd.DataFrame
    span: Span
    date: str
    changes: tuple[Change, ...]

    def rules(self) -> Rules:
        """The law, read by nobody yet."""
        return ParameterTree.load().apply(self.changes).on(self.date)


@dataclass(frozen=True)
class Built:
    """The finished package, not yet saved. terminal: see `terminal_table`; None where nothing follows the horizon."""

    index: pd.DataFrame
    arrays: Mapping[str, np.ndarray]
    descriptor: Mapping[str, Any]
    terminal: pd.DataFrame | None

    def save(self, folder: Path) -> list[Path]:
        """Write the package into a folder that does not exist yet; the same bytes for the same numbers."""
        return save_package(folder, self.descriptor, self.index, self.arrays)


def build(
    scenario: str | Path | Scenario,
    work: Path,
    *,
    data: str | Path | None = None,
    until: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    only: Callable[[Job], bool] | None = None,
) -> Built:
    """Follow every measure in every climate, for the units, budget years, horizon and law of a scenario.

    Args:
        work: folder where finished jobs are kept, so that an interrupted build goes on; `clear` removes it.
        data: folder or workbook that stands for the scenario's own tables.
        until: last year that is followed, for the terminal check; the scenario's horizon where left out.
        processes: jobs at a time; the package has the same bytes for any number.
        only: which jobs are wanted; all where left out.

    Raises:
        InputError: wrong scenario or tables; libcbm is missing; as `bulk.worked`.
    """
    say = progress or (lambda text: None)
    say("load")
    with open_stepper():
        pass  # a missing libcbm is said before anything is computed
    loaded = as_scenario(scenario)
    tree = ParameterTree.load().apply(loaded.parameter_changes())
    inputs = load_inputs(data or loaded.data_folder or "builtin:nation", tree.on(loaded.policy_date))
    span = Span(int(loaded.periods[0]), until or loaded.horizon, tuple(int(period) for period in loaded.periods))
    stands = inputs.stands.sort_values("region_code", ignore_index=True)
    ground = Ground(stands, span, loaded.policy_date, loaded.parameter_changes())
    todo = [job for job in jobs(stands, span, ground.rules()) if only is None or only(job)]
    work.mkdir(parents=True, exist_ok=True)
    paths = {job: work / f"{key}.npz" for job, key in zip(todo, _keys(ground, todo), strict=True)}
    rest = [(job, path) for job, path in paths.items() if kept(path) is None]
    for number, job in enumerate(each(partial(_work, ground), rest, processes), len(todo) - len(rest)):
        say(f"carbon engine {number + 1}/{len(todo)} {' '.join(astuple(job))}")
    return _together(ground, paths, loaded.horizon)


def _work(ground: Ground, job: Job, path: Path) -> None:
    """One job into its file, which is there whole or not at all."""
    rules = ground.rules()
    flows = worked(job, ground.stands, _packages(), ground.span, rules)
    held = {name: flow.astype(np.float32) for name, flow in flows.items()}
    keep({**held, _READS: np.array(sorted(rules.used))}, path)


def _together(ground: Ground, paths: Mapping[Job, Path], horizon: int) -> Built:
    held = {job: found(path) for job, path in paths.items()}
    rules = ground.rules()
    parameters = {path: rules.entry(path) for job in held for path in held[job].pop(_READS).tolist()}
    index, arrays = assembled({_combination(job): flows for job, flows in held.items()}, ground.span.treated)
    made_of, status = origin(ground.stands, _packages(), parameters.values(), PROGRAMS)
    described = descriptor(len(index), ground.stands["region_code"].tolist(), ground.span.years, made_of, status)
    flows = [(job, held[job][ADDITIONAL].astype(np.float64)) for job in held]
    late = terminal_table(flows, ground.span, horizon) if ground.span.last > horizon else None
    return Built(index, arrays, described, late)


def _combination(job: Job) -> tuple[str, str, str, str]:
    return job.measure, job.climate, job.member, job.hazard


def _keys(ground: Ground, todo: Sequence[Job]) -> list[str]:
    """The names of the jobs' files."""
    shared = {
        "span": asdict(ground.span),
        "date": ground.date,
        "changes": [(change.parameter, change.start, change.end, change.value) for change in ground.changes],
        "stands": stand_hashes(ground.stands),
        "packages": {name: package_hash(name) for name in PACKAGES},
    }
    return [key({**shared, "job": asdict(job)}, PROGRAMS) for job in todo]


@cache
def _packages() -> Mapping[str, Package]:
    """The shipped tables, read once in each process."""
    return {name: load_package(name) for name in PACKAGES}
