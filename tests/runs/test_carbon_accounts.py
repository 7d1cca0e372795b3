"""Carbon by measure, year and account: the row's tonnes spread as its yield is. Expected numbers by hand."""

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.uncertainty.package import HIGH, LOW, Uncertainty
from silvafisc.policy import ParameterTree
from silvafisc.results import Yields
from silvafisc.results.draws import Draws
from silvafisc.runs.carbon_accounts import (
    ACCOUNTS,
    Variant,
    accounts_table,
    by_account,
    climates_table,
    effective_mu,
    engine_ranges,
    ranges,
)

ALLOCATION = pd.DataFrame(
    [
        ("110000", "afforestation", "2026", 30.0),
        # rigid money and top-up stand on the same yield
        ("110000", "compensation", "2026", 2.0),
        ("110000", "compensation", "2026", 1.0),
        ("120000", "afforestation", "2026", -5.0),
        ("120000", "factor_pot", "2026", 7.0),
    ],
    columns=["region_code", "measure", "period", "carbon_tco2e"],
)


def yields(first: float = 1.0) -> Yields:
    """Afforestation: `first` then 2 t per mu additional, half of it credited; compensation: 0.1 in the first year."""
    rows = []
    for code in ("110000", "120000"):
        for measure, flows in (("afforestation", (first, 2.0)), ("compensation", (0.1, 0.0)), ("tending", (1.0, -1.0))):
            for year, additional in zip((2026, 2027), flows, strict=True):
                credited = additional / 2 if measure == "afforestation" else 0.0
                rows.append((code, measure, "2026", year, additional + 4, 4.0, additional, credited, credited / 10))
    keys = ["region_code", "measure", "period", "year"]
    return Yields(pd.DataFrame(rows, columns=[*keys, *(f"{name}_tco2e_per_mu" for name in ACCOUNTS)]), 2027)


def value(table: pd.DataFrame, measure: str, account: str, year: str, **where: str) -> float:
    chosen = (table["measure"] == measure) & (table["account"] == account) & (table["year"] == year)
    for name, wanted in where.items():
        chosen &= table[name] == wanted
    (found,) = table.loc[chosen, "tco2e"]
    return float(found)


def test_mu_in_effect_are_tonnes_over_the_yield_to_the_horizon() -> None:
    mu = effective_mu(ALLOCATION, yields())
    # 30 t / 3 t per mu, (2 + 1) / 0.1, -5 / 3; factor money has no yield, tending is not paid for
    assert mu.to_dict() == pytest.approx(
        {
            ("110000", "afforestation", "2026"): 10.0,
            ("110000", "compensation", "2026"): 30.0,
            ("120000", "afforestation", "2026"): -5 / 3,
        }
    )


def test_years_sum_to_the_horizon_and_to_the_allocation() -> None:
    table = by_account(effective_mu(ALLOCATION, yields()), yields(), Variant())
    assert value(table, "afforestation", "additional", "2026") == pytest.approx(10 - 5 / 3)
    assert value(table, "afforestation", "additional", "2027") == pytest.approx(20 - 10 / 3)
    assert value(table, "afforestation", "additional", "") == pytest.approx(25.0)
    assert value(table, "afforestation", "credited", "") == pytest.approx(12.5)
    assert value(table, "afforestation", "deducted", "") == pytest.approx(1.25)
    assert value(table, "compensation", "additional", "") == pytest.approx(3.0)
    for _, rows in table.pivot(index=["measure", "year"], columns="account", values="tco2e").iterrows():
        assert rows["gross"] - rows["baseline"] == pytest.approx(rows["additional"])


def test_another_climate_moves_the_yield_and_not_the_land() -> None:
    warm = Variant("warm", "miami")
    table = accounts_table(ALLOCATION, yields(), Variant("today"), {warm: yields(0.4)})
    assert value(table, "afforestation", "additional", "", climate="today") == pytest.approx(25.0)
    assert value(table, "afforestation", "additional", "", climate="warm") == pytest.approx((10 - 5 / 3) * 2.4)
    assert set(table["measure"]) == {"afforestation", "compensation"}


def test_an_allocation_without_tonnes_has_no_accounts() -> None:
    assert accounts_table(ALLOCATION.iloc[:0], yields(), Variant(), {}).empty


def test_units_in_other_climates_keep_their_land() -> None:
    warm = Variant("warm", "miami")
    table = climates_table(
        ALLOCATION, yields(), Variant("today"), {warm: yields(0.4), Variant("today", "", "low"): yields()}
    )
    found = {(r.region_code, r.climate): r.tco2e for r in table.itertuples()}
    # 110000: 10 mu of planting and 30 mu of protection; 120000: -5/3 mu of planting
    assert found == pytest.approx(
        {
            ("110000", "today"): 10 * 3 + 30 * 0.1,
            ("110000", "warm"): 10 * 2.4 + 30 * 0.1,
            ("120000", "today"): -5.0,
            ("120000", "warm"): -5 / 3 * 2.4,
        }
    )
    assert climates_table(ALLOCATION, yields(), Variant(), {}).empty


def test_ranges_are_quantiles_of_each_measure_over_the_draws() -> None:
    rows = [
        ("1", "carbon", "", "", "", "", 0.5),
        ("2", "carbon", "", "", "", "", 1.0),
        ("3", "carbon", "", "", "", "", 3.0),
    ]
    columns = ["draw", "variable", "region_code", "subject", "period", "offer", "value"]
    draws = Draws.of(pd.DataFrame(rows, columns=columns))
    table = ranges(ALLOCATION.assign(offer="", category=""), draws, ("0", "0.5"), Variant())
    found = {(r.measure, r.case): r.tco2e for r in table.itertuples()}
    # planting is 30 - 5 = 25 t, protection 3 t, factor money 7 t: least and median factor 0.5 and 1
    assert found == pytest.approx(
        {
            ("afforestation", "quantile 0"): 12.5,
            ("afforestation", "quantile 0.5"): 25.0,
            ("compensation", "quantile 0"): 1.5,
            ("compensation", "quantile 0.5"): 3.0,
            ("factor_pot", "quantile 0"): 3.5,
            ("factor_pot", "quantile 0.5"): 7.0,
        }
    )


def test_ranges_of_the_engine_are_the_ends_of_the_units_on_the_land_in_effect() -> None:
    """By hand: 10 mu and -5/3 mu of planting, between half and twice its 3 t per mu; by 2026 it is 1 t, between 0 and 4."""
    ends = {LOW: (0.0, 1.5), HIGH: (4.0, 6.0)}
    arrays = {name: np.full((1, 2, 2), values, dtype=np.float32) for name, values in ends.items()}
    held = Uncertainty({("afforestation", 2026): 0}, arrays, ("110000", "120000"), (2026, 2027), 128, "today")
    mu = effective_mu(ALLOCATION, yields())
    planted = mu[mu.index.get_level_values("measure") == "afforestation"]
    rules = ParameterTree.load().on("2026-01-01")
    table = engine_ranges(planted, yields(), held, rules, Variant("today"))
    found = {(r.account, r.year, r.case): r.tco2e for r in table.itertuples()}
    land = 10 - 5 / 3
    assert found == pytest.approx(
        {
            ("cumulative", "2026", "central"): land,
            ("cumulative", "2026", "quantile 0.05"): 0,
            ("cumulative", "2026", "quantile 0.95"): 4 * land,
            ("cumulative", "2027", "central"): 3 * land,
            ("cumulative", "2027", "quantile 0.05"): 1.5 * land,
            ("cumulative", "2027", "quantile 0.95"): 6 * land,
            ("additional", "", "quantile 0.05"): 1.5 * land,
            ("additional", "", "quantile 0.95"): 6 * land,
        }
    )
    assert set(table["climate"]) == {"today"}
