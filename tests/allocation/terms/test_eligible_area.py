"""Eligible area, by enumeration: no more than the certified area, and over all periods no more than the need."""

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import MODES, add, largest, tiny

from silvafisc.results import RuleSpec

RULE = RuleSpec("eligible_area")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_tasks_whose_periods_together_exceed_the_need(mode: str, seed: int) -> None:
    problem = tiny(
        mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, quantities=("0", "0.4", "0.7"), seed=seed
    ).budget("0.95")
    need = dict(zip(problem.inputs.tasks["region_code"], problem.inputs.tasks["need_tenth_mu"], strict=True))

    def allowed(choice: Choice) -> bool:
        return all(
            sum(o.area for o in choice.offers if o.region == code and o.nature == "task") <= need[code] for code in need
        )

    check_rule(problem, RULE, allowed)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_an_offer_for_a_tenth_of_a_mu_too_much(mode: str) -> None:
    def larger(table: pd.DataFrame) -> None:
        add(table, largest(table, "standard_fen"), "area_tenth_mu", 1)

    problem = tiny(mode, seed=2).offers(larger).budget("1")
    areas = dict(zip(problem.inputs.areas["region_code"], problem.inputs.areas["area_tenth_mu"], strict=True))

    def allowed(choice: Choice) -> bool:
        return all(o.area <= areas[o.region] for o in choice.offers)

    check_rule(problem, RULE, allowed)
