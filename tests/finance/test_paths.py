"""Price paths: the calibration to the package shown and redone, seeds, the floor, markets kept apart."""

import datetime
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from silvafisc.datasets import load_package
from silvafisc.finance.issuance import Lump
from silvafisc.finance.offsets import Buyer, missing_elements, offset_faults, offsets_of
from silvafisc.finance.paths import Calibration, NoPricesError, calibrate, flat, scaled, simulate, stepped
from silvafisc.policy import ParameterTree

D = datetime.date
RULES = ParameterTree.load().on("2026-11-27")
PRICES = load_package("carbon_prices").table


def test_three_changes_of_allowance_prices_do_not_fix_a_speed_and_the_calibration_says_so() -> None:
    found = calibrate(PRICES, "cea", RULES)
    # by hand from the closes 54.22, 55, 79.42, 97.49: the free slope is above one, so nothing reverts by itself
    x, y = np.log([54.22, 55, 79.42]), np.log([55, 79.42, 97.49])
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    assert found.free_slope == pytest.approx(slope)
    assert slope > 1
    assert (found.n, found.speed_estimated, found.speed) == (3, False, 0.3)
    b = math.exp(-0.3)
    assert math.log(found.mean) == pytest.approx((y - b * x).mean() / (1 - b))
    assert sum(found.residuals.values()) == pytest.approx(0, abs=1e-12)
    deviation = math.sqrt(sum(value**2 for value in found.residuals.values()) / 2)
    assert found.volatility == pytest.approx(deviation * math.sqrt(0.6 / (1 - b * b)))
    assert list(found.residuals) == ["2022", "2023", "2024"]


def test_credits_are_fitted_to_their_own_range_and_local_tickets_to_nothing() -> None:
    found = calibrate(PRICES, "ccer", RULES)
    assert found.origin == "range"
    assert found.mean == pytest.approx(math.sqrt(60 * 80))  # package: 60 to 80 yuan in 2025
    assert found.volatility == pytest.approx(math.log(80 / 60) / math.sqrt(4 * math.log(2)))  # Parkinson (1980)
    with pytest.raises(NoPricesError, match="another market's are not taken"):
        calibrate(PRICES, "local", RULES)


def test_a_long_series_gives_back_the_parameters_that_made_it() -> None:
    made = Calibration("x", "series", 70.0, 0.5, True, 0.6, 0.2, {}, 0, 70.0, 1.0)
    prices = simulate(made, 70.0, 4000, 1, 7)[0]
    rows = [("x", str(1000 + at), "year_end_close", price, "yuan_per_tco2") for at, price in enumerate(prices)]
    table = pd.DataFrame(rows, columns=["market", "period", "metric", "value", "unit"])
    found = calibrate(table, "x", RULES)
    assert found.speed_estimated
    assert found.speed == pytest.approx(0.5, abs=0.06)
    assert found.mean == pytest.approx(70, rel=0.03)
    assert found.volatility == pytest.approx(0.2, rel=0.05)


def test_paths_follow_their_seed_keep_the_floor_and_spread_as_the_formula_says() -> None:
    found = calibrate(PRICES, "ccer", RULES)
    paths = simulate(found, 67.6, 12, 20_000, 42)
    assert np.array_equal(paths, simulate(found, 67.6, 12, 20_000, 42))
    assert not np.array_equal(paths, simulate(found, 67.6, 12, 20_000, 43))
    assert paths.min() >= found.floor
    # closed form of the Ornstein–Uhlenbeck process after twelve years
    b = math.exp(-found.speed * 12)
    mean = math.log(found.mean) + b * (math.log(67.6) - math.log(found.mean))
    sd = found.volatility * math.sqrt((1 - b * b) / (2 * found.speed))
    assert np.log(paths[:, -1]).mean() == pytest.approx(mean, abs=0.01)
    assert np.log(paths[:, -1]).std() == pytest.approx(sd, rel=0.03)
    low = Calibration("x", "range", 10.0, 0.3, False, None, 2.0, {}, 1, 10.0, 9.0)
    assert simulate(low, 10.0, 5, 100, 1).min() == 9.0


def test_stated_prices_hold_from_their_day() -> None:
    price = stepped([(D(2028, 1, 1), Fraction(80)), (D(2026, 1, 1), Fraction(60))])
    assert [price(D(2027, 12, 31)), price(D(2028, 1, 1))] == [60, 80]
    assert scaled(price, Fraction(1, 2))(D(2030, 1, 1)) == 40
    assert flat(Fraction(7))(D(1999, 1, 1)) == 7
    with pytest.raises(ValueError, match="no price is stated"):
        price(D(2025, 1, 1))


def test_buyers_may_offset_up_to_the_limit_of_their_market() -> None:
    # law: 5 % nationally; Guangdong 10 %, of which at least 70 % local; by hand on 100 000 t
    national = Buyer("a", "national", Fraction(100_000), False)
    assert offsets_of(national, RULES) == 5000
    assert offsets_of(Buyer("b", "guangdong", Fraction(100_000), True), RULES) == 10_000
    assert offsets_of(Buyer("b", "guangdong", Fraction(100_000), False), RULES) == 3000
    day = D(2031, 6, 30)
    lumps = [Lump(2026, 2030, 25_000, day, day), Lump(2031, 2031, 5001, day, day)]
    assert [en for en, _ in offset_faults(lumps, [national], RULES)] == [
        "5001 t of 2031–2031 exceed the 5,000 t that the buyers may offset"
    ]


def test_what_a_contract_does_not_say_is_named() -> None:
    stated = [name for name in RULES.texts("finance.contracts.elements") if name != "benefit_sharing"]
    assert missing_elements(stated, "elements", RULES) == ("benefit_sharing",)
    assert len(missing_elements((), "disclosures", RULES)) == 7
