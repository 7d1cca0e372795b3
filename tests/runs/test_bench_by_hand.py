"""The analyst's bench on three sites, by hand: all twelve policies at one budget, rent, additionality, errors, progressivity."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from silvafisc.economy.fairness import concentration, kakwani, suits
from silvafisc.runs import Bench, bench

A, B, C = "110001", "110002", "110003"
BUDGET = 120
"""Yuan. 10 mu each: a costs 50 yuan and brings 30 t, 10 of them additional; b 100, 80 and 30; c 200, 100 and 40."""


@pytest.fixture(scope="module")
def found() -> Iterator[Bench]:
    """b is the priority unit; cap 0.7 of the budget, so 84 yuan per unit; two classes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["silvafisc.runs.bench"], "prepare", lambda *_: _three_sites())
        yield bench("three", cap_share=0.7, tiers=2)


def _three_sites() -> SimpleNamespace:
    """What `prepare` would give: one category, one period."""
    codes, tonnes = [A, B, C], {"gross_tco2e_per_mu": (3.0, 8.0, 10.0), "additional_tco2e_per_mu": (1.0, 3.0, 4.0)}
    regions = {"rural_population_person": [100, 200, 100], "rural_income_fen": [10_00, 20_00, 60_00]}
    inputs = SimpleNamespace(
        areas=pd.DataFrame({"region_code": codes, "category": "wood", "area_tenth_mu": 100}),
        responses=pd.DataFrame(
            {"region_code": codes, "subject": "wood", "opportunity_cost_fen": [5_00, 10_00, 20_00]},
        ),
        regions=pd.DataFrame({"region_code": codes, **regions}),
    )
    resolved = SimpleNamespace(
        periods=("2026",),
        categories=(SimpleNamespace(id="wood", fund="pool"),),
        funds=(
            SimpleNamespace(id="pool", appropriation_fen={"2026": BUDGET * 100}),
            SimpleNamespace(id="other", appropriation_fen={"2026": 999_00}),
        ),
        groups={"poor": (B,)},
        seed=0,
    )

    def totals(name: str) -> dict[tuple[str, str, str], float]:
        return {(code, "compensation", "2026"): t for code, t in zip(codes, tonnes[name], strict=True)}

    scenario = SimpleNamespace(where=lambda *path: "three.yaml:1:1")
    return SimpleNamespace(inputs=inputs, resolved=resolved, yields=SimpleNamespace(totals=totals), scenario=scenario)


# by hand. Orders: benefit c b a, cost a b c, ratio (0.6, 0.8 and 0.5 t per yuan) b a c. Where a rate is chosen, 5 pays a
# alone (30 t), 20 buys 60 t at most; 10 is the best: it pays a and b in every order.
# (target, payment): yuan to a, b, c; tonnes; additional tonnes; yuan above cost
GRID: dict[tuple[str, str], tuple[tuple[int, int, int], float, float, float]] = {
    # c at 20: 6 mu. a whole, then 7 mu of b. b whole, then 4 mu of a.
    ("benefit", "discriminative"): ((0, 0, 120), 60, 24, 0),
    ("cost", "discriminative"): ((50, 70, 0), 86, 31, 0),
    ("ratio", "discriminative"): ((20, 100, 0), 92, 34, 0),
    # both at 10: b whole and 2 mu of a (5 above its cost), or a whole and 2 mu of b.
    ("benefit", "flat"): ((20, 100, 0), 86, 32, 10),
    ("cost", "flat"): ((100, 20, 0), 46, 16, 50),
    ("ratio", "flat"): ((20, 100, 0), 86, 32, 10),
    # 84 yuan to the first, the other 36 to the second, both at 10.
    ("benefit", "capped"): ((36, 84, 0), 78, 28.8, 18),
    ("cost", "capped"): ((84, 36, 0), 54, 19.2, 42),
    ("ratio", "capped"): ((36, 84, 0), 78, 28.8, 18),
    # up to 10, a and b are a class each and get what they cost; up to 20 they would share one, at 10.
    ("benefit", "tiered"): ((20, 100, 0), 92, 34, 0),
    ("cost", "tiered"): ((50, 70, 0), 86, 31, 0),
    ("ratio", "tiered"): ((20, 100, 0), 92, 34, 0),
}


def row_of(found: Bench, target: str, payment: str) -> dict[str, Any]:
    table = found.policies
    (row,) = table[(table["target"] == target) & (table["payment"] == payment)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_the_budget_is_that_of_the_funds_that_pay_categories(found: Bench) -> None:
    assert found.budget_yuan == BUDGET
    assert set(zip(found.policies["target"], found.policies["payment"], strict=True)) == set(GRID)


@pytest.mark.parametrize(("target", "payment"), list(GRID))
def test_each_way_of_choosing_and_paying(found: Bench, target: str, payment: str) -> None:
    """The whole budget goes out each time; rent, its share and the two prices of a tonne follow."""
    paid, tonnes, additional, rent = GRID[target, payment]
    sites = found.sites[(found.sites["target"] == target) & (found.sites["payment"] == payment)]
    assert sites.set_index("region_code")["payment_yuan"].to_dict() == pytest.approx(
        dict(zip((A, B, C), paid, strict=True))
    )
    expected = {
        "benefit_t": tonnes,
        "additional_t": additional,
        "payment_yuan": BUDGET,
        "rent_yuan": rent,
        "rent_share": rent / BUDGET,
        "yuan_per_t": BUDGET / tonnes,
        "yuan_per_additional_t": BUDGET / additional,
    }
    row = row_of(found, target, payment)
    assert {name: row[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("target", "payment", "inclusion", "exclusion"),
    [
        # by hand: money that b does not get; land of b that does not join
        ("benefit", "discriminative", "1", "1"),
        ("cost", "discriminative", "50/120", "3/10"),
        ("cost", "flat", "100/120", "8/10"),
        ("ratio", "flat", "20/120", "0"),
        ("ratio", "capped", "36/120", "16/100"),
    ],
)
def test_errors_of_the_priority_unit(found: Bench, target: str, payment: str, inclusion: str, exclusion: str) -> None:
    row = row_of(found, target, payment)
    assert row["inclusion_error"] == pytest.approx(float(Fraction(inclusion)))
    assert row["exclusion_error"] == pytest.approx(float(Fraction(exclusion)), abs=1e-12)


@pytest.mark.parametrize(
    ("target", "payment", "index"),
    [
        # by hand, persons 1 : 2 : 1 by ascending income, L the payments summed up:
        ("benefit", "discriminative", "3/4"),  # L 0, 0, 1: 1 − 1/4 (0 + 1)
        ("benefit", "flat", "-1/8"),  # L 1/6, 1, 1: 1 − 1/4 · 1/6 − 1/2 · 7/6 − 1/4 · 2
        ("cost", "flat", "-5/8"),  # L 5/6, 1, 1: 1 − 1/4 · 5/6 − 1/2 · 11/6 − 1/4 · 2
    ],
)
def test_progressivity_of_what_each_policy_pays(found: Bench, target: str, payment: str, index: str) -> None:
    """by hand: incomes of 10, 40 and 60 in all, so L 1/11, 5/11, 1 and a Gini of 1 − (1 + 12 + 16) / 44 = 15/44."""
    row = row_of(found, target, payment)
    assert row["concentration"] == pytest.approx(float(Fraction(index)))
    assert row["kakwani"] == pytest.approx(float(Fraction(index) - Fraction(15, 44)))


def test_indices_of_three_units_of_unequal_size() -> None:
    """by hand: payments 4, 2, 2 to 1, 2, 1 persons of income 10, 20, 60 each; the order of the rows does not matter.

    L 1/2, 3/4, 1: C = 1 − 1/4 · 1/2 − 1/2 · 5/4 − 1/4 · 7/4; by shares of income 1/11, 4/11, 6/11 Suits = 1 − 16/11.
    """
    for order in ((0, 1, 2), (2, 0, 1)):
        pay, people, income = ([values[i] for i in order] for values in ((4, 2, 2), (1, 2, 1), (10, 20, 60)))
        assert concentration(pay, people, income) == pytest.approx(-3 / 16)
        assert kakwani(pay, people, income) == pytest.approx(float(Fraction(-3, 16) - Fraction(15, 44)))
        assert suits(pay, people, income) == pytest.approx(-5 / 11)


def test_units_of_equal_income_count_as_one() -> None:
    """by hand: the first two are one unit of 3 persons that gets 6: L 3/4, 1; 1 − 3/4 · 3/4 − 1/4 · 7/4 = 0."""
    for pay in ((6, 0, 2), (0, 6, 2)):
        assert concentration(pay, [1, 2, 1], [20, 20, 60]) == pytest.approx(0, abs=1e-12)
