"""What the models tell the allocation: yields, responses, and the exact offers made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Yields:
    """Carbon per mu, by region, measure, period of the offer and calendar year.

    table columns: region_code, measure, period, year (int), gross_tco2e_per_mu, baseline_tco2e_per_mu,
    additional_tco2e_per_mu (= gross - baseline), credited_tco2e_per_mu, deducted_tco2e_per_mu: flows of that year,
    removal positive, per mu that the offer covers. For `compensation` they are per mu at full retention of one
    period's protection (the avoidable loss of that period's years, followed under the baseline afterwards).
    Sorted by the four key columns; years run from the first period to the horizon.
    """

    table: pd.DataFrame
    horizon: int

    def totals(self, column: str = "additional_tco2e_per_mu") -> dict[tuple[str, str, str], float]:
        """(region_code, measure, period) -> undiscounted sum over the years to the horizon, tCO2e per mu."""
        rows = self.table[self.table["year"] <= self.horizon]
        sums = rows.groupby(["region_code", "measure", "period"], as_index=False)[column].sum()
        keys = zip(sums["region_code"], sums["measure"], sums["period"], strict=True)
        return {(r, m, p): float(v) for (r, m, p), v in zip(keys, sums[column], strict=True)}


@dataclass(frozen=True)
class Responses:
    """How owners and units respond, tabulated at every standard on offer, and the unit indices.

    levels columns: region_code, subject (category or task measure), standard_fen (fen per mu), uptake (share 0..1 of
    the avoidable loss retained, or of the assigned area that joins), income_fen_per_mu (float: household and unit
    income per mu of area paid, net of own cost, co-payment and income given up).
    indices columns: region_code, importance, need (both 0..1, rounded to 6 decimals), omega (equity weight),
    opportunity_cost_fen (float, area-weighted over recurring subjects), plus research-only columns prefixed `research_`.
    """

    levels: pd.DataFrame
    indices: pd.DataFrame


@dataclass(frozen=True)
class Offers:
    """Offers per unit: exact integers before anything is chosen.

    table columns: menu (str), region_code, fund, nature, measure, category, period, offer (str, unique inside the
    menu), standard_fen, area_tenth_mu, due_later_fen, one column `cost.<fund>.<payer>.<period>_fen` (int) per payer
    and period that occurs, one `obj.<name>` (float) per objective, repaid_by_appropriation (bool).
    constants: objective -> value that no choice changes (rigid and committed money).
    """

    table: pd.DataFrame
    constants: Mapping[str, float]

    @property
    def cost_columns(self) -> list[str]:
        """Names of the cost columns, in table order."""
        return [c for c in self.table.columns if c.startswith("cost.")]

    @property
    def objective_columns(self) -> list[str]:
        """Names of the objective columns, in table order."""
        return [c for c in self.table.columns if c.startswith("obj.")]
