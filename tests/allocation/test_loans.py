"""Loans beside grants, by enumeration in both modes, and what must hold whatever the numbers are."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from tests.allocation.agree import CARBON, ENVELOPE, check_answer
from tests.allocation.brute import Choice, best
from tests.allocation.loaned import LOAN, fits, lends, loaned
from tests.allocation.tiny import MODES, REFORM, Tiny, value

from silvafisc.allocation.beyond import due_beyond
from silvafisc.allocation.decide import decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus
from silvafisc.allocation.nested import granted, kept
from silvafisc.results import Offers, RuleSpec

WORK = (ENVELOPE, RuleSpec("eligible_area"), RuleSpec("delivery_capacity"))


def optimum(problem: Tiny) -> Fraction:
    return value(problem.rules(*WORK).decide(), "carbon")


def loans_only(table: pd.DataFrame) -> "pd.Series[bool]":
    return table["nature"] == "interest_subsidy"


def dearer(factor: int) -> Callable[[pd.DataFrame], None]:
    def edit(table: pd.DataFrame) -> None:
        costs = [c for c in table.columns if c.startswith("cost.")]
        table.loc[loans_only(table), costs] *= factor

    return edit


def removed(problem: Tiny) -> Tiny:
    """Only the offers without a loan stay."""
    table, fixed = problem.menus.offers.table, problem.menus.fixed
    kept = table[~(loans_only(table) & (table["area_tenth_mu"] > 0))].reset_index(drop=True)
    return replace(problem, menus=Menus(Offers(kept, {}), fixed))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("periods", "seed"), [(("2026",), 1), (("2026", "2027"), 4)])
def test_enumeration_with_and_without_the_loan(mode: str, periods: tuple[str, ...], seed: int) -> None:
    units = 2 if len(periods) == 1 else 1
    problem = loaned(mode, units=units, periods=periods, seed=seed).budget("0.5")
    choices = problem.choices()
    allowed = [problem.affordable, lambda choice: fits(problem, choice)]
    top, winners = best(choices, allowed, CARBON)
    decision = problem.rules(*WORK).decide()
    assert value(decision, "carbon") == top[0]
    check_answer(problem, decision, winners)
    assert all(lends(choice) for choice in winners)
    # Without the loan another answer, and a smaller one.
    bare_top, bare_winners = best([c for c in choices if not lends(c)], allowed, CARBON)
    bare = removed(problem)
    assert value(bare.rules(*WORK).decide(), "carbon") == bare_top[0] < top[0]
    assert not {c.key for c in winners} & {c.key for c in bare_winners}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", ["eligible_area", "delivery_capacity"])
def test_enumeration_of_grants_and_loans_on_the_same_land(mode: str, rule: str) -> None:
    # Two periods fill the need, one the capacity; without the rule both channels would.
    periods = ("2026", "2027") if rule == "eligible_area" else ("2026",)
    problem = loaned(mode, units=1 if rule == "eligible_area" else 2, periods=periods, seed=2).budget("1")
    [tasks] = [problem.inputs.tasks]
    if rule == "eligible_area":
        problem = problem.tables(tasks=tasks.assign(capacity_tenth_mu=10**6))
    else:
        problem = problem.tables(tasks=tasks.assign(need_tenth_mu=10**6))

    def allowed(choice: Choice) -> bool:
        return fits(problem, choice)

    top, winners = best(problem.choices(), [problem.affordable, allowed], CARBON)
    decision = problem.rules(ENVELOPE, RuleSpec(rule)).decide()
    assert value(decision, "carbon") == top[0]
    check_answer(problem, decision, winners)
    free = problem.rules(ENVELOPE).decide()
    assert value(free, "carbon") > top[0]


@pytest.mark.parametrize("mode", MODES)
def test_a_unit_that_cannot_cover_a_loan_is_offered_none(mode: str) -> None:
    problem = loaned(mode, units=2, without=("110001",), seed=1).budget("0.4")
    table = problem.menus.offers.table
    assert set(table[loans_only(table)]["region_code"]) == {"110002"}
    top, winners = best(problem.choices(), [problem.affordable, lambda c: fits(problem, c)], CARBON)
    decision = problem.rules(*WORK).decide()
    assert value(decision, "carbon") == top[0]
    check_answer(problem, decision, winners)
    assert any(lends(choice) for choice in winners)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("budget", ["0.3", "0.6"])
def test_dearer_subsidies_never_help_and_the_loan_never_hurts(mode: str, seed: int, budget: str) -> None:
    problem = loaned(mode, units=2, seed=seed).budget(budget)
    values = [optimum(problem.offers(dearer(factor))) for factor in (1, 2, 5)]
    assert values == sorted(values, reverse=True)
    assert optimum(removed(problem)) <= values[-1]


def test_later_subsidies_are_charged_to_their_years_and_beyond() -> None:
    # By hand from the made-up costs: a loan of 2026 pays x, 2x and 3x in 2026 to 2028; one of 2027 likewise a year on.
    problem = loaned("case", units=2, periods=("2026", "2027"), seed=3)
    table = problem.menus.offers.table
    lent = table[loans_only(table) & (table["area_tenth_mu"] > 0)]
    assert len(lent) == 16
    own = {period: lent[f"cost.{REFORM}.central.{period}_fen"] for period in ("2026", "2027")}
    first, second = lent["period"] == "2026", lent["period"] == "2027"
    assert (own["2027"][first] == 2 * own["2026"][first]).all()
    assert (own["2026"][second] == 0).all()
    assert (own["2027"][second] > 0).all()
    assert (lent["due_later_fen"][first] == 5 * own["2026"][first]).all()
    beyond = due_beyond(problem.problem())
    assert {year for fund, _, year in beyond if fund == REFORM} == {"2028", "2029"}
    assert (beyond[REFORM, "central", "2028"][lent.index[first]] == 3 * own["2026"][first]).all()
    assert (beyond[REFORM, "central", "2029"][lent.index[second]] == 3 * own["2027"][second]).all()


def test_the_rule_on_liabilities_counts_what_loans_leave_to_later_years() -> None:
    # Without any room for later years no loan is chosen, although this year's money would do.
    problem = loaned("case", units=2, seed=1).budget("1")
    params = {"liabilities_at_most": "0", "survival": "0", "retention": "0"}
    choices = [
        c for c in problem.choices() if not lends(c) and not any(o.nature == "task" and o.area for o in c.offers)
    ]
    top, _ = best(choices, [problem.affordable], CARBON)
    decision = problem.rules(*WORK, RuleSpec("instalments", params)).decide()
    assert value(decision, "carbon") == top[0] < optimum(problem)


@pytest.mark.parametrize("mode", MODES)
def test_what_a_smaller_budget_lends_stays_lent(mode: str) -> None:
    smaller = loaned(mode, units=2, seed=1).rules(*WORK).budget("0.3")
    larger = smaller.budget("0.6")
    before = smaller.decide()
    held = granted(smaller.problem(), before.point)
    assert any(nature == "interest_subsidy" for nature, _, _ in held.tasks)
    problem = larger.problem()
    after = decide([Engine(problem, extra=kept(problem, held))], larger.resolved.objectives)
    now = granted(problem, after.point)
    if mode == "rule":
        assert all(now.tasks[key][place] >= numbers[place] for key, numbers in held.tasks.items() for place in (0, 1))
    assert all(now.payments.get(key, 0) >= fen for key, fen in held.payments.items())
    assert value(after, "carbon") >= value(before, "carbon")


def test_published_numbers_of_a_loan_are_columns_of_their_own() -> None:
    columns = loaned("rule").problem().columns
    mine = columns[columns["kind"] == "interest_subsidy"]
    assert set(mine["subject"]) == {LOAN}
    assert len(mine) == 5
