"""What must hold on any problem: more money never hurts, order and currency do not matter, freedom never hurts."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.allocation.draw import drawn, subset
from tests.allocation.outcome import settled
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.test_outcome import LAST_YEAR, OPTIONAL, RULES
from tests.allocation.tiny import CENTRAL, MODES, Tiny, answer

from silvafisc.allocation.decide import InfeasibleError
from silvafisc.allocation.menus import menus
from silvafisc.results import Responses, RuleSpec, UnitInputs, Yields

SEEDS = st.integers(0, 10_000)


def few(count: int) -> settings:
    """So many examples, or as many as the profile says that looks for new ones: each takes a solve or two."""
    return settings(max_examples=count) if settings().derandomize else settings()


FEW = few(4)
FORBIDDING = [r for r in (*RULES, *OPTIONAL, *LAST_YEAR) if r.rule != "envelope"]


def most(problem: Tiny) -> float:
    """Best value of the first objective; minus infinity where nothing is allowed."""
    try:
        return problem.objectives(problem.resolved.objectives[0]).decide().values["carbon"]
    except InfeasibleError:
        return -float("inf")


def with_offers(problem: Tiny, added: pd.DataFrame) -> Tiny:
    """The problem with further rows of offers, each behind those of its menu."""
    table = pd.concat([problem.menus.offers.table, added], ignore_index=True)
    table = table.sort_values("menu", kind="stable", ignore_index=True)
    return replace(problem, menus=replace(problem.menus, offers=replace(problem.menus.offers, table=table)))


def changes_nothing(problem: Tiny, longer: Tiny, name: str) -> None:
    """The longer problem never takes the offer of that name, and decides what the other one does."""
    try:
        before = problem.decide()
    except InfeasibleError:
        assert most(longer) == -float("inf")
        return
    after = longer.decide()
    assert name not in {offer for _, offer in answer(after)}
    assert after.values == pytest.approx(before.values, rel=1e-9)


def not_below(one: float, other: float) -> bool:
    return one >= other - 1e-9 * max(1.0, abs(other)) if other > -float("inf") else True


@pytest.mark.parametrize("mode", MODES)
@FEW
@given(seed=SEEDS, more=st.integers(1, 50_000_00), which=st.integers(0, 1))
def test_more_budget_never_hurts(mode: str, seed: int, more: int, which: int) -> None:
    problem = drawn(seed, mode, units=4, periods=2, reform=True, last_year=True, rules=subset(seed, last_year=True))
    funds = list(problem.resolved.funds)
    period = problem.resolved.periods[0]
    given_now = dict(funds[which].appropriation_fen)
    funds[which] = replace(funds[which], appropriation_fen=given_now | {period: given_now[period] + more})
    assert not_below(most(problem.change(funds=tuple(funds))), most(problem))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", FORBIDDING, ids=[r.rule for r in FORBIDDING])
def test_without_a_rule_that_only_forbids_it_is_never_worse(mode: str, rule: RuleSpec) -> None:
    problem = drawn(2, mode, units=4, periods=2, reform=True, last_year=True, rules=(RuleSpec("envelope"), rule))
    assert not_below(most(problem.rules(RuleSpec("envelope"))), most(problem))


@pytest.mark.parametrize("mode", MODES)
@FEW
@given(seed=SEEDS)
def test_without_all_rules_but_one_it_is_never_worse(mode: str, seed: int) -> None:
    rules = (*RULES, *OPTIONAL)
    problem = drawn(seed, mode, units=4, periods=2, rules=rules)
    bound = most(problem)
    freed = rules[1 + seed % (len(rules) - 1)]
    assert not_below(most(problem.rules(*(r for r in rules if r is not freed))), bound)


def built(problem: Tiny, inputs: UnitInputs, yields: Yields, responses: Responses, indices: pd.DataFrame) -> Tiny:
    """The problem made anew from these tables."""
    return replace(problem, inputs=inputs, indices=indices, menus=menus(problem.resolved, inputs, yields, responses))


def shuffle(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    return frame.sample(frac=1.0, random_state=seed).reset_index(drop=True)


def bytes_of(problem: Tiny) -> dict[str, str]:
    _, _, tables = settled(problem)
    return {name: frame.to_csv(index=False) for name, frame in tables.items()}


@pytest.mark.parametrize("mode", MODES)
@FEW
@given(seed=SEEDS)
def test_the_order_of_the_rows_changes_no_byte(mode: str, seed: int) -> None:
    rules = subset(seed, last_year=True)
    problem = drawn(seed, mode, units=4, periods=2, reform=True, last_year=True, rules=rules)
    inputs = problem.inputs
    yields = sample_yields(problem.resolved, inputs, seed)
    responses = sample_responses(problem.resolved, inputs, seed)
    tables: dict[str, Any] = {name: shuffle(frame, seed + i) for i, (name, frame) in enumerate(inputs.tables().items())}
    sorted_one = built(problem, inputs, yields, responses, problem.indices)
    shuffled_one = built(
        problem,
        replace(inputs, **tables),
        Yields(shuffle(yields.table, seed), yields.horizon),
        Responses(shuffle(responses.levels, seed), shuffle(responses.indices, seed)),
        shuffle(problem.indices, seed + 9),
    )
    try:
        expected = bytes_of(sorted_one)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            bytes_of(shuffled_one)
        return
    found = bytes_of(shuffled_one)
    for name, text in expected.items():
        assert found[name] == text, name


@pytest.mark.parametrize("mode", MODES)
@FEW
@given(seed=SEEDS)
def test_money_in_another_unit_changes_no_choice(mode: str, seed: int) -> None:
    # Own revenue is money too, in a table that stays as it is here.
    problem = drawn(seed, mode, units=4, periods=2, rules=subset(seed, without=("local_capacity",)))
    # Whole mu and one payer: then no amount is rounded and every one is exactly ten times as large.
    areas = problem.inputs.areas.assign(area_tenth_mu=problem.inputs.areas["area_tenth_mu"] // 10 * 10)
    inputs = replace(problem.inputs, areas=areas)
    resolved = replace(
        problem.resolved, categories=tuple(replace(c, payer_shares=CENTRAL) for c in problem.resolved.categories)
    )
    small = replace(problem, resolved=resolved)
    yields = sample_yields(resolved, inputs, seed)
    responses = sample_responses(resolved, inputs, seed)
    small = built(small, inputs, yields, responses, problem.indices).budget("0.55")
    large = replace(small, resolved=tenfold(small))
    levels = responses.levels.assign(
        standard_fen=responses.levels["standard_fen"] * 10,
        income_fen_per_mu=responses.levels["income_fen_per_mu"] * 10.0,
    )
    large = built(large, inputs, yields, Responses(levels, responses.indices), problem.indices)
    assert standards(large, 10) == standards(small, 1)


def tenfold(problem: Tiny) -> Any:
    resolved = problem.resolved
    return replace(
        resolved,
        funds=tuple(
            replace(f, appropriation_fen={p: 10 * fen for p, fen in f.appropriation_fen.items()})
            for f in resolved.funds
        ),
        categories=tuple(
            replace(
                c,
                floor_fen={p: 10 * fen for p, fen in c.floor_fen.items()},
                levels_fen=tuple(10 * fen for fen in c.levels_fen),
            )
            for c in resolved.categories
        ),
    )


def standards(problem: Tiny, unit: int) -> dict[str, int]:
    decision = problem.decide()
    table = problem.menus.offers.table
    chosen = table[(decision.problem.membership @ decision.point[: decision.problem.size]) > 0.5]
    return {menu: int(fen) // unit for menu, fen in zip(chosen["menu"], chosen["standard_fen"], strict=True)}
