"""What more money brings where it may be carried over: enumeration of the scenario with that much more appropriation."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import pytest
from benchmarks.synthetic import multiple_choice
from tests.allocation.brute import best, gain
from tests.allocation.terms.test_carry_over import lots, rule
from tests.allocation.terms.test_envelope import with_protection
from tests.allocation.tiny import PROTECTION, REFORM, Tiny, tiny

from silvafisc.allocation.appropriations import ceilings, larger
from silvafisc.allocation.decompose.unit import SMALLEST
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.solve import Session
from silvafisc.allocation.terms.envelope import known_available
from silvafisc.results import RuleSpec
from silvafisc.runs.prepare import Prepared
from silvafisc.runs.prices import shadow_prices
from silvafisc.runs.rule_prices import budget_equivalent

PERIODS = ("2026", "2027")
CARBON = gain("carbon")


def carrying(mode: str, at_most: str | None, seed: int, more: dict[str, int]) -> Tiny:
    """Money comes early; half of what is left of it may be spent later, under a limit where there is one."""
    made = tiny(mode, units=2, periods=PERIODS, levels=(16_00, 17_00, 18_00, 19_00), seed=seed).budget("0.4")
    made = with_protection(made, more, "0.5", {})
    return made.rules(RuleSpec("envelope"), *([rule(at_most)] if at_most else []))


def optimum(case: Tiny, at_most: str | None) -> int:
    allowed = [case.affordable, *([lots(case, at_most, 2)] if at_most else [])]
    return int(best(case.choices(), allowed, CARBON)[0][0])


def enumerated(case: Tiny, at_most: str | None, period: str) -> float:
    """Carbon per yuan of the next hundredth of an appropriation, as a scenario that has it would have it."""
    step = case.resolved.fund(PROTECTION).appropriation_fen[period] // 100
    richer = case.change(funds=larger(case.resolved.funds, PROTECTION, period, step))
    return (optimum(richer, at_most) - optimum(case, at_most)) / step * 100


@pytest.mark.parametrize(("seed", "at_most"), [(1, None), (3, None), (5, None), (13, "0.03")])
def test_the_price_of_early_money_counts_what_it_brings_later(seed: int, at_most: str | None) -> None:
    case = carrying("rule", at_most, seed, {"2026": 60_000, "2027": -30_000})
    prices = shadow_prices(cast(Prepared, SimpleNamespace(resolved=case.resolved)), case.decide())
    mine = prices[prices["group"] == PROTECTION].set_index("period")["price"]
    expected = {period: enumerated(case, at_most, period) for period in PERIODS}
    assert expected["2026"] > 0
    assert mine.to_dict() == pytest.approx(expected)


def test_a_larger_appropriation_is_larger_in_every_row_that_it_reaches() -> None:
    """By hand: 1,000 fen more in 2026 are 500 more in 2027 and 250 in 2028, where half is carried over.

    A limit of a tenth of the appropriation grows by 100, of which half reaches 2028; a cap of a fifth of the last
    appropriation by 200 with 2028's.
    """
    case = tiny("rule", units=2, periods=("2026", "2027", "2028"), task=True).budget("0.4")
    funds = tuple(replace(fund, carry_share="0.5") for fund in case.resolved.funds)
    cap = RuleSpec("instalments", {"liabilities_at_most": "0.2"})
    full = RuleSpec("envelope", {"full_allocation": True})
    engine = Engine(case.change(funds=funds).rules(full, rule("0.1"), cap).problem())
    at, now = ceilings(engine, funds)
    reached = {}
    for period in ("2026", "2028"):
        _, then = ceilings(engine, larger(funds, REFORM, period, 1_000))
        rows = [engine.model.rows[int(i)] for i in at]
        reached[period] = {
            f"{row.rule} {row.label.removeprefix(REFORM + '/')}": by
            for row, by in zip(rows, then - now, strict=True)
            if by
        }
    limit = {"carry_over 2027-2027": 100, "carry_over 2027-2028": 50}
    assert reached["2026"] == {"envelope 2026": 1000, "envelope 2027": 500, "envelope 2028": 250, **limit}
    last = {"envelope 2028": 1000, "carry_over 2027-2028": 1000, "carry_over 2028-2028": 1000}
    assert reached["2028"] == {**last, "instalments 2029": 200}


@pytest.mark.parametrize(("seed", "at_most"), [(1, "0.002"), (7, "0.005")])
def test_less_money_is_less_to_be_carried_over_too(seed: int, at_most: str) -> None:
    """Enumeration: with what the plan spends, less that part, the target is still reached at `lower`, not at `upper`."""
    case = carrying("rule", at_most, seed, {"2026": 60_000, "2027": -10_000})
    engine = Engine(case.problem())
    vector = engine.vector(engine.objectives["carbon"][0])
    plan = engine.maximise(vector)
    found = budget_equivalent(engine, vector, plan.value - 6, plan.point)
    (fund,) = (fund for fund in case.resolved.funds if fund.id == PROTECTION)
    column = engine.problem.carried(engine.problem.column_values(f"cost.{PROTECTION}.central.2026_fen"))
    later = engine.problem.carried(engine.problem.column_values(f"cost.{PROTECTION}.central.2027_fen"))
    paid = dict(zip(PERIODS, (int(c @ plan.point[: engine.problem.size]) for c in (column, later)), strict=True))
    for end, enough in (("lower", True), ("upper", False)):
        kept = 1 - Fraction(found[end]) * 100 / sum(paid.values())
        given = {
            p: fund.appropriation_fen[p] - known_available(engine.problem, fund, p) + round(fen * kept)
            for p, fen in paid.items()
        }
        others = tuple(f for f in case.resolved.funds if f.id != PROTECTION)
        lesser = case.change(funds=(*others, replace(fund, appropriation_fen=given)))
        assert (optimum(lesser, at_most) >= plan.value - 6) is enough


def test_a_large_block_is_priced_by_what_it_was_solved_by() -> None:
    """Other program: HiGHS's dual of the relaxation; and solving again with 1 % more and 1 % less money."""
    problem = multiple_choice(1_000, seed=2, gap=1e-4)
    engine = Engine(problem)
    vector = engine.vector(engine.objectives["carbon"][0])
    (row,), (unit,) = engine.model.rows.of_rule("envelope"), engine.units
    assert unit.block.choices >= SMALLEST
    found = engine.relaxation_duals(vector)[row]
    session = Session(unit.block)
    session.relaxed(vector)
    assert found == pytest.approx(session.duals()[list(unit.block.rows).index(row)], rel=0.05)
    (fund,) = problem.resolved.funds
    step = fund.appropriation_fen["2026"] // 100
    ends = []
    for more in (step, -step):
        wider = engine.with_ceilings(*ceilings(engine, larger((fund,), fund.id, "2026", more)))
        ends.append(wider.maximise(vector).value)
    assert found == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=0.05)
