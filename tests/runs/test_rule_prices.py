"""Prices of rules against enumeration: what is lost by a rule, what it does to the others, and how much money it is worth."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import pytest
from tests.allocation.brute import Choice, best, gain
from tests.allocation.terms.test_adjustment import follows
from tests.allocation.terms.test_adjustment import rule as adjustment
from tests.allocation.terms.test_simplicity import few
from tests.allocation.tiny import CODES, COLLECTIVE, PROTECTION, STATE, Tiny, tiny

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.tables import chosen_offers
from silvafisc.results import ObjectiveSpec, RuleSpec
from silvafisc.runs.prepare import Prepared
from silvafisc.runs.rule_prices import _marginal_value as marginal_value
from silvafisc.runs.rule_prices import budget_equivalent, fairness_prices

CARBON, INCOME = gain("carbon"), gain("development")
SHARE = RuleSpec("priority_share", {"group": "poor", "share": "0.2", "fund": PROTECTION})
ENVELOPE = RuleSpec("envelope")


def problem(*objectives: ObjectiveSpec) -> Tiny:
    """Three units, two categories; the listed unit has the lowest score, so its standard is never above the others'."""
    made = tiny("rule", grades=3, levels=(16_00, 17_00, 18_00, 19_00), categories=(COLLECTIVE, STATE), seed=5)
    return made.budget("0.5").rules(ENVELOPE, SHARE).objectives(*objectives)


def share_holds(choice: Choice) -> bool:
    """By hand: at least a fifth of what is chosen goes to the listed unit."""
    return 5 * choice.money(CODES[2], "2026") >= sum(choice.money(code, "2026") for code in CODES)


def prices(case: Tiny, decision: Decision) -> dict[str, object]:
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


def test_the_budget_equivalent_holds_what_enumeration_gives() -> None:
    """One fund, one period: the cheapest choice that is as good needs so much less than the envelope."""
    case = tiny("rule", grades=3, levels=(16_00, 17_00, 18_00, 19_00, 20_00), seed=2).budget("0.75")
    case = case.rules(ENVELOPE, SHARE).objectives(ObjectiveSpec("carbon", stage=1))
    affordable = [choice for choice in case.choices() if case.affordable(choice)]

    def spent(choice: Choice) -> int:
        return choice.paid(PROTECTION, "2026", "central")

    target, held = max((CARBON(choice), -spent(choice)) for choice in affordable if share_holds(choice))
    decision = case.decide()
    assert spent_by(decision) == -held, "the best allocation under the rule is the only one of its value"
    exact = Fraction(-held - min(spent(choice) for choice in affordable if CARBON(choice) >= target), 100)
    engine = Engine(case.problem(), rules=("envelope",))
    vector = engine.vector(engine.objectives["carbon"][0])
    found = budget_equivalent(engine, vector, float(target), decision.point)
    assert 0 < found["lower"] <= exact <= found["upper"] <= 1.07 * found["lower"]


def spent_by(decision: Decision) -> int:
    table = decision.problem.offers.table.iloc[chosen_offers(decision.problem, decision.point)]
    return int(table[f"cost.{PROTECTION}.central.2026_fen"].sum())


def test_the_way_of_adjusting_standards_has_its_price_too() -> None:
    """Enumeration: the review of 2022 comes round in 2027, and every standard is two yuan higher then."""
    table = {16_00: 18_00, 17_00: 18_00, 18_00: 20_00, 20_00: 20_00}
    case = tiny("rule", units=2, periods=("2026", "2027"), levels=tuple(table), seed=4).budget("0.8")
    case = case.rules(ENVELOPE, adjustment("review", step="0.4", last_review="2022"))
    case = case.objectives(ObjectiveSpec("carbon", stage=1))
    (free, *_), (held, *_) = values(case), values(case, follows(table))
    entry = prices(case, case.decide())
    assert free > held, "the rule costs nothing here"
    assert (entry["rule"], entry["price"]) == ("adjustment", free - held)


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
    at_rates = cast(dict[str, object], entry["at_rates"])
    assert free > held
    assert at_rates["price"] == pytest.approx(float((free - held) / worth["carbon"]))
    rate = float(worth["development"] / worth["carbon"])
    assert entry["yuan_at_rate"] == pytest.approx(cast(float, entry["price"]) / rate)


@pytest.mark.parametrize(("most", "costs"), [(2, True), (12, False)])
def test_at_most_so_many_published_numbers_have_their_price(most: int, costs: bool) -> None:
    """Enumeration: the most tonnes of all affordable choices, and of those that publish so many numbers at most."""
    bound = ObjectiveSpec("simplicity", stage=2, at_least=-float(most))
    case = tiny("rule", grades=3, levels=(16_00, 18_00, 20_00), seed=6).budget("0.75").rules(ENVELOPE)
    case = case.objectives(ObjectiveSpec("carbon", stage=1), bound)
    count = few(case)
    (free, *_), (held, *_) = values(case), values(case, lambda choice: count(choice) >= -most)
    entry = prices(case, case.decide())
    assert (entry["rule"], entry["bound"], entry["price"]) == ("simplicity", -float(most), free - held)
    assert (free > held) == costs == bool(entry["yuan"])
    assert entry["lower"] == entry["upper"] == free - held
