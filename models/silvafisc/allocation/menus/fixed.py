"""Rigid and committed money: certified area x statutory floor, and instalments due from earlier years."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from silvafisc.results import Resolved, UnitInputs
from silvafisc.results.resolved import Shares

from ..exact import entitlements, split_by_tier
from .columns import cost_column, finish, menu_name
from .tonnes import COMPENSATION, Consequences


@dataclass(frozen=True)
class Fixed:
    """Rows that no choice changes; columns as the offers'."""

    table: pd.DataFrame

    def objectives(self) -> dict[str, float]:
        """Sum of each objective over the fixed rows."""
        return {c.removeprefix("obj."): float(self.table[c].sum()) for c in self.table.columns if c.startswith("obj.")}


def category_areas(inputs: UnitInputs, category: str) -> pd.DataFrame:
    """region_code, area_tenth_mu, payer_tier of the units with certified area in `category`, by code."""
    areas = inputs.areas[inputs.areas["category"] == category]
    tiers = inputs.regions[["region_code", "payer_tier"]]
    merged = areas[["region_code", "area_tenth_mu"]].merge(tiers, on="region_code", validate="one_to_one")
    return merged[merged["area_tenth_mu"] > 0].sort_values("region_code", ignore_index=True)


def fixed_money(resolved: Resolved, inputs: UnitInputs, consequences: Consequences) -> Fixed:
    """Rigid rows of every category and period, and the opening commitments.

    rigid = floor(area x statutory floor), split over its legal payers; tonnes and income are those at the floor.
    """
    frames = [pd.DataFrame()]
    for category in resolved.categories:
        units = category_areas(inputs, category.id)
        for period in resolved.periods:
            floor = category.floor_fen[period]
            frames.append(_rigid(units, category.id, category.fund, category.payer_shares, period, floor, consequences))
    for region, fund, measure, period, fen in resolved.opening_commitments:
        payer = resolved.fund(fund).payer
        row = {
            "menu": f"committed/{menu_name(region, measure, period)}",
            "region_code": region,
            "fund": fund,
            "nature": "committed",
            "measure": measure,
            "category": "",
            "period": period,
            "offer": "",
            "standard_fen": -1,
            "area_tenth_mu": 0,
            "due_later_fen": 0,
            cost_column(fund, payer, period): fen,
        }
        frames.append(pd.DataFrame([row]))
    return Fixed(finish(pd.concat(frames, ignore_index=True)))


def _rigid(
    units: pd.DataFrame,
    category: str,
    fund: str,
    payer_shares: Mapping[str, Shares],
    period: str,
    floor: int,
    consequences: Consequences,
) -> pd.DataFrame:
    if units.empty:
        return pd.DataFrame()
    codes, area = list(units["region_code"]), units["area_tenth_mu"].to_numpy()
    rigid = pd.DataFrame({"region_code": codes, "area_tenth_mu": area})
    rigid["menu"] = [f"rigid/{menu_name(code, category, period)}" for code in codes]
    rigid["standard_fen"], rigid["due_later_fen"] = floor, 0
    for payer, fen in split_by_tier(entitlements(floor, area), list(units["payer_tier"]), payer_shares).items():
        rigid[cost_column(fund, payer, period)] = fen
    along, weight = consequences.along(codes, COMPENSATION, category), area.astype(float)
    for name, tonnes in along.tonnes(period, floor, weight).items():
        rigid[name] = tonnes
    rigid["obj.development"] = along.weighted_income(floor, weight)
    rigid["fund"], rigid["nature"], rigid["measure"] = fund, "rigid", COMPENSATION
    rigid["category"], rigid["period"], rigid["offer"] = category, period, "floor"
    return rigid
