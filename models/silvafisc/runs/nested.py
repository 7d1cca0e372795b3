"""Why a bigger budget drops somebody, and what it costs that it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from silvafisc.allocation.decide import Decision, InfeasibleError, decide
from silvafisc.allocation.menus.factor_pot import FACTOR_POT
from silvafisc.allocation.nested import Granted, granted, kept
from silvafisc.allocation.problem import Floats, Part, Problem
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import chosen_offers
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Scenario

from .answers import Answer, Basis, basis, changes, percent, quantity
from .infeasible import explain_infeasible, floors_within_envelopes
from .prepare import Prepared, Progress, case_engine, engines
from .run import last_objective
from .spoken import Said, join, name, subject, yuan

BUDGETS = ("-10%", "0", "+10%")


@dataclass(frozen=True)
class _Plan:
    decision: Decision
    point: Floats
    granted: Granted


def nested(
    scenario: str | Path | Scenario | Basis,
    *,
    data: str | Path | None = None,
    budgets: Sequence[str] = BUDGETS,
    progress: Progress | None = None,
) -> Answer:
    """Solve the scenario at several budgets twice: freely, and so that what a smaller budget grants stays granted.

    Args:
        budgets: changes of every appropriation, as `-10%`, `0`, `+10%`; taken in ascending order. At the smallest one
            both plans are the same.

    Returns:
        nested: budget, objective, unit, free, nested, cost = free − nested (negative: the nested plan has more of it).
        nested_units: budget, region_code, fund, period, free_fen, nested_fen (chosen offers, all payers), smaller_fen
        (the free plan of the next smaller budget; empty at the smallest), dropped.

    Raises:
        InputError, Infeasible: as `run`, at the smallest budget; a budget that is no percentage, or fewer than two.
    """
    say = progress or (lambda text: None)
    steps = budget_changes(budgets)
    known = basis(scenario, data, say)
    free: list[_Plan] = []
    held: list[_Plan] = []
    for label, change in steps.items():
        scaled = _scaled(known.prepared, change)
        floors_within_envelopes(scaled)
        say(f"nested {label}")
        own = _solved(scaled, None, None)
        free.append(own)
        held.append(_solved(scaled, held[-1].granted, own.decision) if held else own)
    labels = list(steps)
    tables = {"nested": _values(known, labels, free, held), "nested_units": _units(known, labels, free, held)}
    said = [s for i in range(1, len(labels)) for s in _said(known, labels, i, free, held)]
    return Answer(tables, (*said, *known.notes))


def budget_changes(budgets: Sequence[str]) -> dict[str, Fraction]:
    """label -> exact change, ascending. Raises InputError; nothing is solved before."""
    found: dict[str, Fraction] = {}
    for text in budgets:
        try:
            found[text] = Fraction(text.strip().rstrip("%")) / (100 if text.strip().endswith("%") else 1)
        except (ValueError, ZeroDivisionError):
            en, zh = f"{text!r} is no change of a budget, such as +10%", f"{text!r} 不是预算变动，例如 +10%"
            raise InputError([Finding("--nested", "budgets", en, zh)]) from None
    if len(set(found.values())) < 2 or min(found.values()) <= -1:
        en, zh = "two different budgets above -100% are needed", "须给出两个以上不同的预算变动，且均高于 -100%"
        raise InputError([Finding("--nested", "budgets", en, zh)])
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _scaled(prepared: Prepared, change: Fraction) -> Prepared:
    """The scenario with every appropriation changed, rounded down to the fen."""
    funds = tuple(
        replace(f, appropriation_fen={p: int(fen * (1 + change)) for p, fen in f.appropriation_fen.items()})
        for f in prepared.resolved.funds
    )
    return replace(prepared, resolved=replace(prepared.resolved, funds=funds))


def _solved(prepared: Prepared, before: Granted | None, free: Decision | None) -> _Plan:
    """Decide and settle, over all α; objectives are weighed as in the free plan of the same budget."""

    def extra(problem: Problem) -> Part:
        return Part() if before is None else kept(problem, before)

    case = prepared.resolved.mode == "case"
    sweep = [case_engine(prepared, extra=extra)] if case else engines(prepared, extra=extra)
    try:
        decision = decide(sweep, prepared.resolved.objectives, None if free is None else free.payoff)
    except InfeasibleError:
        raise explain_infeasible(prepared.scenario, prepared.resolved, [engine.problem for engine in sweep]) from None
    point = settle(decision.engine.model, decision.point, last_objective(prepared, decision.engine))
    return _Plan(decision, point, granted(decision.problem, point))


def _values(known: Basis, labels: Sequence[str], free: Sequence[_Plan], held: Sequence[_Plan]) -> pd.DataFrame:
    """Objectives of both plans; where weights decide, also their weighted sum, which can only fall."""
    rows: list[tuple[str, str, str, float, float, float]] = []
    for label, own, nest in zip(labels, free, held, strict=True):
        pairs = [(t, own.decision.engine.objectives[t][0].unit, *_reached(own, nest, t)) for t in known.terms]
        (stage, mine, *_), (_, theirs, *_) = own.decision.stages[0], nest.decision.stages[0]
        if stage not in known.terms:
            pairs.append((stage, "1", mine, theirs))
        rows += [(label, term, unit, a, b, a - b) for term, unit, a, b in pairs]
    return pd.DataFrame(rows, columns=["budget", "objective", "unit", "free", "nested", "cost"])


def _reached(own: _Plan, nest: _Plan, term: str) -> tuple[float, float]:
    first, second = (
        float(e.vector(e.objectives[term][0]) @ plan.point) + e.objectives[term][0].constant
        for plan in (own, nest)
        for e in (plan.decision.engine,)
    )
    return first, second


def _units(known: Basis, labels: Sequence[str], free: Sequence[_Plan], held: Sequence[_Plan]) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for number, label in enumerate(labels):
        own, nest = free[number].granted.payments, held[number].granted.payments
        smaller = free[number - 1].granted.payments if number else None
        for key in sorted({*own, *nest, *(smaller or {})}):
            now, before = own.get(key, 0), None if smaller is None else smaller.get(key, 0)
            dropped = "yes" if before is not None and now < before else "no"
            rows.append((label, *key, now, nest.get(key, 0), pd.NA if before is None else before, dropped))
    names = ["budget", "region_code", "fund", "period", "free_fen", "nested_fen", "smaller_fen", "dropped"]
    return pd.DataFrame(rows, columns=names)


def _said(known: Basis, labels: Sequence[str], at: int, free: Sequence[_Plan], held: Sequence[_Plan]) -> list[Said]:
    """Whom the bigger budget drops and where the money goes instead; what keeping everybody costs."""
    before, now = (_by_unit(plan.granted.payments) for plan in (free[at - 1], free[at]))
    moved = {code: now.get(code, 0) - before.get(code, 0) for code in {*before, *now}}
    lost, won = changes(known, moved, -1), changes(known, moved, 1)
    step = Said(f"预算由 {labels[at - 1]} 增至 {labels[at]}", f"from {labels[at - 1]} to {labels[at]} of the budget")
    said = []
    if lost is None:
        single = sum(free[at].granted.payments.get(key, 0) < fen for key, fen in free[at - 1].granted.payments.items())
        said.append(
            Said(
                f"{step.zh}：合计没有单位减少，分年度、分资金有 {single} 笔减少。",
                f"Why a bigger budget drops somebody, {step.en}: nobody gets less in all; {single} amounts of single years and "
                "funds are smaller.",
            )
        )
    else:
        fewer = sum(fen < 0 for fen in moved.values())
        worst = min(moved, key=lambda code: (moved[code], code))
        reason, gains = _reason(known, worst, free[at - 1], free[at]), won or Said("无", "nobody")
        said.append(
            Said(
                f"为何预算增加反而有单位减少（{step.zh}）：{fewer} 个单位减少，最多的是{lost.zh}；"
                f"预算增加后最优方案改为更多安排给：{gains.zh}。{reason.zh}",
                f"Why a bigger budget drops somebody, {step.en}: {fewer} of {len(moved)} units get less, most of all {lost.en}; "
                f"the best plan there gives more to: {gains.en}. {reason.en}",
            )
        )
    costs = []
    for term in known.terms:
        unit = known.decision.engine.objectives[term][0].unit
        own, nest = _reached(free[at], held[at], term)
        shown = quantity(term, unit, nest - own, signed=True)
        part = percent((nest - own) / abs(own), signed=True) if own else percent(0)
        costs.append(Said(f"{shown.zh}（{part}）", f"{shown.en} ({part})"))
    said.append(
        Said(
            f"若已安排的不再减少（{labels[at]}），与不加此限的方案相比：{join(costs, '，').zh}。",
            f"Keeping what was granted, at {labels[at]}, against the free plan: {join(costs, ', ').en}.",
        )
    )
    return said


def _by_unit(payments: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (code, _, _), fen in payments.items():
        found[code] = found.get(code, 0) + fen
    return found


def _reason(known: Basis, code: str, before: _Plan, now: _Plan) -> Said:
    """What of the unit's offers falls most between two plans."""
    first, second = _subjects(code, before), _subjects(code, now)
    falls = {key: second.get(key, 0) - fen for key, fen in first.items() if second.get(key, 0) < fen}
    if not falls:
        return Said("", "")
    measure, category, period = min(falls, key=lambda key: (falls[key], key))
    factor = measure == FACTOR_POT
    what, who = name("nature", "factor") if factor else subject(measure, category), known.unit_name(code)
    old, new = (yuan(part.get((measure, category, period), 0)) for part in (first, second))
    return Said(
        f"{who.zh}减少最多的是{period}年{what.zh}：{old} 元 → {new} 元。",
        f"What falls most for {who.en} is {what.en} {period}: {old} → {new} yuan.",
    )


def _subjects(code: str, plan: _Plan) -> dict[tuple[str, str, str], int]:
    """(measure, category, period) -> fen of the unit's chosen offers over the horizon."""
    problem = plan.decision.problem
    table = problem.offers.table.iloc[chosen_offers(problem, plan.point)]
    mine = table[table["region_code"] == code]
    costs = mine[problem.offers.cost_columns].sum(axis=1)
    found: dict[tuple[str, str, str], int] = {}
    for measure, category, period, fen in zip(mine["measure"], mine["category"], mine["period"], costs, strict=True):
        key = str(measure), str(category), str(period)
        found[key] = found.get(key, 0) + int(fen)  # grants and loans of one measure together
    return found
