"""Whole allocations on random samples: the independent audit confirms every one of them, and envelopes sum to the fen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.allocation.draw import drawn
from tests.allocation.outcome import settled
from tests.allocation.tiny import MODES, PROTECTION, REFORM, Tiny

from silvafisc.allocation.audit import audit
from silvafisc.allocation.decide import InfeasibleError
from silvafisc.results import ObjectiveSpec, RuleSpec

RULES = (
    RuleSpec("envelope"),
    RuleSpec("statutory_floor"),
    RuleSpec("standards_only_rise"),
    RuleSpec("cost_sharing"),
    RuleSpec("eligible_area"),
    RuleSpec("delivery_capacity"),
    RuleSpec("no_inversion"),
    RuleSpec("no_hidden_debt"),
)
OPTIONAL = (
    RuleSpec("priority_share", {"group": "poor", "share": "0.2"}),
    RuleSpec("published_values", {"at_most": 4}),
    RuleSpec("local_capacity", {"kappa": "0.9"}),
)
LAST_YEAR = (
    RuleSpec("change_band", {"lower": "-1", "upper": "9"}),
    RuleSpec("not_below_last_year", {"group": "poor"}),
)
STAGES = (
    (ObjectiveSpec("carbon", stage=1), ObjectiveSpec("development", stage=2)),
    (ObjectiveSpec("carbon", weight=0.5), ObjectiveSpec("development", weight=0.5)),
    (
        ObjectiveSpec("adequacy", stage=1),
        ObjectiveSpec("carbon", stage=2, tolerance=0.01),
        ObjectiveSpec("development", stage=3),
    ),
)


def sample(seed: int, mode: str, *, last_year: bool = False) -> Tiny:
    """A drawn problem with instalments beyond the horizon, commitments from before it and money carried over."""
    draw = np.random.default_rng(seed + 10_000)
    rules = (*RULES, *(rule for rule in OPTIONAL if draw.integers(2)), *(LAST_YEAR if last_year else ()))
    alphas = ("0", "0.5", "1") if seed % 2 else ("0.5",)
    problem = drawn(seed, mode, reform=True, last_year=last_year, rules=rules, alphas=alphas, units=4)
    first = problem.inputs.codes[0]
    commitments = tuple((first, REFORM, "afforestation", p, 12_345 + i) for i, p in enumerate(problem.resolved.periods))
    problem = recommitted(problem, commitments)
    shares = {PROTECTION: ("0", "0.3", "1")[seed % 3], REFORM: ("0.5", "0", "1/3")[seed % 3]}
    funds = tuple(
        replace(f, carry_share=shares[f.id], carried_in_fen={problem.resolved.periods[0]: 1_001})
        for f in problem.resolved.funds
    )
    objectives = STAGES[seed % 3]
    if last_year and seed % 2:
        objectives = (ObjectiveSpec("stability", stage=1), *STAGES[0])
    return problem.change(funds=funds, objectives=objectives, notice_unit_fen=1_000)


def recommitted(problem: Tiny, commitments: tuple[tuple[str, str, str, str, int], ...]) -> Tiny:
    """The same problem with opening commitments, its fixed money and offers made anew."""
    from tests.allocation.sample import sample_responses, sample_yields

    from silvafisc.allocation.menus import menus

    resolved = replace(problem.resolved, opening_commitments=commitments)
    funds = tuple(
        replace(f, appropriation_fen={p: fen + 20_000 for p, fen in f.appropriation_fen.items()})
        for f in resolved.funds
    )
    resolved = replace(resolved, funds=funds)
    responses = sample_responses(resolved, problem.inputs, 3)
    made = menus(resolved, problem.inputs, sample_yields(resolved, problem.inputs, 4), responses)
    return replace(problem, resolved=resolved, menus=made)


def check_envelopes(tables: dict[str, pd.DataFrame]) -> None:
    fen = {name: column.to_list() for name, column in tables["envelopes"].items()}
    for i in range(len(tables["envelopes"])):
        given = fen["appropriation_fen"][i] + fen["carried_in_fen"][i]
        assert given == fen["paid_fen"][i] + fen["instalments_due_fen"][i] + fen["unallocated_fen"][i]
        assert fen["unallocated_fen"][i] == fen["carried_out_fen"][i] + fen["lapsed_fen"][i]
        assert min(fen["unallocated_fen"][i], fen["carried_out_fen"][i], fen["lapsed_fen"][i]) >= 0


def check(problem: Tiny) -> dict[str, pd.DataFrame]:
    _, _, tables = settled(problem)
    check_envelopes(tables)
    found = audit(problem.resolved, problem.inputs, tables)
    assert found["clean"], [(c["rule"], c["findings"][:3]) for c in found["checks"] if not c["clean"]]
    assert {c["rule"] for c in found["checks"]} >= {spec.rule for spec in problem.resolved.rules}
    return tables


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(5))
def test_the_audit_confirms_what_was_decided(mode: str, seed: int) -> None:
    check(sample(seed, mode))


# The money of last year for the listed units is more than this year's funds hold.
INFEASIBLE = (2, 4)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(5))
def test_the_audit_confirms_what_was_decided_against_last_year(mode: str, seed: int) -> None:
    problem = sample(seed, mode, last_year=True)
    if seed in INFEASIBLE:
        with pytest.raises(InfeasibleError):
            settled(problem)
        problem = problem.rules(*(r for r in problem.resolved.rules if r.rule != "not_below_last_year"))
    check(problem)


def test_instalments_fall_due_on_both_sides_of_the_horizon_and_money_is_carried_over() -> None:
    tables = check(sample(2, "rule"))
    allocation, envelopes = tables["allocation"], tables["envelopes"]
    assert allocation["due_later_fen"].sum() > 0
    committed = allocation[(allocation["nature"] == "committed") & (allocation["payment_fen"] > 20_000)]
    assert len(committed) > 0
    assert envelopes["carried_out_fen"].sum() > 0
