"""Rule mode publishes standards of grades, so its model depends on cut-offs and levels, not on how many units there are."""

import pytest
from tests.allocation.draw import drawn

from silvafisc.allocation.engine import Engine
from silvafisc.results import RuleSpec

RULES = (
    RuleSpec("envelope"),
    RuleSpec("standards_only_rise"),
    RuleSpec("published_values", {"at_most": 3}),
)


@pytest.mark.parametrize("seed", [0, 3])
def test_five_times_the_units_give_a_model_of_the_same_size(seed: int) -> None:
    """Both have at least as many units as cells of the score; in case mode the same units make the model larger."""
    few, many = (Engine(drawn(seed, units=units, rules=RULES).problem()).model for units in (8, 40))
    assert few.matrix.shape == many.matrix.shape
    assert few.matrix.nnz == many.matrix.nnz
    one, five = (Engine(drawn(seed, "case", units=units, rules=RULES).problem()).model for units in (8, 40))
    assert five.matrix.shape[1] > 3 * one.matrix.shape[1]
