"""What matters most: Sobol indices of groups of sources, by SALib (extra `carbon`), imported when they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import needs
from ..mixtures import Array
from .sources import LOSS

_EDGE = 1e-9
"""Uniform numbers stay this far inside (0, 1), where lognormals are finite."""


@dataclass(frozen=True)
class Design:
    """Points of Saltelli's scheme: with g groups, base · (g + 2) rows of uniform numbers, a column per source."""

    problem: dict[str, Any]
    points: Array
    seed: int

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in order of their first source."""
        return tuple(dict.fromkeys(self.problem["groups"]))


def saltelli(names: Sequence[str], groups: Sequence[str], base: int, seed: int) -> Design:
    """The points at which a model must be run for the indices of `groups`, one group per source.

    base: a power of two. Raises InputError where SALib is missing.
    """
    sample, _ = _salib()
    problem = {
        "num_vars": len(names),
        "names": list(names),
        "groups": list(groups),
        "bounds": [[0.0, 1.0]] * len(names),
    }
    points = sample.sample(problem, base, calc_second_order=False, seed=seed)
    return Design(problem, np.clip(points, _EDGE, 1 - _EDGE), seed)


def indices(design: Design, outputs: Array) -> pd.DataFrame:
    """A row per group, the one with the largest total first: group, first_order, total, and their 95 % half-widths.

    first_order: share of the variance that goes when the group alone is known. total: share that stays when all but
    the group is known; it holds interactions. outputs: (rows of the design,). An output that never varies has no
    indices: zeros.
    """
    _, analyze = _salib()
    names = design.groups
    if np.ptp(outputs) == 0:
        found = dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), np.zeros(len(names)))
    else:
        # Scaled first: the estimators are ratios of sums, and their rounding hangs on the size of the mean.
        scaled = (outputs - outputs.mean()) / outputs.std()
        found = analyze.analyze(design.problem, scaled, calc_second_order=False, seed=design.seed)
    table = pd.DataFrame(
        {
            "group": names,
            "first_order": found["S1"],
            "first_order_half_width": found["S1_conf"],
            "total": found["ST"],
            "total_half_width": found["ST_conf"],
        }
    )
    return table.sort_values(["total", "group"], ascending=[False, True], kind="stable", ignore_index=True)


def by_measure(design: Design, measures: Sequence[str], outputs: Array) -> pd.DataFrame:
    """`indices` of every measure with a column `measure`; outputs: (rows of the design, measures)."""
    tables = [indices(design, outputs[:, at]).assign(measure=name) for at, name in enumerate(measures)]
    return pd.concat(tables, ignore_index=True)


def leading(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """The `count` groups that matter most to each measure, and the loss hazard, wherever it stands."""
    rank = table.groupby("measure", sort=False).cumcount()
    return table[(rank < count) | (table["group"] == LOSS)].reset_index(drop=True)


def _salib() -> tuple[Any, Any]:
    with needs("SALib", "carbon"):
        from SALib.analyze import sobol as analyze
        from SALib.sample import sobol as sample
    return sample, analyze
