"""Rows that differ only in pools and growth as one: exact, since the engine is linear in both."""

from dataclasses import replace

import numpy as np

from ..cbm import Event, Rows
from ..mixtures import Array
from .plans import Plan


def merged(plan: Plan, rows: Rows) -> tuple[Plan, Rows]:
    """The plan's rows with one for each unit, group and set of events, and the plan with the land of these rows.

    Age groups of a unit's forest type meet the same events, so they are one mean hectare. The land's volumes are means
    too; the start is that of the rows, which was worked out before.
    """
    land = plan.land
    alike = [land.unit[:, None], land.group[:, None], rows.temperature, *(event.share for event in rows.events)]
    if plan.nitrogen is not None:
        alike.append(plan.nitrogen)
    _, first, of = np.unique(np.concatenate(alike, axis=1), axis=0, return_index=True, return_inverse=True)
    of = of.ravel()
    weight = np.bincount(of, land.weight).astype(np.float64)

    def mean(values: Array) -> Array:
        sums = np.zeros((len(first), *values.shape[1:]))
        np.add.at(sums, of, values * land.weight.reshape(-1, *[1] * (values.ndim - 1)))
        return np.asarray(sums / weight.reshape(-1, *[1] * (values.ndim - 1)))

    area = replace(
        land,
        unit=land.unit[first],
        group=land.group[first],
        age=land.age[first],
        weight=weight,
        volume=mean(land.volume),
        regrowth=mean(land.regrowth),
    )
    joined = Rows(
        rows.group[first],
        rows.temperature[first],
        mean(rows.start),
        mean(rows.growth),
        tuple(Event(event.matrix, event.share[first]) for event in rows.events),
    )
    nitrogen = None if plan.nitrogen is None else plan.nitrogen[first]
    return replace(plan, land=area, nitrogen=nitrogen), joined
