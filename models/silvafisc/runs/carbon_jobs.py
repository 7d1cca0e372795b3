"""Long work in jobs: each is kept in a file as it is finished, in one process or several, so that it goes on later."""

import hashlib
import io
import json
import multiprocessing
import os
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from silvafisc import carbon, policy
from silvafisc.carbon.yield_arrays import stand_hashes
from silvafisc.datasets import Package, package_hash, worst_status
from silvafisc.datasets.arrays import FILE, write_arrays
from silvafisc.datasets.package import DESCRIPTOR
from silvafisc.policy import Value
from silvafisc.results.outcome import write_csv, write_json

from .processes import undisturbed

J = TypeVar("J")


def each(work: Callable[[J, Path], None], todo: Sequence[tuple[J, Path]], processes: int) -> Iterator[J]:
    """Work jobs off into their files, and name each as it is finished."""
    if processes == 1 or len(todo) < 2:
        for job, path in todo:
            work(job, path)
            yield job
        return
    # Started anew, since libraries with threads of their own do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=undisturbed) as pool:
        try:
            futures = {pool.submit(work, job, path): job for job, path in todo}
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def keep(arrays: Mapping[str, np.ndarray], path: Path) -> None:
    """Write a finished job, which is there whole or not at all."""
    staging = path.with_suffix(f".{os.getpid()}")
    write_arrays(arrays, staging)
    os.replace(staging, path)


def kept(path: Path) -> dict[str, np.ndarray] | None:
    """A finished job, or None where there is none that can be read."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def found(path: Path) -> dict[str, np.ndarray]:
    """A job that was just finished."""
    held = kept(path)
    assert held is not None, f"{path} is gone"
    return held


def clear(work: Path) -> None:
    """Remove the folder of finished jobs: what they were for stands."""
    shutil.rmtree(work, ignore_errors=True)


def key(what: Mapping[str, Any], programs: Sequence[str]) -> str:
    """The name of a job's file: a hash of all that it can depend on, our own code and the law included."""
    told = {
        **what,
        "versions": {name: version(name) for name in programs},
        "code": _files(carbon, "*.py"),
        "law": _files(policy, "*.yaml"),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _statuses(package: Package) -> list[str]:
    """How well each column and row of a package is known."""
    own = package.table["status"].tolist() if "status" in package.table.columns else []
    return [*(column.status for column in package.columns.values()), *own]


def origin(
    stands: pd.DataFrame, packages: Mapping[str, Package], parameters: Collection[Value], programs: Sequence[str]
) -> tuple[dict[str, dict[str, str]], str]:
    """(`made_of` of a built package, the worst status of what it was made of): units, data packages, parameters that were
    read, versions of programs."""
    statuses = [entry.status for entry in parameters]
    statuses += [status for package in packages.values() for status in _statuses(package)]
    made_of = {
        "packages": {name: package_hash(name) for name in packages},
        "rows": stand_hashes(stands),
        "parameters": {entry.path: entry.value for entry in parameters},
        "versions": {name: version(name) for name in programs},
    }
    return made_of, worst_status("computed", *statuses, *stands["status"])


def save_package(
    folder: Path, descriptor: Mapping[str, Any], table: pd.DataFrame, arrays: Mapping[str, np.ndarray] | None = None
) -> list[Path]:
    """Write a data package into a folder that does not exist yet; the same bytes for the same numbers."""
    folder.mkdir(parents=True)
    paths = [folder / DESCRIPTOR, folder / "data.csv"]
    write_json(descriptor, paths[0])
    write_csv(table, paths[1])
    if arrays is not None:
        paths.append(folder / FILE)
        write_arrays(arrays, paths[-1])
    return paths


@cache
def _files(package: Any, pattern: str) -> str:
    """One hash over the files of an installed package."""
    digest = hashlib.sha256()
    folder = Path(package.__file__).parent
    for path in sorted(folder.rglob(pattern)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
