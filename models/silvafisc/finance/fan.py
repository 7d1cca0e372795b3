"""How a loan's cover spreads over drawn carbon prices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from silvafisc.quantities.money import FEN_PER_YUAN

from .assess import Assessment
from .cover import yearly_cover

QUANTILES = (0.05, 0.5, 0.95)
"""Low, middle and high of the fan."""


@dataclass(frozen=True)
class Fan:
    """years: year -> cover at QUANTILES, of the years with debt service. least: the same of each draw's lowest year.

    below_one: share of the draws in which some year is not covered.
    """

    years: dict[int, tuple[float, ...]]
    least: tuple[float, ...]
    below_one: float


def cover_fan(found: Assessment, prices: NDArray[np.float64], start: float) -> Fan:
    """Cover by year where a tonne sells at drawn prices.

    prices: (draws, years after that of the drawing), yuan per tonne; start: the price in the year of the drawing.
    Quantities for reading, not money: floats.
    """
    case = found.case
    drawn = case.terms.drawn
    paths = np.column_stack([np.full(len(prices), start), prices])
    tonnes: dict[int, float] = {}
    for day, kept in case.sold_kept.items():
        if day >= drawn:
            tonnes[day.year] = tonnes.get(day.year, 0.0) + float(kept)
    covers = {
        year.year: (year.receipts_fen + tonnes.get(year.year, 0.0) * FEN_PER_YUAN * paths[:, year.year - drawn.year])
        / year.service_fen
        for year in yearly_cover(case.other, found.lines)
        if year.service_fen
    }
    least = np.min(np.column_stack(list(covers.values())), axis=1)
    return Fan(
        {year: _quantiles(values) for year, values in covers.items()}, _quantiles(least), float(np.mean(least < 1))
    )


def _quantiles(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, QUANTILES))
