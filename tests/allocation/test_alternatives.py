"""Alternatives, importance and nesting against enumeration of tiny problems."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.allocation.brute import Choice, Offer
from tests.allocation.tiny import CODES, COLLECTIVE, MODES, STATE, Tiny, answer
from tests.runs.tiny_prepared import opposed

from silvafisc.allocation.alternatives import alternatives, core, floors_of
from silvafisc.allocation.decide import decide
from silvafisc.allocation.difference import MEASURES, Differences, Measure, numbers_of
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.importance import importance
from silvafisc.allocation.nested import granted, kept
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import chosen_offers
from silvafisc.quantities import entitlement
from silvafisc.results import ObjectiveSpec, RuleSpec

SHAPES: tuple[dict[str, Any], ...] = (
    {"units": 2, "categories": (STATE, COLLECTIVE)},
    {"units": 2, "levels": (16_00, 18_00), "task": True, "pot": True},
    {"units": 3, "levels": (16_00, 17_00, 18_00)},
)


def carbon_first(mode: str, seed: int = 1, budget: str = "0.7", **shape: Any) -> Tiny:
    return opposed(mode, seed, budget, **shape).objectives(ObjectiveSpec("carbon", stage=1))


def solved(found: Tiny) -> tuple[Engine, Floats]:
    engine = Engine(found.problem())
    decision = decide([engine], found.resolved.objectives)
    return engine, settle(engine.model, decision.point, engine.vector(engine.objectives["carbon"][0]))


def key_of(engine: Engine, point: Floats) -> frozenset[tuple[str, str]]:
    table = engine.problem.offers.table.iloc[chosen_offers(engine.problem, point)]
    return frozenset(zip(table["menu"], table["offer"], strict=True))


def apart(found: Tiny, measure: Measure) -> Callable[[Choice, Choice], int]:
    """The difference of two choices, by hand from their offers."""
    cells = {code: i for i, cell in enumerate(found.cells) for code in cell}

    def by_number(choice: Choice) -> dict[tuple[Any, ...], str]:
        rule = found.resolved.mode == "rule"
        return {
            (o.nature, o.subject, o.fund, o.period)
            + (
                () if o.nature == "factor" or (rule and not o.category) else (cells[o.region] if rule else o.region,)
            ): o.name
            for o in choice.offers
        }

    def by_unit(choice: Choice) -> dict[str, int]:
        return {o.menu: sum(o.costs.values()) for o in choice.offers}

    def difference(one: Choice, other: Choice) -> int:
        if measure == "numbers":
            first, second = by_number(one), by_number(other)
            return sum(first[k] != second[k] for k in first)
        mine, theirs = by_unit(one), by_unit(other)
        return sum(abs(mine[k] - theirs[k]) for k in mine)

    return difference


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(shape))
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("mode", MODES)
def test_enumeration_finds_no_plan_that_lies_farther(mode: str, measure: Measure, shape: dict[str, Any]) -> None:
    """Every alternative is within the loss, and its least difference to the earlier ones is the largest there is."""
    found, loss = carbon_first(mode, **shape), 0.3
    engine, best = solved(found)
    least = floors_of(engine, best, ["carbon"], loss)
    choices = {c.key: c for c in found.choices() if found.affordable(c)}
    top = max(c.gain("carbon") for c in choices.values())
    near = [c for c in choices.values() if c.gain("carbon") >= top - abs(top) * 3 / 10]
    difference = apart(found, measure)
    earlier = [choices[key_of(engine, best)]]
    plans = list(alternatives(engine, best, least, 3, measure, 0.0))
    assert plans
    for plan in plans:
        mine = choices[key_of(engine, plan.point)]
        assert mine in near
        farthest = max(min(difference(c, e) for e in earlier) for c in near)
        assert plan.difference == min(difference(mine, e) for e in earlier) == farthest
        assert plan.bound >= plan.difference
        earlier.append(mine)
    if len(plans) < 3:
        assert all(c in earlier for c in near), "it stopped although another plan was left"


@pytest.mark.parametrize("mode", MODES)
def test_large_money_hides_no_plan(mode: str) -> None:
    """Billions of yuan: a fen beside them is less than a solver keeps, and the farthest plan is found all the same."""

    def dear(table: pd.DataFrame) -> None:
        for name in [c for c in table.columns if c.startswith("cost.")]:
            table[name] = table[name] * 10**9

    found = opposed(mode, **SHAPES[0]).offers(dear).budget("0.7").objectives(ObjectiveSpec("carbon", stage=1))
    engine, best = solved(found)
    choices = {c.key: c for c in found.choices() if found.affordable(c)}
    top = max(c.gain("carbon") for c in choices.values())
    near = [c for c in choices.values() if c.gain("carbon") >= top / 2]
    difference, first = apart(found, "money"), choices[key_of(engine, best)]
    (plan,) = alternatives(engine, best, floors_of(engine, best, ["carbon"], 0.5), 1, "money", 0.0)
    assert plan.difference == max(difference(c, first) for c in near) > 10**12


@pytest.mark.parametrize("mode", MODES)
def test_the_core_is_what_all_plans_share(mode: str) -> None:
    sizes = []
    for seed in range(3):
        found = carbon_first(mode, seed, **SHAPES[0])
        engine, best = solved(found)
        numbers, differences = numbers_of(engine.problem), Differences(engine.problem, "numbers")
        (other,) = alternatives(engine, best, floors_of(engine, best, ["carbon"], 0.2), 1, "numbers", 0.0)
        shared = core(numbers, [best, other.point])
        assert len(numbers) - len(shared) == differences.between(best, other.point) == other.difference
        assert core(numbers, [best, best]) == numbers
        sizes.append(len(shared))
    assert max(sizes) > 0


@pytest.mark.parametrize("shape", SHAPES[1:], ids=lambda shape: "-".join(shape))
@pytest.mark.parametrize("mode", MODES)
def test_enumeration_gives_the_same_replacement_cost(mode: str, shape: dict[str, Any]) -> None:
    """By enumeration: in case mode of the choices that leave the unit at its cheapest offers; in rule mode of all
    published rules, the unit's offers counted as its cheapest ones."""
    found = carbon_first(mode, **shape)
    engine, _ = solved(found)
    cheapest: dict[str, Offer] = {}
    for o in sorted({o for c in found.choices() for o in c.offers}, key=lambda o: (sum(o.costs.values()), o.standard)):
        cheapest.setdefault(o.menu, o)
    affordable = [c for c in found.choices() if found.affordable(c)]
    top = max(c.gain("carbon") for c in affordable)
    losses = []
    for entry in importance(engine, "carbon", found.inputs.codes):
        cut = {menu: o for menu, o in cheapest.items() if o.region == entry.region_code and o.nature != "factor"}
        if mode == "case":
            left = [c for c in affordable if all(o.name == cut.get(o.menu, o).name for o in c.offers)]
        else:
            seen = [Choice(tuple(cut.get(o.menu, o) for o in c.offers)) for c in found.choices()]
            left = [c for c in seen if found.affordable(c)]
        assert entry.loss == entry.least == entry.most == top - max(c.gain("carbon") for c in left)
        assert mode == "rule" or 0 <= entry.loss <= entry.own
        losses.append(entry.loss)
    assert any(losses), "nobody matters here"


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_gives_the_loss_of_a_protected_unit_with_its_protection_waived(mode: str) -> None:
    """By enumeration: the unit in the group keeps at least last year's amount, unless that is waived for it alone."""
    found = carbon_first(mode, levels=(16_00, 17_00, 18_00))
    poor, fund = found.resolved.groups["poor"][0], found.resolved.funds[0].id
    area = int(found.inputs.areas.set_index("region_code")["area_tenth_mu"][poor])
    row = (poor, fund, COLLECTIVE, area, entitlement(17_00, area), "assumption", "made up for a test")
    names = ["region_code", "fund", "subject", "area_tenth_mu", "amount_fen", "status", "source"]
    found = found.tables(last_year=pd.DataFrame([row], columns=names))
    found = found.rules(RuleSpec("envelope"), RuleSpec("not_below_last_year", {"group": "poor"}))
    engine = Engine(found.problem())
    assert [e.needed for e in importance(engine, "carbon", found.inputs.codes)] == [
        code == poor for code in found.inputs.codes
    ]
    (entry,) = importance(engine, "carbon", [poor])
    assert entry.waived == ("not_below_last_year",)
    floor = {o.menu: o for c in found.choices() for o in c.offers if o.standard == 16_00}
    seen = [Choice(tuple(floor[o.menu] if o.region == poor else o for o in c.offers)) for c in found.choices()]
    without = max(c.gain("carbon") for c in seen if found.affordable(c))
    allowed = [c for c in found.choices() if found.affordable(c) and c.standards[poor, COLLECTIVE, "2026"] >= 17_00]
    assert entry.loss == max(c.gain("carbon") for c in allowed) - without


def test_a_unit_that_another_rule_keeps_is_needed() -> None:
    found = carbon_first("case", units=2)
    share = RuleSpec("priority_share", {"group": "poor", "share": "0.5", "fund": found.resolved.funds[0].id})
    (entry,) = importance(Engine(found.rules(RuleSpec("envelope"), share).problem()), "carbon", [CODES[1]])
    assert entry.needed == np.isnan(entry.loss)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_gives_the_same_nested_plan(mode: str) -> None:
    differs = 0
    for shape, seed in product(SHAPES[1:], (0, 2)):
        small, large = (carbon_first(mode, seed, budget, **shape) for budget in ("0.5", "0.7"))
        if not any(small.affordable(c) for c in small.choices()):
            continue
        engine, point = solved(small)
        before = next(c for c in small.choices() if c.key == key_of(engine, point))
        wider = Engine(large.problem(), extra=kept(large.problem(), granted(engine.problem, point)))
        decision = decide([wider], large.resolved.objectives)
        affordable = [c for c in large.choices() if large.affordable(c)]
        allowed = [c for c in affordable if not_lower(large, before, c)]
        best = max(c.gain("carbon") for c in allowed)
        assert decision.values["carbon"] == best
        assert answer(decision) in {c.key for c in allowed}
        differs += best < max(c.gain("carbon") for c in affordable)
    assert differs, "keeping what was granted costs nothing here"


def not_lower(found: Tiny, before: Choice, after: Choice) -> bool:
    """What a smaller budget granted is still there: payments, and in rule mode the published numbers as well."""
    units = [
        (code, f.id, p) for code in found.inputs.codes for f in found.resolved.funds for p in found.resolved.periods
    ]
    if any(after.money(c, p, fund=f) < before.money(c, p, fund=f) for c, f, p in units):
        return False
    tasks = [
        {(o.subject, o.period): (o.standard, float(o.name.split("q=")[1])) for o in c.offers if o.nature == "task"}
        for c in (before, after)
    ]
    rises = all(b <= a for k in tasks[0] for b, a in zip(tasks[0][k], tasks[1][k], strict=True))
    standards = all(after.standards[k] >= fen for k, fen in before.standards.items())
    return found.resolved.mode == "case" or (rises and standards)
