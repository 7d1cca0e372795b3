"""Yields per draw, and how wide they are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array

Single = NDArray[np.float32]
CONFIDENCE = "assumptions.carbon.uncertainty.confidence"


@dataclass(frozen=True)
class DrawnYields:
    """tCO2e per mu of measures carried out in one year, summed from the first year to the end of each milestone year.

    additional: over all pools, less emissions; creditable: over the credited pools, before deductions; each
    (units, measures, draws, milestones). additional_central, creditable_central: (units, measures, milestones), with
    every quantity at its central value. Draw k is the same world for every unit and measure.
    """

    codes: tuple[str, ...]
    measures: tuple[str, ...]
    milestones: tuple[int, ...]
    additional: Single
    creditable: Single
    additional_central: Array
    creditable_central: Array

    @property
    def count(self) -> int:
        """Number of draws."""
        return int(self.additional.shape[2])


def milestones(rules: Rules, years: range) -> tuple[int, ...]:
    """The milestone years on record, ascending.

    Raises:
        InputError: none, or years outside those that are followed.
    """
    path = "assumptions.carbon.uncertainty.milestones"
    found = tuple(int(text) for text in rules.texts(path))
    if not found or sorted(set(found)) != list(found) or found[0] not in years or found[-1] not in years:
        en = f"must ascend inside {years[0]} to {years[-1]}: {found}"
        raise refuse(path, en, f"须在{years[0]}—{years[-1]}年内递增：{found}")
    return found


def interval(drawn: Array, rules: Rules, axis: int = -1) -> tuple[Array, Array]:
    """(low, high) ends of the confidence interval of draws along `axis`: quantiles (1 ∓ c) / 2, c the confidence on record."""
    confidence = rules.number(CONFIDENCE)
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=axis)
    return low, high


def half_width(drawn: Array, rules: Rules, axis: int = -1) -> Array:
    """Half the width of the confidence interval of draws along `axis`, as a share of the size of their mean.

    (high - low) / (2 |mean|), with the ends of `interval`; infinite where the mean is zero and the
    draws are not, zero where all are zero. It is what `crediting.deductions` takes.
    """
    low, high = interval(drawn, rules, axis)
    half, size = (high - low) / 2, np.abs(np.mean(drawn, axis=axis))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(half == 0, 0.0, half / size))


def creditable_half_widths(yields: DrawnYields, measure: str, rules: Rules) -> Array:
    """(units,) relative half-width of what a measure makes creditable by the last milestone."""
    drawn = yields.creditable[:, yields.measures.index(measure), :, -1].astype(np.float64)
    return half_width(drawn, rules)


def summary(yields: DrawnYields, rules: Rules) -> pd.DataFrame:
    """A row per unit, measure and milestone: central value, mean and quantiles of the draws, relative half-width.

    columns: region_code, measure, year, central, mean, low, middle, high (tCO2e per mu), half_width (share).
    """
    confidence = rules.number(CONFIDENCE)
    drawn = yields.additional.astype(np.float64)
    shares = [(1 - confidence) / 2, 1 / 2, (1 + confidence) / 2]
    low, middle, high = np.quantile(drawn, shares, axis=2)
    index = pd.MultiIndex.from_product(
        [yields.codes, yields.measures, yields.milestones], names=["region_code", "measure", "year"]
    )
    columns = {
        "central": yields.additional_central,
        "mean": drawn.mean(axis=2),
        "low": low,
        "middle": middle,
        "high": high,
        "half_width": half_width(drawn, rules, axis=2),
    }
    return pd.DataFrame({name: part.ravel() for name, part in columns.items()}, index=index).reset_index()
