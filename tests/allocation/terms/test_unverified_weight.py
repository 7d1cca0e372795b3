"""Unverified weight, by enumeration: weightings that lean on factors nobody verified cannot be published."""

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import MODES, Tiny, tiny

from silvafisc.results import RuleSpec


def verified(problem: Tiny, *, by: dict[tuple[str, str], str]) -> Tiny:
    """Every value is verified by the province unless `by` says otherwise."""
    factors = problem.inputs.factors
    keys = zip(factors["region_code"], factors["factor"], strict=True)
    return problem.tables(factors=factors.assign(verified_by=[by.get(key, "province") for key in keys]))


def light(weak: str, limit: str) -> Callable[[Choice], bool]:
    """By hand, from the name of the factor offer: the weight of the one unverified factor."""

    def allowed(choice: Choice) -> bool:
        parts = [dict(p.split("=") for p in o.name.split(";")) for o in choice.offers if o.nature == "factor"]
        return all(Fraction(weights[weak]) <= Fraction(limit) for weights in parts)

    return allowed


def worth(table: pd.DataFrame) -> None:
    """Pots that lean on the need for tasks bring more."""
    heavy = table["offer"].str.contains("task_need=0.6000")
    table["obj.carbon"] = table["obj.carbon"] + 50.0 * heavy


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_a_factor_that_one_unit_leaves_unverified(mode: str, seed: int) -> None:
    # Only 110002's need for tasks is unverified: the factor as a whole is.
    problem = tiny(mode, units=2, periods=("2026", "2027"), levels=(16_00,), pot=True, seed=seed).offers(worth)
    known = verified(problem, by={("110002", "task_need"): " "}).budget("0.9")
    check_rule(known, RuleSpec("unverified_weight", {"at_most": "0.4"}), light("task_need", "0.4"))


@pytest.mark.parametrize("mode", MODES)
def test_a_limit_that_is_met_exactly_and_verified_factors_forbid_nothing(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00,), pot=True).budget("0.9")
    for known, limit in (
        (verified(problem, by={("110001", "task_need"): ""}), "0.6"),
        (verified(problem, by={}), "0"),
    ):
        decision = known.rules(RuleSpec("envelope"), RuleSpec("unverified_weight", {"at_most": limit})).decide()
        assert not [row for row in decision.engine.model.rows if row.rule == "unverified_weight"]
