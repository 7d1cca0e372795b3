"""Yields from a package by hand: periods, accounts, and every misfit refused by name."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.carbon.built.small import CERTAIN, DRY, STANDS, SURVIVAL, WET, small
from tests.carbon.conftest import changed

from silvafisc.carbon.full_yields import PARTS, Choice, full_yields, misfits, responded
from silvafisc.datasets import InputError, Package
from silvafisc.policy import Rules
from silvafisc.results import Yields

TODAY = Choice("today", None)
MEASURES = ("afforestation", "compensation")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return small(tmp_path)


def of(yields: Yields, code: str, measure: str, period: str, column: str) -> list[float]:
    rows = yields.table
    rows = rows[(rows["region_code"] == code) & (rows["measure"] == measure) & (rows["period"] == period)]
    return [float(value) for value in rows[f"{column}_tco2e_per_mu"]]


def test_a_recurring_measure_sums_its_years_and_a_task_takes_their_mean(package: Package, rules: Rules) -> None:
    """By hand: FIRST + SECOND, and half of it."""
    yields = full_yields(package, STANDS, MEASURES, ["2026-2027"], 2029, TODAY, rules, CERTAIN)
    assert of(yields, DRY, "compensation", "2026-2027", "additional") == [0.25, 0.625, 0.375, 0.5]
    assert of(yields, WET, "afforestation", "2026-2027", "additional") == [0.25, 0.625, 0.375, 0.5]
    assert of(yields, DRY, "compensation", "2026-2027", "gross") == [0.75, 1.125, 0.875, 1.0]
    assert of(yields, DRY, "compensation", "2026-2027", "baseline") == [0.5, 0.5, 0.5, 0.5]


def test_years_run_from_the_first_period_to_the_horizon(package: Package, rules: Rules) -> None:
    yields = full_yields(package, STANDS, MEASURES, ["2027"], 2028, TODAY, rules, CERTAIN)
    assert sorted(set(yields.table["year"])) == [2027, 2028]
    assert of(yields, WET, "compensation", "2027", "additional") == [0.25, 0.5]
    assert yields.totals()[WET, "compensation", "2027"] == 0.75


def test_credits_follow_the_rules_in_force(package: Package, rules: Rules) -> None:
    """By hand: half of FIRST is creditable; below 400 mm all land is exempt, elsewhere the assumed half; 10 % is kept
    back for non-permanence and nothing leaks; existing forest earns nothing."""
    yields = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN)
    assert of(yields, DRY, "afforestation", "2026", "credited") == pytest.approx([0.1125, 0.225, 0.05625, 0])
    assert of(yields, DRY, "afforestation", "2026", "deducted") == pytest.approx([0.0125, 0.025, 0.00625, 0])
    assert of(yields, WET, "afforestation", "2026", "credited") == pytest.approx([0.1125, 0.225, 0.05625, 0])
    assert of(yields, WET, "compensation", "2026", "credited") == [0, 0, 0, 0]
    none = changed(crediting__exempt_share_above_limit="0")
    yields = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, none, CERTAIN)
    assert of(yields, WET, "afforestation", "2026", "credited") == [0, 0, 0, 0]
    assert sum(of(yields, DRY, "afforestation", "2026", "credited")) > 0


def test_what_is_deducted_for_uncertainty_follows_the_steps(package: Package, rules: Rules) -> None:
    """By hand: half of FIRST, half of the land above 400 mm; up to 10 % nothing comes off, up to 20 % 6 %, beyond 30 %
    everything; then 10 % of what is left for non-permanence. The wet unit is beyond."""
    widths = {**CERTAIN, (DRY, "afforestation", "2026"): 0.15, (WET, "afforestation", "2026"): 0.31}
    yields = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, widths)

    def sums(code: str) -> list[float]:
        columns = ("credited", *(f"deducted_for_{part}" for part in PARTS), "deducted")
        return [sum(of(yields, code, "afforestation", "2026", column)) for column in columns]

    earned = 0.875 / 2
    assert sums(DRY) == pytest.approx([earned * 0.94 * 0.9, 0, earned * 0.06, earned * 0.94 * 0.1, earned * 0.154])
    assert sums(WET) == pytest.approx([0, 0, earned, 0, earned])
    assert of(yields, WET, "compensation", "2026", "deducted_for_uncertainty") == [0, 0, 0, 0]
    with pytest.raises(KeyError, match="afforestation"):
        full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, {})


def test_the_end_of_the_band_is_read_where_it_is_held(package: Package, rules: Rules) -> None:
    low = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN, "low")
    central = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN)
    for code in (DRY, WET):
        ratio = low.totals()[code, "compensation", "2026"] / central.totals()[code, "compensation", "2026"]
        assert ratio == 0.25
        assert low.totals()[code, "afforestation", "2026"] == central.totals()[code, "afforestation", "2026"]


def test_the_order_of_units_does_not_matter_and_a_part_of_them_will_do(package: Package, rules: Rules) -> None:
    whole = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN).table
    turned = full_yields(package, STANDS.iloc[::-1], MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN).table
    pd.testing.assert_frame_equal(whole, turned)
    part = full_yields(package, STANDS.iloc[1:], MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN).table
    own = whole[whole["region_code"] == WET].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.reset_index(drop=True), own)


def test_what_fits_is_not_refused(tmp_path: Path, rules: Rules) -> None:
    package = small(tmp_path, {SURVIVAL: rules.entry(SURVIVAL).value})
    assert misfits(package, STANDS, MEASURES, ["2026", "2027"], 2029, TODAY, rules, "here") == []
    assert misfits(package, STANDS, MEASURES, ["2026"], 2029, Choice("warm", "miami"), rules, "here") == []
    # In a climate where both models give the same, either may be named.
    assert misfits(package, STANDS, MEASURES, ["2026"], 2029, Choice("today", "miami"), rules, "here") == []
    full_yields(package, STANDS, MEASURES, ["2026"], 2029, Choice("today", "miami"), rules, CERTAIN)


def test_every_misfit_is_named_at_once(tmp_path: Path) -> None:
    package = small(tmp_path, {SURVIVAL: "0.85", "assumptions.carbon.no_such": "1"}, {"provinces": "0"})
    stands = pd.concat([STANDS, STANDS.iloc[:1].assign(region_code="120000")], ignore_index=True)
    stands.loc[1, "mean_volume_m3_per_ha"] = 61.0
    rules = changed(measures__planting_survival="0.9")
    found = misfits(package, stands, ["tending"], ["2026", "2028"], 2040, Choice("hot", None), rules, "s.yaml:3:9")
    said = {finding.en.split(";")[0] for finding in found}
    assert said == {
        "has no units 120000",
        "was built with other stands of 340000",
        f"was built with other values of {SURVIVAL}, assumptions.carbon.no_such",
        "was built from other data packages provinces",
        "has no measures tending",
        "has no periods 2028",
        "ends in 2029, before the horizon 2040",
        "unknown 'hot'",
    }
    assert {finding.where for finding in found} == {"s.yaml:3:9"}
    assert all(finding.zh for finding in found)


def test_two_models_that_disagree_are_never_averaged(package: Package, rules: Rules) -> None:
    found = misfits(package, STANDS, MEASURES, ["2026"], 2029, Choice("warm", None), rules, "here")
    assert ["not averaged" in finding.en for finding in found] == [True]


def test_areas_are_no_part_of_what_a_package_was_built_with(package: Package, rules: Rules) -> None:
    moved = STANDS.assign(arbor_area_tenth_mu=[5, 6])
    assert misfits(package, moved, MEASURES, ["2026"], 2029, TODAY, rules, "here") == []
    bits = STANDS.assign(mean_volume_m3_per_ha=np.nextafter(STANDS["mean_volume_m3_per_ha"], np.inf))
    assert misfits(package, bits, MEASURES, ["2026"], 2029, TODAY, rules, "here") == []


def test_moved_stands_scale_as_the_stock_change_mode_does(package: Package, rules: Rules) -> None:
    """By hand: stock change goes from 2 to 3 tonnes, so every flow becomes one and a half."""
    full = full_yields(package, STANDS, MEASURES, ["2026"], 2029, TODAY, rules, CERTAIN)

    def plain(value: float) -> Yields:
        rows = full.table.assign(additional_tco2e_per_mu=value)
        return Yields(rows, 2029)

    moved = responded(full, plain(2.0), plain(3.0)).table
    for column in [name for name in moved.columns if name.endswith("_per_mu")]:
        np.testing.assert_allclose(moved[column], 1.5 * full.table[column], rtol=1e-15)
    pd.testing.assert_frame_equal(responded(full, plain(0.0), plain(0.0)).table, full.table)
    with pytest.raises(InputError, match="no effect to be scaled"):
        responded(full, plain(0.0), plain(3.0))
