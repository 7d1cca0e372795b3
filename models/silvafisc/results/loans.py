"""Loans on offer beside grants: what one is, exactly, and what the finance side works out of it for the allocation."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

SUBSIDY, FEE_SUBSIDY, RISK = "interest_subsidy", "guarantee_fee_subsidy", "risk_compensation"
PUBLIC = (SUBSIDY, FEE_SUBSIDY, RISK)
"""Items of a loan that funds pay."""
NO_LOAN = "i=0;q=0"
"""Name of the offer without a loan."""


@dataclass(frozen=True)
class LoanSpec:
    """Loans for one task measure; rates and shares are decimal or ratio strings, rates per year, money in fen."""

    id: str
    measure: str
    fund: str
    subsidy_rates: tuple[str, ...]
    """Ascending grid of subsidy rates (贴息率)."""
    quantity_shares: tuple[str, ...]
    """Ascending grid of shares of the need that loans pay for; the first is '0' (no loan)."""
    payer_shares: Mapping[str, tuple[tuple[str, str], ...]]
    lent_share: str
    """Share of the full cost of the work that is lent."""
    rate: str
    years: int
    drawn: str
    """MM-DD in the loan's period."""
    every_months: int
    repayment: str
    interest_only: int
    """Payments of interest alone."""
    subsidy_years: int
    months_to_pay: int
    """From the end of a claim year to the payment of the subsidy."""
    crediting_years: int
    cover_least: str
    pledged_share: str = "0"
    """Share of the credited tonnes that is pledged; 0 where tonnes serve no debt."""
    yuan_per_tco2: str = "0"
    market: str = ""
    years_between: int = 1
    """Of verifications, then months to issue and to sell, and the shares of the price that sale and fees take."""
    months_to_issue: int = 0
    months_to_sell: int = 0
    sale_haircut: str = "0"
    fees: str = "0"
    other_income: tuple[tuple[int, int, int], ...] = ()
    """(first, last year after the drawing's, fen per mu and year)."""
    guarantee_share: str = "0"
    fee_rate: str = "0"
    fee_subsidised: str = "0"
    default_rate: str = "0"
    loss_share: str = "0"
    borne_share: str = "0"


@dataclass(frozen=True)
class LoanOffers:
    """What units are offered, before anything is chosen.

    table: region_code, instrument, measure, period, offer, subsidy_rate, quantity, area_tenth_mu, principal_fen,
        uptake (share of the area that joins), income_fen_per_mu (float), and one column `public.<year>_fen` of what
        funds pay in each year; NO_LOAN is a row as well. Units where the loan is not on offer have no rows.
    cover: columns of loan_cover.csv, one row per loan, unit with a need, and period.
    """

    table: pd.DataFrame
    cover: pd.DataFrame

    @property
    def years(self) -> dict[str, str]:
        """Year -> name of its column of public cost, ascending."""
        names = sorted(name for name in self.table.columns if name.startswith("public."))
        return {name.removeprefix("public.").removesuffix("_fen"): name for name in names}


def offer_name(subsidy_rate: str, quantity: str) -> str:
    """Readable name of a level."""
    return f"i={subsidy_rate};q={quantity}"


def level_of(offer: str) -> tuple[str, str]:
    """(subsidy rate, share of the need) of an offer's name."""
    rate, quantity = offer.split(";")
    return rate.removeprefix("i="), quantity.removeprefix("q=")
