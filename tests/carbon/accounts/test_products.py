"""Wood products against the closed form of first-order decay and computed numbers."""

from dataclasses import replace

import numpy as np
import pytest

from silvafisc.carbon.products import (
    PRODUCTS,
    USES,
    decay,
    read_half_lives,
    steady_state,
    wood_products,
    wood_use,
)
from silvafisc.datasets import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

from ..conftest import DATE, changed

# computed from IPCC 2006 vol. 4 eq. 12.1: constant inflow 100 tC a year from empty pools; steady state; what is left of
# a stock of 1000 after 30 years
EXPECTED = {
    "sawn": {1: 99.01629428161162, 10: 907.2045181880183, 30: 2261.9198274806213, 50: 3173.5756253500754, 100: 4352.554439203679, "steady": 5049.432643111372, "pulse": 552.0447568369061},
    "panel": {1: 98.62642940285895, 10: 873.3416348501605, 30: 2036.8138765843937, 50: 2705.0532016668035, 100: 3381.316502083503, "steady": 3606.7376022224084, "pulse": 435.27528164806205},
    "paper": {1: 84.51111885843477, 10: 279.52216417223667, 30: 288.5302026660685, 50: 288.5389995786601, 100: 288.5390081777924, "steady": 288.5390081777927, "pulse": 0.030517578125000014},
}  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS)
def test_constant_inflow_gives_the_computed_stocks(product: str, rules: Rules) -> None:
    half_lives, at = read_half_lives(rules), PRODUCTS.index(product)
    pools = decay(np.full((1, 100, 3), 100.0), np.zeros((1, 3)), half_lives)[0, :, at]
    for year in (1, 10, 30, 50, 100):
        assert pools[year] == pytest.approx(EXPECTED[product][year], rel=1e-12, abs=1e-9)
    assert steady_state(np.full((1, 3), 100.0), half_lives)[0, at] == pytest.approx(
        EXPECTED[product]["steady"], abs=1e-9
    )
    left = decay(np.zeros((1, 30, 3)), np.full((1, 3), 1000.0), half_lives)[0, 30, at]
    assert left == pytest.approx(EXPECTED[product]["pulse"], abs=1e-9)


def test_half_a_stock_is_left_after_its_half_life(rules: Rules) -> None:
    half_lives = read_half_lives(rules)
    # recalled: 35, 25 and 2 years
    assert list(half_lives.years) == [35, 25, 2]
    pools = decay(np.zeros((1, 35, 3)), np.ones((1, 3)), half_lives)[0]
    np.testing.assert_allclose([pools[35, 0], pools[25, 1], pools[2, 2]], 0.5, rtol=1e-12)


def test_the_steady_state_stays(rules: Rules) -> None:
    uses, half_lives = wood_use(rules), read_half_lives(rules)
    yearly = {"thinning": np.array([40.0]), "final_felling": np.array([60.0])}
    harvest = {origin: np.repeat(amount[:, None], 30, axis=1) for origin, amount in yearly.items()}
    products = wood_products(harvest, uses, half_lives, yearly)
    np.testing.assert_allclose(products.stock, products.stock[:, :1].repeat(31, axis=1), rtol=1e-12)
    # in the steady state as much leaves as comes in
    np.testing.assert_allclose(products.oxidised.sum(axis=2) + products.burned, 100, rtol=1e-12)


def test_carbon_is_neither_made_nor_lost_and_fuel_burns_at_once(rules: Rules) -> None:
    rng = np.random.default_rng(3)
    uses = wood_use(rules)
    harvest = {origin: rng.random((4, 25)) for origin in uses}
    products = wood_products(harvest, uses, read_half_lives(rules), {"thinning": rng.random(4)})
    taken = sum(harvest.values())
    left = np.diff(products.stock, axis=1) + products.oxidised.sum(axis=2) + products.burned
    np.testing.assert_allclose(left, taken, atol=1e-12)
    fuel = sum(harvest[origin] * uses[origin][USES.index("fuel")] for origin in uses)
    np.testing.assert_allclose(products.burned, fuel, atol=1e-14)
    assert (products.oxidised > 0).all()
    assert (products.pools >= 0).all()


def test_the_start_is_in_no_difference_of_two_courses(rules: Rules) -> None:
    uses, half_lives = wood_use(rules), read_half_lives(rules)
    more, less = {"thinning": np.full((1, 10), 5.0)}, {"thinning": np.full((1, 10), 2.0)}
    gaps = [
        wood_products(more, uses, half_lives, before).stock - wood_products(less, uses, half_lives, before).stock
        for before in (None, {"final_felling": np.array([80.0])})
    ]
    np.testing.assert_allclose(gaps[0], gaps[1], atol=1e-11)


def test_wood_of_different_origin_has_different_uses(rules: Rules) -> None:
    uses = wood_use(rules)
    assert set(uses) == {"final_felling", "selective_felling", "thinning", "salvage", "short_rotation"}
    assert all(shares.sum() == pytest.approx(1, abs=1e-9) for shares in uses.values())
    lasting = {origin: shares[USES.index("sawn")] for origin, shares in uses.items()}
    assert lasting["selective_felling"] > lasting["final_felling"] > lasting["thinning"]


def test_drawn_half_lives_replace_the_central_ones(rules: Rules) -> None:
    half_lives = read_half_lives(rules)
    # prior: lognormal, 0.4
    assert half_lives.log_sd == 0.4
    short = replace(half_lives, years=half_lives.years / 2)
    np.testing.assert_allclose(short.rate, 2 * half_lives.rate)


def test_unknown_origins_and_open_shares_are_refused(rules: Rules) -> None:
    with pytest.raises(InputError, match="thinnings"):
        wood_products({"thinnings": np.ones((1, 2))}, wood_use(rules), read_half_lives(rules))
    with pytest.raises(InputError, match="none given"):
        wood_products({}, wood_use(rules), read_half_lives(rules))
    with pytest.raises(InputError, match="not to 1"):
        wood_use(changed(wood_use__thinning="sawn=0.5;fuel=0.4"))
    with pytest.raises(ValueError, match="negative"):
        decay(-np.ones((1, 1, 3)), np.zeros((1, 3)), read_half_lives(rules))
    gone = Change("carbon.half_lives.paper", DATE, "open", "0", Reference("test"))
    with pytest.raises(InputError, match="positive"):
        read_half_lives(ParameterTree.load().apply([gone]).on(DATE))
