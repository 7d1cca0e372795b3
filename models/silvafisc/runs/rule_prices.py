"""What fairness rules and explainability cost: in the first objective, in the others, and in yuan.

Everything else stays as it was decided: α, law, factor menu, and the exchange rates between weighted objectives.
Every price is an interval: from what is attained to what is proven (equal at gap 0).

In yuan, twice. *Budget equivalent*: how much less money than the best allocation under the rule spends (of several as good
the cheapest), in every envelope by the same proportion, would still reach the same first objective without the rule. *At the
stated exchange rate*: the price divided by what the scenario's weights give of the first objective for one (equity-weighted) yuan.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import floor
from typing import Any

import numpy as np

from silvafisc.allocation.appropriations import CARRIED, ceilings
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import TIE, Engine
from silvafisc.allocation.menus import cost_column
from silvafisc.allocation.problem import Floats, Indices
from silvafisc.allocation.solve import Solution
from silvafisc.allocation.terms import term, title_of
from silvafisc.allocation.terms.envelope import known_available
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results import FundSpec, ObjectiveSpec

from .prepare import Prepared

_STRUCTURAL = ("published_values", "no_inversion")
_FAIRNESS = (
    "priority_share",
    "published_values",
    "standards_only_rise",
    "adjustment",
    "local_capacity",
    "change_band",
    "not_below_last_year",
)
_FIRST_CUT = 0.001
"""First part of the money that is taken away; doubled until the value is out of reach."""
_PARTS = 100
"""At the margin the money that is open to choice is made larger by one of so many parts."""
_HALVINGS = 4
"""After them the budget equivalent is known to 1/16 of the last doubling."""


def fairness_prices(prepared: Prepared, decision: Decision) -> list[dict[str, Any]]:
    """One entry per fairness rule of the scenario (a rule that stands more than once is taken away as a whole), then one per
    bound on a further objective, such as at most so many published numbers.

    price, lower, upper: by how much the first objective alone could be higher without the rule.
    side_effects: change of each other objective then, each as large as the ones before it allow.
    yuan: budget equivalent {lower, upper, method}. yuan_at_rate: None without a rate. Neither where the price is zero.
    at_rates: with weighted objectives, the change of their weighted sum in units of the first, and of each of them.
    All are missing or None where the time limit ended before an answer.
    """
    engine = decision.engine
    terms = [spec.term for spec in prepared.resolved.objectives]
    rate = yuan_rate(prepared, decision)
    held = _in_turn(engine, terms)
    present = list(dict.fromkeys(spec.rule for spec in prepared.resolved.rules))
    entries = []
    for rule in (r for r in _FAIRNESS if r in present):
        without = Engine(engine.problem, rules=tuple(r for r in present if r != rule), known=engine.known)
        entry: dict[str, Any] = {
            "rule": rule,
            "label": term(rule).TITLE,
            "objective": terms[0],
            "unit": engine.objectives[terms[0]][0].unit,
            "price": None,
        }
        if terms[0] in held:
            entry |= _price(engine, without, terms, held, rate)
        entry["at_rates"] = _at_rates(prepared, decision, without)
        entries.append(entry)
    bounded = [spec for spec in prepared.resolved.objectives[1:] if spec.at_least is not None]
    return entries + [_bound_entry(engine, spec, terms[0], held, rate) for spec in bounded]


def _bound_entry(
    engine: Engine, spec: ObjectiveSpec, first: str, held: dict[str, Solution], rate: float | None
) -> dict[str, Any]:
    """What the first objective loses by a bound on another one, under the same rules; `bound` tells it from a rule."""
    title, bounded = title_of(spec), engine.objectives[spec.term][0]
    entry: dict[str, Any] = {
        "rule": spec.term,
        "bound": spec.at_least,
        "label": {language: f"{text} ≥ {spec.at_least:g}" for language, text in title.items()},
        "objective": first,
        "unit": engine.objectives[first][0].unit,
        "price": None,
        "at_rates": None,
    }
    if first not in held:
        return entry
    free, vector = held[first], _vector(engine, first)
    engine.hold(engine.vector(bounded), float(spec.at_least or 0.0) - bounded.constant)
    kept = engine.maximise(vector)
    if not kept.found:
        engine.release()
        return entry
    price = _change(min(free.value, kept.value), free.value)
    cheapest = kept.point
    if price:
        # While the bound is still held: a cheaper point that breaks it is no answer.
        cheapest = _cheapest(engine, vector, kept)
    else:
        engine.release()
    return entry | {
        "price": price,
        "lower": min(price, max(0.0, free.value - kept.bound)),
        "upper": max(price, free.bound - kept.value) if price else 0.0,
        "side_effects": {},
        "yuan": budget_equivalent(engine, vector, kept.value, cheapest) if price else None,
        "yuan_at_rate": None if rate is None or not price else price / rate,
    }


def _price(
    engine: Engine, without: Engine, terms: list[str], held: dict[str, Solution], rate: float | None
) -> dict[str, Any]:
    """The part of an entry that is about the first objective alone; nothing where no answer was found in time."""
    first, vector = held[terms[0]], _vector(without, terms[0])
    best = without.maximise(vector, beat=_above(first.value))
    if not best.found and best.status != "infeasible":
        return {}
    if not best.found or best.value <= _above(first.value):
        # Nothing better exists: that is all the solver was asked.
        return {"price": 0.0, "lower": 0.0, "upper": 0.0, "side_effects": {}, "yuan": None, "yuan_at_rate": None}
    price = best.value - first.value
    free = _in_turn(without, terms, best)
    cheapest = _cheapest(engine, _vector(engine, terms[0]), first)
    return {
        "price": price,
        "lower": min(price, max(0.0, best.value - first.bound)),
        "upper": max(price, best.bound - first.value),
        "side_effects": {o: _change(held[o].value, free[o].value) for o in terms[1:] if o in held and o in free},
        "yuan": budget_equivalent(without, vector, first.value, cheapest),
        "yuan_at_rate": None if rate is None else price / rate,
    }


def explainability(prepared: Prepared, decision: Decision, factor_offers: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Price of explainability: the first objective's optimum in case mode minus that of the published rule.

    Case menus contain every level of the rule, factor pots stay as in the rule, the law is the same, without published
    values, category order, grades and no inversion. An interval: case incumbent and bound. In yuan at the margin: the
    interval over what one yuan more in every envelope brings by the duals of the case's linear relaxation.
    """
    name = prepared.resolved.objectives[0].term
    problem = case_problem(
        prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, factor_offers
    )
    rules = tuple(spec.rule for spec in prepared.resolved.rules if spec.rule not in _STRUCTURAL)
    case = Engine(problem, rules=rules)
    solution = case.maximise(_vector(case, name), gap=prepared.resolved.gap)
    engine = decision.engine
    fixed = _factor_columns_fixed(engine, factor_offers)
    best_rule = fixed.maximise(_vector(fixed, name))
    others = [s.term for s in prepared.resolved.objectives[1:]]
    interval = {"lower": solution.value - best_rule.value, "upper": solution.bound - best_rule.value}
    margin, rate = _marginal_value(case, _vector(case, name)), yuan_rate(prepared, decision)
    return {
        "objective": name,
        "unit": engine.objectives[name][0].unit,
        **interval,
        "rule_value": best_rule.value + engine.objectives[name][0].constant,
        "side_effects": {
            other: float(_vector(case, other) @ solution.point - _vector(fixed, other) @ best_rule.point)
            for other in others
        },
        "yuan": {end: value / margin for end, value in interval.items()} | {"method": "relaxation dual"}
        if margin > 0
        else None,
        "yuan_at_rate": None if rate is None else {end: value / rate for end, value in interval.items()},
    }


def budget_equivalent(engine: Engine, objective: Floats, target: float, point: Floats) -> dict[str, Any]:
    """How many yuan less than `point` spends, in every envelope in the same proportion, reach `target` all the same.

    Returns {lower, upper, method}: lower less still reaches it, upper less does not (by solving again, doubling and
    halving); more money never lowers an optimum, so the truth lies between them. Money that `point` leaves unused is
    no saving.
    """
    least = target - TIE * max(1.0, abs(target))
    resolved = engine.problem.resolved
    paid = {
        (fund.id, period): float(_costs(engine, fund, period) @ point[: engine.problem.size])
        for fund, period in product(resolved.funds, resolved.periods)
    }
    # With less money there is less to be allocated in full.
    free = engine.without_rows(_full(engine))

    def reached(part: float) -> bool:
        left = {key: floor(fen * (1 - part)) for key, fen in paid.items()}
        lesser = free.with_ceilings(*ceilings(engine, _with_open(engine, left), CARRIED))
        found = lesser.maximise(objective, beat=least)
        return found.found and found.value >= least

    low, high = 0.0, _FIRST_CUT
    while high < 1 and reached(high):
        low, high = high, min(1.0, 2 * high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) else (low, middle)
    yuan = sum(paid.values()) / FEN_PER_YUAN
    return {"lower": low * yuan, "upper": high * yuan, "method": "re-solve"}


def yuan_rate(prepared: Prepared, decision: Decision) -> float | None:
    """What the weights give of the first objective for one yuan of another; None where no yuan are weighed against it."""
    first, *others = prepared.resolved.objectives
    if decision.payoff is None or not first.weight:
        return None
    for other in others:
        if other.weight and decision.engine.objectives[other.term][0].unit == "yuan":
            worth = float(other.weight) / decision.payoff.range(other.term)
            return worth * decision.payoff.range(first.term) / float(first.weight)
    return None


def _at_rates(prepared: Prepared, decision: Decision, without: Engine) -> dict[str, Any] | None:
    """The decision's own weighted sum, solved without the rule: what it gains in units of the first objective."""
    first = prepared.resolved.objectives[0]
    weighed = [spec for spec in prepared.resolved.objectives if spec.weight]
    if decision.payoff is None or len(weighed) < 2 or first not in weighed:
        return None
    worth = {spec.term: float(spec.weight or 0.0) / decision.payoff.range(spec.term) for spec in weighed}
    vector = np.sum([worth[name] * _vector(without, name) for name in worth], axis=0)
    constants = {name: without.objectives[name][0].constant for name in worth}
    decided = sum(worth[name] * (decision.values[name] - constants[name]) for name in worth)
    free = without.maximise(vector, beat=_above(decided))
    if not free.found and free.status != "infeasible":
        return None
    if not free.found or free.value <= _above(decided):
        return {"price": 0.0, "changes": dict.fromkeys(worth, 0.0)}
    reached = {name: float(_vector(without, name) @ free.point) + constants[name] for name in worth}
    changes = {name: _change(decision.values[name], value) for name, value in reached.items()}
    return {"price": (free.value - decided) / worth[first.term], "changes": changes}


def _in_turn(engine: Engine, terms: list[str], first: Solution | None = None) -> dict[str, Solution]:
    """Each objective as large as possible, earlier ones kept: values that do not depend on how ties are broken.

    first: the optimum of the first one where it is known. Ends early where no answer was found.
    """
    found: dict[str, Solution] = {}
    for name in terms:
        solution = first if first is not None and not found else engine.maximise(_vector(engine, name))
        if not solution.found:
            break
        found[name] = solution
        engine.hold_at(_vector(engine, name), solution.point)
    engine.release()
    return found


def _above(value: float) -> float:
    """What is better than a value beyond rounding."""
    return value + TIE * max(1.0, abs(value))


def _change(old: float, new: float) -> float:
    """new − old; 0 where they differ by rounding only."""
    return new - old if abs(new - old) > TIE * max(1.0, abs(old)) else 0.0


def _vector(engine: Engine, name: str) -> Floats:
    return engine.vector(engine.objectives[name][0])


def _full(engine: Engine) -> Indices:
    """Rows of full allocation."""
    rows = engine.model.rows
    return np.array([i for i in rows.of_rule("envelope") if not np.isfinite(rows[i].upper)], np.int64)


def _cheapest(engine: Engine, objective: Floats, best: Solution) -> Floats:
    """Of all points as good as the best one that which costs the funds least: a tie must not set the price in yuan.

    What is held counts, and is released at the end. The best one itself where the time limit ended before an answer.
    """
    resolved, fen = engine.problem.resolved, np.zeros(engine.model.size)
    for fund, period in product(resolved.funds, resolved.periods):
        fen[: engine.problem.size] += _costs(engine, fund, period)
    engine.hold_at(objective, best.point)
    found = engine.maximise(-fen)
    engine.release()
    return found.point if found.found else best.point


def _costs(engine: Engine, fund: FundSpec, period: str) -> Floats:
    """Fen that every column costs the fund's own payer in a period."""
    problem, column = engine.problem, cost_column(fund.id, fund.payer, period)
    return problem.carried(problem.column_values(column)) if column in problem.offers.table else np.zeros(problem.size)


def _with_open(engine: Engine, left: Mapping[tuple[str, str], int]) -> list[FundSpec]:
    """The funds with just their fixed money and so much for choice; what was carried in from before is taken first."""
    funds = []
    for fund in engine.problem.resolved.funds:
        carried, given = {}, {}
        for period, fen in fund.appropriation_fen.items():
            before = fund.carried_in_fen.get(period, 0)
            needed = fen + before - known_available(engine.problem, fund, period) + left[fund.id, period]
            carried[period] = min(before, needed)
            given[period] = needed - carried[period]
        funds.append(replace(fund, appropriation_fen=given, carried_in_fen=carried))
    return funds


def _marginal_value(engine: Engine, objective: Floats) -> float:
    """Objective per yuan when every envelope grows in the same proportion, by the duals of the linear relaxation."""
    problem, duals = engine.problem, engine.relaxation_duals(objective)
    funds = problem.resolved.funds
    more = {
        (fund.id, period): max(0, known_available(problem, fund, period)) // _PARTS
        for fund, period in product(funds, problem.resolved.periods)
    }
    grown = [
        replace(fund, appropriation_fen={p: fen + more[fund.id, p] for p, fen in fund.appropriation_fen.items()})
        for fund in funds
    ]
    (at, now), (_, then) = ceilings(engine, funds), ceilings(engine, grown)
    money = sum(more.values())
    return max(0.0, float(duals[at] @ (then - now))) / money * FEN_PER_YUAN if money > 0 else 0.0


def _factor_columns_fixed(engine: Engine, factor_offers: dict[tuple[str, str], str]) -> Engine:
    """The rule's engine with its factor weighting held, so that both modes share the same pots."""
    columns = engine.problem.columns
    factor = columns[columns["kind"] == "factor"]
    wrong = [
        int(index)
        for index, fund, period, offer in zip(
            factor.index, factor["fund"], factor["period"], factor["offer"], strict=True
        )
        if factor_offers.get((str(fund), str(period))) != str(offer)
    ]
    return engine.without_columns(np.array(wrong, np.int64))
