"""Settlement: solver tolerance is repaired by the cheapest change, what is left is spent, nothing is rounded away."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, MODES, PROTECTION, REFORM, STATE, Tiny, answer, tiny

from silvafisc.allocation.decide import Decision
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.settle import SettlementError, broken_rows, settle
from silvafisc.allocation.tables import chosen_offers, outcome_tables
from silvafisc.results import ObjectiveSpec, RuleSpec

CARBON = (ObjectiveSpec("carbon", stage=1),)
BOTH = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2))


def mixed(mode: str, seed: int = 1, part: str = "0.6") -> Tiny:
    return tiny(mode, units=2, levels=(16_00, 18_00, 20_00), task=True, pot=True, seed=seed).budget(part)


def gains(decision: Decision, term: str = "carbon") -> Floats:
    return decision.engine.vector(decision.engine.objectives[term][0])


def chosen(decision: Decision, point: Floats) -> frozenset[tuple[str, str]]:
    table = decision.problem.offers.table.iloc[chosen_offers(decision.problem, point)]
    return frozenset(zip(table["menu"], table["offer"], strict=True))


def choice_of(problem: Tiny, key: frozenset[tuple[str, str]]) -> Choice:
    return next(c for c in problem.choices() if c.key == key)


def less(problem: Tiny, fund: str, fen: int) -> Tiny:
    """The fund has `fen` less in every period."""
    funds = [
        replace(f, appropriation_fen={p: given - fen * (f.id == fund) for p, given in f.appropriation_fen.items()})
        for f in problem.resolved.funds
    ]
    return problem.change(funds=tuple(funds))


def exact_budget(problem: Tiny) -> Tiny:
    """Every fund has just what the optimum costs."""
    decision = problem.decide()
    envelopes = outcome_tables(decision.engine.model, decision.point)["envelopes"]
    rest = {
        (f, p): int(fen)
        for f, p, fen in zip(envelopes["fund"], envelopes["period"], envelopes["unallocated_fen"], strict=True)
    }
    funds = [
        replace(f, appropriation_fen={p: fen - rest[f.id, p] for p, fen in f.appropriation_fen.items()})
        for f in problem.resolved.funds
    ]
    return problem.change(funds=tuple(funds))


@pytest.mark.parametrize("mode", MODES)
def test_noise_of_the_solver_is_rounded_away(mode: str) -> None:
    decision = mixed(mode).decide()
    noise = np.random.default_rng(0).choice([-1e-7, 1e-7], len(decision.point))
    point = settle(decision.engine.model, decision.point + noise, gains(decision))
    n = decision.problem.size
    assert np.isin(point[:n], (0.0, 1.0)).all()
    assert chosen(decision, point) == answer(decision)
    assert not broken_rows(decision.engine.model, point).size


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fund", [PROTECTION, REFORM])
@pytest.mark.parametrize("seed", [1, 2, 5])
def test_a_fen_too_much_is_repaired_by_the_change_that_loses_least(mode: str, fund: str, seed: int) -> None:
    rich = exact_budget(mixed(mode, seed))
    planted = rich.decide()
    poor = less(rich, fund, 1)
    before = choice_of(poor, answer(planted))
    assert not poor.affordable(before)
    decision = poor.decide()
    point = settle(decision.engine.model, planted.point, gains(decision))
    assert not broken_rows(decision.engine.model, point).size
    after = choice_of(poor, chosen(decision, point))
    assert poor.affordable(after)
    repairs = [c for c in poor.choices() if one_step(before, c, mode, poor) and poor.affordable(c)]
    least = max(c.gain("carbon") for c in repairs)
    if mode == "rule":
        assert after.gain("carbon") == least
    else:
        # What the repair sets free is spent again.
        assert after.gain("carbon") >= least
    assert after.gain("carbon") < before.gain("carbon")


def one_step(before: Choice, after: Choice, mode: str, problem: Tiny) -> bool:
    """One menu changed; in rule mode one published number: a level lower for a whole grade, or another task or pot."""
    then, now = dict(before.key), dict(after.key)
    changed = {menu for menu in then if then[menu] != now[menu]}
    if mode == "case":
        return len({m.split("/")[1] if "factor_pot" in m else m for m in changed}) == 1
    if len({menu.split("/")[1] for menu in changed}) != 1:
        return False
    subject = next(iter(changed)).split("/")[1]
    if subject != COLLECTIVE:
        return True
    levels = problem.resolved.category(COLLECTIVE).levels_fen
    steps = {
        (before.standards[key], standard)
        for key, standard in after.standards.items()
        if before.standards[key] != standard
    }
    if len(steps) != 1:
        return False
    high, low = next(iter(steps))
    whole = all(after.standards[key] == low for key, standard in before.standards.items() if standard == high)
    return whole and levels.index(low) == levels.index(high) - 1


def test_in_rule_mode_a_standard_is_lowered_for_all_its_grade_and_the_periods_before() -> None:
    # By hand: 20.00 in both periods for everybody; 2027 has a fen too little, so 2027 falls to 18.00, and as standards
    # may only rise, 2026 with it.
    problem = tiny("rule", periods=("2026", "2027"), levels=(16_00, 18_00, 20_00), grades=2, seed=3).budget("1")
    problem = problem.rules(RuleSpec("envelope"), RuleSpec("standards_only_rise"))
    top = problem.decide()
    assert {offer for _, offer in answer(top)} == {"s=20.00"}
    poor = problem.change(
        funds=tuple(
            replace(f, appropriation_fen={p: fen - (p == "2027") for p, fen in f.appropriation_fen.items()})
            if f.id == PROTECTION
            else f
            for f in problem.resolved.funds
        )
    )
    decision = poor.decide()
    point = settle(decision.engine.model, top.point, gains(decision))
    assert {offer for _, offer in chosen(decision, point)} == {"s=18.00"}
    assert not broken_rows(decision.engine.model, point).size


@pytest.mark.parametrize("mode", MODES)
def test_two_choices_or_none_in_a_menu_are_refused(mode: str) -> None:
    decision = mixed(mode).decide()
    columns = decision.problem.columns
    menu = columns["menu"][columns["kind"].isin(["offer", "factor"])].iat[0]
    mine = columns.index[columns["menu"] == menu].to_numpy()
    for wanted, message in ((np.ones(len(mine)), f"{len(mine)} choices"), (np.zeros(len(mine)), "0 choices")):
        point = decision.point.copy()
        point[mine] = wanted
        with pytest.raises(SettlementError, match=message):
            settle(decision.engine.model, point, gains(decision))


@pytest.mark.parametrize("mode", MODES)
def test_what_no_change_repairs_is_refused(mode: str) -> None:
    # Even the smallest pot is more than the fund has.
    problem = mixed(mode)
    decision = problem.decide()
    engine = less(problem, REFORM, 10**9).rules(RuleSpec("envelope")).problem()
    with pytest.raises(SettlementError):
        settle(Engine(engine).model, decision.point, gains(decision))


def cheapest(problem: Tiny) -> Choice:
    """The choice that costs least in total."""
    periods = problem.resolved.periods
    return min(problem.choices(), key=lambda c: (sum(c.paid(None, p) for p in periods), c.gain("carbon")))


def point_of(decision: Decision, choice: Choice) -> Floats:
    """The point of case mode at which these offers are chosen."""
    table, problem = decision.problem.offers.table, decision.problem
    keys = set(choice.key)
    wanted = np.array([key in keys for key in zip(table["menu"], table["offer"], strict=True)], float)
    point = np.zeros(decision.engine.model.size)
    point[: problem.size] = (problem.membership.T @ wanted > 0).astype(float)
    return point


@pytest.mark.parametrize("seed", range(3))
def test_case_mode_spends_what_is_left_until_nothing_more_fits(seed: int) -> None:
    problem = mixed("case", seed, "0.7")
    decision = problem.decide()
    start = cheapest(problem)
    point = settle(decision.engine.model, point_of(decision, start), gains(decision))
    end = choice_of(problem, chosen(decision, point))
    assert problem.affordable(end)
    assert end.gain("carbon") > start.gain("carbon")
    better = [
        c
        for c in problem.choices()
        if one_step(end, c, "case", problem) and problem.affordable(c) and c.gain("carbon") > end.gain("carbon")
    ]
    # A menu is upgraded once: whatever is still better is a second step in a menu already raised.
    raised = {menu for menu, offer in end.key if (menu, offer) not in start.key}
    assert all({menu for menu, _ in c.key - end.key} <= raised for c in better)


def test_case_mode_spends_on_the_best_gain_per_fen_first() -> None:
    # By hand: 100 fen; A brings 6 t for 60 fen, B 5 t for 40, C 7 t for 100. B and A fit together.
    problem = priced({"110001": (60, 6.0, 1.0), "110002": (40, 5.0, 1.0), "110003": (100, 7.0, 1.0)}, 100)
    decision = problem.decide()
    point = settle(decision.engine.model, point_of(decision, cheapest(problem)), gains(decision))
    assert {menu[:6] for menu, offer in chosen(decision, point) if offer == "s=18.00"} == {"110001", "110002"}


def test_case_mode_never_spends_at_the_cost_of_another_objective() -> None:
    # Development gains where carbon falls: the rest stays unspent rather than break the first stage.
    problem = priced({"110001": (60, -1.0, 9.0), "110002": (40, 5.0, 1.0), "110003": (100, -2.0, 9.0)}, 100)
    problem = problem.objectives(*BOTH)
    decision = problem.decide()
    assert {menu[:6] for menu, offer in answer(decision) if offer == "s=18.00"} == {"110002"}
    point = settle(decision.engine.model, decision.point, gains(decision, "development"))
    assert chosen(decision, point) == answer(decision)


def priced(offers: dict[str, tuple[int, float, float]], left: int) -> Tiny:
    """18.00 costs a unit so many fen and brings so much carbon and development; 16.00 costs and brings nothing."""

    def edit(table: pd.DataFrame) -> None:
        high = table["standard_fen"] == 18_00
        for i, name in enumerate((f"cost.{PROTECTION}.central.2026_fen", "obj.carbon", "obj.development")):
            values = {code: row[i] for code, row in offers.items()}
            table[name] = table["region_code"].map(values).where(high, 0).astype(table[name].dtype)

    problem = tiny("case", levels=(16_00, 18_00)).offers(edit).budget("0")
    return less(problem, PROTECTION, -left)


def test_in_rule_mode_the_rest_stays_named_and_unspent() -> None:
    problem = mixed("rule")
    decision = problem.decide()
    lowest = cheapest(problem)
    columns = decision.problem.columns
    point = np.zeros(decision.engine.model.size)
    first = {key: group.index[0] for key, group in columns.groupby(["menu", "cell"])}
    for (menu, _), column in first.items():
        point[column] = float(not str(menu).startswith("cut"))
    settled = settle(decision.engine.model, point, gains(decision))
    assert np.array_equal(settled, point)
    tables = outcome_tables(decision.engine.model, settled)
    unspent = tables["envelopes"]["unallocated_fen"].sum()
    assert unspent > 0
    assert chosen(decision, settled) == lowest.key


@pytest.mark.parametrize("mode", MODES)
def test_helping_variables_follow_the_choices(mode: str) -> None:
    problem = tiny(mode, categories=(STATE, COLLECTIVE), levels=(16_00, 24_00, 40_00), seed=2).budget("0.6")
    specs = (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("adequacy", stage=2))
    problem = problem.rules(RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 2})).objectives(*specs)
    decision = problem.decide()
    model = decision.engine.model
    point = decision.point.copy()
    point[decision.problem.size :] = 0.5
    settled = settle(model, point, gains(decision))
    names = [v.name for v in model.variables]
    values = dict(zip(names, settled[decision.problem.size :], strict=True))
    rows = problem.inputs.responses
    cost = dict(zip(zip(rows["region_code"], rows["subject"], strict=True), rows["opportunity_cost_fen"], strict=True))
    end = choice_of(problem, chosen(decision, settled))
    least = min(Fraction(s, int(cost[r, c])) for (r, c, _), s in end.standards.items())
    assert values["adequacy"] == pytest.approx(float(least), rel=1e-12)
    for category in (STATE, COLLECTIVE):
        paid = {standard for (_, c, _), standard in end.standards.items() if c == category}
        shown = {int(n.split("/")[2]) for n, v in values.items() if n.startswith(f"published/{category}/") and v > 0.5}
        assert shown == paid
