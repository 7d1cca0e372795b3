"""Decided on draws, settled, audited and evaluated: one figure by four roads, and baselines on the same draws."""

from dataclasses import replace

import numpy as np
import pytest
from tests.allocation.decided import Decided, decided
from tests.allocation.drawn import drawn
from tests.allocation.sample import sample_inputs, sample_resolved

from silvafisc.allocation.audit import audit
from silvafisc.allocation.baselines import baseline_values
from silvafisc.allocation.risk import Totals, quantile, tail_mean, totals
from silvafisc.results import ObjectiveSpec, RuleSpec
from silvafisc.results.draws import Draws
from silvafisc.runs.risk import evaluate

CODES = ("110000", "350000", "520000")
DRAWS = drawn(5, draws=20, subjects=("compensation", "afforestation", "tending", "restoration", "factor_pot"))


def solved(rules: tuple[RuleSpec, ...] = (), **params: str) -> Decided:
    inputs = replace(sample_inputs(CODES, 0), draws=DRAWS)
    tenths = int(inputs.areas["area_tenth_mu"].sum())
    resolved = sample_resolved(protection=tenths * (16_00 + 1_70) // 10)
    objectives = (ObjectiveSpec("carbon", stage=1, params=params),)
    return decided(replace(resolved, objectives=objectives, rules=(*resolved.rules, *rules)), inputs)


@pytest.fixture(scope="module")
def estimate() -> Decided:
    """Decided on the estimate, without draws."""
    return solved()


@pytest.mark.parametrize("risk", ["mean", "cvar", "quantile"])
def test_the_objectives_value_is_that_of_the_settled_allocation_on_its_own_draws(risk: str) -> None:
    params = {"risk": risk} if risk == "mean" else {"risk": risk, "share": "0.15"}
    found = solved((), **params)
    own = evaluate(found.tables["allocation"], Draws.of(DRAWS))
    measured = {
        "mean": own.mean("tonnes"),
        "cvar": own.cvar("tonnes", "0.15"),
        "quantile": own.quantile("tonnes", "0.15"),
    }
    value = measured[risk]
    assert value == pytest.approx(found.values["carbon"], rel=1e-9)
    inputs = found.problem.inputs
    assert audit(found.problem.resolved, inputs, found.tables)["clean"]


def test_a_target_near_the_best_is_kept_by_the_decision_and_named_where_a_baseline_breaks_it() -> None:
    best = solved(risk="quantile", share="0.2").values["carbon"]
    target = f"{best * 0.999:.3f}"
    found = solved((RuleSpec("carbon_target", {"target_tco2e": target, "share": "0.8"}),))
    checked = audit(found.problem.resolved, found.problem.inputs, found.tables)
    assert checked["clean"]
    assert 1 - evaluate(found.tables["allocation"], Draws.of(DRAWS)).below(float(target)) >= 0.8
    frame = found.beside
    for name, rows in frame.groupby("baseline"):
        missed = evaluate(rows, Draws.of(DRAWS)).below(float(target)) > 0.2 + 1e-9
        assert ("carbon_target" in rows["breaks"].iloc[0].split(";")) == missed, name
    assert frame["breaks"].str.contains("carbon_target").any()


def test_tonnes_by_measure_of_a_baseline_that_gives_money_sum_to_its_tonnes(estimate: Decided) -> None:
    frame = estimate.beside
    rows = frame[frame["measure"] == ""]
    by_measure = [c for c in frame.columns if c.startswith("obj.carbon.")]
    assert len(rows)
    assert by_measure
    assert np.allclose(rows[by_measure].sum(axis=1), rows["carbon_tco2e"], rtol=1e-12)
    # by hand: with every factor 1 the evaluation is the estimate
    ones = Draws.of(DRAWS.assign(value="1"))
    for _, group in frame.groupby("baseline"):
        assert evaluate(group, ones).values("tonnes") == pytest.approx(group["carbon_tco2e"].sum(), rel=1e-12)


def test_a_baseline_has_no_place_in_a_picture_of_an_objective_over_draws(estimate: Decided) -> None:
    assert len(baseline_values(estimate.problem, estimate.beside, ["carbon"]))
    objectives = (ObjectiveSpec("carbon", stage=1, params={"risk": "mean"}),)
    over_draws = replace(estimate.problem, resolved=replace(estimate.problem.resolved, objectives=objectives))
    assert baseline_values(over_draws, estimate.beside, ["carbon"]).empty


@pytest.mark.parametrize("seed", range(4))
def test_draws_with_a_place_of_their_own_keep_it_whatever_is_chosen(estimate: Decided, seed: int) -> None:
    random = np.random.default_rng(seed)
    over_draws = totals(estimate.problem)
    made = Totals(
        over_draws.sums,
        np.round(random.uniform(0.2, 2, over_draws.factors.shape), 1),
        over_draws.constant,
        over_draws.least,
        over_draws.most,
    )
    always, still_open = made.places(3, 4)
    never = sorted(set(range(made.count)) - set(always) - set(still_open))
    for _ in range(200):
        sums = made.least + (made.most - made.least) * random.integers(0, 2, len(made.least))
        values = made.factors @ sums + made.constant
        ordered = np.sort(values)
        assert all(values[k] <= ordered[2] + 1e-9 * abs(ordered[2]) for k in always)
        assert all(values[k] >= ordered[3] - 1e-9 * abs(ordered[3]) for k in never)
        inside = [values[k] for k in (*always, *still_open)]
        assert tail_mean(np.array(inside), f"3/{len(inside)}") == pytest.approx(tail_mean(values, "3/20"), rel=1e-9)
        assert quantile(np.array(inside), f"3/{len(inside)}") == pytest.approx(quantile(values, "3/20"), rel=1e-9)
