"""Case mode by prices: bound ≥ optimum ≥ value, against HiGHS's own optimum and against SCIP (other programs)."""

from dataclasses import replace

import numpy as np
import pyscipopt
import pytest
from benchmarks.synthetic import RULES, multiple_choice, nation
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from tests.allocation.draw import drawn
from tests.allocation.tiny import COLLECTIVE, PROTECTION, tiny

from silvafisc.allocation.blocks import Block, whole
from silvafisc.allocation.build import compile_with_pyomo
from silvafisc.allocation.decompose import recognise
from silvafisc.allocation.decompose.options import options_of
from silvafisc.allocation.decompose.oracle import Oracle
from silvafisc.allocation.decompose.unit import Held, handed_on, priced
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.model import assemble
from silvafisc.allocation.problem import Floats, Problem
from silvafisc.allocation.solve import Session, Solution
from silvafisc.allocation.terms import objectives_of, rule_part
from silvafisc.results import RuleSpec


def carbon(problem: Problem) -> tuple[Block, Floats]:
    """The whole model as one block, and its first objective."""
    engine = Engine(problem)
    return whole(engine.model), engine.vector(engine.objectives["carbon"][0])


def optimum(block: Block, objective: Floats, held: Held = ()) -> Solution:
    """HiGHS's own answer: to 1e-9 where that takes no time, else what it has after five seconds, with its bound."""
    session = Session(block, time_limit=5.0)
    for values, least in held:
        session.hold(values, least)
    return session.maximise(objective, gap=1e-9)


def keeps_every_row(block: Block, point: Floats) -> bool:
    """Exactly for rows without helping variables (whole numbers), beyond rounding for the others."""
    activity = block.matrix @ point
    helped = np.diff(block.matrix[:, block.choices :].indptr) > 0
    room = np.where(helped, 1e-6, 0.0)
    return bool(np.all(activity <= block.upper + room) and np.all(activity >= block.lower - room))


def check(block: Block, objective: Floats, found: Solution | None, value: float, bound: float) -> Solution:
    """value, bound: what another program says."""
    assert found is not None
    near = 1e-7 * max(1.0, abs(value))
    assert found.bound >= value - near
    assert found.value <= bound + near
    assert found.value == pytest.approx(float(objective @ found.point), rel=1e-12)
    assert keeps_every_row(block, found.point)
    return found


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_synthetic_instance_with_every_rule_encloses_the_optimum_of_highs(seed: int) -> None:
    block, objective = carbon(nation(3, seed=seed))
    top = optimum(block, objective)
    found = check(block, objective, priced(block, (), objective, 1e-3), top.value, top.bound)
    assert found.gap < 0.1


def test_scip_finds_the_same_optimum_inside_the_interval() -> None:
    block, objective = carbon(multiple_choice(40, seed=3))
    model = pyscipopt.Model()
    model.hideOutput()
    columns = [model.addVar(vtype="B", obj=float(-value)) for value in objective]
    for row in range(len(block.lower)):
        span = slice(block.matrix.indptr[row], block.matrix.indptr[row + 1])
        total = pyscipopt.quicksum(
            float(v) * columns[int(i)] for i, v in zip(block.matrix.indices[span], block.matrix.data[span], strict=True)
        )
        if np.isfinite(block.upper[row]):
            model.addCons(total <= float(block.upper[row]))
        if np.isfinite(block.lower[row]):
            model.addCons(total >= float(block.lower[row]))
    model.optimize()
    check(block, objective, priced(block, (), objective, 1e-3), -model.getObjVal(), -model.getDualbound())


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from([1e-7, 1.0, 1e9]), st.floats(-1, 1))
def test_any_scale_and_sign_of_the_objective_encloses_the_optimum(seed: int, size: float, shift: float) -> None:
    block, objective = carbon(multiple_choice(30, seed=seed))
    changed = (objective + shift * np.random.default_rng(seed).uniform(0, 5, len(objective))) * size
    top = optimum(block, changed)
    check(block, changed, priced(block, (), changed, 1e-6), top.value, top.bound)


@pytest.mark.parametrize("seed", range(4))
def test_something_held_with_negative_entries_is_kept(seed: int) -> None:
    block, objective = carbon(multiple_choice(60, seed=seed))
    other = np.random.default_rng(seed).normal(size=len(objective)) * 1e6
    least = float(optimum(block, objective).point @ other) + 1e6
    held = [(other, least)]
    top = optimum(block, objective, held)
    found = check(block, objective, priced(block, held, objective, 1e-6), top.value, top.bound)
    assert float(other @ found.point) >= least


def test_handing_on_to_highs_closes_the_gap() -> None:
    block, objective = carbon(multiple_choice(60, seed=1))
    found = priced(block, (), objective, 1e-9)
    assert found is not None
    assert found.status == "time_limit"
    closed = handed_on(Session(block), found, objective, 1e-9)
    assert closed.status == "optimal"
    assert closed.gap <= 1e-9
    assert closed.value == pytest.approx(optimum(block, objective).value, rel=1e-9)


def test_a_large_multiple_choice_instance_is_certified_to_1e_5() -> None:
    problem = multiple_choice(5_000, seed=0)
    engine = Engine(problem)
    found = engine.maximise(engine.vector(engine.objectives["carbon"][0]))
    assert found.status == "optimal"
    assert found.gap <= 1e-5


@pytest.mark.slow
def test_the_same_instance_gives_the_same_point_twice() -> None:
    points = []
    for _ in range(2):
        block, objective = carbon(nation(3, seed=7))
        found = priced(block, (), objective, 1e-3)
        assert found is not None
        points.append(found.point)
    assert np.array_equal(points[0], points[1])


@pytest.mark.parametrize("seed", range(3, 6))
def test_nothing_uses_no_level_beside_levels_that_are_counted(seed: int) -> None:
    problem = tiny("case", units=3, levels=(0, 17_00, 18_00, 20_00), seed=seed).budget("0.25")
    rules = (RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 1}))
    block, objective = carbon(problem.rules(*rules).problem())
    top = optimum(block, objective)
    check(block, objective, priced(block, (), objective, 1e-6), top.value, top.bound)


@pytest.mark.parametrize("seed", range(3))
def test_published_values_alone_tie_units_where_the_money_is_enough(seed: int) -> None:
    problem = tiny("case", units=3, levels=(16_00, 17_00, 18_00, 20_00), seed=seed).budget("1")
    block, objective = carbon(
        problem.rules(RuleSpec("envelope"), RuleSpec("published_values", {"at_most": 1})).problem()
    )
    top = optimum(block, objective)
    check(block, objective, priced(block, (), objective, 1e-6), top.value, top.bound)


def test_levels_without_which_a_row_cannot_be_kept_leave_no_option() -> None:
    case = tiny("case", units=3, levels=(16_00, 17_00, 18_00)).budget("0.8")
    areas = case.inputs.areas[["region_code", "area_tenth_mu"]]
    last = areas.assign(fund=PROTECTION, subject=COLLECTIVE, amount_fen=areas["area_tenth_mu"] * 170)
    rules = (RuleSpec("envelope"), RuleSpec("not_below_last_year", {"group": "poor"}))
    block, objective = carbon(case.tables(last_year=last).rules(*rules).problem())
    form = recognise(block, sparse.csr_matrix((0, len(block.columns))), np.zeros(0), objective)
    assert form is not None
    [row] = form.rows[form.coupling :]
    options = options_of(form)
    lowest = np.asarray(~np.isin(options.columns, row.indices).any(axis=1))
    assert Oracle(form, options, objective).reachable().any()
    assert not Oracle(form, options.only(lowest), objective).reachable().any()


def test_what_cannot_be_kept_is_not_called_feasible_and_highs_proves_it() -> None:
    problem = multiple_choice(2_100, seed=2)
    fund = problem.resolved.funds[0]
    poor = replace(problem.resolved, funds=(replace(fund, appropriation_fen={"2026": -1}),))
    engine = Engine(replace(problem, resolved=poor))
    vector = engine.vector(engine.objectives["carbon"][0])
    assert priced(whole(engine.model), (), vector, 1e-4) is None
    assert engine.maximise(vector).status == "infeasible"


def test_rows_that_couple_pairs_of_units_are_left_to_highs() -> None:
    problem = drawn(1, "case", units=6, periods=3, rules=(*RULES[:1], RuleSpec("no_inversion"))).problem()
    block, objective = carbon(problem)
    found = priced(block, (), objective, 1e-4)
    assert found is None or found.bound >= optimum(block, objective).value - 1e-6


def test_pyomo_and_assembly_give_the_same_matrix_for_a_synthetic_instance() -> None:
    problem = nation(2, seed=4)
    parts = [rule_part(problem, spec) for spec in problem.resolved.rules]
    objectives = [o for spec in problem.resolved.objectives for o in objectives_of(problem, spec)]
    pyomo, ours = compile_with_pyomo(problem, parts, objectives), assemble(problem, parts, objectives)
    assert abs(pyomo.matrix - ours.matrix).max() == 0
    assert np.array_equal(pyomo.lower, ours.lower)
    assert np.array_equal(pyomo.upper, ours.upper)


def test_rows_made_at_once_read_like_rows_made_one_by_one() -> None:
    problem = nation(2, seed=4)
    for spec in problem.resolved.rules:
        rows = rule_part(problem, spec).rows
        for index, row in enumerate(rows):
            assert row.rule == spec.rule
            assert row.label == rows[index].label
            assert np.array_equal(row.columns, np.sort(row.columns))
            assert np.all(row.values != 0)
    published = [r for r in rule_part(problem, RuleSpec("published_values", {"at_most": 2})).rows if len(r.columns)]
    assert {tuple(row.aux.values()) for row in published} == {(-1.0,)}
    assert len({row.label for row in published}) == len(published)
