"""Amounts where the offers are a table made elsewhere: those of the chosen offers' cost columns, and nothing else.

Σ_j z = 1 per unit, measure, category and period;
payment[r, fund, measure, category, p] = Σ cost[chosen offer, fund, payer, p] over the payers
Money of an offer in its own period is open to choice, in any other period it is committed. Rigid money and instalments
from before the horizon stay what the law and the scenario say.
"""

from collections import defaultdict
from collections.abc import Mapping

from .case import COMPENSATION, PAYERS, Case
from .exact import entitled
from .expected import alone, split
from .finding import Check

Cell = tuple[str, str, str, str, str, str]
"""(region, kind, fund, measure, category, period); kind: rigid, committed or open."""


def examine(case: Case, check: Check) -> None:
    """Every amount by cell, in both directions, and one offer per menu."""
    for (region, measure, category, period), count in case.menus.items():
        where = f"offers: region_code={region}, measure={measure}, category={category}, period={period}"
        check.equal(where, 1, count, "", "入选档次数", "the number of chosen offers")
    expected, found = _expected(case), _found(case)
    for cell in sorted(expected.keys() | found.keys()):
        names = ("region_code", "nature", "fund", "measure", "category", "period")
        where = "allocation: " + ", ".join(f"{name}={value}" for name, value in zip(names, cell, strict=True) if value)
        for payer in PAYERS:
            place = f"{where}, {payer}_fen"
            check.equal(place, expected[cell][payer], found[cell][payer], "fen", "金额", "the amount")
    for row in case.published.values():
        if row.own_revenue is not None:
            own = case.units[row.region].own_revenue
            check.equal(row.where, own, row.own_revenue, "fen", "自有可支配财力", "own revenue")


def _nothing() -> dict[str, int]:
    return dict.fromkeys(PAYERS, 0)


def _expected(case: Case) -> defaultdict[Cell, dict[str, int]]:
    cells: defaultdict[Cell, dict[str, int]] = defaultdict(_nothing)
    for offer in case.offers:
        for (fund, payer, period), fen in offer.costs.items():
            kind = "open" if period == offer.period else "committed"
            cells[offer.region, kind, fund, offer.measure, offer.category, period][payer] += fen
    for category in case.resolved.categories:
        for region in case.units:
            shares = case.payer_shares(category.payer_shares, region)
            for period in case.resolved.periods:
                rigid = entitled(category.floor_fen[period], case.area(region, category.id))
                cell = (region, "rigid", category.fund, COMPENSATION, category.id, period)
                _add(cells[cell], split(rigid, shares))
    for region, fund, measure, period, fen in case.resolved.opening_commitments:
        _add(cells[region, "committed", fund, measure, "", period], alone(fen, case.resolved.fund(fund).payer))
    return cells


def _found(case: Case) -> defaultdict[Cell, dict[str, int]]:
    cells: defaultdict[Cell, dict[str, int]] = defaultdict(_nothing)
    for row in case.rows:
        kind = row.nature if row.nature in ("rigid", "committed") else "open"
        _add(cells[row.region, kind, row.fund, row.measure, row.category, row.period], row.columns)
    return cells


def _add(cell: dict[str, int], parts: Mapping[str, int]) -> None:
    for payer, fen in parts.items():
        cell[payer] += fen
