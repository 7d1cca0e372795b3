"""The operator's cash gap: it plants first and the subsidy comes later (先建后补), in instalments (7:3), or before."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from silvafisc.policy import Rules
from silvafisc.quantities import share

SCHEMES: Mapping[str, str] = {
    "build_first": "finance.payment_schemes.build_first",
    "instalments": "unit_standards.instalments.afforestation",
    "prepaid": "finance.payment_schemes.prepaid",
}
"""Scheme -> the parameter that says when which share is paid."""

Plan = tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True)
class YearOfOperator:
    """A year of the operator; fen. to_date: Σ subsidy − Σ cost, this year included."""

    year: int
    cost_fen: int
    subsidy_fen: int
    to_date_fen: int

    @property
    def gap_fen(self) -> int:
        """What it has advanced and not got back at the end of the year."""
        return max(0, -self.to_date_fen)


def payment_plan(scheme: str, rules: Rules) -> Plan:
    """(years after planting, share) of a scheme, ascending. Raises ValueError where the shares do not sum to 1."""
    parts = [text.split(":") for text in rules.texts(SCHEMES[scheme])]
    plan = tuple(sorted((int(years), share(part)) for years, part in parts))
    if sum((part for _, part in plan), Fraction(0)) != 1:
        raise ValueError(f"{SCHEMES[scheme]}: the shares do not sum to 1")
    return plan


def cash_gap(costs_fen: Mapping[int, int], subsidy_fen: int, planted: int, plan: Plan) -> tuple[YearOfOperator, ...]:
    """Every year from the first cost or payment to the last, by one payment scheme.

    The subsidy's parts are floor(subsidy x share to date) less what was paid before, so they sum to the subsidy.

    costs_fen: year -> fen; planted: the year that `plan` counts from.
    """
    paid: dict[int, int] = {}
    before, reached = 0, Fraction(0)
    for years, part in plan:
        reached += part
        to_date = (subsidy_fen * reached).__floor__()
        paid[planted + years] = paid.get(planted + years, 0) + to_date - before
        before = to_date
    known = {*costs_fen, *paid}
    rows, balance = [], 0
    for year in range(min(known), max(known) + 1):
        cost, subsidy = costs_fen.get(year, 0), paid.get(year, 0)
        balance += subsidy - cost
        rows.append(YearOfOperator(year, cost, subsidy, balance))
    return tuple(rows)
