"""What must not matter: an offer that is worse in everything; and no baseline beats the optimum.

Over drawn problems with random subsets of the rules, in both modes. No expected numbers: each side is this program.
"""

import numpy as np
import pytest
from hypothesis import given
from tests.allocation.decided import solved
from tests.allocation.draw import drawn, subset
from tests.allocation.test_properties import SEEDS, changes_nothing, few, not_below, with_offers
from tests.allocation.tiny import MODES, Tiny

from silvafisc.allocation.decide import InfeasibleError

FEWER = few(2)


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
