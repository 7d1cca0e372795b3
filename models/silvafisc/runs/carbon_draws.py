"""Yields of the carbon engine per draw: worked out chunk by chunk, kept, resumed, written as arrays with their index."""

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc import carbon
from silvafisc.carbon.cbm import DENSITIES, NEEDED
from silvafisc.carbon.climate import climates
from silvafisc.carbon.curves.calibrate import Curves, calibrate_curves
from silvafisc.carbon.trajectories.courses import MEASURES
from silvafisc.carbon.uncertainty.designs import SOBOL
from silvafisc.carbon.uncertainty.drawn import Draw
from silvafisc.carbon.uncertainty.follow import Added
from silvafisc.carbon.uncertainty.indices import by_measure, saltelli
from silvafisc.carbon.uncertainty.sources import CAUSES, CURVE_UNCERTAINTY, Source, read_sources
from silvafisc.carbon.uncertainty.worlds import added_in, worlds, worlds_at
from silvafisc.carbon.uncertainty.yields import DrawnYields, milestones
from silvafisc.datasets import Finding, InputError, Package, load_package
from silvafisc.policy import Rules

CHUNK = 16
"""Draws that are worked out before they are kept: about a minute for the nation."""
FILE = "draws.npz"
_DRAWS = "assumptions.carbon.uncertainty.draws"
_READ = ("assumptions.carbon.", "carbon.")
_PROGRAMS = ("libcbm", "numpy", "scipy")
_ARRAYS = ("additional", "creditable", "additional_central", "creditable_central")
_NAMES = ("codes", "measures", "milestones")
Progress = Callable[[int, int], None]
"""Called with (draws done, draws in all)."""


@dataclass(frozen=True)
class Ground:
    """What every draw starts from: units on their curves, packages, years, a climate, the law of a date.

    treated: calendar year in which the measures are carried out.
    """

    stands: pd.DataFrame
    curves: Curves
    packages: Mapping[str, Package]
    years: range
    climate: str
    rules: Rules
    treated: int

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes its own from the same stands, since packages know their files and do not travel."""
        return ground, (self.stands, self.years, self.climate, self.rules, self.treated)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is uncertain here."""
        return read_sources(self.curves, self.packages, self.rules)

    def added(self, draw: Draw, measures: Sequence[str], until: Sequence[int]) -> Added:
        """What measures add in a draw; `added_in`."""
        climate = climates(self.rules)[self.climate]
        return added_in(
            draw, self.curves, self.packages, self.years, climate, self.rules, measures, self.treated, until
        )


def ground(stands: pd.DataFrame, years: range, climate: str, rules: Rules, treated: int | None = None) -> Ground:
    """From a table of stands (results.INPUT_TABLES["stands"]) and a named climate; measures of the first year, or `treated`.

    Raises:
        InputError: an unknown climate; as `calibrate_curves`. ValueError: `treated` outside the years.
    """
    if climate not in climates(rules):
        known = ", ".join(climates(rules))
        en, zh = f"unknown climate {climate!r}; there are: {known}", f"未知的气候情景 {climate!r}，现有：{known}"
        raise InputError([Finding("carbon", "climate", en, zh)])
    names = sorted({*carbon.CURVE_PACKAGES, *NEEDED, DENSITIES, CURVE_UNCERTAINTY})
    packages = {name: load_package(name) for name in names}
    treated = years[0] if treated is None else treated
    years.index(treated)
    return Ground(stands, calibrate_curves(stands, packages, rules), packages, years, climate, rules, treated)


def draw_yields(
    base: Ground,
    seed: int,
    work: Path,
    *,
    count: int | None = None,
    design: str = SOBOL,
    measures: Sequence[str] = tuple(MEASURES),
    causes: Collection[str] = CAUSES,
    processes: int = 1,
    progress: Progress | None = None,
) -> DrawnYields:
    """Yields of every draw. Chunks are kept in the folder `work` under a key of all they hang on, and found again there.

    count: draws, else as many as on record. causes: what is drawn; the rest stays central (for `side_by_side`).
    processes: how many work out chunks, which changes no number.

    Raises:
        InputError: as `worlds`, `milestones` and the engine.
    """
    count = int(base.rules.number(_DRAWS)) if count is None else count
    until = milestones(base.rules, base.years)
    draws = worlds(base.sources, count, seed, design, causes)
    # The central case stands before the draws, as a chunk of its own.
    chunks: list[list[Draw]] = [[{}], *(draws[first : first + CHUNK] for first in range(0, count, CHUNK))]
    told, parts, done = _told(base, measures, until), [], 0
    work.mkdir(parents=True, exist_ok=True)
    keep = partial(_kept, base, measures=measures, until=until, work=work, told=told)
    with _mapper(processes) as mapped:
        for number, part in enumerate(mapped(keep, chunks)):
            parts.append(part)
            done += len(chunks[number]) if number else 0
            if progress is not None:
                progress(done, count)
    additional, creditable = (np.stack([row for part in parts[1:] for row in part[at]], axis=2) for at in range(2))
    central = [part[0].swapaxes(0, 1) for part in parts[0]]
    return DrawnYields(
        base.curves.forest.codes,
        tuple(measures),
        until,
        additional.swapaxes(0, 1).astype(np.float32),
        creditable.swapaxes(0, 1).astype(np.float32),
        central[0],
        central[1],
    )


def what_matters(base: Ground, measures: Sequence[str], weight: np.ndarray, points: int, seed: int) -> pd.DataFrame:
    """Sobol indices of the causes for each measure's tonnes by the last milestone, the units' mean by `weight` (units,).

    It runs the engine points · (causes + 2) times, so a few units that stand for the rest are enough.

    Raises:
        InputError: SALib is missing; as `draw_yields`.
    """
    sources, until = base.sources, milestones(base.rules, base.years)[-1:]
    design = saltelli([source.name for source in sources], [source.cause for source in sources], points, seed)

    found = [base.added(draw, measures, until).additional[:, :, 0] for draw in worlds_at(sources, design.points)]
    return by_measure(design, measures, np.stack(found) @ weight / weight.sum())


def save_yields(yields: DrawnYields, folder: Path) -> Path:
    """Write `draws.npz`: the arrays, and their index as texts; the same bytes for the same numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    held = {name: np.array([str(value) for value in getattr(yields, name)]) for name in _NAMES}
    held |= {name: getattr(yields, name) for name in _ARRAYS}
    with (folder / FILE).open("wb") as file:
        np.savez(file, allow_pickle=False, **held)
    return folder / FILE


def load_yields(folder: Path) -> DrawnYields:
    """Read what `save_yields` wrote."""
    with np.load(folder / FILE, allow_pickle=False) as held:
        codes, measures, years = (tuple(str(text) for text in held[name]) for name in _NAMES)
        arrays = {name: held[name] for name in _ARRAYS}
    return DrawnYields(codes=codes, measures=measures, milestones=tuple(int(year) for year in years), **arrays)


@contextmanager
def _mapper(processes: int) -> Iterator[Callable[..., Iterator[tuple[np.ndarray, np.ndarray]]]]:
    """`map` in this process or in several; started anew, since libraries with threads of their own do not survive a fork."""
    if processes == 1:
        yield map
    else:
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            yield pool.map


def _kept(
    base: Ground, chunk: Sequence[Draw], measures: Sequence[str], until: Sequence[int], work: Path, told: str
) -> tuple[np.ndarray, np.ndarray]:
    """(draws, measures, units, milestones) additional and creditable of a chunk, from the folder where it holds them."""
    key = hashlib.sha256((told + json.dumps(chunk, sort_keys=True)).encode()).hexdigest()
    path = work / f"{key}.npz"
    if not path.is_file():
        found = [base.added(draw, measures, until) for draw in chunk]
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez(
                file,
                additional=np.stack([one.additional for one in found]),
                creditable=np.stack([one.creditable for one in found]),
            )
        unfinished.replace(path)
    with np.load(path, allow_pickle=False) as held:
        return held["additional"], held["creditable"]


def _told(base: Ground, measures: Sequence[str], until: Sequence[int]) -> str:
    """Everything beside the draw itself that the numbers of a chunk hang on."""
    paths = [path for path in base.rules.tree.parameters if path.startswith(_READ) and base.rules.holds(path)]
    rules = replace(base.rules, tree=replace(base.rules.tree, reads=set()), reads=set())
    return json.dumps(
        {
            "parameters": {path: rules.text(path) for path in sorted(paths)},
            "packages": {name: package.table.to_csv(index=False) for name, package in base.packages.items()},
            "stands": base.stands.to_csv(index=False),
            "programs": {name: version(name) for name in _PROGRAMS},
            "years": list(base.years),
            "climate": base.climate,
            "treated": base.treated,
            "measures": list(measures),
            "until": list(until),
        },
        sort_keys=True,
    )
