"""What gives way when no answer keeps all rules: the least amount and the fewest rules by enumeration of every choice."""

from fractions import Fraction

import pytest
from tests.allocation.brute import Choice
from tests.allocation.tiny import CODES, MODES, PROTECTION, Tiny, tiny

from silvafisc.allocation.corrections import alone, together
from silvafisc.allocation.limits import FULL, Statement, stated, statements, with_values
from silvafisc.allocation.relax import Relaxed, Written, relax
from silvafisc.quantities import share
from silvafisc.results import ObjectiveSpec, RuleSpec

ENVELOPE = RuleSpec("envelope")
POOR = RuleSpec("priority_share", {"group": "poor", "share": "0.9"})
LEVELS = (16_00, 17_00, 18_00, 20_00)


def giving(case: Tiny, name: str) -> Statement:
    return next(statement for statement in statements(case.resolved) if statement.name == name)


def relaxed(case: Tiny, name: str) -> Relaxed | None:
    return relax(Written(case.problem()), (giving(case, name),))


def part_of(choice: Choice, code: str) -> Fraction:
    """One unit's part of all top-up money of 2026; 1 where there is none."""
    total = choice.paid(None, "2026")
    return Fraction(choice.money(code, "2026"), total) if total else Fraction(1)


@pytest.mark.parametrize("mode", MODES)
def test_the_share_that_can_be_reached_is_the_best_of_all_choices(mode: str) -> None:
    """enumeration: the largest part of one unit over every choice that gives all three at least 17 yuan."""
    areas = tiny(mode, levels=LEVELS).inputs.areas
    last = areas[["region_code", "area_tenth_mu"]].assign(
        fund=PROTECTION,
        subject="public_welfare_collective",
        amount_fen=areas["area_tenth_mu"] * 170,
        status="assumption",
        source="made up for a test",
    )
    case = tiny(mode, levels=LEVELS).rules(ENVELOPE, RuleSpec("not_below_last_year", {"group": "all"}), POOR)
    case = case.change(groups={"poor": (CODES[1],), "all": CODES}).tables(last_year=last)
    best = max(
        part_of(choice, CODES[1])
        for choice in case.choices()
        if case.affordable(choice) and min(choice.standards.values()) >= 17_00
    )
    found = relaxed(case, "priority_share")
    assert found is not None
    [(limit, need)] = found.needs.items()
    assert float(share("0.9") - need) == pytest.approx(float(best), rel=1e-9)
    assert limit.moved(need) == Fraction(int(best * 10_000), 10_000)  # as it can be stated, never above


@pytest.mark.parametrize("mode", MODES)
def test_the_appropriation_or_the_bound_gives_way_by_the_least(mode: str) -> None:
    """enumeration: the cheapest choice that brings three fifths of all tonnes; the most tonnes that the money buys."""
    case = tiny(mode).budget("0.2", (PROTECTION,))
    choices = case.choices()
    wanted = int(max(c.gain("carbon") for c in choices) * Fraction(3, 5))
    case = case.objectives(ObjectiveSpec("carbon", stage=1, at_least=float(wanted)))
    cheapest = min(c.paid(PROTECTION, "2026") for c in choices if c.gain("carbon") >= wanted)
    fixed = int(case.menus.fixed.table.filter(like="cost.").sum().sum())
    free = case.resolved.fund(PROTECTION).appropriation_fen["2026"] - fixed
    found = relaxed(case, "envelope")
    assert found is not None
    assert {limit.path: need for limit, need in found.needs.items()} == {
        ("funds", PROTECTION, "appropriation", "2026"): cheapest - free
    }
    bound = relaxed(case, "carbon")
    assert bound is not None
    [(limit, need)] = bound.needs.items()
    assert limit.value - need == max(c.gain("carbon") for c in choices if case.affordable(c))


def test_money_carried_over_makes_room_in_later_periods() -> None:
    """by hand: the bound asks for the dearest offers in both periods; half of what is left of 2026 reaches 2027."""
    case = tiny("case", periods=("2026", "2027"), units=1, levels=(16_00, 20_00)).budget("1", (PROTECTION,))
    fund = case.resolved.fund(PROTECTION)
    top_up = fund.appropriation_fen["2027"] - int(case.menus.fixed.table.filter(like="2027").sum().sum())
    given = {"2026": fund.appropriation_fen["2026"] + 100, "2027": fund.appropriation_fen["2027"] - top_up}
    funds = (type(fund)(**{**vars(fund), "appropriation_fen": given, "carry_share": "0.5"}), case.resolved.funds[1])
    most = max(c.gain("carbon") for c in case.choices())
    case = case.change(funds=funds).objectives(ObjectiveSpec("carbon", stage=1, at_least=float(most)))
    found = relaxed(case, "envelope")
    assert found is not None
    # 100 fen are left of 2026, so 50 of the missing top-up are there; a fen more in 2027 costs least.
    assert {limit.path[-1]: round(need) for limit, need in found.needs.items()} == {"2027": top_up - 50}


def test_more_money_also_makes_room_where_carrying_over_is_limited() -> None:
    """by hand: of the 100 fen left of 2026 half could be carried, but the limit lets one in ten thousand of the
    appropriation through; the rest of the missing top-up is asked of 2027."""
    case = tiny("case", periods=("2026", "2027"), units=1, levels=(16_00, 20_00)).budget("1", (PROTECTION,))
    fund = case.resolved.fund(PROTECTION)
    top_up = fund.appropriation_fen["2027"] - int(case.menus.fixed.table.filter(like="2027").sum().sum())
    given = {"2026": fund.appropriation_fen["2026"] + 100, "2027": fund.appropriation_fen["2027"] - top_up}
    funds = (type(fund)(**{**vars(fund), "appropriation_fen": given, "carry_share": "0.5"}), case.resolved.funds[1])
    most = max(c.gain("carbon") for c in case.choices())
    case = case.change(funds=funds).objectives(ObjectiveSpec("carbon", stage=1, at_least=float(most)))
    limited = case.rules(ENVELOPE, RuleSpec("carry_over", {"at_most": "0.0001", "years": 2}))
    found = relaxed(limited, "envelope")
    assert found is not None
    assert given["2026"] // 10_000 < 50
    assert {limit.path[-1]: round(need) for limit, need in found.needs.items()} == {
        "2027": top_up - given["2026"] // 10_000
    }


def test_the_appropriation_gives_way_under_full_allocation_too() -> None:
    """enumeration: the cheapest choice that spends at least what there is."""
    case = tiny("case").budget("0.2", (PROTECTION,))
    fund = case.resolved.fund(PROTECTION)
    free = fund.appropriation_fen["2026"] - int(case.menus.fixed.table.filter(like="cost.").sum().sum())
    full = case.change(funds=(fund,)).rules(RuleSpec("envelope", {"full_allocation": True}))
    found = relaxed(full, "envelope")
    assert found is not None
    needed = min(paid for c in case.choices() if (paid := c.paid(PROTECTION, "2026")) >= free)
    assert list(found.needs.values()) == [needed - free]
    assert needed > free


def test_a_statement_that_does_not_help_gives_nothing() -> None:
    case = tiny(units=2).rules(ENVELOPE, RuleSpec("published_values", {"at_most": 1}))
    case = case.objectives(ObjectiveSpec("carbon", stage=1, at_least=1e6))
    assert relaxed(case, "envelope") is None
    assert relaxed(case, "published_values") is None
    assert together([Written(case.problem())], statements(case.resolved)[:2]) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_fewest_rules_are_those_that_the_best_choice_breaks(seed: int) -> None:
    """enumeration: over all choices with enough tonnes, the least number of rules that one of them breaks."""
    case = tiny("case", levels=(16_00, 18_00, 20_00), seed=seed).budget("0.3", (PROTECTION,))
    choices = case.choices()
    ranked = sorted({c.gain("carbon") for c in choices if len(set(c.standards.values())) > 1})
    wanted = ranked[-2]
    case = case.rules(ENVELOPE, RuleSpec("published_values", {"at_most": 1}), POOR)
    case = case.objectives(ObjectiveSpec("carbon", stage=1, at_least=float(wanted)))

    def broken(choice: Choice) -> int:
        several = len(set(choice.standards.values())) > 1
        return (not case.affordable(choice)) + several + (part_of(choice, CODES[2]) < Fraction(9, 10))

    fewest = min(broken(c) for c in choices if c.gain("carbon") >= wanted)
    rules, written = statements(case.resolved)[:3], [Written(case.problem())]
    assert fewest >= 2
    assert alone(written, rules) == []
    joint = together(written, rules)
    assert joint is not None
    assert len(joint.statements) == fewest


def test_what_is_stated_is_rounded_to_the_side_that_makes_room() -> None:
    case = tiny(units=2).rules(ENVELOPE, RuleSpec("change_band", {"lower": "-0.05", "upper": "0.1"}))
    low, high = giving(case, "change_band").limits
    moved = [stated(limit, limit.moved(Fraction("0.01234"))) for limit in (low, high)]
    assert moved == ["-0.0624", "0.1124"]
    assert with_values(case.resolved, {low: Fraction("-0.0624")}).rules[1].params == {
        "lower": "-0.0624",
        "upper": "0.1",
    }


@pytest.mark.parametrize("mode", MODES)
def test_the_reserve_is_the_least_that_any_choice_leaves(mode: str) -> None:
    """enumeration: the smallest rest of all affordable choices, where nothing may be left and more money would not help."""
    case = tiny(mode).budget("0.37", (PROTECTION,))
    full = case.rules(RuleSpec("envelope", {"full_allocation": True}))
    fixed = int(case.menus.fixed.table.filter(like="cost.").sum().sum())
    free = case.resolved.fund(PROTECTION).appropriation_fen["2026"] - fixed
    # The other fund offers nothing here: all of it is left, whatever is chosen.
    other = next(fund for fund in case.resolved.funds if fund.id != PROTECTION)
    least = min(free - choice.paid(PROTECTION, "2026") for choice in case.choices() if case.affordable(choice))
    assert least > 0
    reserve = next(s for s in statements(full.resolved) if s.path == ("rules", 0, FULL))
    found = relax(Written(full.problem()), (reserve,))
    assert found is not None
    assert {limit.path: need for limit, need in found.needs.items()} == {
        ("funds", PROTECTION, "reserve", "2026"): least,
        ("funds", other.id, "reserve", "2026"): other.appropriation_fen["2026"],
    }
    assert relax(Written(full.problem()), (giving(full, "envelope"),)) is None
