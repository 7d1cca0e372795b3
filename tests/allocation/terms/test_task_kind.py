"""Task kind, by enumeration: binding tasks per unit, expected ones inside the fund, money for units that pool."""

from collections.abc import Sequence

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.terms.test_one_channel import with_another
from tests.allocation.tiny import CODES, MODES, Tiny, add, largest, tiny

from silvafisc.quantities import entitlement
from silvafisc.results import RuleSpec


def assigned(problem: Tiny, *rows: tuple[str, str, str, int]) -> Tiny:
    """A task list: (region, period, kind, area in 0.1 mu) of afforestation."""
    table = pd.DataFrame(rows, columns=["region_code", "period", "kind", "area_tenth_mu"])
    table.insert(1, "measure", "afforestation")
    return problem.tables(task_list=table.assign(status="assumption", source="made up for a test"))


def area(choice: Choice, codes: Sequence[str], period: str = "2026") -> int:
    return sum(o.area for o in choice.offers if o.region in codes and o.nature == "task" and o.period == period)


def costly(problem: Tiny, loss: int = 1000) -> Tiny:
    """The work brings fewer tonnes than leaving it, so that only a rule makes a unit do it."""

    def edit(table: pd.DataFrame) -> None:
        work = (table["nature"] == "task") & (table["area_tenth_mu"] > 0)
        table.loc[work, "obj.carbon"] -= loss

    return problem.offers(edit)


def two_units(mode: str, seed: int, quantities: Sequence[str] = ("0", "0.3", "0.5")) -> Tiny:
    problem = tiny(
        mode, units=2, periods=("2026", "2027"), levels=(16_00,), task=True, quantities=quantities, seed=seed
    )
    return costly(problem).budget("1")


def most(problem: Tiny, code: str) -> int:
    return max(area(c, [code]) for c in problem.choices())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_a_binding_task_of_one_unit(mode: str, seed: int) -> None:
    problem = two_units(mode, seed)
    least = most(problem, CODES[0]) - 1
    problem = assigned(problem, (CODES[0], "2026", "binding", least), (CODES[1], "2026", "expected", 0))
    check_rule(problem, RuleSpec("task_kind"), lambda choice: area(choice, [CODES[0]]) >= least)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_an_expected_task_that_another_unit_may_do(mode: str, seed: int) -> None:
    problem = two_units(mode, seed)
    least = min(most(problem, code) for code in CODES[:2])
    problem = assigned(problem, (CODES[0], "2026", "expected", least), (CODES[0], "2027", "expected", 1))

    def allowed(choice: Choice) -> bool:
        return area(choice, CODES) >= least and area(choice, CODES, "2027") >= 1

    check_rule(problem, RuleSpec("task_kind"), allowed)


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_an_expected_task_done_as_other_work_of_the_fund(mode: str) -> None:
    problem = with_another(tiny(mode, units=2, levels=(16_00,), task=True), "restoration", 1)
    problem = costly(problem).budget("1")
    least = sum(most(problem, code) for code in CODES[:2]) // 4
    problem = assigned(problem, *((code, "2026", "expected", least // 2 + 1) for code in CODES[:2]))
    total = 2 * (least // 2 + 1)
    check_rule(problem, RuleSpec("task_kind"), lambda choice: area(choice, CODES) >= total)


def money(choice: Choice, code: str) -> int:
    return sum(entitlement(o.standard, o.area) for o in choice.offers if o.region == code and o.nature == "task")


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_a_unit_that_pools_its_money(mode: str) -> None:
    # 110002 (the listed unit) is exempt from its binding area and has to receive its price at 400 yuan per mu: fewer mu
    # at 500 yuan do as well.
    problem = tiny(mode, units=2, levels=(16_00,), task=True, quantities=("0", "0.42", "0.5"))
    problem = costly(problem).budget("1")
    wanted = most(problem, CODES[1])
    problem = assigned(problem, (CODES[1], "2026", "binding", wanted))
    least = entitlement(400_00, wanted)
    rule = RuleSpec("task_kind", {"pooled": "poor"})
    check_rule(problem, rule, lambda choice: money(choice, CODES[1]) >= least)
    assert any(money(c, CODES[1]) >= least and area(c, [CODES[1]]) < wanted for c in problem.choices())


def test_enumeration_of_work_of_a_pooling_unit_that_does_not_stand_for_an_expected_task() -> None:
    problem = assigned(two_units("case", 0), (CODES[0], "2026", "expected", 1))

    def worth_doing(table: pd.DataFrame) -> None:
        mine = table[(table["region_code"] == CODES[1]) & (table["nature"] == "task")]
        add(table, largest(mine, "area_tenth_mu"), "obj.carbon", 2000.0)

    problem = problem.offers(worth_doing)
    rule = RuleSpec("task_kind", {"pooled": "poor"})
    check_rule(problem, rule, lambda choice: area(choice, [CODES[0]]) >= 1)
