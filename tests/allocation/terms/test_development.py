"""Development, by enumeration: the most weighted income first, then the rest; refused where nothing brings income."""

import pandas as pd
import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import gain
from tests.allocation.tiny import MODES, tiny

from silvafisc.results import ObjectiveSpec


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", [1, 3])
def test_enumeration_of_development_before_carbon(mode: str, seed: int) -> None:
    problem = tiny(mode, periods=("2026", "2027"), units=2, seed=seed).budget("0.5")
    check_stages(problem, ["development", "carbon"], [gain("development"), gain("carbon")])


def test_it_is_refused_where_no_offer_brings_income() -> None:
    def nothing(table: pd.DataFrame) -> None:
        table["obj.development"] = -1.0

    problem = tiny("rule", units=2).offers(nothing).objectives(ObjectiveSpec("development", stage=1))
    with pytest.raises(ValueError, match="no offer brings any income"):
        problem.decide()
