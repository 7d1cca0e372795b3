"""Split of money, by enumeration: a standard that leaves the owner too little, or feeds too much administration, is out."""

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.outcome import settled
from tests.allocation.tiny import COLLECTIVE, MODES, STATE, add, largest, tiny

from silvafisc.results import RuleSpec

LEVELS = (16_00, 18_00, 20_00)


def rule(owner: str, most: str, **uses: dict[str, str]) -> RuleSpec:
    params = {"owner_at_least": owner, "administration_at_most": most, "uses": {COLLECTIVE: uses}}
    return RuleSpec("split", params)


def standards(*allowed: int) -> Callable[[Choice], bool]:
    return lambda choice: all(o.standard in allowed for o in choice.offers if o.category == COLLECTIVE)


def worth_20_in_the_highest_grade(table: pd.DataFrame) -> None:
    """20 yuan in the unit with the highest score bring more than anything else."""
    mine = table[table["region_code"] == "110002"]
    add(table, largest(mine, "standard_fen"), "obj.carbon", 1000.0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 3])
def test_enumeration_of_a_patrol_that_costs_the_same_whatever_the_standard(mode: str, seed: int) -> None:
    # By hand: 5.15 + 0.25 yuan leave 12.60 of 18 (exactly 70 %) and 10.60 of 16 (66 %): every unit has to be raised to
    # 18, and the money for that is missing where one unit should get the dearest standard.
    problem = tiny(mode, units=2, levels=LEVELS, seed=seed)
    problem = problem.offers(worth_20_in_the_highest_grade).budget("0.6")
    out = rule("0.7", "0.05", patrol={"per_mu": "5.15"}, public={"per_mu": "0.25"})
    check_rule(problem, out, standards(18_00, 20_00))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_cent_that_the_owner_lacks(mode: str) -> None:
    # 5.16 + 0.25 leave 12.59 of 18, one fen less than 70 %: only 20 yuan do.
    problem = tiny(mode, units=2, levels=LEVELS).budget("1")
    problem = problem.offers(lambda table: table.__setitem__("obj.carbon", -table["obj.carbon"]))
    out = rule("0.7", "0.05", patrol={"per_mu": "5.16"}, public={"per_mu": "0.25"})
    check_rule(problem, out, standards(20_00))


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_administration_above_its_cap(mode: str) -> None:
    # 0.90 yuan are 5 % of 18 and more of 16.
    problem = tiny(mode, units=2, levels=LEVELS).budget("1")
    problem = problem.offers(lambda table: table.__setitem__("obj.carbon", -table["obj.carbon"]))
    check_rule(problem, rule("0.5", "0.05", administration={"per_mu": "0.90"}), standards(18_00, 20_00))


@pytest.mark.parametrize("mode", MODES)
def test_categories_that_the_rule_does_not_name_are_left_alone(mode: str) -> None:
    problem = tiny(mode, units=2, levels=LEVELS, categories=(STATE, COLLECTIVE)).budget("0.6")
    free = problem.decide()
    kept = problem.rules(RuleSpec("envelope"), rule("0", "1", patrol={"share": "1"})).decide()
    assert kept.values == free.values


@pytest.mark.parametrize("mode", MODES)
def test_the_uses_of_a_unit_sum_to_its_money_and_no_rounding_is_taken_from_the_owner(mode: str) -> None:
    out = rule("0.6", "0.05", patrol={"share": "1/3"}, administration={"per_mu": "0.05"})
    problem = tiny(mode, units=2, levels=LEVELS).budget("0.6").rules(RuleSpec("envelope"), out)
    _, _, tables = settled(problem)
    names = ("region_code", "use", "amount_fen")
    uses = {(code, use): int(fen) for code, use, fen in zip(*(tables["uses"][n] for n in names), strict=True)}
    rows = tables["allocation"]
    areas = dict(zip(problem.inputs.areas["region_code"], problem.inputs.areas["area_tenth_mu"], strict=True))
    for code in problem.inputs.codes:
        mine = rows[rows["region_code"] == code]
        paid = max(Fraction(text) for text in mine["standard_yuan_per_mu"] if text)
        # by hand: a third of the standard and 5 fen per mu, each rounded down; what is left is the owner's
        third, administration = int(paid * 100 / 3 * int(areas[code]) / 10), int(areas[code]) * 5 // 10
        assert uses[code, "patrol"] == third
        assert uses[code, "administration"] == administration
        assert uses[code, "owner"] == int(mine["payment_fen"].sum()) - third - administration
    assert set(tables["uses"]["use"]) == {"owner", "patrol", "administration"}
