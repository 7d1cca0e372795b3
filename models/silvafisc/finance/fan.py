"""How the cover of a loan or bond, and a bond's coupons, spread over drawn carbon prices."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from silvafisc.quantities.money import FEN_PER_YUAN

from .assess import Assessment
from .bond_case import BondAssessment
from .bond_draws import drawn_coupons, drawn_service
from .cover import yearly_cover
from .drawn import Draws, Selling, sales

QUANTILES = (0.05, 0.5, 0.95)
"""Low, middle and high of the fan."""


@dataclass(frozen=True)
class Fan:
    """years: year -> cover at QUANTILES, of the years with debt service. least: the same of each draw's lowest year.

    below_one: share of the draws in which some year is not covered. coupons: of a bond, the rate of each at QUANTILES.
    """

    years: dict[int, tuple[float, ...]]
    least: tuple[float, ...]
    below_one: float
    coupons: tuple[tuple[float, ...], ...] = ()


def cover_fan(found: Assessment, prices: Draws, start: float) -> Fan:
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
    return _fan(covers)


def bond_fan(found: BondAssessment, selling: Selling, prices: Draws, start: float) -> Fan:
    """Cover by year and coupons of a bond where a tonne sells at drawn prices, which also move a linked coupon.

    prices, start: as for `cover_fan`.
    """
    case, drawn = found.case, found.case.terms.drawn
    sold = sales(selling, np.column_stack([np.full(len(prices), start), prices]), drawn.year)
    paid = drawn_service(case, found.lines, sold)
    covers = {}
    for year in yearly_cover(case.other_fen, found.lines):
        due = [line.period.due.year == year.year for line in found.lines]
        if any(due):
            covers[year.year] = (year.receipts_fen + sold.of_year(year.year, drawn)) / paid[:, due].sum(axis=1)
    coupons = drawn_coupons(case, found.lines, sold)
    return _fan(covers, tuple(_quantiles(coupons[:, at]) for at in range(coupons.shape[1])))


def _fan(covers: Mapping[int, Draws], coupons: tuple[tuple[float, ...], ...] = ()) -> Fan:
    least = np.min(np.column_stack(list(covers.values())), axis=1)
    years = {year: _quantiles(values) for year, values in covers.items()}
    return Fan(years, _quantiles(least), float(np.mean(least < 1)), coupons)


def _quantiles(values: Draws) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, QUANTILES))
