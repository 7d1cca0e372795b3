"""What must not matter: a unit in two halves, an offer that is worse in everything; and no baseline beats the optimum.

Over drawn problems with random subsets of the rules, in both modes. No expected numbers: each side is this program.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.allocation.decided import solved
from tests.allocation.draw import drawn, subset
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.test_properties import FEW, SEEDS, built, changes_nothing, most, not_below, with_offers
from tests.allocation.tiny import CENTRAL, MODES, Tiny, answer

from silvafisc.allocation.decide import InfeasibleError
from silvafisc.results import Responses, UnitInputs, Yields

HALF = "110009"
Sums = Counter[tuple[str, str]]
FEWER = settings(FEW, max_examples=2)


def halved(problem: Tiny, seed: int, code: str) -> Tiny:
    """The unit in two identical halves: the second is `HALF`, with the same scores and groups; everything is made anew."""
    inputs, resolved = problem.inputs, problem.resolved
    tables = {name: _halved(frame, name, code) for name, frame in inputs.tables().items() if name != "last_year"}
    yields, responses = sample_yields(resolved, inputs, seed), sample_responses(resolved, inputs, seed)
    groups = {name: (*members, *((HALF,) if code in members else ())) for name, members in resolved.groups.items()}
    return built(
        replace(problem, resolved=replace(resolved, groups=groups)),
        UnitInputs(**tables, last_year=None, ledger=inputs.ledger),
        Yields(_twice(yields.table, code), yields.horizon),
        Responses(_twice(responses.levels, code), _twice(responses.indices, code)),
        _twice(problem.indices, code),
    )


def _twice(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    mine = frame[frame["region_code"] == code].assign(region_code=HALF)
    return pd.concat([frame, mine]).sort_values("region_code", kind="stable", ignore_index=True)


_SIZES = {
    "areas": ("area_tenth_mu",),
    "tasks": ("need_tenth_mu", "capacity_tenth_mu"),
    "regions": ("population_person", "rural_population_person", "own_revenue_fen", "expenditure_fen"),
}


def _halved(frame: pd.DataFrame, name: str, code: str) -> pd.DataFrame:
    split = frame.copy()
    mine = split["region_code"] == code
    for column in _SIZES.get(name, ()):
        split.loc[mine, column] = split.loc[mine, column] // 2
    if name == "factors":
        split.loc[mine, "value"] = [str(int(value) / 2) for value in split.loc[mine, "value"]]
    return _twice(split, code)


def even(problem: Tiny, seed: int, step: int, **change: object) -> Tiny:
    """The problem with areas, needs and capacities in multiples of `step` tenths of a mu: halves, and their drawn shares of
    a need (a fifth, a half), are then whole tenths."""
    inputs = problem.inputs
    areas = inputs.areas.assign(area_tenth_mu=inputs.areas["area_tenth_mu"] // step * step)
    sizes = {c: inputs.tasks[c] // step * step for c in ("need_tenth_mu", "capacity_tenth_mu")}
    regions = inputs.regions.assign(own_revenue_fen=inputs.regions["own_revenue_fen"] // 2 * 2)
    made = replace(inputs, areas=areas, tasks=inputs.tasks.assign(**sizes), regions=regions)
    resolved = replace(problem.resolved, **change)  # type: ignore[arg-type]
    yields, responses = sample_yields(resolved, made, seed), sample_responses(resolved, made, seed)
    return built(replace(problem, resolved=resolved), made, yields, responses, problem.indices)


def paid(problem: Tiny, chosen: dict[str, str]) -> Sums:
    """(unit, cost column) -> fen of the fixed money and of the offer chosen in each menu; halves count as their unit."""
    sums: Sums = Counter()
    table = problem.menus.offers.table
    happens = [chosen[menu] == offer for menu, offer in zip(table["menu"], table["offer"], strict=True)]
    for frame in (table[happens], problem.menus.fixed.table):
        for column in (str(c) for c in frame.columns if str(c).startswith("cost.")):
            for code, fen in zip(frame["region_code"], frame[column], strict=True):
                sums[str(code), column] += int(fen)
    return sums


@FEW
@given(seed=SEEDS, unit=st.integers(0, 3))
def test_two_halves_get_what_the_unit_got_at_a_fixed_published_rule(seed: int, unit: int) -> None:
    problem = even(drawn(seed, units=4, periods=2, reform=True, rules=subset(seed)), seed, 20)
    code = problem.inputs.codes[unit]
    try:
        before = dict(answer(problem.decide()))
    except InfeasibleError:
        return
    split = halved(problem, seed, code)
    after = dict(before)
    for menu in set(split.menus.offers.table["menu"]) - set(before):
        after[menu] = before[menu.replace(HALF, code)]
    whole, parts = paid(problem, before), paid(split, after)
    together: Sums = Counter()
    for (unit_code, column), fen in parts.items():
        together[code if unit_code == HALF else unit_code, column] += fen
    rows = Counter(name for name, _ in whole)
    menus = Counter(str(c) for c in problem.menus.offers.table.drop_duplicates("menu")["region_code"])
    for key in set(whole) | set(together):
        # A fen per rounding: floors and shares of each menu and floor row of the unit; of others only in factor pots.
        most_fen = 4 * (menus[key[0]] + rows[key[0]]) if key[0] == code else len(problem.resolved.factors)
        assert abs(whole[key] - together[key]) <= most_fen, key


@FEWER
@given(seed=SEEDS, unit=st.integers(0, 3))
def test_two_halves_never_lower_the_first_objective_in_case_mode(seed: int, unit: int) -> None:
    """Whole mu and one payer, so that halves cost exactly half; only factor pots still round, by fen."""
    problem = drawn(seed, "case", units=4, periods=1, reform=True, rules=subset(seed))
    resolved = problem.resolved
    central = {
        "categories": tuple(replace(c, payer_shares=CENTRAL) for c in resolved.categories),
        "tasks": tuple(replace(t, payer_shares=CENTRAL, instalments=((0, "1"),)) for t in resolved.tasks),
    }
    problem = even(problem, seed, 200, **central).budget("0.6")
    value = most(problem)
    found = most(halved(problem, seed, problem.inputs.codes[unit]))
    assert found >= value - 1e-6 * abs(value) if value > -float("inf") else True


def with_worse(problem: Tiny, seed: int, dearer: int) -> tuple[Tiny, str]:
    """The problem with one more offer that is worse in everything: an offer of one unit, in rule mode a level of a task.

    dearer: fen by which it costs more than the one it copies. Returns the problem and the offer's name.
    """
    table = problem.menus.offers.table
    draw = np.random.default_rng(seed)
    natures = ["task"] if problem.resolved.mode == "rule" else ["task", "top_up"]
    pick = table.iloc[int(draw.choice(np.flatnonzero(table["nature"].isin(natures) & (table["area_tenth_mu"] > 0))))]
    same = (table["period"] == pick["period"]) & (table["offer"] == pick["offer"])
    same &= table["measure"] == pick["measure"] if problem.resolved.mode == "rule" else table["menu"] == pick["menu"]
    name = f"{pick['offer']};w=1"
    worse = table[same].assign(offer=name)
    for column in ("obj.carbon", "obj.development"):
        worse[column] -= 1.0
    payer = problem.resolved.fund(str(pick["fund"])).payer
    worse[f"cost.{pick['fund']}.{payer}.{pick['period']}_fen"] += dearer
    return with_offers(problem, worse), name


# Rules that read money as a floor: to them a dearer offer may be the better one.
FLOORS = ("priority_share", "change_band", "not_below_last_year")


@pytest.mark.parametrize("dearer", [0, 10_00])
@pytest.mark.parametrize("mode", MODES)
@FEWER
@given(seed=SEEDS)
def test_an_offer_that_is_worse_in_everything_changes_nothing(mode: str, dearer: int, seed: int) -> None:
    rules = [r for r in subset(seed, last_year=True) if not dearer or r.rule not in FLOORS]
    problem = drawn(seed, mode, units=4, periods=1, reform=True, last_year=True, rules=rules)
    longer, name = with_worse(problem, seed, dearer)
    changes_nothing(problem, longer, name)


OWN = {"rule": ("flat_standard",), "case": ("flat_standard", "priority_ranking", "benefit_cost_greedy")}
"""Baselines that are choices of the mode: a rule with one standard for all; offers of each unit."""


@pytest.mark.parametrize("mode", MODES)
@FEWER
@given(seed=SEEDS)
def test_no_baseline_inside_the_choice_set_beats_the_optimum(mode: str, seed: int) -> None:
    problem = drawn(seed, mode, units=4, periods=1, reform=True, rules=subset(seed))
    try:
        found = solved(problem.resolved, problem.inputs, problem.indices, problem.menus)
    except InfeasibleError:
        return
    for name, rows in found.beside.groupby("baseline"):
        if name in OWN[mode] and set(rows["breaks"]) == {""}:
            assert not_below(found.values["carbon"], float(rows["carbon_tco2e"].sum())), name
