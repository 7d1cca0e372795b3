"""The yields table: columns, signs, crediting, guards, and independence of order and area."""

import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from silvafisc import carbon
from silvafisc.carbon.calendar import course_years, period_years
from silvafisc.carbon.curves.calibrate import calibrate_curves
from silvafisc.carbon.guard import FLOWS, guard_flows
from silvafisc.carbon.yield_table import MEASURES
from silvafisc.datasets import InputError, Package, load_package
from silvafisc.policy import ParameterTree, Rules
from silvafisc.results import Yields

from .conftest import DATE, changed

PERIODS = ("2026", "2027", "2028")
HORIZON = 2060
KEYS = ["region_code", "measure", "period", "year"]
JILIN, HUNAN, TIBET = "220000", "430000", "540000"


@pytest.fixture(scope="module")
def built(provinces: pd.DataFrame, packages: Mapping[str, Package]) -> Yields:
    return carbon.yields(provinces, packages, carbon.MEASURES, PERIODS, HORIZON, ParameterTree.load().on(DATE))


def flow(table: pd.DataFrame, code: str, measure: str, period: str = "2026") -> pd.DataFrame:
    chosen = (table["region_code"] == code) & (table["measure"] == measure) & (table["period"] == period)
    return table[chosen].set_index("year")


def test_every_unit_measure_period_and_year_has_one_row_in_order(built: Yields) -> None:
    table = built.table
    assert list(table.columns) == [*KEYS, *FLOWS]
    assert len(table) == 31 * 4 * 3 * 35
    assert not table[KEYS].duplicated().any()
    assert table[KEYS].equals(table[KEYS].sort_values(KEYS, ignore_index=True))
    assert np.isfinite(table[list(FLOWS)].to_numpy()).all()
    assert table["year"].dtype == "int64"


def test_additional_is_gross_minus_baseline_and_only_afforestation_is_credited(built: Yields) -> None:
    table = built.table
    difference = table["gross_tco2e_per_mu"] - table["baseline_tco2e_per_mu"]
    np.testing.assert_array_equal(table["additional_tco2e_per_mu"], difference)
    standing = table[table["measure"] != "afforestation"]
    assert not standing[["credited_tco2e_per_mu", "deducted_tco2e_per_mu"]].to_numpy().any()


def test_credits_follow_the_rule_for_dry_and_for_other_units(built: Yields, provinces: pd.DataFrame) -> None:
    planted = built.table[built.table["measure"] == "afforestation"].merge(provinces, on="region_code")
    # recalled: 10 % non-permanence; published: exempt below 400 mm; assumption: half of the rest is exempt
    eligible = np.where(planted["precipitation_mm"] < 400, 1.0, 0.5) * planted["additional_tco2e_per_mu"]
    np.testing.assert_allclose(planted["credited_tco2e_per_mu"], 0.9 * eligible)
    np.testing.assert_allclose(planted["deducted_tco2e_per_mu"], 0.1 * eligible, atol=1e-15)
    assert (planted["precipitation_mm"] < 400).any()


def test_credits_end_with_the_crediting_period(provinces: pd.DataFrame, packages: Mapping[str, Package]) -> None:
    from silvafisc.policy import Change, Reference

    short = Change("carbon.crediting.crediting_years", DATE, "open", "20", Reference("test"))
    rules = ParameterTree.load().apply([short]).on(DATE)
    table = carbon.yields(provinces, packages, ["afforestation"], ["2027"], HORIZON, rules).table
    credited = flow(table, JILIN, "afforestation", "2027")["credited_tco2e_per_mu"]
    # by hand: twenty years from 2027 are 2027 .. 2046
    assert credited.loc[2046] > 0
    assert (credited.loc[2047:] == 0).all()


def test_planting_holds_nothing_in_its_first_year_and_grows_after(built: Yields) -> None:
    for period in PERIODS:
        planted = flow(built.table, JILIN, "afforestation", period)["additional_tco2e_per_mu"]
        assert (planted.loc[: int(period)] == 0).all()
        assert (planted.loc[int(period) + 1 :] > 0).all()


@pytest.mark.parametrize("measure", ["tending", "restoration"])
def test_tending_and_restoration_show_their_early_loss_in_every_unit(built: Yields, measure: str) -> None:
    rows = built.table[built.table["measure"] == measure]
    for period in PERIODS:
        first = rows[(rows["period"] == period) & (rows["year"] == int(period))]
        before = rows[(rows["period"] == period) & (rows["year"] < int(period))]
        assert (first["additional_tco2e_per_mu"] < 0).all()
        assert (before["additional_tco2e_per_mu"] == 0).all()
    # the loss is worked off later: five years on the yearly flow is positive
    later = rows[(rows["period"] == "2026") & (rows["year"] == 2031)]
    assert (later["additional_tco2e_per_mu"] > 0).all()
    cumulated = rows[(rows["period"] == "2026") & (rows["year"] <= 2030)].groupby("region_code")
    assert (cumulated["additional_tco2e_per_mu"].sum() < 0).all()


def test_compensation_is_avoided_loss_not_growth(built: Yields) -> None:
    rows = built.table[(built.table["measure"] == "compensation") & (built.table["period"] == "2026")]
    first = rows[rows["year"] == 2026]
    assert (first["additional_tco2e_per_mu"] > 0).all()
    # far below the growth that happens anyway
    assert (first["additional_tco2e_per_mu"] < first["gross_tco2e_per_mu"]).all()
    totals = built.totals()
    growth = rows.groupby("region_code")["baseline_tco2e_per_mu"].sum()
    assert all(totals[(code, "compensation", "2026")] < 0.05 * growth[code] for code in growth.index)


def test_two_provinces_with_different_mean_volume_have_different_yields(built: Yields) -> None:
    totals = built.totals()
    for measure in carbon.MEASURES:
        values = sorted(totals[(code, measure, "2026")] for code in set(built.table["region_code"]))
        assert all(later - earlier > 1e-9 for earlier, later in pairwise(values))
    # Tibet holds over five times the volume of Hunan, so a year's protection saves more
    assert totals[(TIBET, "compensation", "2026")] > 3 * totals[(HUNAN, "compensation", "2026")]


def test_a_higher_hazard_makes_protection_worth_more(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    sums = []
    for hazard in (0.0, *carbon.loss_hazard_band(rules)):
        stands = provinces.assign(loss_hazard_per_year=hazard)
        totals = carbon.yields(stands, packages, ["compensation"], ["2026"], HORIZON, rules).totals()
        sums.append(totals[(JILIN, "compensation", "2026")])
    assert sums[0] == pytest.approx(0, abs=1e-12)
    assert sums == sorted(sums)
    # nearly proportional to the hazard: this is why every briefing shows its sensitivity
    assert sums[3] / sums[2] == pytest.approx(2, rel=0.15)


def test_order_of_rows_and_arguments_changes_nothing(
    built: Yields, provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    shuffled = provinces.sample(frac=1, random_state=3)
    again = carbon.yields(shuffled, packages, carbon.MEASURES[::-1], PERIODS[::-1], HORIZON, rules)
    pd.testing.assert_frame_equal(again.table, built.table, check_exact=True)
    tables = {name: _Shuffled(package) for name, package in packages.items()}
    again = carbon.yields(provinces, tables, carbon.MEASURES, PERIODS, HORIZON, rules)
    pd.testing.assert_frame_equal(again.table, built.table, rtol=1e-9, atol=1e-12)


class _Shuffled:
    """A package with its rows in another order."""

    def __init__(self, package: Package) -> None:
        self.table = package.table.sample(frac=1, random_state=5)
        self.column_status = package.column_status


def test_yields_per_mu_do_not_depend_on_the_area_or_on_the_other_units(
    built: Yields, provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    alone = provinces[provinces["region_code"] == HUNAN].assign(arbor_area_tenth_mu=1)
    table = carbon.yields(alone, packages, carbon.MEASURES, PERIODS, HORIZON, rules).table
    expected = built.table[built.table["region_code"] == HUNAN].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected, rtol=1e-9, atol=1e-12)


def test_a_longer_horizon_leaves_the_common_years_unchanged(
    built: Yields, provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    near = carbon.yields(provinces, packages, carbon.MEASURES, PERIODS, 2040, rules)
    common = built.table[built.table["year"] <= 2040].reset_index(drop=True)
    pd.testing.assert_frame_equal(near.table, common, rtol=1e-9, atol=1e-12)


def test_a_period_of_three_years_adds_up_its_years_for_protection_and_averages_them_for_tasks(
    built: Yields, provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    joint = carbon.yields(provinces, packages, carbon.MEASURES, ["2026-2028"], HORIZON, rules).totals()
    apart = built.totals()
    for code in (JILIN, TIBET):
        protected = sum(apart[(code, "compensation", period)] for period in PERIODS)
        assert joint[(code, "compensation", "2026-2028")] == pytest.approx(protected, rel=0.01)
        planted = sum(apart[(code, "afforestation", period)] for period in PERIODS) / 3
        assert joint[(code, "afforestation", "2026-2028")] == pytest.approx(planted, rel=1e-9)


def test_a_stock_reported_as_a_flow_is_refused(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules, built: Yields
) -> None:
    # m3 per ha times 15 mistaken for m3 per mu
    wrong = provinces.assign(mean_volume_m3_per_ha=provinces["mean_volume_m3_per_ha"] * 15)
    with pytest.raises(InputError, match="stock reported as a flow") as caught:
        carbon.yields(wrong, packages, ["afforestation"], ["2026"], HORIZON, rules)
    assert "把存量当作流量" in caught.value.findings[0].zh
    planted = built.table.copy()
    guard_flows(planted, rules)
    planted.loc[0, "credited_tco2e_per_mu"] = 2.01
    with pytest.raises(InputError, match=r"credited_tco2e_per_mu 110000 afforestation.*2\.010"):
        guard_flows(planted, rules)


def test_periods_are_years_or_spans_of_years() -> None:
    assert period_years("2026") == (2026,)
    assert period_years("2026-2028") == (2026, 2027, 2028)
    assert course_years(("2027", "2026"), 2060) == (2026, {"2027": (2,), "2026": (1,)})
    for wrong in ("26", "2028-2026", "2026-", "year", "2026-27", ""):
        with pytest.raises(InputError, match="neither a year"):
            period_years(wrong)


@pytest.mark.parametrize(
    ("measures", "periods", "horizon", "says"),
    [
        (["pruning"], ["2026"], 2060, "pruning"),
        (["tending", "tending"], ["2026"], 2060, "repeated"),
        ([], ["2026"], 2060, "no measure"),
        (["tending"], [], 2060, "empty or overlap"),
        (["tending"], ["2026", "2026"], 2060, "empty or overlap"),
        (["tending"], ["2026", "2025-2027"], 2060, "empty or overlap"),
        (["tending"], ["2061"], 2060, "ends before"),
    ],
)
def test_wrong_arguments_are_refused(
    provinces: pd.DataFrame,
    packages: Mapping[str, Package],
    rules: Rules,
    measures: list[str],
    periods: list[str],
    horizon: int,
    says: str,
) -> None:
    with pytest.raises(InputError, match=says):
        carbon.yields(provinces, packages, measures, periods, horizon, rules)


def test_scores_are_stock_and_growth_at_fixed_area(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    scores = carbon.scores(provinces, packages, rules)
    assert list(scores.columns) == ["region_code", "stock_tco2e_per_mu", "flow_tco2e_per_mu"]
    assert list(scores["region_code"]) == sorted(provinces["region_code"])
    assert (scores[["stock_tco2e_per_mu", "flow_tco2e_per_mu"]] > 0).all().all()
    # guardians are not punished: a lower hazard leaves both scores as they are
    guarded = carbon.scores(provinces.assign(loss_hazard_per_year=0.0), packages, rules)
    pd.testing.assert_frame_equal(guarded, scores)
    by_code = scores.set_index("region_code")
    # old Tibetan forest has the largest stock but not the largest flow: two scores
    assert by_code["stock_tco2e_per_mu"].idxmax() == TIBET
    assert by_code["flow_tco2e_per_mu"].idxmax() != TIBET
    with pytest.raises(InputError, match="whole number"):
        carbon.scores(provinces, packages, changed(scores__flow_years="2.5"))


STOCK_CHANGE_FILES = (
    "carbon.validation",
    "assumptions.carbon.age_limits",
    "assumptions.carbon.age_rows",
    "assumptions.carbon.composition",
    "assumptions.carbon.hazard",
    "assumptions.carbon.measures",
    "assumptions.carbon.scores",
    "assumptions.carbon.stands",
    "assumptions.carbon.validation",
)


def test_every_parameter_of_the_stock_change_mode_is_read(
    provinces: pd.DataFrame, packages: Mapping[str, Package], rules: Rules
) -> None:
    carbon.yields(provinces, packages, carbon.MEASURES, PERIODS, HORIZON, rules)
    carbon.scores(provinces, packages, rules)
    carbon.validation_table(provinces, packages, rules)
    calibrate_curves(provinces, {name: load_package(name) for name in carbon.CURVE_PACKAGES}, rules)
    stated = {path for file in STOCK_CHANGE_FILES for path in rules.children(file)}
    assert stated - rules.used == set()


def test_the_announced_measures_are_those_that_exist() -> None:
    assert tuple(sorted(MEASURES)) == carbon.MEASURES


def test_importing_carbon_is_light() -> None:
    code = "import sys, silvafisc.carbon; sys.exit(bool({'pandas', 'numpy', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
