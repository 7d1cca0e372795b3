"""Carbon, by enumeration: the most tonnes first, then the rest."""

import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import gain
from tests.allocation.tiny import MODES, tiny


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 3])
def test_enumeration_of_carbon_before_development(mode: str, seed: int) -> None:
    problem = tiny(mode, periods=("2026", "2027"), units=2, seed=seed).budget("0.5")
    check_stages(problem, ["carbon", "development"], [gain("carbon"), gain("development")])


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_over_tasks_and_a_pot(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00, 18_00), task=True, pot=True, seed=1).budget("0.8")
    check_stages(problem, ["carbon", "development"], [gain("carbon"), gain("development")])
