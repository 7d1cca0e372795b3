"""What a rule of a scenario leaves out and the dated law has on record."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from silvafisc.policy import Rules
from silvafisc.quantities import fen_to_yuan, share, yuan_to_fen

YEARLY_STEP = "provincial_standards.guangdong.general_base"
REVIEW_YEARS = "provincial_standards.beijing.review_years"
ON_RECORD: Mapping[str, Mapping[str, str]] = {
    "local_capacity": {"kappa": "assumptions.allocation.local_capacity.kappa"},
    "need_cap": {"cap": "projects.three_north.need_cap", "years": "projects.three_north.years_most"},
    "split": {
        "owner_at_least": "funds.management.owner_share_low",
        "administration_at_most": "funds.management.administration_cap",
    },
    "instalments": {
        "liabilities_at_most": "assumptions.allocation.liabilities.cap",
        "survival": "unit_standards.instalments.survival_check",
        "retention": "unit_standards.instalments.retention_check",
        "recovered": "assumptions.allocation.recovery.paid_share",
    },
    "carry_over": {"years": "calendar.transfers.carry_over_years"},
    "performance": {
        "excellent": "performance.scores.excellent",
        "poor": "performance.scores.poor",
        "reward": "assumptions.allocation.performance.reward",
        "deduction": "performance.guangdong.deduction",
    },
    "horizontal": {"kappa": "assumptions.allocation.local_capacity.kappa"},
}
"""rule -> parameter -> where its value is on record."""
PRICE_PAID = "horizontal.chongqing_forest_cover.price_paid"
PRICE_FLOOR = "horizontal.chongqing_forest_cover.price_floor"
MANAGEMENT = "horizontal.chongqing_forest_cover.management_payment"
MANAGEMENT_YEARS = "horizontal.chongqing_forest_cover.management_years"
PROVINCE_PAYMENT = "horizontal.xinanjiang.province_payment"
COUNTED = frozenset({"years"})
"""Parameters that are whole numbers; the others are quoted decimals."""

Params = dict[str, Any]


def recorded(rules: Rules, rule: str, params: Mapping[str, Any], periods: list[str]) -> Params:
    """The parameters of a rule with what it takes from the record. Raises PolicyError where the law has none."""
    given = dict(params)
    for name, path in ON_RECORD.get(rule, {}).items():
        if name not in given:
            value = rules.fraction(path)
            given[name] = int(value) if name in COUNTED else exact_text(value)
    if rule == "adjustment":
        return _adjustment(rules, given, periods)
    return _horizontal(rules, given) if rule == "horizontal" else given


def exact_text(value: Fraction) -> str:
    """A fraction as a plain decimal where it is one, else as a ratio."""
    text = f"{float(value):.10f}".rstrip("0").rstrip(".")
    return text if Fraction(text) == value else str(value)


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


def _horizontal(rules: Rules, params: Params) -> Params:
    if params.get("terms") == "chongqing" and "area_mu" in params:
        params.setdefault("price", fen_to_yuan(rules.fen(PRICE_PAID)))
        if "floor" not in params:
            least = rules.fen(PRICE_FLOOR) + rules.fen(MANAGEMENT) * rules.fraction(MANAGEMENT_YEARS)
            params["floor"] = _yuan(share(str(params["area_mu"])) * least)
    if "area_mu" in params:
        params["amount"] = _yuan(share(str(params["area_mu"])) * yuan_to_fen(str(params["price"])))
    if params.get("terms") == "xinanjiang":
        params.setdefault("amount", fen_to_yuan(rules.fen(PROVINCE_PAYMENT)))
    return params


def _yuan(fen: Fraction) -> str:
    """An amount rounded up to the fen, as yuan."""
    return fen_to_yuan(int(fen.__ceil__()))
