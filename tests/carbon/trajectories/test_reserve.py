"""The emergency reserve against arithmetic by hand."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from tests.carbon.conftest import changed
from tests.carbon.trajectories.small import AGE_SHARES, AGES, PER_M3, STANDING, setting, tables, volume

from silvafisc.carbon.trajectories.reserve import bad_year, reserve_table
from silvafisc.datasets import InputError
from silvafisc.policy import Rules


@pytest.fixture
def table(rules: Rules) -> pd.DataFrame:
    return reserve_table(setting(rules), 1)


def column(table: pd.DataFrame, hazard: str, name: str) -> np.ndarray:
    """(units,) of one hazard."""
    return table.loc[table["hazard"] == hazard, name].to_numpy()


def test_a_bad_year_is_the_quantile_of_a_lognormal_of_that_mean_and_spread(rules: Rules) -> None:
    """By hand: spread 1 has σ² = ln 2, so f = exp(1.28155 · 0.83255 - 0.34657) = 2.055. And by drawing a million years."""
    assert bad_year("fire", rules) == pytest.approx(2.055, abs=5e-4)
    for hazard, spread in (("fire", 1.0), ("pest", 0.3), ("invasive", 0.6)):
        sigma = np.sqrt(np.log1p(spread**2))
        years = np.random.default_rng(1).lognormal(-(sigma**2) / 2, sigma, 1_000_000)
        assert years.mean() == pytest.approx(1, abs=0.01)
        assert years.std() == pytest.approx(spread, rel=0.02)
        assert bad_year(hazard, rules) == pytest.approx(np.quantile(years, 0.9), rel=0.01)
    assert bad_year("pest", changed(reserve__pest_spread="0")) == 1
    assert bad_year("pest", changed(reserve__quantile="0.99")) > bad_year("pest", rules)


def test_area_and_money_of_a_bad_fire_year(table: pd.DataFrame) -> None:
    """By hand: 0.02 % of 10 million tenths of a mu burn in a mean year, 2 000; 2.055 times that in a bad one; 400 yuan/mu."""
    sigma = np.sqrt(np.log(2))
    factor = np.exp(NormalDist().inv_cdf(0.9) * sigma - sigma**2 / 2)
    assert column(table, "fire", "mean_area_tenth_mu").tolist() == [2000, 4000]
    bad = column(table, "fire", "bad_area_tenth_mu")
    assert bad.tolist() == [np.ceil(2000 * factor), np.ceil(4000 * factor)]
    assert column(table, "fire", "quantile_pct").tolist() == [90, 90]
    assert column(table, "fire", "mean_cost_fen").tolist() == [2000 * 40_000 / 10, 4000 * 40_000 / 10]
    np.testing.assert_array_equal(column(table, "fire", "reserve_fen"), bad * 40_000 / 10)
    np.testing.assert_allclose(column(table, "fire", "bad_tco2e"), factor * column(table, "fire", "mean_tco2e"))


def test_pests_everywhere_invasive_species_on_their_hosts(table: pd.DataFrame) -> None:
    """By hand: pests 0.2 % of the area; invasive species 0.5 % of the 60 % (30 %) that is masson pine."""
    assert column(table, "pest", "mean_area_tenth_mu").tolist() == [20_000, 40_000]
    assert column(table, "invasive", "mean_area_tenth_mu").tolist() == [30_000, 30_000]
    assert table["hazard"].unique().tolist() == ["fire", "invasive", "pest"]


def test_carbon_of_the_trees_that_die(table: pd.DataFrame) -> None:
    """By hand: invasive species kill 30 % of the trees on 0.5 % of the masson pine of the first unit."""
    stand = sum(share * volume(age, 0) for share, age in zip(AGE_SHARES[0], AGES, strict=True)) * PER_M3.sum()
    root = tables().root_shoot[tables().groups.index("masson_pine")]
    per_mu = 0.005 * 0.3 * STANDING[0]["masson_pine"] * stand * (1 + root) * 44 / 12 / 15
    assert column(table, "invasive", "mean_tco2e")[0] == pytest.approx(per_mu * 1_000_000)


def test_money_is_whole_fen_and_covers_the_area(table: pd.DataFrame) -> None:
    whole = ["mean_area_tenth_mu", "bad_area_tenth_mu", "mean_cost_fen", "reserve_fen"]
    assert (table[whole].dtypes == np.int64).all()
    odd = reserve_table(setting(changed(reserve__pest_cost="0.07", trajectories__pest_hazard="0.00000123")), 1)
    # by hand: 12.3 tenths of a mu struck, rounded up to 13, at 7 fen per mu: 9.1 fen, rounded up
    assert column(odd, "pest", "mean_area_tenth_mu")[0] == 13
    assert column(odd, "pest", "mean_cost_fen")[0] == 10


def test_no_more_burns_than_there_is() -> None:
    rules = changed(trajectories__pest_hazard="0.8", reserve__pest_spread="0.6")
    table = reserve_table(setting(rules), 1)
    assert column(table, "pest", "bad_area_tenth_mu").tolist() == [10_000_000, 20_000_000]
    np.testing.assert_allclose(column(table, "pest", "bad_tco2e"), column(table, "pest", "mean_tco2e") / 0.8)


def test_a_worse_climate_needs_a_greater_reserve(rules: Rules) -> None:
    held = setting(rules)
    warm = replace(held, worse=np.linspace(1, 1.5, held.years))
    same, more = (reserve_table(warm, year) for year in (1, held.years))
    pd.testing.assert_frame_equal(same, reserve_table(held, 1))
    np.testing.assert_allclose(more["mean_area_tenth_mu"], 1.5 * same["mean_area_tenth_mu"], rtol=1e-6)
    assert (more["reserve_fen"] > same["reserve_fen"]).all()


def test_a_quantile_or_spread_that_is_none_is_refused() -> None:
    for values in ({"reserve__quantile": "1"}, {"reserve__quantile": "0"}, {"reserve__fire_spread": "-1"}):
        with pytest.raises(InputError, match="quantile must lie"):
            bad_year("fire", changed(**values))
