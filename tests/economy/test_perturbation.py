"""Indices when one figure of one unit moves: the same as making the whole comparison again for that unit alone."""

import numpy as np
import pandas as pd
import pytest
from tests.economy.test_responses import law

from silvafisc.economy.indices import importance_and_need
from silvafisc.economy.perturbation import INDICATORS, moved_indices, reweighted_indices

RAW = pd.DataFrame(
    {
        "region_code": ["110000", "340000", "520000", "620000"],
        "stock": [8.0, 3.0, 5.5, 5.5],
        "flow": [0.2, 0.2, 0.2, 0.2],
        "rural_income": [3_000_000.0, 1_700_000.0, 1_000_000.0, 999_000.0],
        "fiscal_gap": [0.1, 0.6, 0.8, 0.79],
        "gdp": [17e6, 6e6, 3.7e6, 3.6e6],
    }
)


@pytest.mark.parametrize("method", ["z_score", "min_max"])
@pytest.mark.parametrize("name", INDICATORS)
@pytest.mark.parametrize("factor", [0.95, 1.0, 1.5])
def test_a_unit_alone_is_compared_again_with_all_others(method: str, name: str, factor: float) -> None:
    """other program: the whole composite, once per unit (extremes, ties and an indicator that is equal everywhere)."""
    rules = law(("indices.method", method))
    found = moved_indices(RAW, rules, name, factor)
    for at in range(len(RAW)):
        alone = RAW.assign(**{name: RAW[name] * np.where(np.arange(len(RAW)) == at, factor, 1.0)})
        importance, need = importance_and_need(alone, rules)
        assert found["importance"][at] == pytest.approx(importance[at], abs=1.1e-6)
        assert found["need"][at] == pytest.approx(need[at], abs=1.1e-6)


def test_weights_that_move_still_sum_to_one() -> None:
    """by hand, min-max: stock 1, 0, 0.5, 0.5 and flow 0.5 everywhere; weights w, 1 - w."""
    rules = law(("indices.method", "min_max"))
    weight = float(rules.fraction("assumptions.economy.indices.importance_stock"))
    moved = reweighted_indices(RAW, rules, "stock", 1.2)
    own = min(1.0, 1.2 * weight)
    assert moved["importance"].tolist() == pytest.approx([own + (1 - own) / 2, (1 - own) / 2, 0.5, 0.5], abs=1e-6)
    assert moved["need"].tolist() == pytest.approx(importance_and_need(RAW, rules)[1].tolist())
