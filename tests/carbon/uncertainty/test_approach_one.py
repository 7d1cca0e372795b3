"""Equations 3.1 and 3.2, half-widths of draws, and both side by side."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.carbon.uncertainty.small import rules

from silvafisc.carbon.crediting import deductions
from silvafisc.carbon.uncertainty.approach_one import of_product, of_sum, side_by_side
from silvafisc.carbon.uncertainty.designs import uniforms
from silvafisc.carbon.uncertainty.yields import (
    DrawnYields,
    creditable_half_widths,
    half_width,
    milestones,
    summary,
)
from silvafisc.datasets import InputError

COUNT = 4096


def yields_of(drawn: np.ndarray) -> DrawnYields:
    """drawn: (units, draws) of the one measure planting, at one milestone."""
    values = drawn[:, None, :, None].astype(np.float32)
    central = drawn.mean(axis=1)[:, None, None]
    codes = tuple(f"{unit}0000" for unit in range(11, 11 + len(drawn)))
    return DrawnYields(codes, ("afforestation",), (2060,), values, values, central, central)


def normal(name: str, deviation: float) -> np.ndarray:
    return 1 + deviation * norm.ppf(uniforms(["growth", "effect"], COUNT, 1)[name])


def test_products_and_sums_by_the_equations() -> None:
    """Numbers derived by hand from the equations (IPCC 2006 Guidelines, volume 1, chapter 3)."""
    assert of_product(np.array([0.05, 0.20, 0.10])) == pytest.approx(0.229128784747792, rel=1e-12)
    assert of_sum(np.array([100.0, 50.0]), np.array([0.1, 0.3])) == pytest.approx(0.1201850425154663, rel=1e-12)
    assert of_sum(np.array([100.0, -60.0]), np.array([0.1, 0.2])) == pytest.approx(0.3905124837953328, rel=1e-12)
    assert of_sum(np.array([1.0, -1.0]), np.array([0.1, 0.1])) == np.inf


def test_draws_agree_with_the_equations_for_independent_normals() -> None:
    """By the equations: sums agree exactly up to the number of draws, products to second order."""
    z = norm.ppf(0.95)
    errors = np.array([norm.ppf(numbers) for numbers in uniforms(["a", "b", "c"], COUNT, 1).values()])
    parts = 1 + errors * (np.array([0.05, 0.20, 0.10]) / z)[:, None]
    assert half_width(parts.prod(axis=0), rules()) == pytest.approx(0.229128784747792, rel=0.02)
    total = 100 * (1 + errors[0] * 0.1 / z) - 60 * (1 + errors[1] * 0.2 / z)
    assert half_width(total, rules()) == pytest.approx(0.3905124837953328, rel=0.02)


def test_half_widths_at_their_ends() -> None:
    """By hand: of 0, 1, …, 100 the quantiles are 5 and 95, the mean 50."""
    assert half_width(np.arange(101.0), rules()) == pytest.approx(45 / 50)
    assert half_width(np.zeros(5), rules()) == 0
    assert half_width(np.array([-1.0, 1.0]), rules()) == np.inf


def test_both_roads_stand_side_by_side_and_show_what_units_share() -> None:
    """By hand: factors common to two equal units make the sum as uncertain as a unit; equation 3.2 says 1/√2 of it."""
    growth, effect = normal("growth", 0.05), normal("effect", 0.1)
    both, one, other = (yields_of(np.stack([drawn, drawn])) for drawn in (growth * effect, growth, effect))
    table = side_by_side(both, {"growth": one, "effect": other}, np.ones(2), rules()).set_index("region_code")
    np.testing.assert_allclose(table["ratio"][["110000", "120000"]], 1, atol=0.02)
    assert table["ratio"]["all"] == pytest.approx(np.sqrt(2), rel=1e-6)
    with pytest.raises(InputError, match="other units"):
        side_by_side(both, {"growth": yields_of(growth[None])}, np.ones(2), rules())


def test_half_widths_feed_the_deductions() -> None:
    """CCER-14-001: up to 10 % nothing is deducted, up to 20 % something, beyond 30 % everything."""
    narrow, middle, wide = (yields_of(normal("growth", width / norm.ppf(0.95))[None]) for width in (0.05, 0.15, 0.5))
    taken = [
        deductions("afforestation", creditable_half_widths(found, "afforestation", rules()), rules()).uncertainty[0]
        for found in (narrow, middle, wide)
    ]
    assert taken[0] == 0 < taken[1] < taken[2] == 1


def test_the_summary_has_a_row_per_unit_measure_and_milestone() -> None:
    table = summary(yields_of(np.stack([np.arange(101.0), 2 * np.arange(101.0)])), rules())
    assert table["region_code"].tolist() == ["110000", "120000"]
    # By hand: quantiles 5 %, 50 % and 95 % of 0, 1, …, 100.
    np.testing.assert_allclose(table.loc[0, ["low", "middle", "high", "mean"]].astype(float), [5, 50, 95, 50])
    np.testing.assert_allclose(table["half_width"], 0.9)


def test_milestones_lie_inside_the_years() -> None:
    assert milestones(rules(), range(2026, 2061))[-1] == 2060
    with pytest.raises(InputError, match="ascend"):
        milestones(rules(), range(2026, 2051))
