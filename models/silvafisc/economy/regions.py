"""The `regions` table of the nation: 31 provinces from published figures."""

from fractions import Fraction

import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from .facts import Facts
from .frames import input_frame

GROUPS = "assumptions.economy.groups"
TIERS = "payers.tiers"
NATION = "000000"
COLUMNS = {
    "population_person": ("census_population_2020_person",),
    "rural_population_person": ("census_rural_population_2020_person",),
    "rural_income_fen": ("rural_income_2020_yuan_per_person",),
    "gdp_per_capita_fen": ("gdp_2020_100m_yuan", "population_2020_10k_person"),
    "own_revenue_fen": ("budget_revenue_2019_100m_yuan",),
    "expenditure_fen": ("budget_expenditure_2019_100m_yuan",),
}
"""Input column -> package columns that it is made of."""
SOURCE = (
    "统计年鉴、第七次人口普查；财政收支为2019年，收入和地区生产总值为2020年（按列见来源表）/ "
    "statistical yearbooks and 2020 census; budget figures of 2019, income and GDP of 2020 (by column in the ledger)"
)


def members(rules: Rules, prefix: str) -> dict[str, tuple[str, ...]]:
    """Name of each list parameter below `prefix` -> the region codes that it lists."""
    return {path.rsplit(".", 1)[-1]: rules.texts(path) for path in rules.children(prefix)}


def payer_tiers(rules: Rules) -> dict[str, str]:
    """Code -> payer tier "1" .. "5".

    Raises:
        ValueError: a code stands in two tiers.
    """
    tiers: dict[str, str] = {}
    for name, codes in members(rules, TIERS).items():
        for code in codes:
            if code in tiers:
                raise ValueError(f"{code} stands in payer tiers {tiers[code]} and {name}")
            tiers[code] = name.removeprefix("tier_")
    return tiers


def regions_table(provinces: Facts, rules: Rules) -> pd.DataFrame:
    """One row per province; money in whole fen, rounded down.

    Raises:
        KeyError: a province without payer tier.
    """
    tiers = payer_tiers(rules)
    groups = members(rules, GROUPS)
    rows = []
    for code in provinces.codes:
        people = provinces.exact(code, "population_2020_10k_person", "person")
        used = tuple(dict.fromkeys(name for names in COLUMNS.values() for name in names))
        rows.append(
            {
                "region_code": code,
                "region_name": provinces.text(code, "name_zh"),
                "region_name_en": provinces.text(code, "name_en"),
                "unit_level": "province",
                "parent_code": NATION,
                "payer_tier": tiers[code],
                "groups": ";".join(sorted(name for name, codes in groups.items() if code in codes)),
                "population_person": _whole(provinces.exact(code, "census_population_2020_person")),
                "rural_population_person": _whole(provinces.exact(code, "census_rural_population_2020_person")),
                "rural_income_fen": _whole(provinces.exact(code, "rural_income_2020_yuan_per_person") * _FEN),
                "gdp_per_capita_fen": _whole(provinces.exact(code, "gdp_2020_100m_yuan", "fen") / people),
                "own_revenue_fen": _whole(provinces.exact(code, "budget_revenue_2019_100m_yuan", "fen")),
                "expenditure_fen": _whole(provinces.exact(code, "budget_expenditure_2019_100m_yuan", "fen")),
                "status": provinces.status(code, *used),
                "source": SOURCE,
            }
        )
    return input_frame("regions", rows)


_FEN = UNITS["yuan"].factor


def _whole(value: Fraction) -> int:
    return value.__floor__()
