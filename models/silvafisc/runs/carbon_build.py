"""`silvafisc carbon build`: the yields of the full engine as a data package, job by job, resumable."""

import hashlib
import io
import json
import multiprocessing
import os
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, astuple, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc import carbon, policy
from silvafisc.carbon.cbm.engine import open_stepper
from silvafisc.carbon.trajectories.bulk import PACKAGES, Job, Span, jobs, terminal_table, worked
from silvafisc.carbon.yield_arrays import ADDITIONAL, stand_hashes
from silvafisc.carbon.yield_package import assembled, descriptor
from silvafisc.datasets import Package, load_package, package_hash, worst_status
from silvafisc.datasets.arrays import FILE, write_arrays
from silvafisc.datasets.package import DESCRIPTOR
from silvafisc.policy import Change, ParameterTree, Rules, Scenario
from silvafisc.results.outcome import write_csv, write_json

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
        folder.mkdir(parents=True)
        paths = [folder / name for name in (DESCRIPTOR, "data.csv", FILE)]
        write_json(self.descriptor, paths[0])
        write_csv(self.index, paths[1])
        write_arrays(self.arrays, paths[2])
        return paths


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
    done = {job for job, path in paths.items() if _kept(path) is not None}
    for number, job in enumerate(_each(ground, [job for job in todo if job not in done], paths, processes), len(done)):
        say(f"carbon engine {number + 1}/{len(todo)} {' '.join(astuple(job))}")
    return _together(ground, paths, loaded.horizon)


def clear(work: Path) -> None:
    """Remove the folder of finished jobs: the package stands."""
    shutil.rmtree(work, ignore_errors=True)


def _each(ground: Ground, todo: Sequence[Job], paths: Mapping[Job, Path], processes: int) -> Iterator[Job]:
    """Work the jobs off, and name each as it is finished."""
    if processes == 1 or len(todo) < 2:
        for job in todo:
            _work(ground, job, paths[job])
            yield job
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_undisturbed) as pool:
        try:
            futures = {pool.submit(_work, ground, job, paths[job]): job for job in todo}
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _undisturbed() -> None:
    """Ctrl-C is the parent's: it lets the jobs under way finish and starts no other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(ground: Ground, job: Job, path: Path) -> None:
    """One job into its file, which is there whole or not at all."""
    rules = ground.rules()
    found = worked(job, ground.stands, _packages(), ground.span, rules)
    held = {name: flow.astype(np.float32) for name, flow in found.items()}
    staging = path.with_suffix(f".{os.getpid()}")
    write_arrays({**held, _READS: np.array(sorted(rules.used))}, staging)
    os.replace(staging, path)


def _kept(path: Path) -> dict[str, np.ndarray] | None:
    """A finished job, or None where there is none that can be read."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _together(ground: Ground, paths: Mapping[Job, Path], horizon: int) -> Built:
    held = {}
    for job, path in paths.items():
        kept = _kept(path)
        assert kept is not None, f"{path} is gone"
        held[job] = kept
    rules = ground.rules()
    parameters = {path: rules.entry(path) for job in held for path in held[job].pop(_READS).tolist()}
    index, arrays = assembled({_combination(job): flows for job, flows in held.items()}, ground.span.treated)
    statuses = [entry.status for entry in parameters.values()]
    statuses += [status for package in _packages().values() for status in _statuses(package)]
    made_of = {
        "packages": {name: package_hash(name) for name in PACKAGES},
        "rows": stand_hashes(ground.stands),
        "parameters": {path: entry.value for path, entry in parameters.items()},
        "versions": {name: version(name) for name in PROGRAMS},
    }
    status = worst_status("computed", *statuses, *ground.stands["status"])
    described = descriptor(len(index), ground.stands["region_code"].tolist(), ground.span.years, made_of, status)
    flows = [(job, held[job][ADDITIONAL].astype(np.float64)) for job in held]
    late = terminal_table(flows, ground.span, horizon) if ground.span.last > horizon else None
    return Built(index, arrays, described, late)


def _combination(job: Job) -> tuple[str, str, str, str]:
    return job.measure, job.climate, job.member, job.hazard


def _statuses(package: Package) -> list[str]:
    own = package.table["status"].tolist() if "status" in package.table.columns else []
    return [*(column.status for column in package.columns.values()), *own]


def _keys(ground: Ground, todo: Sequence[Job]) -> list[str]:
    """The names of the jobs' files: a hash of everything that a job can depend on, our own code included."""
    shared = {
        "span": asdict(ground.span),
        "date": ground.date,
        "changes": [(change.parameter, change.start, change.end, change.value) for change in ground.changes],
        "stands": stand_hashes(ground.stands),
        "packages": {name: package_hash(name) for name in PACKAGES},
        "versions": {name: version(name) for name in PROGRAMS},
        "code": _files(carbon, "*.py"),
        "law": _files(policy, "*.yaml"),
    }
    texts = [json.dumps([shared, asdict(job)], sort_keys=True) for job in todo]
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def _files(package: Any, pattern: str) -> str:
    """One hash over the files of an installed package."""
    digest = hashlib.sha256()
    folder = Path(package.__file__).parent
    for path in sorted(folder.rglob(pattern)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def _packages() -> Mapping[str, Package]:
    """The shipped tables, read once in each process."""
    return {name: load_package(name) for name in PACKAGES}
