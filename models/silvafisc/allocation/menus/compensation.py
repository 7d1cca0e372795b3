"""Offers of a recurring category: what each published standard above the floor adds (提标)."""

import pandas as pd

from silvafisc.quantities import fen_to_yuan
from silvafisc.results import CategorySpec, Resolved, UnitInputs

from ..exact import entitlements, split_by_tier
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
    codes, area, tiers = list(units["region_code"]), units["area_tenth_mu"].to_numpy(), list(units["payer_tier"])
    weight = area.astype(float)
    along = consequences.along(codes, COMPENSATION, category.id)
    # Columns of text are made once and not anew for every level.
    regions = pd.array(codes)
    parts = [pd.DataFrame()]
    for period in resolved.periods:
        floor = category.floor_fen[period]
        base_tonnes = along.tonnes(period, floor, weight)
        base_income = along.weighted_income(floor, weight)
        menu = pd.array([menu_name(code, category.id, period) for code in codes])
        for level in (s for s in category.levels_fen if s >= floor):
            top_up = entitlements(level, area) - entitlements(floor, area)
            tonnes = along.tonnes(period, level, weight)
            income = along.weighted_income(level, weight)
            split = split_by_tier(top_up, tiers, category.payer_shares)
            parts.append(
                pd.DataFrame(
                    {
                        "menu": menu,
                        "region_code": regions,
                        "period": period,
                        "offer": f"s={fen_to_yuan(level)}",
                        "standard_fen": level,
                        "area_tenth_mu": area,
                        "due_later_fen": 0,
                        **{cost_column(category.fund, payer, period): fen for payer, fen in split.items()},
                        **{name: values - base_tonnes[name] for name, values in tonnes.items()},
                        "obj.development": income - base_income,
                    }
                )
            )
    offers = pd.concat(parts, ignore_index=True)
    offers["fund"], offers["nature"] = category.fund, "top_up"
    offers["measure"], offers["category"] = COMPENSATION, category.id
    return offers
