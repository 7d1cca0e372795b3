"""Prices: what a little more money brings, what each fairness rule costs, what explainability costs."""

from typing import Any

import numpy as np
import pandas as pd

from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.terms import term
from silvafisc.quantities.money import FEN_PER_YUAN

from .prepare import Prepared

COLUMNS = ["rule", "region_code", "group", "period", "price", "unit", "method", "step", "meaning_zh", "meaning_en"]
STEP = 0.01
_AGREE = 0.2
_STRUCTURAL = ("published_values", "no_inversion")
_FAIRNESS = (
    "priority_share",
    "published_values",
    "standards_only_rise",
    "local_capacity",
    "change_band",
    "not_below_last_year",
)
_CARBON_UNITS = {
    "tco2e": ("tco2e", "吨二氧化碳当量", "tCO2e"),
    "yuan": ("yuan", "加权元", "weighted yuan"),
    "1": ("1", "", ""),
}


def shadow_prices(prepared: Prepared, decision: Decision) -> pd.DataFrame:
    """What one more yuan of each envelope brings. Never negative; unit: objective per yuan of appropriation.

    Rule mode: re-solves of the first named objective with the envelope 1 % larger, at the published α; all numbers are
    discrete there, so a dual would be the price of something that cannot be published. Case mode: duals of the linear
    relaxation of the last named objective, earlier stages held, checked by the same re-solve; where the two differ by
    more than 20 % the re-solve is shown.
    """
    engine = decision.engine
    case = prepared.resolved.mode == "case"
    name = prepared.resolved.objectives[-1 if case else 0].term
    objective = engine.objectives[name][0]
    vector = engine.vector(objective)
    if case:
        _hold_earlier(prepared, decision, engine)
    duals = engine.relaxation_duals(vector) if case else None
    base = engine.maximise(vector).value
    unit, zh, en = _CARBON_UNITS.get(objective.unit, (objective.unit, objective.unit, objective.unit))
    rows = []
    for index, row in enumerate(engine.model.rows):
        if row.rule != "envelope" or row.aux or row.label.count("/") != 1:
            continue
        fund, period = row.label.split("/")
        step = prepared.resolved.fund(fund).appropriation_fen[period] * STEP
        wider = engine.with_limit(index, upper=row.upper + step)
        if case:
            _hold_earlier(prepared, decision, wider)
        more = wider.maximise(vector).value
        price, method, size = max(0.0, more - base) / step * FEN_PER_YUAN, "re-solve", "+1 %"
        if duals is not None:
            dual = max(0.0, float(duals[index])) * FEN_PER_YUAN
            if abs(dual - price) <= _AGREE * max(dual, price):
                price, method, size = dual, "relaxation dual", ""
        shown = f"{price * 10_000:.4g}"
        rows.append(
            (
                "envelope",
                "",
                fund,
                period,
                price,
                f"{unit}_per_yuan",
                method,
                size,
                f"预算增加1%时，每增加1万元平均多得{shown}{zh}",
                f"with 1 % more appropriation, another 10 thousand yuan bring {shown} {en} on average",
            )
        )
    engine.release()
    return pd.DataFrame(rows, columns=COLUMNS)


def _hold_earlier(prepared: Prepared, decision: Decision, engine: Engine) -> None:
    """Keep the stages before the last one at what the decision reaches."""
    for spec in prepared.resolved.objectives[:-1]:
        if spec.stage is not None and spec.weight is None:
            engine.hold_at(engine.vector(engine.objectives[spec.term][0]), decision.point)


def fairness_prices(prepared: Prepared, decision: Decision) -> list[dict[str, Any]]:
    """First objective with and without each fairness rule, everything else (α, law, factor menu) the same."""
    engine = decision.engine
    name = prepared.resolved.objectives[0].term
    base = engine.maximise(engine.vector(engine.objectives[name][0])).value
    present = list(dict.fromkeys(spec.rule for spec in prepared.resolved.rules))
    entries = []
    for rule in (r for r in _FAIRNESS if r in present):
        without = Engine(engine.problem, rules=tuple(r for r in present if r != rule), known=engine.known)
        free = without.maximise(without.vector(without.objectives[name][0])).value
        entries.append(
            {
                "rule": rule,
                "label": term(rule).TITLE,
                "objective": name,
                "price": max(0.0, free - base),
                "unit": engine.objectives[name][0].unit,
            }
        )
    return entries


def explainability(prepared: Prepared, decision: Decision, factor_offers: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Price of explainability: the first objective's optimum in case mode minus that of the published rule.

    Case menus contain every level of the rule, factor pots stay as in the rule, the law is the same, without published
    values, category order, grades and no inversion. An interval: case incumbent and bound.
    """
    name = prepared.resolved.objectives[0].term
    problem = case_problem(
        prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, factor_offers
    )
    rules = tuple(spec.rule for spec in prepared.resolved.rules if spec.rule not in _STRUCTURAL)
    case = Engine(problem, rules=rules)
    solution = case.maximise(case.vector(case.objectives[name][0]), gap=prepared.resolved.gap)
    engine = decision.engine
    fixed = _factor_columns_fixed(engine, factor_offers)
    best_rule = fixed.maximise(fixed.vector(fixed.objectives[name][0]))
    others = [s.term for s in prepared.resolved.objectives[1:]]
    return {
        "objective": name,
        "unit": engine.objectives[name][0].unit,
        "lower": solution.value - best_rule.value,
        "upper": solution.bound - best_rule.value,
        "rule_value": best_rule.value + engine.objectives[name][0].constant,
        "side_effects": {
            other: float(
                case.vector(case.objectives[other][0]) @ solution.point
                - fixed.vector(fixed.objectives[other][0]) @ best_rule.point
            )
            for other in others
        },
    }


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
