"""Offers of a recurring category: what each published standard above the floor adds (提标)."""

import pandas as pd

from silvafisc.quantities import fen_to_yuan
from silvafisc.results import CategorySpec, Resolved, UnitInputs

from ..exact import entitlements, split
from .columns import cost_column, menu_name
from .fixed import category_areas
from .tonnes import COMPENSATION, Consequences


def compensation_offers(
    resolved: Resolved, inputs: UnitInputs, consequences: Consequences, category: CategorySpec
) -> pd.DataFrame:
    """One offer per unit with certified area, period and standard level at or above the floor.

    cost = entitlement(standard) - entitlement(floor), payer by payer, so that rigid + top-up is the whole entitlement
    and both split exactly; benefits likewise are increments over the floor. The area belongs to the rigid row.
    """
    units = category_areas(inputs, category.id)
    parts = [pd.DataFrame()]
    for period in resolved.periods:
        floor = category.floor_fen[period]
        for tier, group in units.groupby("payer_tier", sort=True):
            codes, area = list(group["region_code"]), group["area_tenth_mu"].to_numpy()
            shares = category.payer_shares[str(tier)]
            weight = area.astype(float)
            base_tonnes = consequences.tonnes(codes, COMPENSATION, category.id, period, floor, weight)
            base_income = consequences.weighted_income(codes, category.id, floor, weight)
            for level in (s for s in category.levels_fen if s >= floor):
                top_up = entitlements(level, area) - entitlements(floor, area)
                frame = pd.DataFrame({"region_code": codes, "area_tenth_mu": area})
                frame["standard_fen"], frame["due_later_fen"] = level, 0
                for payer, fen in split(top_up, shares).items():
                    frame[cost_column(category.fund, payer, period)] = fen
                tonnes = consequences.tonnes(codes, COMPENSATION, category.id, period, level, weight)
                frame["obj.carbon"] = tonnes - base_tonnes
                frame["obj.development"] = consequences.weighted_income(codes, category.id, level, weight) - base_income
                frame["menu"] = [menu_name(code, category.id, period) for code in codes]
                frame["period"], frame["offer"] = period, f"s={fen_to_yuan(level)}"
                parts.append(frame)
    offers = pd.concat(parts, ignore_index=True)
    offers["fund"], offers["nature"] = category.fund, "top_up"
    offers["measure"], offers["category"] = COMPENSATION, category.id
    return offers
