"""The model as a matrix: two roads to it, and its blocks."""

from dataclasses import replace

import numpy as np
import pytest
from tests.allocation.draw import drawn
from tests.allocation.terms.test_change_band import last_year
from tests.allocation.tiny import MODES, Tiny, tiny

from silvafisc.allocation.blocks import blocks_of, whole
from silvafisc.allocation.build import compile_with_pyomo
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.model import Model, assemble
from silvafisc.allocation.solve import Session
from silvafisc.allocation.terms import objectives_of, rule_part
from silvafisc.results import ObjectiveSpec, RuleSpec

EVERY_RULE = (
    RuleSpec("envelope"),
    RuleSpec("statutory_floor"),
    RuleSpec("standards_only_rise"),
    RuleSpec("cost_sharing"),
    RuleSpec("local_capacity", {"kappa": "0.00001"}),
    RuleSpec("eligible_area"),
    RuleSpec("delivery_capacity"),
    RuleSpec("priority_share", {"group": "poor", "share": "0.3"}),
    RuleSpec("published_values", {"at_most": 3}),
    RuleSpec("no_inversion"),
    RuleSpec("change_band", {"lower": "-0.9", "upper": "3"}),
    RuleSpec("not_below_last_year", {"group": "poor"}),
    RuleSpec("no_hidden_debt"),
)
EVERY_OBJECTIVE = tuple(
    ObjectiveSpec(term, stage=i) for i, term in enumerate(("carbon", "development", "adequacy", "stability"))
)


def roads(problem: Tiny) -> tuple[Model, Model]:
    """The same problem through Pyomo and by vectorised assembly."""
    made, resolved = problem.problem(), problem.resolved
    parts = [rule_part(made, spec) for spec in resolved.rules]
    objectives = [o for spec in resolved.objectives for o in objectives_of(made, spec)]
    return compile_with_pyomo(made, parts, objectives), assemble(made, parts, objectives)


def check_equal(problem: Tiny) -> Model:
    pyomo, ours = roads(problem)
    assert pyomo.matrix.shape == ours.matrix.shape
    difference = (pyomo.matrix - ours.matrix).tocsr()
    difference.eliminate_zeros()
    assert difference.nnz == 0
    assert np.array_equal(pyomo.lower, ours.lower)
    assert np.array_equal(pyomo.upper, ours.upper)
    assert np.array_equal(pyomo.integer, ours.integer)
    for mine, other in zip(pyomo.column_bounds, ours.column_bounds, strict=True):
        assert np.array_equal(mine, other)
    assert np.array_equal(pyomo.row_scale, ours.row_scale)
    return ours


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_pyomo_and_assembly_give_the_same_matrix_with_every_rule_and_objective(mode: str, seed: int) -> None:
    problem = drawn(seed, mode, units=4, periods=2, reform=True, last_year=True, rules=EVERY_RULE)
    model = check_equal(problem.objectives(*EVERY_OBJECTIVE))
    # `published/…` of the rule, `adequacy` and `change/…` of the objectives are there.
    kinds = {v.name.split("/")[0] for v in model.variables}
    assert kinds == {"published", "adequacy", "change"}
    assert {row.rule for row in model.rows} > {"menu", "envelope", "adequacy", "stability", "published_values"}


@pytest.mark.parametrize("mode", MODES)
def test_pyomo_and_assembly_agree_where_money_is_carried_over(mode: str) -> None:

    problem = drawn(5, mode, units=4, periods=3, reform=True, rules=(RuleSpec("envelope"),))
    check_equal(problem.change(funds=tuple(replace(f, carry_share="0.3") for f in problem.resolved.funds)))


@pytest.mark.parametrize("mode", MODES)
def test_pyomo_and_assembly_agree_on_rows_without_any_choice(mode: str) -> None:
    # A last year's amount in a fund that now offers the unit nothing, and an envelope that nothing is paid from.
    problem = tiny(mode, units=2, levels=(16_00,))
    rules = (RuleSpec("envelope"), RuleSpec("change_band", {"lower": "-1", "upper": "0"}))

    known = problem.tables(last_year=last_year(("110001", "reform_development", "factor_pot", 0, 500)))
    model = check_equal(known.rules(*rules))
    assert np.any(np.diff(model.matrix.indptr) == 0)


@pytest.mark.parametrize("mode", MODES)
def test_an_amount_that_nothing_can_reach_is_infeasible_on_both_roads(mode: str) -> None:

    problem = tiny(mode, units=2, levels=(16_00,))
    known = problem.tables(last_year=last_year(("110001", "reform_development", "factor_pot", 0, 500)))
    strict = known.rules(RuleSpec("change_band", {"lower": "-0.5", "upper": "0"}))
    for reference in (False, True):
        engine = Engine(strict.problem(), reference=reference)
        assert engine.maximise(engine.vector(engine.objectives["carbon"][0])).status == "infeasible"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(3))
def test_the_optima_of_the_blocks_sum_to_that_of_the_whole(mode: str, seed: int) -> None:
    engine = Engine(drawn(seed, mode, units=4, periods=2, reform=True).problem())
    blocks = blocks_of(engine.model)
    assert len([b for b in blocks if len(b.columns) > 1]) > 1
    assert sorted(np.concatenate([b.columns for b in blocks])) == list(range(engine.model.size))
    for term in ("carbon", "development"):
        vector = engine.vector(engine.objectives[term][0])
        parts, together = engine.maximise(vector), Session(whole(engine.model)).maximise(vector)
        assert parts.value == pytest.approx(together.value, rel=1e-7)
        assert float(vector @ parts.point) == pytest.approx(parts.value, rel=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_a_model_built_through_pyomo_gives_the_same_answer(mode: str) -> None:
    problem = drawn(2, mode, units=4, periods=2, reform=True).problem()
    for term in ("carbon", "development"):
        found = []
        for reference in (False, True):
            engine = Engine(problem, reference=reference)
            found.append(engine.maximise(engine.vector(engine.objectives[term][0])))
        assert found[0].value == found[1].value
        assert np.array_equal(found[0].point, found[1].point)
