"""Local capacity: a unit and the levels below it carry no more than a share of the unit's own revenue.

Σ (columns of payers at or below the level of unit r) in period p ≤ floor(κ · own_revenue[r])

in words: a province carries the provincial, city and county columns, a city the city and county ones, a county only its
own. What a higher level pays for a unit is no burden of the unit.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import floor
from typing import Any

from .case import PAYERS, Case
from .finding import Check
from .parameters import share_parameter

KIND = "rule"
LEVELS = ("nation", "province", "city", "county")
"""Levels of government in the order of `PAYERS`: each pays from the column in its place."""


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: kappa (decimal string)."""
    kappa = share_parameter(params, "kappa", check)
    if kappa is None:
        return
    borne: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in case.rows:
        level = case.units[row.region].level
        own = PAYERS[LEVELS.index(level) :] if level in LEVELS else PAYERS
        borne[row.region, row.period] += sum(row.columns[payer] for payer in own)
    for region, unit in sorted(case.units.items()):
        if unit.level not in LEVELS[1:]:
            where, known = f"inputs/regions: region_code={region}", ", ".join(LEVELS[1:])
            zh, en = (
                "unit_level 未知，无从判断哪些支付方属于本级",
                "unit_level is unknown, so nothing says which payers are its own",
            )
            check.refuse(where, zh, en, expected=known, found=unit.level)
    for (region, period), fen in sorted(borne.items()):
        limit = floor(kappa * case.units[region].own_revenue)
        where = f"region_code={region}, period={period}"
        check.holds(fen <= limit, where, f"≤ {limit}", fen, "fen", "地方负担", "the local burden")
