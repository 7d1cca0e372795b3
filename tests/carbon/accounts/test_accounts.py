"""The five accounts, their deductions, the scores and the guards, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.accounts import Accounts, Balance, accounts, additionality, credited_pools, flow_table
from silvafisc.carbon.biomass import TCO2E_PER_MU, Biomass
from silvafisc.carbon.crediting import deduct, deductions, uncertainty_deduction
from silvafisc.carbon.fire import gases_of_matrix
from silvafisc.carbon.guard import FLOWS, flag_sinks, guard_flows
from silvafisc.carbon.score_table import two_scores
from silvafisc.datasets import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

from ..conftest import DATE, changed

CERTAIN = np.zeros(1)


def with_crediting(**values: str) -> Rules:
    changes = [
        Change(f"carbon.crediting.{name}", DATE, "open", value, Reference("test")) for name, value in values.items()
    ]
    return ParameterTree.load().apply(changes).on(DATE)


def course(*stocks: float) -> np.ndarray:
    return np.array([stocks], dtype=np.float64)


def balance(living: np.ndarray, emissions: float = 0.0) -> Balance:
    nothing = np.zeros_like(living)
    return Balance(living, nothing, nothing, np.full((1, living.shape[1] - 1), emissions))


def planted(rules: Rules, half_width: np.ndarray = CERTAIN, share: float = 1.0) -> Accounts:
    """15 tC/ha after a year and 30 after two, on land that holds nothing."""
    bare = balance(course(0, 0, 0))
    taken = deductions("afforestation", half_width, rules)
    return accounts(balance(course(0, 15, 30)), bare, bare, np.array([share]), 1, taken, rules)


def test_tonnes_per_mu_are_those_of_the_pools_less_the_other_gases() -> None:
    # by hand: 15 tC/ha are 55 tCO2/ha or 55/15 t/mu; 3 tCO2e/ha of methane and nitrous oxide are 0.2 t/mu
    full = Balance(course(0, 9), course(5, 8), course(0, 3), np.array([[3.0]]))
    np.testing.assert_allclose(full.flow(), [[55 / 15 - 0.2]])
    np.testing.assert_allclose(full.flow(("living",)), [[33 / 15 - 0.2]])


def test_a_fire_is_counted_once(rules: Rules) -> None:
    # by hand: of 100 tC/ha a fire takes 10: 9 as CO2, 0.1 as CH4, 0.9 as CO. All 10 leave the stock as 44/12 each; on top
    # come 0.1333 t CH4 x 28 and 2.1 t CO x 0.26/107 of N2O x 265
    gases = gases_of_matrix(np.array([[0.1]]), np.array([[0.9]]), rules)
    burned = replace(balance(course(100, 90)), emissions=gases.co2e)
    lost = 10 * 44 / 12 + 0.1 * 16 / 12 * 28 + 0.9 * 28 / 12 * 0.26 / 107 * 265
    np.testing.assert_allclose(burned.flow(), [[-lost / 15]])


def test_a_measure_that_changes_nothing_adds_exactly_nothing(rules: Rules) -> None:
    rng = np.random.default_rng(5)
    living, dead, products = rng.random((3, 6, 30)) * 100
    same = Balance(living, dead, products, rng.random((6, 29)))
    taken = deductions("afforestation", np.zeros(6), rules)
    result = accounts(same, same, same, np.ones(6), 1, taken, rules)
    for column in FLOWS[2:]:
        np.testing.assert_array_equal(result.columns()[column], 0)
    np.testing.assert_array_equal(result.gross, result.baseline)


def test_deductions_are_taken_one_after_the_other_and_close(rules: Rules) -> None:
    # by hand: 100 t, leakage 25 -> 75, uncertainty 6 % -> 4.5 -> 70.5, non-permanence 10 % -> 7.05 -> 63.45
    eligible = np.array([[100.0, -100.0]])
    own = changed(crediting__harvest_restriction_measures="afforestation")
    result = deduct(eligible, 1, deductions("afforestation", np.array([0.15]), own), own)
    parts = (result.credited, result.leakage, result.uncertainty, result.non_permanence)
    assert [float(part[0, 0]) for part in parts] == pytest.approx([63.45, 25, 4.5, 7.05])
    np.testing.assert_allclose(result.credited + result.deducted, eligible)
    # a loss takes back what it earned
    np.testing.assert_allclose(result.credited[0, 1], -result.credited[0, 0])
    # recalled: no leakage of afforestation
    assert deductions("afforestation", CERTAIN, rules).leakage == 0


def test_uncertainty_is_deducted_by_steps_and_beyond_the_last_nothing_is_credited(rules: Rules) -> None:
    # recalled: AR-CM at 90 % confidence, up to 10 % nothing, 20 % 6 %, 30 % 11 %, then more plots
    widths = np.array([0, 0.10, 0.11, 0.20, 0.25, 0.30, 0.31])
    np.testing.assert_allclose(uncertainty_deduction(widths, rules), [0, 0, 0.06, 0.06, 0.11, 0.11, 1])
    with pytest.raises(InputError, match="known"):
        uncertainty_deduction(np.array([np.nan]), rules)
    with pytest.raises(InputError, match="ascend"):
        uncertainty_deduction(widths, with_crediting(uncertainty_first_limit="25"))


def test_credits_end_with_the_crediting_period(rules: Rules) -> None:
    flows = np.ones((1, 50))
    credited = deduct(flows, 3, deductions("afforestation", CERTAIN, rules), rules).credited[0]
    # recalled: 40 years, here from the third
    assert credited[:42].min() == pytest.approx(0.9)
    assert (credited[42:] == 0).all()


def test_only_the_credited_pools_count_for_credits(rules: Rules) -> None:
    assert credited_pools(rules) == ("living",)
    nothing = course(0, 0)
    project = Balance(course(0, 15), course(0, 3), course(0, 3), np.zeros((1, 1)))
    bare = Balance(nothing, nothing, nothing, np.zeros((1, 1)))
    taken = deductions("afforestation", CERTAIN, rules)
    result = accounts(project, bare, bare, np.ones(1), 1, taken, rules)
    np.testing.assert_allclose(result.additional, 21 * TCO2E_PER_MU)
    np.testing.assert_allclose(result.eligible, 15 * TCO2E_PER_MU)
    every = with_crediting(creditable_pools="living;dead;products")
    np.testing.assert_allclose(accounts(project, bare, bare, np.ones(1), 1, taken, every).eligible, 21 * TCO2E_PER_MU)
    with pytest.raises(InputError, match="soil"):
        credited_pools(with_crediting(creditable_pools="soil"))


def test_what_the_methodology_calls_additional_stands_beside_what_the_economy_does(rules: Rules) -> None:
    # by hand: half would have been planted anyway; on exempt land the methodology still credits all of it
    bare = balance(course(0, 0))
    taken = deductions("afforestation", CERTAIN, rules)
    planting, anyway = balance(course(0, 30)), balance(course(0, 15))
    result = accounts(planting, anyway, bare, np.ones(1), 1, taken, rules)
    table = additionality(("440304",), "afforestation", result)
    row = table.iloc[0]
    assert row["ccer_additionality_tco2e_per_mu"] == pytest.approx(110 / 15)
    assert row["economic_additionality_tco2e_per_mu"] == pytest.approx(55 / 15)
    assert row["beyond_tco2e_per_mu"] == pytest.approx(55 / 15)
    barred = accounts(planting, anyway, bare, np.zeros(1), 1, taken, rules)
    assert additionality(("440304",), "afforestation", barred)["beyond_tco2e_per_mu"].iloc[0] == 0


def test_accounts_are_linear_in_area_and_become_the_public_columns(rules: Rules) -> None:
    one = planted(rules, share=0.5)
    table = flow_table(("440304",), "afforestation", "2026", 2026, one.columns())
    assert list(table.columns) == ["region_code", "measure", "period", "year", *FLOWS]
    assert list(table["year"]) == [2026, 2027]
    twice = accounts(
        balance(course(0, 30, 60)),
        balance(course(0, 0, 0)),
        balance(course(0, 0, 0)),
        np.array([0.5]),
        1,
        deductions("afforestation", CERTAIN, rules),
        rules,
    )
    for column, values in twice.columns().items():
        np.testing.assert_allclose(values, 2 * one.columns()[column])


def test_a_stock_given_as_a_flow_is_refused(rules: Rules) -> None:
    # by hand: 15 tC/ha in a year are 3.67 t/mu, above 2
    table = flow_table(("440304",), "afforestation", "2026", 2026, planted(rules).columns())
    with pytest.raises(InputError, match="stock reported as a flow"):
        guard_flows(table, rules)


def test_sinks_that_no_province_has_are_flagged_and_named(rules: Rules) -> None:
    found = flag_sinks(("110000", "120000", "130000", "140000"), np.array([0.2, 1.51, np.nan, 0.19]), rules)
    assert [finding.path for finding in found] == ["sink 120000", "sink 130000", "sink 140000"]
    assert "0.2 to 1.5" in found[0].en
    assert "超出" in found[0].zh


def test_two_scores_are_stock_and_growth_of_any_engine() -> None:
    # by hand: 15 and 30 tC/ha are 55/15 and 110/15 t/mu, over 2 years
    scores = two_scores(("440304",), course(15, 20, 30), 2)
    pd.testing.assert_frame_equal(
        scores,
        pd.DataFrame(
            {"region_code": ["440304"], "stock_tco2e_per_mu": [55 / 15], "flow_tco2e_per_mu": [27.5 / 15]}
        ).astype({"region_code": scores["region_code"].dtype}),
    )


def test_the_worked_example_of_gains_and_losses() -> None:
    # by hand from IPCC 2006 vol. 4 eq. 2.7, 2.9-2.14 (100 ha, Iv 8 m3/ha, BCEF_I 0.60, R 0.29, CF 0.47): gains 291.024,
    # losses 205.83885 tC a year, so 85.18515 tC or 312.34555 tCO2 are removed
    gains, losses = 100 * 8 * 0.60 * 1.29 * 0.47, 140.0553 + 23.34255 + 42.441
    assert gains == pytest.approx(291.024)
    flow = balance(course(40, 40 + (gains - losses) / 100)).flow()
    assert flow[0, 0] * 100 * 15 == pytest.approx(312.34555, abs=1e-9)


def test_the_worked_example_of_stock_difference() -> None:
    # by hand from IPCC 2006 vol. 4 eq. 2.8 (100 -> 130 m3/ha in 5 years, BCEF_S 0.70, R 0.29, CF 0.47, 100 ha):
    # 4244.10 and 5517.33 tC, 254.646 tC a year
    equation = Biomass(np.array([0.0]), np.array([0.70 * 1.29 * 0.47]), 10)
    carbon = equation.carbon(np.array([[100.0, 106, 112, 118, 124, 130]]), axis=0)
    np.testing.assert_allclose(carbon[0, [0, -1]] * 100, [4244.10, 5517.33])
    flow = two_scores(("440304",), carbon, 5)["flow_tco2e_per_mu"].iloc[0]
    assert flow * 100 / TCO2E_PER_MU == pytest.approx(254.646, abs=1e-9)
