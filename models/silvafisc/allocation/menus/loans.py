"""Offers of loans beside grants: what their subsidies cost each payer in each year, and what their area brings.

What funds pay after the last period stands in columns `beyond.<fund>.<payer>.<year>_fen`, which no row but the cap on
later liabilities reads.
"""

import numpy as np
import pandas as pd

from silvafisc.quantities.money import FEN_PER_YUAN, TENTHS_PER_MU
from silvafisc.results import Resolved, UnitInputs
from silvafisc.results.loans import LoanOffers, LoanSpec

from ..exact import Ints, split_by_tier
from .columns import beyond_column, cost_column, menu_name
from .tonnes import Consequences

NATURE = "interest_subsidy"


def loan_menus(
    resolved: Resolved, inputs: UnitInputs, consequences: Consequences, offered: LoanOffers, loan: LoanSpec
) -> pd.DataFrame:
    """One offer per unit and period where the loan is on offer, subsidy rate and share of the need.

    cost of a year = split(public cost of the year, shares of the unit's tier); tonnes and income are those of the area
    that joins.
    """
    table = offered.table[offered.table["instrument"] == loan.id].reset_index(drop=True)
    tiers = inputs.regions.set_index("region_code")["payer_tier"].reindex(table["region_code"]).tolist()
    own = np.zeros(len(table), np.int64)
    total = np.zeros(len(table), np.int64)
    costs: dict[str, Ints] = {}
    for year, name in offered.years.items():
        fen = table[name].to_numpy(np.int64)
        total = total + fen
        own = np.where(table["period"] == year, fen, own)
        column = cost_column if year in resolved.periods else beyond_column
        for payer, part in split_by_tier(fen, tiers, loan.payer_shares).items():
            if part.any():
                costs[column(loan.fund, payer, year)] = part
    area = table["area_tenth_mu"].to_numpy(np.float64) / TENTHS_PER_MU
    joined = table["uptake"].to_numpy(np.float64) * area
    keys = list(zip(table["region_code"], table["measure"], table["period"], strict=True))
    tonnes = {name: np.array([yields[key] for key in keys]) * joined for name, yields in consequences.columns.items()}
    omega = np.array([consequences.omega[code] for code in table["region_code"]], np.float64)
    income = table["income_fen_per_mu"].to_numpy(np.float64) * area / FEN_PER_YUAN
    menu = [menu_name(code, f"{measure}.loan", period) for code, measure, period in keys]
    return table[["region_code", "measure", "period", "offer", "area_tenth_mu"]].assign(
        menu=menu,
        fund=loan.fund,
        nature=NATURE,
        category="",
        standard_fen=-1,
        due_later_fen=total - own,
        **costs,
        **tonnes,
        **{"obj.development": omega * income},
    )
