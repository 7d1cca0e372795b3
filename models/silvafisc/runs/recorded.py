"""What a rule of a scenario leaves out and the dated law has on record."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from silvafisc.policy import Rules
from silvafisc.quantities import fen_to_yuan

YEARLY_STEP = "provincial_standards.guangdong.general_base"
REVIEW_YEARS = "provincial_standards.beijing.review_years"
SCORES = {
    "excellent": "performance.scores.excellent",
    "poor": "performance.scores.poor",
    "reward": "assumptions.allocation.performance.reward",
    "deduction": "performance.guangdong.deduction",
}

Params = dict[str, Any]


def recorded(rules: Rules, rule: str, params: Mapping[str, Any], periods: list[str]) -> Params:
    """The parameters of a rule with what it takes from the record. Raises PolicyError where the law has none."""
    fill = _RECORDS.get(rule)
    return dict(params) if fill is None else fill(rules, dict(params), periods)


def yearly_rise(rules: Rules, path: str) -> int:
    """Latest rise of a standard on record, in fen per mu and year between the two dates, rounded down."""
    started = [value.start for value in rules.tree.parameter(path).values if value.start <= rules.date]
    now = rules.fen(path)
    if len(started) == 1:
        return 0
    before, latest = started[-2], started[-1]
    years = int(latest[:4]) - int(before[:4])
    return int(Fraction(now - rules.tree.on(before).fen(path), max(1, years)).__floor__())


def _adjustment(rules: Rules, params: Params, periods: list[str]) -> Params:
    if "step" not in params:
        params["step"] = fen_to_yuan(yearly_rise(rules, YEARLY_STEP))
    if "review_years" not in params:
        params["review_years"] = int(rules.fraction(REVIEW_YEARS))
    params.setdefault("last_review", periods[0])
    return params


def _performance(rules: Rules, params: Params, periods: list[str]) -> Params:
    for name, path in SCORES.items():
        if name not in params:
            exact = rules.fraction(path)
            params[name] = f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"
    return params


_RECORDS: Mapping[str, Callable[[Rules, Params, list[str]], Params]] = {
    "adjustment": _adjustment,
    "performance": _performance,
}
