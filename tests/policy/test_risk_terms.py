"""The carbon objective over draws and the carbon target, as a scenario writes them."""

import pytest
from pydantic import ValidationError

from silvafisc.policy.scenario_terms import Carbon, CarbonTarget


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"share": "0.1"}, "belongs to `risk: cvar`"),
        ({"risk": "mean", "share": "0.1"}, "belongs to `risk: cvar`"),
        ({"risk": "cvar", "share": "0"}, "must be > 0"),
        ({"risk": "quantile", "share": "1"}, "share below 1"),
        ({"risk": "worst"}, "'mean', 'cvar' or 'quantile'"),
        ({"carbon": "gross"}, "'economic', 'importance' or 'credited'"),
    ],
)
def test_a_tail_that_says_nothing_is_refused(fields: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Carbon.model_validate({"term": "carbon", "stage": 1, **fields})


def test_without_parameters_the_objective_is_the_estimate() -> None:
    assert Carbon(term="carbon", stage=1).params == {}


@pytest.mark.parametrize("target", [1000000, "0", "-1", "many", "1e9"])
def test_a_target_is_quoted_tonnes_above_zero(target: object) -> None:
    with pytest.raises(ValidationError, match="must be quoted tonnes > 0"):
        CarbonTarget.model_validate({"rule": "carbon_target", "target_tco2e": target})


def test_a_target_keeps_its_figures_as_written() -> None:
    rule = CarbonTarget.model_validate({"rule": "carbon_target", "target_tco2e": "1500000", "share": "0.90"})
    assert rule.params == {"target_tco2e": "1500000", "share": "0.90", "carbon": "economic"}
