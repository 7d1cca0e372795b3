"""Not below last year, by enumeration: a listed unit gets no less from a fund than last year, like for like."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice, rigid_paid
from tests.allocation.terms.test_change_band import area_of, last_year
from tests.allocation.tiny import COLLECTIVE, PROTECTION, REFORM, SHARED, Tiny, tiny

from silvafisc.quantities import entitlement
from silvafisc.results import RuleSpec

RULE = RuleSpec("not_below_last_year", {"group": "poor"})


def kept(problem: Tiny, least: Mapping[tuple[str, str], Fraction]) -> Callable[[Choice], bool]:
    resolved, inputs = problem.resolved, problem.inputs

    def allowed(choice: Choice) -> bool:
        return all(
            sum(rigid_paid(resolved, inputs, fund, p, payer, region) for payer in ("central", "provincial", "county"))
            + choice.money(region, p, fund=fund, natures=("top_up", "factor"))
            >= fen
            for (region, fund), fen in least.items()
            for p in resolved.periods
        )

    return allowed


@pytest.mark.parametrize(
    ("mode", "seed", "part"), [("rule", 0, "0.6"), ("rule", 1, "0.9"), ("case", 0, "0.4"), ("case", 2, "0.3")]
)
def test_enumeration_of_a_listed_unit_on_its_present_area(mode: str, seed: int, part: str) -> None:
    # 110003 is listed; 110001 has a row too but is not. Last year 18.00 on a third more area, all payers together.
    problem = tiny(mode, payers=SHARED, seed=seed).budget(part)
    area = area_of(problem, "110003")
    before = area + area // 3
    fen = entitlement(18_00, before)
    rows = last_year(("110001", PROTECTION, COLLECTIVE, 1_000, 10**9), ("110003", PROTECTION, COLLECTIVE, before, fen))
    least = {("110003", PROTECTION): Fraction(fen * area, before)}
    known = problem.tables(last_year=rows)
    check_rule(known, RULE, kept(known, least))


@pytest.mark.parametrize(("mode", "seed"), [("rule", 0), ("case", 0)])
def test_enumeration_of_factor_money(mode: str, seed: int) -> None:
    problem = tiny(mode, units=2, levels=(16_00,), task=True, pot=True, seed=seed).budget("0.6")
    amounts = sorted({c.money("110002", "2026", fund=REFORM, natures=("factor",)) for c in problem.choices()})
    rows = last_year(("110002", REFORM, "afforestation", 9, 10**9), ("110002", REFORM, "factor_pot", 0, amounts[-1]))
    known = problem.tables(last_year=rows)
    check_rule(known, RULE, kept(known, {("110002", REFORM): Fraction(amounts[-1])}))
