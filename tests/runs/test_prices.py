"""Shadow prices: duals of the relaxation in case mode, checked by solving again."""

from dataclasses import replace

import pytest

from silvafisc.results import ObjectiveSpec
from silvafisc.runs.prepare import prepare
from silvafisc.runs.prices import shadow_prices
from silvafisc.runs.run import solve

pytestmark = pytest.mark.slow


def test_duals_of_case_mode_agree_with_solving_again_or_give_way_to_it() -> None:
    prepared = prepare("county-demo")
    objectives = (ObjectiveSpec("carbon", stage=1),)
    case = replace(prepared, resolved=replace(prepared.resolved, mode="case", gap=1e-3, objectives=objectives))
    decision, _ = solve(case, lambda step: None)
    prices = shadow_prices(case, decision)
    assert len(prices) == 6
    assert (prices["price"] >= 0).all()
    assert set(prices["method"]) <= {"relaxation dual", "re-solve"}
    assert "relaxation dual" in set(prices["method"])
    assert (prices["unit"] == "tco2e_per_yuan").all()


def test_prices_of_rule_mode_are_re_solves() -> None:
    prepared = prepare("county-demo")
    decision, _ = solve(prepared, lambda step: None)
    assert set(shadow_prices(prepared, decision)["method"]) == {"re-solve"}
