"""Change band, by enumeration: top-up and factor money of a unit and fund moves only within limits, like for like."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import pandas as pd
import pytest
from tests.allocation.agree import check_rule
from tests.allocation.brute import Choice
from tests.allocation.tiny import COLLECTIVE, PROTECTION, REFORM, Tiny, tiny

from silvafisc.quantities import entitlement
from silvafisc.results import RuleSpec


def last_year(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    """region, fund, subject, area in 0.1 mu, fen."""
    names = ["region_code", "fund", "subject", "area_tenth_mu", "amount_fen"]
    return pd.DataFrame(rows, columns=names).assign(status="assumption", source="made up for a test")


def band(
    limits: Mapping[tuple[str, str], tuple[Fraction, Fraction]], periods: tuple[str, ...]
) -> Callable[[Choice], bool]:
    """(region, fund) -> least and most fen of top-up and factor money in every period."""

    def allowed(choice: Choice) -> bool:
        return all(
            low <= choice.money(region, p, fund=fund, natures=("top_up", "factor")) <= high
            for (region, fund), (low, high) in limits.items()
            for p in periods
        )

    return allowed


def area_of(problem: Tiny, region: str) -> int:
    areas = problem.inputs.areas
    return int(areas["area_tenth_mu"][areas["region_code"] == region].sum())


@pytest.mark.parametrize(("mode", "seed", "part"), [("rule", 0, "0.9"), ("case", 0, "0.6"), ("case", 1, "0.6")])
def test_enumeration_of_top_ups_on_an_area_that_was_cut(mode: str, seed: int, part: str) -> None:
    # Last year 17.00 yuan on twice the area; 110003 has no row and is free.
    problem = tiny(mode, periods=("2026", "2027"), levels=(16_00, 17_00, 18_00), units=2, seed=seed).budget(part)
    rows, limits = [], {}
    for region in ("110001",):
        area = area_of(problem, region)
        rows.append((region, PROTECTION, COLLECTIVE, 2 * area, entitlement(17_00, 2 * area)))
        kept = Fraction(entitlement(17_00, 2 * area), 2) - entitlement(16_00, area)
        limits[region, PROTECTION] = (kept * Fraction(1, 2), kept * Fraction(3, 2))
    known = problem.tables(last_year=last_year(*rows))
    rule = RuleSpec("change_band", {"lower": "-0.5", "upper": "0.5"})
    check_rule(known, rule, band(limits, ("2026", "2027")))


@pytest.mark.parametrize("mode", ["rule", "case"])
def test_enumeration_of_factor_money_beside_tasks_that_are_finished(mode: str) -> None:
    problem = tiny(mode, units=2, levels=(16_00,), task=True, pot=True, seed=1).budget("0.9")
    amounts = sorted({c.money("110001", "2026", fund=REFORM, natures=("factor",)) for c in problem.choices()})
    middle = amounts[len(amounts) // 2]
    rows = last_year(("110001", REFORM, "afforestation", 500, 987_654_321), ("110001", REFORM, "factor_pot", 0, middle))
    limits = {("110001", REFORM): (Fraction(middle) * Fraction("0.99"), Fraction(middle) * Fraction("1.01"))}
    rule = RuleSpec("change_band", {"lower": "-0.01", "upper": "0.01"})
    check_rule(problem.tables(last_year=rows), rule, band(limits, ("2026",)))


@pytest.mark.parametrize("mode", ["rule", "case"])
def test_last_years_zero_is_an_amount_and_not_missing(mode: str) -> None:
    problem = tiny(mode, units=2, seed=0).budget("0.9")
    area = area_of(problem, "110002")
    rows = last_year(("110002", PROTECTION, COLLECTIVE, area, entitlement(16_00, area)))
    rule = RuleSpec("change_band", {"lower": "-0.1", "upper": "0.1"})
    check_rule(
        problem.tables(last_year=rows), rule, band({("110002", PROTECTION): (Fraction(0), Fraction(0))}, ("2026",))
    )
