"""Prices of rules against enumeration: what is lost by a rule, what it does to the others, and how much money it is worth."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from tests.allocation.brute import Choice, best, gain
from tests.allocation.terms.test_adjustment import follows
from tests.allocation.terms.test_adjustment import rule as adjustment
from tests.allocation.terms.test_change_band import area_of, band, last_year
from tests.allocation.terms.test_local_capacity import poor_units, within
from tests.allocation.terms.test_not_below_last_year import kept
from tests.allocation.terms.test_published_values import at_most
from tests.allocation.terms.test_simplicity import few
from tests.allocation.tiny import CODES, COLLECTIVE, PROTECTION, SHARED, STATE, Tiny, tiny

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.quantities import entitlement
from silvafisc.results import ObjectiveSpec, RuleSpec
from silvafisc.runs.prepare import Prepared
from silvafisc.runs.rule_prices import _FAIRNESS as FAIRNESS
from silvafisc.runs.rule_prices import _marginal_value as marginal_value
from silvafisc.runs.rule_prices import budget_equivalent, fairness_prices

CARBON, INCOME = gain("carbon"), gain("development")
SHARE = RuleSpec("priority_share", {"group": "poor", "share": "0.2", "fund": PROTECTION})
ENVELOPE = RuleSpec("envelope")
LEVELS = (16_00, 17_00, 18_00, 19_00)
Priced = tuple[Tiny, RuleSpec, Callable[[Choice], bool]]
"""A problem, a rule, and whether a choice keeps the rule, by hand."""


def problem(*objectives: ObjectiveSpec) -> Tiny:
    """Three units, two categories; the listed unit has the lowest score, so its standard is never above the others'."""
    made = tiny("rule", grades=3, levels=(16_00, 17_00, 18_00, 19_00), categories=(COLLECTIVE, STATE), seed=5)
    return made.budget("0.5").rules(ENVELOPE, SHARE).objectives(*objectives)


def share_holds(choice: Choice) -> bool:
    """By hand: at least a fifth of what is chosen goes to the listed unit."""
    return 5 * choice.money(CODES[2], "2026") >= sum(choice.money(code, "2026") for code in CODES)


def prices(case: Tiny, decision: Decision) -> dict[str, Any]:
    (entry,) = fairness_prices(cast(Prepared, SimpleNamespace(resolved=case.resolved)), decision)
    return entry


def values(case: Tiny, *rules: Callable[[Choice], bool]) -> tuple[Fraction, ...]:
    return best(case.choices(), [case.affordable, *rules], CARBON, INCOME)[0]


def test_a_price_is_the_difference_of_the_enumerated_optima_and_so_are_its_side_effects() -> None:
    case = problem(ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2))
    free, held = values(case), values(case, share_holds)
    entry = prices(case, case.decide())
    assert free[0] > held[0], "the rule costs nothing here"
    assert entry["price"] == entry["lower"] == entry["upper"] == free[0] - held[0]
    assert entry["side_effects"] == {"development": free[1] - held[1]}
    assert entry["at_rates"] is None
    assert entry["yuan_at_rate"] is None


def last_year_kept() -> Priced:
    """No standard below last year's 17 yuan."""
    case = tiny("rule", grades=3, levels=(16_00, 17_00, 18_00, 20_00), seed=21).budget("0.6")
    case = case.change(categories=(replace(case.resolved.category(COLLECTIVE), last_year_fen=17_00),))
    return case, RuleSpec("standards_only_rise"), lambda choice: min(choice.standards.values()) >= 17_00


def counties_that_pay_little() -> Priced:
    case = poor_units(tiny("rule", payers=SHARED, levels=LEVELS, grades=3, seed=0), "county", "0.75", "0.05")
    case = case.budget("0.9")
    return case, RuleSpec("local_capacity", {"kappa": "0.05"}), within(case, "county", "0.05")


def of_last_year(case: Tiny, code: str, standard: int) -> tuple[Tiny, int]:
    """Last year this unit was paid so much on the same area; with what it got, in fen."""
    area = area_of(case, code)
    fen = entitlement(standard, area)
    return case.tables(last_year=last_year((code, PROTECTION, COLLECTIVE, area, fen))), fen


def little_more_than_last_year() -> Priced:
    """The unit that ranks first had 1 yuan over the floor, and may get a tenth more."""
    case, fen = of_last_year(tiny("rule", grades=3, levels=LEVELS, seed=6).budget("0.6"), CODES[1], 17_00)
    over = Fraction(fen - entitlement(16_00, area_of(case, CODES[1])))
    limits = {(CODES[1], PROTECTION): (Fraction(0), over * Fraction("1.1"))}
    return case, RuleSpec("change_band", {"lower": "-1", "upper": "0.1"}), band(limits, ("2026",))


def listed_unit_kept() -> Priced:
    case, fen = of_last_year(tiny("rule", grades=3, levels=LEVELS, seed=0).budget("0.5"), CODES[2], 17_00)
    least = {(CODES[2], PROTECTION): Fraction(fen)}
    return case, RuleSpec("not_below_last_year", {"group": "poor"}), kept(case, least)


def priority() -> Priced:
    return tiny("rule", grades=3, levels=(*LEVELS, 20_00), seed=2).budget("0.75"), SHARE, share_holds


def one_standard_per_category() -> Priced:
    case = tiny("rule", grades=3, levels=LEVELS, categories=(STATE, COLLECTIVE), seed=4).budget("0.6")
    return case, RuleSpec("published_values", {"at_most": 1}), at_most(1)


def review_of_standards() -> Priced:
    """The review of 2022 comes round in 2027, and every standard is two yuan higher then: one envelope in each year."""
    table = {16_00: 18_00, 17_00: 18_00, 18_00: 20_00, 20_00: 20_00}
    case = tiny("rule", units=2, periods=("2026", "2027"), levels=tuple(table), seed=33).budget("0.8")
    return case, adjustment("review", step="0.4", last_review="2022"), follows(table)


PRICED = {
    "priority_share": priority,
    "published_values": one_standard_per_category,
    "standards_only_rise": last_year_kept,
    "adjustment": review_of_standards,
    "local_capacity": counties_that_pay_little,
    "change_band": little_more_than_last_year,
    "not_below_last_year": listed_unit_kept,
}


def money_saved(case: Tiny, allowed: Callable[[Choice], bool]) -> Fraction:
    """Yuan, enumerated: the cheapest of the best allowed choices pays so much in every period; all of it may be cut by the
    same part as long as some choice, allowed or not, is as good.
    """

    def paid(choice: Choice) -> list[int]:
        return [choice.paid(PROTECTION, period, "central") for period in case.resolved.periods]

    choices = case.choices()
    (target,), winners = best(choices, [case.affordable, allowed], CARBON)
    given = min((paid(choice) for choice in winners), key=sum)
    as_good = [paid(choice) for choice in choices if CARBON(choice) >= target]
    part = max(min(1 - Fraction(fen, most) for fen, most in zip(one, given, strict=True)) for one in as_good)
    return part * sum(given) / 100


def check_yuan(found: dict[str, Any], exact: Fraction) -> None:
    """The bracket holds the enumerated yuan, which are not nothing, and is a sixteenth wide at most."""
    assert 0 < found["lower"] <= exact <= found["upper"] <= 1.0625 * found["lower"]


def test_every_fairness_rule_has_its_enumerated_price() -> None:
    assert set(PRICED) == set(FAIRNESS)


@pytest.mark.parametrize("rule", PRICED)
def test_the_price_of_a_rule_in_tonnes_and_in_yuan_is_what_enumeration_gives(rule: str) -> None:
    case, spec, allowed = PRICED[rule]()
    case = case.rules(ENVELOPE, spec).objectives(ObjectiveSpec("carbon", stage=1))
    (free, *_), (held, *_) = values(case), values(case, allowed)
    entry = prices(case, case.decide())
    assert free > held, "the rule costs nothing here"
    assert (entry["rule"], entry["price"]) == (rule, free - held)
    assert entry["lower"] == entry["upper"] == free - held
    check_yuan(entry["yuan"], money_saved(case, allowed))


def test_of_two_allocations_as_good_the_cheaper_sets_the_price_in_yuan() -> None:
    """By hand: one standard per category in both units, 16 or 17 yuan, and 700 yuan of money above the floors.

    The second unit must have at least the first one's standard; 17 yuan instead of 16 bring and cost
                      collective               state
        first unit    0 t for 300 yuan         0 t for 100 yuan
        second unit   5 t for 300 yuan         5 t for 100 yuan
    One standard per category: both collective 5 t for 600 yuan, or both state 5 t for 200 yuan; all is 800, too much.
    Different ones: the second unit alone, in both categories, 10 t for 400 yuan: the rule costs 5 t. Its 5 t alone are had
    for 100 yuan then, 100 yuan less than the cheaper of the two allocations spends, and 500 less than the other.
    """
    cost, tonnes = {COLLECTIVE: 300_00, STATE: 100_00}, {CODES[0]: 0.0, CODES[1]: 5.0}

    def edit(table: pd.DataFrame) -> None:
        higher = table["standard_fen"] == 17_00
        table["area_tenth_mu"] = table["category"].map(cost) // 10
        table[f"cost.{PROTECTION}.central.2026_fen"] = table["category"].map(cost).where(higher, 0)
        table["obj.carbon"] = table["region_code"].map(tonnes).where(higher, 0.0)

    made = tiny("rule", units=2, levels=(16_00, 17_00), categories=(STATE, COLLECTIVE)).offers(edit).budget("7/8")
    made = made.rules(ENVELOPE, RuleSpec("published_values", {"at_most": 1}))
    case = made.objectives(ObjectiveSpec("carbon", stage=1))
    assert money_saved(case, at_most(1)) == 100
    entry = prices(case, case.decide())
    assert entry["price"] == 5
    check_yuan(entry["yuan"], Fraction(100))


def test_full_allocation_takes_no_part_in_what_money_is_worth() -> None:
    """A reserve as large as the appropriation leaves everything open, so both problems are worth the same."""
    case = problem(ObjectiveSpec("carbon", stage=1))
    funds = tuple(replace(f, reserve_fen=f.appropriation_fen, reserve_reason="a test") for f in case.resolved.funds)
    full = case.change(funds=funds).rules(RuleSpec("envelope", {"full_allocation": True}), SHARE)
    found = []
    for one in (case, full):
        engine = Engine(one.problem())
        vector = engine.vector(engine.objectives["carbon"][0])
        best_plan = engine.maximise(vector)
        less = best_plan.value - 1.0
        found.append((budget_equivalent(engine, vector, less, best_plan.point), marginal_value(engine, vector)))
    assert found[0] == found[1]
    assert found[0][0]["upper"] > 0
    assert found[0][1] > 0


def test_at_the_weights_of_the_decision_a_price_is_their_sum_in_units_of_the_first() -> None:
    """Enumeration: the largest weighted sum with and without the rule, the normalisation as decided."""
    case = problem(ObjectiveSpec("carbon", weight=0.6), ObjectiveSpec("development", weight=0.4))
    decision = case.decide()
    assert decision.payoff is not None
    worth = {
        "carbon": Fraction(0.6 / decision.payoff.range("carbon")),
        "development": Fraction(0.4 / decision.payoff.range("development")),
    }

    def weighed(choice: Choice) -> Fraction:
        return worth["carbon"] * CARBON(choice) + worth["development"] * INCOME(choice)

    free = best(case.choices(), [case.affordable], weighed)[0][0]
    held = best(case.choices(), [case.affordable, share_holds], weighed)[0][0]
    entry = prices(case, decision)
    at_rates = entry["at_rates"]
    assert free > held
    assert at_rates["price"] == pytest.approx(float((free - held) / worth["carbon"]))
    rate = float(worth["development"] / worth["carbon"])
    assert entry["yuan_at_rate"] == pytest.approx(entry["price"] / rate)


@pytest.mark.parametrize(("most", "costs"), [(2, True), (12, False)])
def test_at_most_so_many_published_numbers_have_their_price(most: int, costs: bool) -> None:
    """Enumeration: the most tonnes of all affordable choices, and of those that publish so many numbers at most."""
    bound = ObjectiveSpec("simplicity", stage=2, at_least=-float(most))
    case = tiny("rule", grades=3, levels=(16_00, 18_00, 20_00), seed=15).budget("0.75").rules(ENVELOPE)
    case = case.objectives(ObjectiveSpec("carbon", stage=1), bound)
    count = few(case)
    (free, *_), (held, *_) = values(case), values(case, lambda choice: count(choice) >= -most)
    entry = prices(case, case.decide())
    assert (entry["rule"], entry["bound"], entry["price"]) == ("simplicity", -float(most), free - held)
    assert (free > held) == costs == bool(entry["yuan"])
    assert entry["lower"] == entry["upper"] == free - held
    if costs:
        check_yuan(entry["yuan"], money_saved(case, lambda choice: count(choice) >= -most))
