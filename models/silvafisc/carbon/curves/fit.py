"""The factors of the age groups, fitted on a nation: areas and mean volumes of its age groups and of its units."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from ..age_structure import AGE_GROUPS
from ..errors import refuse
from ..forest import Tabular
from ..mixtures import Array
from .calibrate import calibrate_curves
from .factors import AgeFactors

_CLOSED = 1e-13
"""Relative deviation of row and column sums at which the balancing stops: a few roundings of a double."""
_ROUNDS = 10_000


@dataclass(frozen=True)
class AgeFit:
    """factors: fitted. nation_gap: the units' total volume over the age groups' total volume - 1, which no factor can
    remove; the age-group means are met up to it."""

    factors: AgeFactors
    nation_gap: float

    def table(self) -> pd.DataFrame:
        """age_group, area_factor, volume_factor: the rows of the package `age_group_factors`."""
        return pd.DataFrame(
            {
                "age_group": list(AGE_GROUPS),
                "area_factor": self.factors.area,
                "volume_factor": self.factors.volume,
            }
        )


def fit_age_factors(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> AgeFit:
    """Area and volume factors with which the units of `stands` add up to the nation's age groups.

    Two biproportional fits (`balance`), one after the other:
    areas  x_ua f_ua κ_a (f: tilted shares): rows to the units' arbor areas, columns to the national age-group split;
    volumes s_u b_ua m_a (b: prior volume of unit u in age group a): rows to the units' inventory volumes, columns to
    the national age-group volumes, brought to the units' total. Both factors are scaled to a weighted geometric mean
    of 1 over the national split.

    Raises:
        InputError: as `calibrate_curves`; areas of zero.
    """
    ones = np.ones(len(AGE_GROUPS))
    plain = calibrate_curves(stands, packages, rules, AgeFactors(ones, ones)).forest
    national = packages["age_groups"].table.set_index("age_group").loc[list(AGE_GROUPS)]
    national_area, national_volume = (national[c].to_numpy(dtype=np.float64) for c in ("area_10k_ha", "volume_10k_m3"))
    split = national_area / national_area.sum()
    area = plain.stands["arbor_area_tenth_mu"].to_numpy(dtype=np.float64)
    if not np.all(area > 0):
        raise refuse("stands", "every unit needs an arbor area to fit the nation", "拟合全国须每个单位都有乔木林面积")
    area_factor = _centred(balance(plain.age_shares, area, split * area.sum())[1], split)
    shares = AgeFactors(area_factor, ones).shares(plain.age_shares)
    prior = plain.amplitude[:, :, None] * plain.curve.reached(plain.ages)[None]
    volume = np.einsum("u,ug,ua,uga->ua", area, plain.standing, shares, prior)
    rows = area * plain.stands["mean_volume_m3_per_ha"].to_numpy(dtype=np.float64)
    columns = national_volume / national_volume.sum() * rows.sum()
    gap = (rows.sum() / area.sum()) / (national_volume.sum() / national_area.sum()) - 1
    return AgeFit(AgeFactors(area_factor, _centred(balance(volume, rows, columns)[1], split)), float(gap))


def balance(matrix: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Factors r (u,), c (a,) with Σ_a r_u M_ua c_a = rows_u and Σ_u r_u M_ua c_a = columns_a.

    Biproportional (iterative proportional) fitting; for a positive matrix and equal totals it converges to the one
    such scaling (Sinkhorn 1967). The rows are met last. c is free up to a factor that r takes back.

    Raises:
        ValueError: not positive, unequal totals, or not closed after the allowed rounds.
    """
    if not (np.all(matrix > 0) and np.isclose(rows.sum(), columns.sum(), rtol=1e-12)):
        raise ValueError("balancing needs a positive matrix and equal totals")
    column = np.ones(matrix.shape[1])
    for _ in range(_ROUNDS):
        row = rows / (matrix @ column)
        sums = (row @ matrix) * column
        if np.abs(sums / columns - 1).max() <= _CLOSED:
            return row, column
        column = column * columns / sums
    raise ValueError("balancing did not close")


def _centred(factors: Array, weights: Array) -> Array:
    return np.asarray(factors / np.exp((weights * np.log(factors)).sum()))
