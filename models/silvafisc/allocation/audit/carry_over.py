"""Carry-over: no more than a share of the appropriation is carried out, and what was carried lapses in time.

    carried out[p] ≤ min(floor(at_most · appropriation[p]), money that may still be spent in the next period)
The oldest money is spent first and may be spent in `years` periods, so at most Σ of the last years − 1 appropriations,
each shrunk by the carry share once per period, is young enough to be carried.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from silvafisc.results import FundSpec

from .case import Case
from .exact import fraction
from .finding import Check
from .parameters import parameter, share_parameter

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: at_most (decimal string), years (whole number, the year of the appropriation included)."""
    most, years = share_parameter(params, "at_most", check), parameter(params, "years", check)
    if most is None or years is None:
        return
    funds = {fund.id: limits(case, fund) for fund in case.resolved.funds}
    for line in case.envelopes:
        limit = funds[line.fund][line.period]
        within = line.carried_out <= limit
        check.holds(within, line.where, f"≤ {limit}", line.carried_out, "fen", "结转下年", "carried out")


def limits(case: Case, fund: FundSpec) -> Mapping[str, int]:
    """period -> most fen that may be carried out of it; empty where the scenario does not list the rule."""
    spec = case.resolved.rule("carry_over")
    if spec is None:
        return {}
    most, kept = fraction(spec.params["at_most"]), fraction(fund.carry_share)
    result: dict[str, int] = {}
    young: list[Fraction] = []
    for period in case.resolved.periods:
        given = fund.appropriation_fen[period]
        # Every earlier appropriation is a year older: it shrinks once more, and the oldest may no longer be spent.
        young = [amount * kept for amount in [*young, Fraction(given)]][1 - int(spec.params["years"]) :]
        result[period] = floor(min(most * given, sum(young)))
    return result
