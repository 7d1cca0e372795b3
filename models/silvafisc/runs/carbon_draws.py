"""Yields of the carbon engine per draw: worked out chunk by chunk, kept, resumed, written as arrays with their index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc import carbon
from silvafisc.carbon.cbm import DENSITIES, NEEDED
from silvafisc.carbon.climate import climates
from silvafisc.carbon.curves.calibrate import Curves, calibrate_curves
from silvafisc.carbon.npp import MEMBERS
from silvafisc.carbon.trajectories.bulk import DECIMALS
from silvafisc.carbon.trajectories.courses import MEASURES
from silvafisc.carbon.uncertainty.designs import SOBOL
from silvafisc.carbon.uncertainty.drawn import Draw
from silvafisc.carbon.uncertainty.follow import Added
from silvafisc.carbon.uncertainty.indices import by_measure, saltelli
from silvafisc.carbon.uncertainty.sources import CAUSES, CURVE_UNCERTAINTY, MEMBER, Source, read_sources
from silvafisc.carbon.uncertainty.worlds import added_in, worlds, worlds_at
from silvafisc.carbon.uncertainty.yields import DrawnYields, milestones
from silvafisc.carbon.yield_arrays import stand_hashes
from silvafisc.datasets import Finding, InputError, Package, load_package, package_hash
from silvafisc.datasets.arrays import write_arrays
from silvafisc.policy import Rules

from .carbon_jobs import each, found, keep, kept, key
from .prepare import Progress

CHUNK = 16
"""Draws that are worked out before they are kept: about a minute for the nation."""
FILE = "draws.npz"
DRAWS = "assumptions.carbon.uncertainty.draws"
PACKAGES = tuple(sorted({*carbon.CURVE_PACKAGES, *NEEDED, DENSITIES, CURVE_UNCERTAINTY}))
"""Data packages that draws are worked out from."""
PROGRAMS = ("libcbm", "numpy", "scipy")
"""What the numbers may depend on beside our own code."""
_ARRAYS = ("additional", "creditable", "additional_central", "creditable_central")
_NAMES = ("codes", "measures", "milestones")
_TREATED, _READS = "treated", "reads"


@dataclass(frozen=True)
class Ground:
    """What every draw starts from: units on their curves, packages, years, a climate, the law of a date.

    member: of growth, which then is not drawn; None to draw it. treated: calendar years in which the measures are
    carried out.
    """

    stands: pd.DataFrame
    curves: Curves
    packages: Mapping[str, Package]
    years: range
    climate: str
    member: str | None
    rules: Rules
    treated: tuple[int, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes its own from the same stands, since packages know their files and do not travel."""
        return ground, (self.stands, self.years, self.climate, self.rules, self.treated, self.member)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is uncertain here."""
        return read_sources(self.curves, self.packages, self.rules)

    def added(self, draw: Draw, measures: Sequence[str], until: Sequence[int]) -> Added:
        """What measures add in a draw; `added_in`."""
        climate = climates(self.rules)[self.climate]
        if self.member is not None:
            draw = {**draw, MEMBER: list(MEMBERS).index(self.member)}
        return added_in(
            draw, self.curves, self.packages, self.years, climate, self.rules, measures, self.treated, until
        )


def ground(
    stands: pd.DataFrame,
    years: range,
    climate: str,
    rules: Rules,
    treated: Sequence[int] = (),
    member: str | None = None,
) -> Ground:
    """From a table of stands (results.INPUT_TABLES["stands"]) and a named climate; measures of the first year, or `treated`.

    Raises:
        InputError: an unknown climate; as `calibrate_curves`. ValueError: `treated` outside the years.
    """
    if climate not in climates(rules):
        known = ", ".join(climates(rules))
        en, zh = f"unknown climate {climate!r}; there are: {known}", f"未知的气候情景 {climate!r}，现有：{known}"
        raise InputError([Finding("carbon", "climate", en, zh)])
    packages = {name: load_package(name) for name in PACKAGES}
    treated = tuple(treated) or (years[0],)
    for year in treated:
        years.index(year)
    return Ground(stands, calibrate_curves(stands, packages, rules), packages, years, climate, member, rules, treated)


@dataclass(frozen=True)
class Drawing:
    """Draws that are wanted: how many and which, of which measures, up to which years, as chunks with their files.

    The central case stands before the draws, as a chunk of its own.
    """

    chunks: tuple[tuple[tuple[Draw, ...], Path], ...]
    measures: tuple[str, ...]
    until: tuple[int, ...]


def drawing(
    base: Ground,
    seed: int,
    work: Path,
    count: int | None = None,
    design: str = SOBOL,
    measures: Sequence[str] = tuple(MEASURES),
    causes: Collection[str] = CAUSES,
) -> Drawing:
    """What `draw_yields` works out; the names of the files are a hash of all that the numbers hang on.

    Raises:
        InputError: as `worlds`, `milestones`.
    """
    count = int(base.rules.number(DRAWS)) if count is None else count
    until = milestones(base.rules, base.years)
    draws = worlds(base.sources, count, seed, design, causes)
    chunks = [({},), *(tuple(draws[first : first + CHUNK]) for first in range(0, count, CHUNK))]
    told = {
        "stands": stand_hashes(base.stands),
        "packages": {name: package_hash(name) for name in PACKAGES},
        "date": base.rules.date,
        "changes": [(one.parameter, one.start, one.end, one.value) for one in base.rules.tree.changes],
        "years": list(base.years),
        "climate": [base.climate, base.member],
        "treated": list(base.treated),
        "measures": list(measures),
        "until": list(until),
    }
    named = tuple((chunk, work / f"{key({**told, 'draws': chunk}, PROGRAMS)}.npz") for chunk in chunks)
    return Drawing(named, tuple(measures), until)


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
) -> dict[int, DrawnYields]:
    """Year of treatment -> yields of every draw. Chunks are kept in the folder `work` and found again there.

    count: draws, else as many as on record. causes: what is drawn; the rest stays central (for `side_by_side`).
    processes: how many work out chunks, which changes no number.

    Parameters that the engine reads are read in `base.rules` too, whichever process worked them out.

    Raises:
        InputError: as `drawing` and the engine.
    """
    wanted = drawing(base, seed, work, count, design, measures, causes)
    work.mkdir(parents=True, exist_ok=True)
    rest = [(chunk, path) for chunk, path in wanted.chunks if kept(path) is None]
    todo = sum(len(chunk) for chunk, _ in wanted.chunks)
    done = todo - sum(len(chunk) for chunk, _ in rest)
    for chunk in each(partial(_work, base, wanted.measures, wanted.until), rest, processes):
        done += len(chunk)
        if progress is not None:
            progress(f"carbon draws {done}/{todo}")
    central, *parts = (found(path) for _, path in wanted.chunks)
    for path in central[_READS].tolist():
        base.rules.entry(path)
    # (draws, years, measures, units, milestones) -> (years, units, measures, draws, milestones)
    drawn = {
        name: np.concatenate([part[name] for part in parts]).transpose(1, 3, 2, 0, 4).astype(np.float32)
        for name in _ARRAYS[:2]
    }
    middle = {name: central[name][0].swapaxes(1, 2) for name in _ARRAYS[:2]}
    return {
        year: DrawnYields(
            base.curves.forest.codes,
            wanted.measures,
            wanted.until,
            *(drawn[name][at] for name in _ARRAYS[:2]),
            *(middle[name][at] for name in _ARRAYS[:2]),
        )
        for at, year in enumerate(base.treated)
    }


def what_matters(base: Ground, measures: Sequence[str], weight: np.ndarray, points: int, seed: int) -> pd.DataFrame:
    """Sobol indices of the causes for each measure's tonnes by the last milestone, the units' mean by `weight` (units,).

    It runs the engine points · (causes + 2) times, so a few units that stand for the rest are enough.

    Raises:
        InputError: SALib is missing; as `draw_yields`.
    """
    sources, until = base.sources, milestones(base.rules, base.years)[-1:]
    design = saltelli([source.name for source in sources], [source.cause for source in sources], points, seed)

    outputs = [base.added(draw, measures, until).additional[0, :, :, 0] for draw in worlds_at(sources, design.points)]
    return by_measure(design, measures, np.stack(outputs) @ weight / weight.sum())


def save_yields(yields: Mapping[int, DrawnYields], folder: Path) -> Path:
    """Write `draws.npz`: the arrays, (years of treatment, …), and their index as texts; the same bytes for the same numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    first = next(iter(yields.values()))
    held = {name: np.array([str(value) for value in getattr(first, name)]) for name in _NAMES}
    held |= {name: np.stack([getattr(one, name) for one in yields.values()]) for name in _ARRAYS}
    write_arrays({**held, _TREATED: np.array(list(yields))}, folder / FILE)
    return folder / FILE


def load_yields(folder: Path) -> dict[int, DrawnYields]:
    """Read what `save_yields` wrote."""
    held = found(folder / FILE)
    codes, measures, years = (tuple(str(text) for text in held[name]) for name in _NAMES)
    until = tuple(int(year) for year in years)
    return {
        int(year): DrawnYields(codes, measures, until, *(held[name][at] for name in _ARRAYS))
        for at, year in enumerate(held[_TREATED])
    }


def _work(base: Ground, measures: Sequence[str], until: Sequence[int], chunk: Sequence[Draw], path: Path) -> None:
    """A chunk into its file: additional and creditable, (draws, years, measures, units, milestones), and what was read.

    Rounded as the yields are, so that another processor's last bits do not show.
    """
    flows = [base.added(draw, measures, until) for draw in chunk]
    parts = {name: np.stack([getattr(one, name) for one in flows]) for name in _ARRAYS[:2]}
    rounded = {name: np.round(part, DECIMALS) + 0.0 for name, part in parts.items()}
    keep({**rounded, _READS: np.array(sorted(base.rules.used))}, path)
