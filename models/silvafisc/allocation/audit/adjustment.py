"""Adjustment of standards (动态调整), recomputed unit by unit in whole fen.

    s[r, c, t+1] = the highest level on offer ≤ max(s[t], min(s[t] + rise, floor(s[t] · (1 + g)^k))), at least the lowest
on offer, with rise and k by mode: `step`: step and 1; `review`: step · n and n in every n-th year after `last_review`, 0
and 0 in between; `align`: the rise of the statutory floor and 1. g = the smaller of cost_index and fiscal_growth.
With `from_last_year` the first period follows last year's standard.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from silvafisc.results import CategorySpec

from .case import Case
from .exact import FEN_PER_YUAN, whole
from .finding import Check
from .parameters import parameter, share_parameter

KIND = "rule"
MODES = ("step", "review", "align")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: mode, step (yuan per mu), review_years, last_review; cost_index, fiscal_growth, from_last_year optional."""
    mode = parameter(params, "mode", check)
    exact = {name: share_parameter(params, name, check) for name in ("step", "review_years", "last_review")}
    limits = [share_parameter(params, name, check) for name in ("cost_index", "fiscal_growth") if name in params]
    if mode not in MODES or None in (*exact.values(), *limits):
        if mode is not None and mode not in MODES:
            check.refuse("rules: adjustment", f"未知的调整方式 {mode}", f"unknown mode {mode}", ", ".join(MODES), mode)
        return
    numbers = {name: value for name, value in exact.items() if value is not None}
    growth = min((limit for limit in limits if limit is not None), default=None)
    periods = case.resolved.periods
    for category in case.resolved.categories:
        for region in sorted(case.units):
            if not case.area(region, category.id):
                continue
            pairs = [(case.standard(region, category.id, a) or 0, b) for a, b in pairwise(periods)]
            last = category.last_year_by_unit_fen.get(region, category.last_year_fen)
            if params.get("from_last_year") and last is not None:
                pairs.insert(0, (last, periods[0]))
            for before, period in pairs:
                due = _due(category, before, int(period), mode, numbers, growth)
                found = case.standard(region, category.id, period) or 0
                where = f"region_code={region}, category={category.id}, period={period}"
                check.equal(where, due, found, "fen/mu", "调整后的标准", "the adjusted standard")


def _due(
    category: CategorySpec, before: int, year: int, mode: str, numbers: Mapping[str, Fraction], growth: Fraction | None
) -> int:
    every, step = whole(numbers["review_years"]), whole(numbers["step"] * FEN_PER_YUAN)
    years = 1
    if mode == "review":
        since = year - whole(numbers["last_review"])
        years = every if since > 0 and since % every == 0 else 0
    rise = step * years
    if mode == "align":
        floors = {**category.floor_fen}
        if category.floor_before_fen is not None:
            floors.setdefault(str(int(min(floors)) - 1), category.floor_before_fen)
        rise = max(0, floors[str(year)] - floors.get(str(year - 1), floors[str(year)]))
    raised = before + rise
    if growth is not None:
        raised = min(raised, floor(before * (1 + growth) ** years))
    offered = [level for level in category.levels_fen if level >= category.floor_fen[str(year)]]
    return max((level for level in offered if level <= max(before, raised)), default=min(offered))
