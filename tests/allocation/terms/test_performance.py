"""Performance, by enumeration: factor money counts the scores, and nothing is taken from what owners are due."""

from collections.abc import Callable

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.tiny import COLLECTIVE, MODES, PROTECTION, REFORM, Tiny, add, largest, tiny, whole_gains

from silvafisc.allocation.menus import Menus, menus
from silvafisc.quantities import apportion, entitlement, share
from silvafisc.results import RuleSpec

PARAMS = {"factor": "score", "excellent": "90", "poor": "60", "reward": "0.1", "deduction": "0.5"}
RULE = RuleSpec("performance", PARAMS)
# by hand: 59.9 is poor, 60 is not; 110001 counts half and 110002 one tenth more.
SCORES = {"110001": "59.9", "110002": "90"}
COUNTED = {"110001": "0.5", "110002": "1.1"}
FACTORS = ("fiscal_difficulty", "task_need")


def scored(mode: str, seed: int = 0) -> Tiny:
    """Two units with scores, offers made under the rule (gains as in every tiny problem)."""
    problem = tiny(mode, units=2, levels=(16_00, 18_00), task=True, pot=True, seed=seed)
    factors = problem.inputs.factors
    first = factors.drop_duplicates("region_code")
    marks = first.assign(factor="score", value=first["region_code"].map(SCORES))
    with_marks = pd.concat([factors, marks]).sort_values(["region_code", "factor"], ignore_index=True)
    known = problem.tables(factors=with_marks).rules(RULE)
    resolved, inputs = known.resolved, known.inputs
    found = menus(resolved, inputs, sample_yields(resolved, inputs), sample_responses(resolved, inputs))
    made = Tiny(resolved, inputs, problem.indices, Menus(type(found.offers)(found.offers.table, {}), found.fixed))
    return made.offers(lambda table: whole_gains(table, seed))


def right(problem: Tiny) -> Callable[[Choice], bool]:
    """By hand: every factor amount from values, multipliers and the weights in the offer's name; full entitlements."""
    rows = problem.inputs.factors
    values = {(r, f): share(v) for r, f, v in zip(rows["region_code"], rows["factor"], rows["value"], strict=True)}
    areas = dict(zip(problem.inputs.areas["region_code"], problem.inputs.areas["area_tenth_mu"], strict=True))

    def allowed(choice: Choice) -> bool:
        for offer in choice.offers:
            paid = sum(offer.costs.values())
            if offer.nature == "factor":
                head, *parts = offer.name.split(";")
                weights = {name: share(text) for name, text in (part.split("=") for part in parts)}
                pot = round(float(head.removeprefix("pot=")) * 100)
                due = 0
                for name, part in apportion(pot, weights).items():
                    counted = {code: values[code, name] * share(COUNTED[code]) for code in COUNTED}
                    due += apportion(part, counted)[offer.region]
                if paid != due:
                    return False
            elif offer.category:
                area = int(areas[offer.region])
                if paid < entitlement(offer.standard, area) - entitlement(16_00, area):
                    return False
        return True

    return allowed


def unscored(table: pd.DataFrame) -> None:
    """The dearest weighting gives the poor unit 50 000 fen more, as if its score did not count, and is worth having."""
    column = f"cost.{REFORM}.central.2026_fen"
    mine = table[(table["nature"] == "factor") & (table["region_code"] == "110001")]
    dearest = largest(mine, column)
    add(table, dearest, column, 50_000)
    add(table, dearest, "obj.carbon", 100.0)


def owners_cut(table: pd.DataFrame) -> None:
    """A tenth of what the poor unit's owners are due at 18.00 is kept back: cheaper, so that more can be had."""
    column = f"cost.{PROTECTION}.central.2026_fen"
    mine = table[(table["category"] == COLLECTIVE) & (table["region_code"] == "110001")]
    dearest = largest(mine, column)
    add(table, dearest, column, -(int(table[column].iloc[dearest]) // 10 + 1))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_factor_money_that_does_not_count_the_scores(mode: str, seed: int) -> None:
    problem = scored(mode, seed).offers(unscored).budget("1")
    check_rule(problem, RULE, right(problem))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_owners_who_would_pay_for_the_score(mode: str) -> None:
    problem = scored(mode).offers(owners_cut).budget("1")
    check_rule(problem, RULE, right(problem))


def test_the_offers_made_here_count_the_scores_and_keep_the_pot_whole() -> None:
    problem = scored("rule")
    assert not [row for row in problem.decide().engine.model.rows if row.rule == "performance"]
    plain = tiny("rule", units=2, levels=(16_00, 18_00), task=True, pot=True)
    column = f"cost.{REFORM}.central.2026_fen"
    sums, lower = [], []
    for table in (problem.menus.offers.table, plain.menus.offers.table):
        factor = table[table["nature"] == "factor"]
        sums.append(factor.groupby("offer")[column].sum().to_dict())
        lower.append(factor[factor["region_code"] == "110001"].set_index("offer")[column])
    assert sums[0] == sums[1]
    assert (lower[0] < lower[1]).all()


def test_scores_that_are_not_there_are_named() -> None:
    problem = tiny("rule", units=2, pot=True).rules(RULE)
    with pytest.raises(KeyError, match="scores 'score'"):
        problem.decide()
