"""Local capacity, by enumeration: what a unit's own budgets pay stays within a share of its revenue."""

from collections.abc import Callable
from math import floor

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice, rigid_paid
from tests.allocation.tiny import MODES, PROTECTION, SHARED, Tiny, tiny

from silvafisc.quantities import share
from silvafisc.results import RuleSpec

LOCAL = {"province": ("provincial", "city", "county"), "county": ("county",)}


def within(problem: Tiny, level: str, kappa: str) -> Callable[[Choice], bool]:
    resolved, inputs = problem.resolved, problem.inputs
    revenue = dict(zip(inputs.regions["region_code"], inputs.regions["own_revenue_fen"], strict=True))

    def allowed(choice: Choice) -> bool:
        return all(
            sum(
                rigid_paid(resolved, inputs, f.id, period, payer, code)
                for f in resolved.funds
                for payer in LOCAL[level]
            )
            + choice.money(code, period, payers=LOCAL[level])
            <= floor(share(kappa) * int(revenue[code]))
            for code in inputs.codes
            for period in resolved.periods
        )

    return allowed


def poor_units(problem: Tiny, level: str, part: str, kappa: str) -> Tiny:
    """Revenue of every unit: enough for its floors and `part` of its dearest top-ups."""
    revenue = []
    for code in problem.inputs.regions["region_code"]:
        needed = 0
        for period in problem.resolved.periods:
            fixed = sum(rigid_paid(problem.resolved, problem.inputs, PROTECTION, period, p, code) for p in LOCAL[level])
            most = max(c.money(code, period, payers=LOCAL[level]) for c in problem.choices())
            needed = max(needed, fixed + floor(share(part) * most))
        revenue.append(floor(needed / share(kappa)) + 1)
    regions = problem.inputs.regions.assign(own_revenue_fen=revenue, unit_level=level)
    return problem.tables(regions=regions)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", ["province", "county"])
def test_enumeration_with_own_revenue_that_binds(mode: str, level: str) -> None:
    problem = poor_units(tiny(mode, payers=SHARED, seed=1), level, "0.8", "0.05").budget("0.9")
    check_rule(problem, RuleSpec("local_capacity", {"kappa": "0.05"}), within(problem, level, "0.05"))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_with_instalments_in_the_later_period(mode: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, payers=SHARED, seed=2)
    problem = poor_units(problem, "province", "0.75", "0.1").budget("1")
    check_rule(problem, RuleSpec("local_capacity", {"kappa": "0.1"}), within(problem, "province", "0.1"))
