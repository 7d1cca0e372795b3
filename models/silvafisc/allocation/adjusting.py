"""The dynamic adjustment of standards (动态调整): what a standard becomes next year, and what five years of it cost.

    s[t+1] = max(s[t], min(s[t] + rise[t+1], s[t] · (1 + g)^k)),   g = min(cost index, growth of fiscal capacity)
`step` (Guangdong): rise = step every year, k = 1. `review` (Beijing): rise = step · review_years in a year of review, else 0,
k = review_years. `align` (Fujian): rise = that of the national floor, k = 1. Without g there is no ceiling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import pandas as pd

from silvafisc.quantities import entitlement, fen_to_yuan, share, yuan_to_fen
from silvafisc.results import CategorySpec

from .problem import Indices, Problem

MODES = ("step", "review", "align")
YEARS = 5
COLUMNS = ["mode", "own", "year", "category", "lowest_yuan_per_mu", "highest_yuan_per_mu", "payment_fen"]


@dataclass(frozen=True)
class Adjustment:
    """One way of adjusting; step in fen per mu and year, growth as a share per year (None = no ceiling)."""

    mode: str
    step_fen: int
    review_years: int
    last_review: int
    growth: Fraction | None

    @staticmethod
    def of(params: Mapping[str, Any], mode: str = "") -> "Adjustment":
        """The rule's parameters, resolved; `mode` stands for another way at the same pace."""
        limits = [share(str(params[name])) for name in ("cost_index", "fiscal_growth") if params.get(name) is not None]
        return Adjustment(
            mode or str(params["mode"]),
            yuan_to_fen(str(params["step"])),
            int(params["review_years"]),
            int(params["last_review"]),
            min(limits, default=None),
        )

    def next(self, standard_fen: int, year: int, category: CategorySpec) -> int:
        """The standard of `year` after one of `standard_fen` in the year before, fen per mu."""
        years = 1
        if self.mode == "review":
            due = year > self.last_review and (year - self.last_review) % self.review_years == 0
            years = self.review_years if due else 0
        rise = national_rise(category, year) if self.mode == "align" else self.step_fen * years
        raised = standard_fen + rise
        if self.growth is not None:
            raised = min(raised, floor(standard_fen * (1 + self.growth) ** years))
        return max(standard_fen, raised)


def national_rise(category: CategorySpec, year: int) -> int:
    """Rise of the statutory floor from the year before, fen per mu; 0 where no law is on record."""
    now = category.floor_fen.get(str(year))
    first = str(year) == min(category.floor_fen, default="")
    before = category.floor_before_fen if first else category.floor_fen.get(str(year - 1))
    return 0 if now is None or before is None else max(0, now - before)


def five_year_costs(problem: Problem, chosen: Indices, params: Mapping[str, Any]) -> pd.DataFrame:
    """What certified area costs for five years from the first period on, in each mode, all payers (COLUMNS).

    Every unit starts from its standard of the first period and moves by the formula, not by the levels on offer;
    `own` is yes for the scenario's own mode.
    """
    first = problem.resolved.periods[0]
    table = problem.offers.table.iloc[chosen]
    table = table[(table["period"] == first) & (table["category"] != "")]
    rows = []
    for mode in MODES:
        way, own = Adjustment.of(params, mode), "yes" if mode == params["mode"] else ""
        for category in problem.resolved.categories:
            mine = table[table["category"] == category.id]
            areas = [int(area) for area in mine["area_tenth_mu"]]
            paid = [int(level) for level in mine["standard_fen"]]
            for year in range(int(first), int(first) + YEARS):
                if year > int(first):
                    paid = [way.next(level, year, category) for level in paid]
                low, high = (fen_to_yuan(level) for level in (min(paid, default=0), max(paid, default=0)))
                cost = sum(entitlement(level, area) for level, area in zip(paid, areas, strict=True))
                rows.append((mode, own, str(year), category.id, low, high, cost))
    return pd.DataFrame(rows, columns=COLUMNS)
