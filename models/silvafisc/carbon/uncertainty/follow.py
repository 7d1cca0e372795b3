"""What every measure adds in one draw, summed to milestone years."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from ..accounts import credited_pools
from ..mixtures import Array
from ..trajectories.courses import MEASURES, Place, balances_of, unchanged
from ..trajectories.plans import Plan
from ..trajectories.setting import Setting


@dataclass(frozen=True)
class Added:
    """tCO2e per mu from the first year to the end of each milestone, (years of treatment, measures, units, milestones).

    additional: over all pools, less emissions; creditable: over the credited pools only, before deductions.
    """

    additional: Array
    creditable: Array


def added(setting: Setting, place: Place, measures: Sequence[str], years: Sequence[int], until: Sequence[int]) -> Added:
    """Each measure carried out in each of `years` against its baseline, to the ends of the years `until` (both counted
    from 1).

    All plans are stepped at once, and a baseline that several measures share is stepped once.

    Raises:
        KeyError: an unknown measure. InputError: as the measure and `simulate`.
    """
    made = [MEASURES[measure](setting, year) for year in years for measure in measures]
    baselines: list[Plan] = []
    at: list[int | None] = []
    for _, without in made:
        known = next((i for i, plan in enumerate(baselines) if without is not None and _same(plan, without)), None)
        if without is not None and known is None:
            baselines.append(without)
            known = len(baselines) - 1
        at.append(known)
    balances = balances_of(setting, place, [project for project, _ in made] + baselines, merge=True)
    pools, ends = credited_pools(setting.rules), [end - 1 for end in until]
    additional, creditable = [], []
    for project, known in zip(balances, at, strict=False):
        baseline = unchanged(project) if known is None else balances[len(made) + known]
        additional.append(_summed(project.flow() - baseline.flow(), ends))
        creditable.append(_summed(project.flow(pools) - baseline.flow(pools), ends))

    def by_year(parts: list[Array]) -> Array:
        whole = np.stack(parts)
        return whole.reshape(len(years), len(measures), *whole.shape[1:])

    return Added(by_year(additional), by_year(creditable))


def _summed(flow: Array, ends: Sequence[int]) -> Array:
    return np.cumsum(flow, axis=1)[:, list(ends)]


def _same(one: Plan, other: Plan) -> bool:
    """Whether two plans are the same numbers."""
    pairs = [(getattr(one.land, field.name), getattr(other.land, field.name)) for field in fields(one.land)]
    pairs += [(one.regrowth, other.regrowth)]
    if len(one.strands) != len(other.strands) or set(one.hazards) != set(other.hazards) or one.acts or other.acts:
        return False
    for mine, theirs in zip(one.strands, other.strands, strict=True):
        pairs += [(mine.taken, theirs.taken), (mine.growth, theirs.growth)]
    pairs += [(share, other.hazards[name]) for name, share in one.hazards.items()]
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)
