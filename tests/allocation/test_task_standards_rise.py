"""`standards_only_rise` with `tasks: true`: unit standards of a task do not fall, and that changes the optimum."""

from dataclasses import replace
from itertools import product

import pytest
from tests.allocation.sample import REFORM, sample_inputs, sample_resolved, sample_responses, sample_yields

from silvafisc.allocation.audit import audit
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus, menus
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables
from silvafisc.results import Resolved, RuleSpec

RISE = RuleSpec("standards_only_rise", {"tasks": True})


def scenario(*rules: RuleSpec) -> Resolved:
    """Once the first year's last instalment is paid, only the lower standard fits into the second year."""
    resolved = sample_resolved(graded=False, protection=10**9, rules=(RuleSpec("envelope"), *rules))
    reform = replace(
        resolved.fund(REFORM), appropriation_fen={"2026": 1_800_000, "2027": 2_000_000}, factor_pot_fen=(0,)
    )
    return replace(resolved, funds=(resolved.funds[0], reform))


def brute_force(resolved: Resolved, built: Menus, rise: bool) -> float:
    """Best tonnes of the task over all pairs of published levels, from the offers' exact costs."""
    table = built.offers.table[built.offers.table["nature"] == "task"]
    sums = table.groupby(["period", "offer"])[
        [c for c in table.columns if REFORM in c and "central" in c] + ["obj.carbon"]
    ].sum()
    standard = table.groupby(["period", "offer"])["standard_fen"].first()
    names = [sums.loc[p].index for p in resolved.periods]
    best = float("-inf")
    for first, second in product(*names):
        a, b = sums.loc[("2026", first)], sums.loc[("2027", second)]
        paid = {p: a[f"cost.{REFORM}.central.{p}_fen"] + b[f"cost.{REFORM}.central.{p}_fen"] for p in resolved.periods}
        if any(paid[p] > resolved.fund(REFORM).appropriation_fen[p] for p in resolved.periods):
            continue
        both = "u=0;q=0" not in (first, second)
        if rise and both and standard[("2027", second)] < standard[("2026", first)]:
            continue
        best = max(best, float(a["obj.carbon"] + b["obj.carbon"]))
    return best


@pytest.mark.parametrize("rise", [False, True])
def test_the_optimum_is_the_enumerated_one(rise: bool) -> None:
    resolved = scenario(RISE) if rise else scenario()
    inputs = sample_inputs()
    responses = sample_responses(resolved, inputs)
    built = menus(resolved, inputs, sample_yields(resolved, inputs), responses)
    engine = Engine(rule_problem(resolved, inputs, responses.indices, built, "0.5"))
    vector = engine.vector(engine.objectives["carbon"][0])
    solution = engine.maximise(vector)
    tasks = engine.problem.columns["kind"].eq("task").to_numpy()
    n = engine.problem.size
    assert float(vector[:n][tasks] @ solution.point[:n][tasks]) == pytest.approx(brute_force(resolved, built, rise))
    tables = outcome_tables(engine.model, settle(engine.model, solution.point, vector))
    result = audit(resolved, inputs, tables)
    assert result["clean"]
    if not rise:
        checked = audit(scenario(RISE), inputs, tables)["checks"]
        assert not checks_of(checked)[0]["clean"]


def checks_of(checks: list[dict[str, object]]) -> list[dict[str, object]]:
    """The checks of the rule under test."""
    return [c for c in checks if c["rule"] == "standards_only_rise"]


def test_the_rule_changes_the_optimum() -> None:
    resolved, inputs = scenario(), sample_inputs()
    built = menus(resolved, inputs, sample_yields(resolved, inputs), sample_responses(resolved, inputs))
    assert brute_force(resolved, built, rise=True) < brute_force(resolved, built, rise=False)
