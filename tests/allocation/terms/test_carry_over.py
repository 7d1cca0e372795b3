"""Carry-over, by enumeration: within a share of the appropriation, and what was carried lapses in time."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor

import pytest
from tests.allocation.agree import CARBON, check_rule
from tests.allocation.brute import Choice, best, rigid_paid
from tests.allocation.outcome import settled
from tests.allocation.terms.test_envelope import with_protection
from tests.allocation.tiny import MODES, PROTECTION, Tiny, tiny, value

from silvafisc.quantities import share
from silvafisc.results import RuleSpec

PERIODS = ("2026", "2027", "2028")


def rule(at_most: str, years: int = 2) -> RuleSpec:
    return RuleSpec("carry_over", {"at_most": at_most, "years": years})


def lots(problem: Tiny, at_most: str, years: int) -> Callable[[Choice], bool]:
    """By hand, lot by lot: the oldest money is spent first; what is left shrinks to the carry share, lots that have
    been there for `years` periods lapse, and the newest are kept within the limit."""
    fund = problem.resolved.fund(PROTECTION)
    fixed = {p: rigid_paid(problem.resolved, problem.inputs, fund.id, p, fund.payer) for p in problem.resolved.periods}
    kept = share(fund.carry_share)

    def allowed(choice: Choice) -> bool:
        held: list[tuple[int, Fraction]] = []
        for number, period in enumerate(problem.resolved.periods):
            held.append((number, Fraction(fund.appropriation_fen[period])))
            owed = Fraction(fixed[period] + choice.paid(fund.id, period, fund.payer))
            left = []
            for born, amount in held:
                spent = min(amount, owed)
                owed -= spent
                left.append((born, amount - spent))
            if owed:
                return False
            young = [(born, amount * kept) for born, amount in left if number + 1 - born < years]
            room = Fraction(floor(share(at_most) * fund.appropriation_fen[period]))
            held = []
            for born, amount in reversed(young):
                held.insert(0, (born, min(amount, room)))
                room -= held[0][1]
        return True

    return allowed


EARLY = {"2026": 60_000, "2027": -30_000, "2028": -46_000}
"""Fen more or less than two fifths of the dearest offers: money comes early and is worth more later."""


def saving(mode: str, seed: int, carry_share: str, more: Mapping[str, int] = EARLY) -> Tiny:
    problem = tiny(mode, units=2, periods=PERIODS, seed=seed).budget("0.4")
    return with_protection(problem, dict(more), carry_share, {})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("seed", "carry_share", "at_most"), [(0, "1", "1/30"), (0, "0.5", "0.02"), (1, "1", "0.02")])
def test_enumeration_of_a_limit_on_what_is_carried(mode: str, seed: int, carry_share: str, at_most: str) -> None:
    problem = saving(mode, seed, carry_share)
    check_rule(problem, rule(at_most), lots(problem, at_most, 2))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("carry_share", ["1", "0.9"])
def test_enumeration_of_money_that_lapses_two_years_after_it_was_given(mode: str, carry_share: str) -> None:
    # Nearly all of 2027 has to be paid from what 2026 left; what is then still left of it may not be spent in 2028.
    problem = saving(mode, 0, carry_share, {"2026": 700_000, "2027": -490_000, "2028": -40_000})
    check_rule(problem, rule("1"), lots(problem, "1", 2))
    three = problem.rules(RuleSpec("envelope"), rule("1", years=3)).decide()
    top, _ = best(problem.choices(), [problem.affordable, lots(problem, "1", 3)], CARBON)
    assert value(three, "carbon") == top[0]


@pytest.mark.parametrize("mode", MODES)
def test_a_fund_that_carries_nothing_has_nothing_to_limit(mode: str) -> None:
    problem = tiny(mode, units=2, periods=PERIODS).budget("0.4")
    assert problem.rules(RuleSpec("envelope"), rule("0")).decide().values == problem.decide().values


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("carry_share", "at_most"), [("1", "0.02"), ("1/3", "0.05"), ("0.9", "1/7")])
def test_the_envelopes_carry_the_smaller_of_share_and_limit(mode: str, carry_share: str, at_most: str) -> None:
    problem = saving(mode, 0, carry_share).rules(RuleSpec("envelope"), rule(at_most))
    _, _, tables = settled(problem)
    lines = tables["envelopes"][tables["envelopes"]["fund"] == PROTECTION]
    # by hand: whole fen of the rest, and of the appropriation
    for rest, given, out in zip(
        *(lines[c] for c in ("unallocated_fen", "appropriation_fen", "carried_out_fen")), strict=True
    ):
        assert out == min(floor(share(carry_share) * int(rest)), floor(share(at_most) * int(given)))
    assert list(lines["carried_in_fen"])[1:] == list(lines["carried_out_fen"])[:-1]
    assert (lines["unallocated_fen"] >= 0).all()
