"""What a fund may carry into the next period: a share of its rest, under the rule `carry_over` within a limit."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

from silvafisc.quantities import share
from silvafisc.results import FundSpec, Resolved


def carry_limits(resolved: Resolved, fund: FundSpec) -> Mapping[str, int]:
    """period -> most that may be carried out of it, in whole fen; empty where the rule `carry_over` is not in force.

    limit[p] = min(at_most · appropriation[p], Σ_{k = p−years+2 … p} carry_share^(p−k+1) · appropriation[k]): the second
    part is the money that may still be spent next period, as the oldest is spent first and lapses after `years` periods.
    """
    spec = resolved.rule("carry_over")
    if spec is None:
        return {}
    most, kept, years = share(str(spec.params["at_most"])), share(fund.carry_share), int(spec.params["years"])
    limits = {}
    for number, period in enumerate(resolved.periods):
        fresh = Fraction(0)
        for age, earlier in enumerate(reversed(resolved.periods[max(0, number - years + 2) : number + 1])):
            fresh += kept ** (age + 1) * fund.appropriation_fen[earlier]
        limits[period] = floor(min(most * fund.appropriation_fen[period], fresh))
    return limits


def carried_out(fund: FundSpec, period: str, rest: int, limits: Mapping[str, int]) -> int:
    """Whole fen carried out of a period that has `rest` left; 0 where nothing is left."""
    part = max(0, floor(share(fund.carry_share) * rest))
    return min(part, limits[period]) if limits else part
