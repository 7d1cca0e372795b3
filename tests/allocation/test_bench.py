"""Ways of choosing and paying: by hand on three sites, against closed forms and theory, and identities between them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from silvafisc.allocation.bench import PAYMENTS, TARGETS, Policy, closed_form, enrol, ranked, summary, surface

# Cost and benefit per mu: tonnes per yuan are 0.2, 0.4 and 0.5.
THREE = pd.DataFrame(
    {
        "site": ["a", "b", "c"],
        "region_code": ["110001", "110002", "110003"],
        "area_mu": [10.0, 10.0, 10.0],
        "cost_yuan_per_mu": [5.0, 10.0, 20.0],
        "benefit_t_per_mu": [1.0, 4.0, 10.0],
        "additional_t_per_mu": [1.0, 1.0, 2.0],
    }
)


@pytest.mark.parametrize(
    ("target", "payment", "enrolled", "payments"),
    [
        # by hand, 150 yuan: c costs 200, so three quarters of it
        ("benefit", "discriminative", [0, 0, 0.75], [0, 0, 150]),
        ("ratio", "discriminative", [0, 0, 0.75], [0, 0, 150]),
        ("cost", "discriminative", [1, 1, 0], [50, 100, 0]),
        # cheapest first at one rate: 5 brings 10 t; 10 brings 10 + 20 t; 20 brings 7.5 t
        ("cost", "flat", [1, 0.5, 0], [100, 50, 0]),
        ("ratio", "flat", [0, 0, 0.75], [0, 0, 150]),
    ],
)
def test_three_sites_by_hand(target: str, payment: str, enrolled: list[float], payments: list[float]) -> None:
    joined = enrol(THREE, Policy(target, payment), 150)
    assert list(joined["enrolled"]) == enrolled
    assert list(joined["payment_yuan"]) == payments


def test_rent_prices_and_errors_by_hand() -> None:
    """At 10 yuan a gets 5 above its cost on 10 mu and b nothing; 10 + 20 t, of which 10 + 5 additional."""
    found = summary(enrol(THREE, Policy("cost", "flat"), 150), ["110002", "110003"])
    assert found == {
        "area_mu": 15,
        "benefit_t": 30,
        "additional_t": 15,
        "payment_yuan": 150,
        "cost_yuan": 100,
        "rent_yuan": 50,
        "rent_share": pytest.approx(1 / 3),
        "yuan_per_t": 5,
        "yuan_per_additional_t": 10,
        "inclusion_error": pytest.approx(100 / 150),
        "exclusion_error": pytest.approx(1 - 5 / 20),
    }
    assert summary(enrol(THREE, Policy("cost", "flat"), 150))["inclusion_error"] is None


def test_a_cap_passes_the_money_on_and_bounds_every_unit() -> None:
    """by hand: at 10 yuan, half of the budget is 75 per unit: a joins with 7.5 mu, b with 7.5 mu."""
    joined = enrol(THREE, Policy("cost", "capped", rate_yuan_per_mu=10, cap_share=0.5), 150)
    assert list(joined["enrolled"]) == [0.75, 0.75, 0]
    assert list(joined["payment_yuan"]) == [75, 75, 0]


def test_classes_by_hand() -> None:
    """Two classes of three sites: by place 0, 1, 2 of 3 the first two are one class, paid its dearest cost, 10."""
    joined = enrol(THREE, Policy("cost", "tiered", rate_yuan_per_mu=20, tiers=2), 1000)
    assert list(joined["rate_yuan_per_mu"]) == [10, 10, 20]
    assert summary(joined)["rent_yuan"] == 50


sites = st.lists(
    st.tuples(st.integers(1, 50), st.integers(1, 30), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=8
)


def table(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    area, cost, benefit, unit = (list(map(float, column)) for column in zip(*rows, strict=True))
    names = [f"s{i}" for i in range(len(rows))]
    units = [f"11000{int(u)}" for u in unit]
    return pd.DataFrame(
        {
            "site": names,
            "region_code": units,
            "area_mu": area,
            "cost_yuan_per_mu": cost,
            "benefit_t_per_mu": benefit,
            "additional_t_per_mu": benefit,
        }
    )


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(sites, st.integers(10, 3000))
def test_identities_that_hold_for_any_sites(rows: list[tuple[int, int, int, int]], budget: int) -> None:
    frame = table(rows)
    by_cost = frame["cost_yuan_per_mu"].to_numpy()
    bought = {}
    for target in TARGETS:
        for payment in PAYMENTS:
            joined = enrol(frame, Policy(target, payment, cap_share=0.4, tiers=2), budget)
            assert joined["payment_yuan"].sum() <= budget * (1 + 1e-9)
            assert joined["enrolled"].between(0, 1).all()
            assert (joined["payment_yuan"] >= joined["cost_yuan"] - 1e-9).all(), "nobody joins at a loss"
            if payment == "capped":
                assert joined.groupby("region_code")["payment_yuan"].sum().max() <= 0.4 * budget * (1 + 1e-9)
            bought[target, payment] = float((joined["enrolled"] * frame["area_mu"] * frame["benefit_t_per_mu"]).sum())
        # One class is the flat rate; as many classes as sites leave no rent.
        one, flat = (enrol(frame, Policy(target, p, tiers=1), budget) for p in ("tiered", "flat"))
        pd.testing.assert_frame_equal(one, flat)
        own = enrol(frame, Policy(target, "tiered", rate_yuan_per_mu=by_cost.max(), tiers=len(frame)), 1e9)
        assert (own["payment_yuan"] - own["cost_yuan"]).abs().max() <= 1e-9
    # The fractional knapsack: no order beats benefit per cost, and nobody pays less than cost.
    best = bought["ratio", "discriminative"]
    assert all(value <= best * (1 + 1e-9) for value in bought.values())


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(sites)
def test_finer_classes_never_leave_more_rent(rows: list[tuple[int, int, int, int]]) -> None:
    """Classes of 1, 2, 4, 8 are nested, so the dearest cost of each site's class can only fall."""
    frame = table(rows)
    highest = frame["cost_yuan_per_mu"].max()
    rents = [
        summary(enrol(frame, Policy("cost", "tiered", rate_yuan_per_mu=highest, tiers=k), 1e9))["rent_yuan"] or 0.0
        for k in (1, 2, 4, 8)
    ]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(rents))


@pytest.mark.parametrize("budget", [0.1, 0.25, 0.6])
def test_theory_of_targeting_in_the_limit_of_many_sites(budget: float) -> None:
    """Babcock et al. (1997): what does not vary need not be looked at; opposite orders agree; equal ones may mislead."""
    for rho in (-1.0, -0.4, 0.0, 0.7, 1.0):
        assert closed_form("benefit", (0.8, 0.0), rho, budget) == pytest.approx(
            closed_form("ratio", (0.8, 0.0), rho, budget)
        )
        assert closed_form("cost", (0.0, 0.8), rho, budget) == pytest.approx(
            closed_form("ratio", (0.0, 0.8), rho, budget)
        )
        # Targeting what does not vary buys a random sample: the budget's own share.
        assert closed_form("cost", (0.8, 0.0), 0.0, budget) == pytest.approx(budget)
        for pair in ((0.3, 0.9), (0.9, 0.3), (0.6, 0.6)):
            best = closed_form("ratio", pair, rho, budget)
            assert max(closed_form(t, pair, rho, budget) for t in ("benefit", "cost")) <= best + 1e-12
    for target in ("benefit", "cost"):
        assert closed_form(target, (0.9, 0.3), -1.0, budget) == pytest.approx(
            closed_form("ratio", (0.9, 0.3), -1.0, budget)
        )
    # Fully correlated, costs vary more: benefit targeting buys the dearest tonnes, less than chance.
    assert closed_form("benefit", (0.3, 0.9), 1.0, budget) < budget
    assert closed_form("cost", (0.3, 0.9), 1.0, budget) == pytest.approx(closed_form("ratio", (0.3, 0.9), 1.0, budget))


def test_a_closed_form_by_hand() -> None:
    """v = √(e − 1) makes σ = 1: with ρ = 0 and half of the money, benefit targeting buys Φ(1) of all benefits."""
    variation = float(np.sqrt(np.e - 1))
    assert closed_form("benefit", (variation, variation), 0.0, 0.5) == pytest.approx(norm.cdf(1))
    assert closed_form("ratio", (variation, variation), 0.0, 0.5) == pytest.approx(norm.cdf(np.sqrt(2)))


def test_the_surface_is_reproducible_and_close_to_its_limit() -> None:
    shape = {"variations": [(0.5, 0.5), (0.5, 0.25)], "correlations": [-1.0, 0.0, 0.8], "sites": 4000}
    found = surface(**shape, seed=3)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, surface(**shape, seed=3))  # type: ignore[arg-type]
    assert not found.equals(surface(**shape, seed=4))  # type: ignore[arg-type]
    assert (found["of_best"] <= 1 + 1e-9).all()
    # Sampling error of 4 000 sites, more where few of them are bought.
    assert (found["of_best"] - found["limit"]).abs().max() < 0.03
    assert (found["of_best"][found["target"] == "ratio"] == 1).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost_yuan_per_mu": [0.0, 1, 1]}, "above 0"),
        ({"benefit_t_per_mu": [np.nan, 1, 1]}, "finite"),
        ({"site": ["a", "a", "c"]}, "twice"),
    ],
)
def test_sites_without_meaning_are_refused(change: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ranked(THREE.assign(**change), "cost")  # type: ignore[arg-type]


def test_wrong_policies_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown target"):
        enrol(THREE, Policy("luck", "flat"), 1)
    with pytest.raises(ValueError, match="unknown payment"):
        Policy("cost", "barter")
    with pytest.raises(ValueError, match="budget"):
        enrol(THREE, Policy("cost", "flat"), 0)
    with pytest.raises(ValueError, match="missing"):
        ranked(THREE.drop(columns="area_mu"), "cost")
