"""Envelope, by enumeration: what every fund pays in every period stays within what it has, to the fen."""

from dataclasses import replace
from math import floor

import pytest
from tests.allocation.brute import Choice, best, gain, rigid_paid
from tests.allocation.tiny import MODES, PROTECTION, REFORM, Tiny, answer, tiny, value

from silvafisc.allocation.decide import InfeasibleError
from silvafisc.allocation.settle import settle
from silvafisc.quantities import share
from silvafisc.results import RuleSpec

CARBON = gain("carbon")


def check(problem: Tiny) -> None:
    top, winners = best(problem.choices(), [problem.affordable], CARBON)
    decision = problem.decide()
    assert value(decision, "carbon") == top[0]
    assert answer(decision) in {w.key for w in winners}
    free, _ = best(problem.choices(), [], CARBON)
    assert free > top
    assert value(problem.rules().decide(), "carbon") == free[0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(3))
def test_enumeration_over_two_periods(mode: str, seed: int) -> None:
    check(tiny(mode, units=2 + seed % 2, periods=("2026", "2027"), seed=seed).budget("0.45"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(3))
def test_enumeration_with_instalments_that_fall_due_in_the_next_period_and_a_pot(mode: str, seed: int) -> None:
    check(tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, pot=True, seed=seed).budget("0.6"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("carry_share", ["1", "0.5", "1/3"])
def test_enumeration_with_money_carried_into_the_next_period(mode: str, carry_share: str) -> None:
    problem = tiny(mode, units=2, periods=("2026", "2027", "2028"), seed=4).budget("0.4")
    carrying = with_protection(problem, {"2026": 4_001, "2027": -2_001, "2028": -2_001}, carry_share, {"2026": 77})
    check(carrying)
    # ... and without the carry-over less is to be had
    lapsing = with_protection(problem, {"2026": 4_001, "2027": -2_001, "2028": -2_001}, "0", {"2026": 77})
    assert value(lapsing.decide(), "carbon") < value(carrying.decide(), "carbon")


def with_protection(problem: Tiny, more: dict[str, int], carry_share: str, carried_in: dict[str, int]) -> Tiny:
    funds = [
        replace(
            fund,
            carry_share=carry_share,
            carried_in_fen=carried_in,
            appropriation_fen={p: fen + more.get(p, 0) for p, fen in fund.appropriation_fen.items()},
        )
        if fund.id == PROTECTION
        else fund
        for fund in problem.resolved.funds
    ]
    return problem.change(funds=tuple(funds))


@pytest.mark.parametrize("mode", MODES)
def test_only_whole_fen_are_carried_over(mode: str) -> None:
    # By hand: 1 fen is left in 2026, floor(0.9 x 1) = 0 carried; 3 fen in 2027, floor(0.9 x 3) = 2 carried. Fractions
    # would carry 0.9 and then 0.9 x 3.9 = 3.51, enough for an offer in 2028 that costs 3 fen more than 2028 has.
    problem = tiny(mode, units=1, periods=("2026", "2027", "2028"), levels=(16_00, 18_00), grades=1).budget("0")
    step = min(
        o.costs["central", "2028"] for c in problem.choices() for o in c.offers if ("central", "2028") in o.costs
    )
    for short, expected in ((3, 0), (2, 1)):
        carrying = with_protection(problem, {"2026": 1, "2027": 3, "2028": step - short}, "0.9", {})
        top, _ = best(carrying.choices(), [carrying.affordable], CARBON)
        assert (top[0] > 0) == expected
        decision = carrying.decide()
        gains = decision.engine.vector(decision.engine.objectives["carbon"][0])
        # The model's rows carry fractions; settlement sees to the last fen.
        assert gains @ settle(decision.engine.model, decision.point, gains) == top[0]


@pytest.mark.parametrize("mode", MODES)
def test_one_fen_less_than_the_optimum_costs_is_too_little(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 18_00)).budget("1", (PROTECTION, REFORM))
    full = value(problem.decide(), "carbon")
    funds = [
        replace(f, appropriation_fen={p: fen - (f.id == PROTECTION) for p, fen in f.appropriation_fen.items()})
        for f in problem.resolved.funds
    ]
    assert value(problem.change(funds=tuple(funds)).decide(), "carbon") < full
    assert value(problem.rules(RuleSpec("envelope"), RuleSpec("envelope")).decide(), "carbon") == full


def rests(problem: Tiny, choice: Choice) -> dict[tuple[str, str], int]:
    """By hand: what every fund has left in every period, whole fen of its share carried over."""
    left, resolved = {}, problem.resolved
    for fund in resolved.funds:
        carried = 0
        for period in resolved.periods:
            paid = rigid_paid(resolved, problem.inputs, fund.id, period, fund.payer)
            paid += choice.paid(fund.id, period, fund.payer)
            left[fund.id, period] = fund.appropriation_fen[period] + carried - paid
            carried = floor(share(fund.carry_share) * left[fund.id, period])
    return left


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("seed", "carry_share"), [(0, "0"), (1, "0"), (2, "1")])
def test_enumeration_of_full_allocation_but_for_a_named_reserve(mode: str, seed: int, carry_share: str) -> None:
    # Money that is spent brings less than nothing, so that only the rule makes the fund spend it.
    problem = tiny(mode, units=2, periods=("2026", "2027"), seed=seed).budget("0.8")
    problem = problem.offers(lambda table: table.__setitem__("obj.carbon", -table["obj.carbon"]))
    smallest = min(max(rests(problem, c).values()) for c in problem.choices() if problem.affordable(c))
    reserve = dict.fromkeys(problem.resolved.periods, smallest + 5_000)
    funds = tuple(
        replace(f, carry_share=carry_share, reserve_fen=reserve, reserve_reason="made up for a test")
        if f.id == PROTECTION
        else replace(f, appropriation_fen=dict.fromkeys(problem.resolved.periods, 0))
        for f in problem.resolved.funds
    )
    problem = problem.change(funds=funds)

    def allowed(choice: Choice) -> bool:
        left = rests(problem, choice)
        return all(left[f.id, p] <= f.reserve_fen.get(p, 0) for f in funds for p in problem.resolved.periods)

    full = RuleSpec("envelope", {"full_allocation": True})
    top, winners = best(problem.choices(), [problem.affordable, allowed], CARBON)
    decision = problem.rules(full).decide()
    assert value(decision, "carbon") == top[0]
    assert answer(decision) in {w.key for w in winners}
    free, _ = best(problem.choices(), [problem.affordable], CARBON)
    assert value(problem.decide(), "carbon") == free[0] > top[0]


@pytest.mark.parametrize("mode", MODES)
def test_full_allocation_to_the_fen_is_found_and_one_fen_more_is_infeasible(mode: str) -> None:
    problem = tiny(mode, units=2).budget("1")
    full = problem.rules(RuleSpec("envelope", {"full_allocation": True}))
    assert answer(full.decide()) == answer(problem.decide())
    funds = tuple(replace(f, appropriation_fen={"2026": f.appropriation_fen["2026"] + 1}) for f in full.resolved.funds)
    with pytest.raises(InfeasibleError):
        full.change(funds=funds).decide()
