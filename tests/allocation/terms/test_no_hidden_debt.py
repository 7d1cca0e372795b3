"""No hidden debt, by enumeration: an offer that future appropriations would repay is never chosen."""

import numpy as np
import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import MODES, add, largest, tiny

from silvafisc.results import RuleSpec


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("nature", ["top_up", "task", "factor"])
def test_enumeration_of_flagged_offers(mode: str, nature: str) -> None:
    def flag(table: pd.DataFrame) -> None:
        mine = table[(table["nature"] == nature) & (table["region_code"] == "110002")]
        best = largest(mine, "obj.carbon")
        table["repaid_by_appropriation"] = np.arange(len(table)) == best
        add(table, best, "obj.carbon", 50.0)

    levels = (16_00, 18_00, 20_00) if nature == "top_up" else (16_00,)
    problem = tiny(mode, units=2, levels=levels, task=nature == "task", pot=nature == "factor", seed=5)

    def allowed(choice: Choice) -> bool:
        return not any(o.flagged for o in choice.offers)

    check_rule(problem.offers(flag).budget("1"), RuleSpec("no_hidden_debt"), allowed)
