"""Stability, by enumeration: the least change on last year first, then the rest; refused without last year's table."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from tests.allocation.agree import check_stages
from tests.allocation.brute import Choice, gain, rigid_paid
from tests.allocation.terms.test_change_band import area_of, last_year
from tests.allocation.tiny import COLLECTIVE, MODES, PROTECTION, REFORM, SHARED, Tiny, tiny

from silvafisc.quantities import entitlement
from silvafisc.results import ObjectiveSpec


def least_change(problem: Tiny, before: Mapping[tuple[str, str], Fraction]) -> Callable[[Choice], Fraction]:
    resolved, inputs = problem.resolved, problem.inputs

    def moved(choice: Choice) -> Fraction:
        return -sum(
            (
                abs(
                    sum(
                        rigid_paid(resolved, inputs, fund, p, who, region)
                        for who in ("central", "provincial", "county")
                    )
                    + choice.money(region, p, fund=fund, natures=("top_up", "factor"))
                    - fen
                )
                for (region, fund), fen in before.items()
                for p in resolved.periods
            ),
            Fraction(0),
        )

    return moved


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_enumeration_of_the_least_change_then_carbon(mode: str, seed: int) -> None:
    problem = tiny(mode, periods=("2026", "2027"), payers=SHARED, units=2, seed=seed).budget("0.9")
    rows, before = [], {}
    for region, standard in (("110001", 17_90), ("110002", 18_10)):
        area = area_of(problem, region)
        fen = entitlement(standard, area + 700)
        rows.append((region, PROTECTION, COLLECTIVE, area + 700, fen))
        before[region, PROTECTION] = Fraction(fen * area, area + 700)
    known = problem.tables(last_year=last_year(*rows))
    check_stages(known, ["stability", "carbon"], [least_change(known, before), gain("carbon")])


@pytest.mark.parametrize("mode", MODES)
def test_enumeration_of_factor_money_where_one_unit_has_no_last_year(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00,), task=True, pot=True, seed=2).budget("0.9")
    rows = last_year(("110001", REFORM, "afforestation", 3, 5), ("110001", REFORM, "factor_pot", 0, 150_000))
    known = problem.tables(last_year=rows)
    before = {("110001", REFORM): Fraction(150_000)}
    check_stages(known, ["stability", "carbon"], [least_change(known, before), gain("carbon")])


def test_it_is_refused_without_a_table_of_last_year() -> None:
    with pytest.raises(ValueError, match="last year"):
        tiny("rule", units=2).objectives(ObjectiveSpec("stability", stage=1)).decide()
