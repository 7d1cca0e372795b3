"""Named functions of the table of units that scenarios use to form groups."""

from collections.abc import Callable, Mapping

import pandas as pd

GroupFunction = Callable[[pd.DataFrame, str], tuple[str, ...]]
"""(table `regions` of the inputs, id of the group) -> region codes, ascending."""


def listed(regions: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Units whose column `groups` (joined by semicolons) names the group."""
    held = [name in {part.strip() for part in str(text).split(";")} for text in regions["groups"]]
    return _codes(regions, held)


def rural_income_below_median(regions: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Units whose rural income per person lies strictly below the median of all units."""
    return _below_median(regions, regions["rural_income_fen"].astype("float64"))


def gdp_per_capita_below_median(regions: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Units whose GDP per person lies strictly below the median of all units."""
    return _below_median(regions, regions["gdp_per_capita_fen"].astype("float64"))


def own_revenue_share_below_median(regions: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Units whose own revenue over expenditure lies strictly below the median of all units."""
    return _below_median(regions, regions["own_revenue_fen"] / regions["expenditure_fen"])


def payer_tier_1(regions: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Units of payer tier 1."""
    return _codes(regions, list(regions["payer_tier"] == "1"))


GROUP_FUNCTIONS: Mapping[str, GroupFunction] = {
    function.__name__: function
    for function in (
        listed,
        rural_income_below_median,
        gdp_per_capita_below_median,
        own_revenue_share_below_median,
        payer_tier_1,
    )
}


def _below_median(regions: pd.DataFrame, values: "pd.Series[float]") -> tuple[str, ...]:
    return _codes(regions, list(values < values.median()))


def _codes(regions: pd.DataFrame, held: list[bool]) -> tuple[str, ...]:
    return tuple(sorted(str(code) for code, inside in zip(regions["region_code"], held, strict=True) if inside))
