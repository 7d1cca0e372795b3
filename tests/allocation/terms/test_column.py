"""A benefit column of the offers, by enumeration: free names, entries below 0, and before or after other objectives."""

import numpy as np
import pandas as pd
import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import gain
from tests.allocation.tiny import MODES, answer, tiny

from silvafisc.results import ObjectiveSpec


def habitat(table: pd.DataFrame) -> None:
    """Whole numbers, many below 0, that follow no other column."""
    table["obj.habitat"] = np.random.default_rng(5).integers(-20, 20, len(table)).astype(float)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_column_before_carbon(mode: str) -> None:
    problem = tiny(mode, periods=("2026", "2027"), units=2).offers(habitat).budget("0.6")
    check_stages(problem, ["obj.habitat", "carbon"], [gain("habitat"), gain("carbon")])
    # It decides: carbon alone chooses otherwise.
    other = problem.objectives(ObjectiveSpec("carbon", stage=1))
    assert answer(problem.objectives(ObjectiveSpec("obj.habitat", stage=1)).decide()) != answer(other.decide())
