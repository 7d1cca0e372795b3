"""Moving an assumption changes what offers bring, not what they pay: the quick road gives what the whole one gives.

Expected: other program, the offers and the model made anew from the moved tables.
"""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import menus
from silvafisc.results import UnitInputs
from silvafisc.runs.prepare import Prepared, changed, engines, prepare, same_money


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare("county-demo")


def dearer(inputs: UnitInputs) -> UnitInputs:
    """Opportunity costs a fifth higher."""
    costs = (inputs.responses["opportunity_cost_fen"] * 6 // 5).astype("int64")
    return replace(inputs, responses=inputs.responses.assign(opportunity_cost_fen=costs))


def riskier(inputs: UnitInputs) -> UnitInputs:
    """A loss hazard half as high again."""
    stands = inputs.stands.assign(loss_hazard_per_year=inputs.stands["loss_hazard_per_year"] * 1.5)
    return replace(inputs, stands=stands)


@pytest.mark.parametrize("move", [dearer, riskier])
def test_offers_and_rows_are_those_made_anew(prepared: Prepared, move: object) -> None:
    moved = changed(prepared, inputs=move(prepared.inputs))  # type: ignore[operator]
    anew = menus(moved.resolved, moved.inputs, moved.yields, moved.responses)
    pd.testing.assert_frame_equal(moved.menus.offers.table, anew.offers.table, check_exact=True)
    pd.testing.assert_frame_equal(moved.menus.fixed.table, anew.fixed.table, check_exact=True)
    assert moved.menus.offers.constants == anew.offers.constants
    brought = [table["obj.carbon"].sum() for table in (moved.menus.offers.table, prepared.menus.offers.table)]
    assert brought[0] != brought[1]

    (before,), (expected,) = (engines(p, ("0.5",)) for p in (prepared, moved))
    offers, fixed = moved.menus.offers, moved.menus.fixed
    indices = moved.responses.indices
    found: Engine = before.renewed(
        replace(before.problem, inputs=moved.inputs, indices=indices, offers=offers, fixed=fixed)
    )
    assert abs(found.model.matrix - expected.model.matrix).max() == 0
    assert np.array_equal(found.model.lower, expected.model.lower)
    assert np.array_equal(found.model.upper, expected.model.upper)
    for name, (objective, *_) in expected.objectives.items():
        assert np.array_equal(found.vector(found.objectives[name][0]), expected.vector(objective))
        assert found.objectives[name][0].constant == objective.constant


def test_another_need_is_other_money(prepared: Prepared) -> None:
    """by hand: every table but stands and responses decides areas and amounts."""
    assert same_money(prepared.inputs, dearer(prepared.inputs))
    for name in {field.name for field in fields(UnitInputs)} - {"stands", "responses"}:
        table = getattr(prepared.inputs, name)
        if table is not None:
            assert not same_money(prepared.inputs, replace(prepared.inputs, **{name: table.copy()}))
