"""The nation's inputs: totals that must be met, directions that must hold, statuses that must survive."""

from fractions import Fraction
from functools import cache

import pandas as pd
import pytest

from silvafisc.datasets.package import load_package
from silvafisc.economy import PACKAGES, nation_inputs
from silvafisc.economy.assumption_tables.ages import age_shares
from silvafisc.economy.assumption_tables.area_split import protected_share, state_share
from silvafisc.economy.assumption_tables.factors import decimal_text
from silvafisc.economy.assumption_tables.tasks import afforestable_land
from silvafisc.economy.facts import Facts
from silvafisc.policy import Change, ParameterTree, Reference, Rules
from silvafisc.quantities import entitlement
from silvafisc.results import INPUT_TABLES, UnitInputs

HECTARES_10K = 15 * 10**5  # 0.1 mu in 10^4 ha


def law() -> Rules:
    return ParameterTree.load().on("2026-01-01")


@cache
def nation() -> UnitInputs:
    return nation_inputs({name: load_package(name) for name in PACKAGES}, law())


@cache
def provinces() -> Facts:
    return Facts(load_package("provinces"))


def test_every_table_has_its_columns_types_and_all_31_provinces() -> None:
    inputs = nation()
    assert len(inputs.codes) == 31
    for name, frame in inputs.tables().items():
        assert list(frame.columns) == [*INPUT_TABLES[name], "status", "source"]
        assert set(frame["region_code"]) == set(inputs.codes), name
        assert not frame.isna().any().any(), name
        kinds = {"int": "int64", "float": "float64", "bool": "bool"}
        for column, kind in INPUT_TABLES[name].items():
            assert str(frame[column].dtype) == kinds.get(kind, "str"), f"{name}.{column}"
    assert inputs.last_year is None


def test_the_statutory_floors_of_all_areas_cost_the_known_30_bn_yuan() -> None:
    areas = nation().areas
    floor = {"public_welfare_state": 1000, "public_welfare_collective": 1600}  # law: 10 and 16 yuan/mu
    total = sum(
        entitlement(floor[category], area)
        for category, area in zip(areas["category"], areas["area_tenth_mu"], strict=True)
    )
    # published: > 30 bn yuan (Dong 2024); areas are rounded down to 0.1 mu, 62 rows of at most 1.6 yuan
    assert 0 <= 30 * 10**11 - total <= 62 * 161


def test_less_than_all_forest_is_protected_and_the_same_share_everywhere() -> None:
    share = protected_share(provinces(), law())
    assert 0 < share < 1
    areas = nation().areas.groupby("region_code")["area_tenth_mu"].sum()
    for code, area in areas.items():
        forest = provinces().exact(str(code), "forest_area_10k_ha", "mu") * 10
        assert 0 <= share * forest - area < 2


def test_the_state_share_never_rises_with_the_planted_share() -> None:
    rules = law()
    pairs = sorted(
        (
            provinces().exact(c, "planted_forest_area_10k_ha") / provinces().exact(c, "forest_area_10k_ha"),
            state_share(provinces(), c, rules),
        )
        for c in provinces().codes
    )
    shares = [share for _, share in pairs]
    assert shares == sorted(shares, reverse=True)
    assert Fraction(5, 100) == min(shares) < max(shares) <= Fraction(9, 10)


def test_the_afforestable_land_of_the_provinces_is_the_published_49_977_9_thousand_hectares() -> None:
    totals = Facts(load_package("national_forest_totals"), key="item")
    land = afforestable_land(provinces(), totals)
    assert sum(land.values()) == Fraction("4997.79") * 150_000  # published: 9th inventory, exactly shared
    need = nation().tasks.query("measure == 'afforestation'")["need_tenth_mu"].sum()
    assert need / HECTARES_10K == pytest.approx(4997.79 / 20, rel=1e-6)


def test_arbor_forest_sums_to_the_published_17_988_85_and_no_volume_is_lost_or_made() -> None:
    stands = nation().stands
    assert stands["arbor_area_tenth_mu"].sum() / HECTARES_10K == pytest.approx(17988.85, rel=1e-6)  # published
    stock = (stands["arbor_area_tenth_mu"] / HECTARES_10K * stands["mean_volume_m3_per_ha"]).sum()
    assert stock == pytest.approx(1705819.59, rel=1e-4)  # published
    # this model: more than half of the forest area of the dry and high west is shrubland
    flagged = set(stands.loc[stands["shrub_flag"], "region_code"])
    assert flagged == {"540000", "620000", "630000", "640000", "650000"}


def test_age_shares_have_the_provinces_mean_volume_and_the_nations_at_the_nations_mean() -> None:
    ages = Facts(load_package("age_groups"), key="age_group")
    volume = {g: float(ages.exact(g, "volume_10k_m3") / ages.exact(g, "area_10k_ha")) for g in ages.codes}
    for mean in (40.0, 75.0, 150.0, 220.0):
        shares = age_shares(ages, mean)
        assert sum(float(part) * volume[g] for g, part in shares.items()) == pytest.approx(mean, abs=1e-3)
        assert float(sum(shares.values())) == pytest.approx(1, abs=1e-5)
    national = sum(ages.exact(g, "volume_10k_m3") for g in ages.codes) / sum(
        ages.exact(g, "area_10k_ha") for g in ages.codes
    )
    for group, part in age_shares(ages, float(national)).items():
        assert float(part) == pytest.approx(float(ages.exact(group, "area_10k_ha")) / 17988.85, abs=2e-6)
    assert age_shares(ages, 10.0)["young"] == 1
    assert age_shares(ages, 999.0)["over_mature"] == 1


def test_opportunity_costs_have_the_order_of_the_published_ones(capsys: pytest.CaptureFixture[str]) -> None:
    costs = nation().responses.query("subject == 'public_welfare_collective'").set_index("region_code")
    zhejiang = costs["opportunity_cost_fen"]["330000"] / 100
    forest = {c: float(provinces().exact(c, "forest_area_10k_ha")) for c in provinces().codes}
    mean = sum(costs["opportunity_cost_fen"][c] * forest[c] for c in forest) / sum(forest.values()) / 100 * 15
    with capsys.disabled():
        print(
            f"\nopportunity cost: Zhejiang {zhejiang:.1f} yuan/mu/yr (a national park there: 104.3), nation {mean:.0f} yuan/ha/yr (literature: 791)"
        )
    # published: 104.3 includes bamboo and understorey income; only the order of magnitude is a check, nothing is tuned
    assert 104.3 / 5 < zhejiang < 104.3 * 5
    assert 791 / 5 < mean < 791 * 5


def test_fiscal_difficulty_is_one_minus_revenue_over_expenditure_of_2019() -> None:
    factors = nation().factors.query("factor == 'fiscal_difficulty'").set_index("region_code")
    by_hand = 1 - Fraction("5817.10") / Fraction("7408.19")  # published: Beijing, yearbook tables 7-5 and 7-6
    assert float(factors["value"]["110000"]) == pytest.approx(float(by_hand), abs=1e-6)
    assert factors["status"]["110000"] == "computed"


def test_nobody_is_set_apart_by_performance_because_no_monitoring_table_exists() -> None:
    rows = nation().factors.query("factor == 'performance'")
    assert set(rows["value"]) == {"1"}
    assert set(rows["status"]) == {"assumption"}
    assert set(rows["verified_by"]) == {""}


def test_what_is_derived_is_labelled_an_assumption_and_nothing_is_certified() -> None:
    inputs = nation()
    for name in ("areas", "tasks", "responses", "stands"):
        assert set(getattr(inputs, name)["status"]) == {"assumption"}, name
        assert (getattr(inputs, name)["source"] != "").all()
    assert not inputs.areas["certified"].any()
    assert set(inputs.regions["status"]) == {"recalled"}  # rural income is recalled, the worst of its row


def test_groups_and_tiers_cover_every_province_once() -> None:
    regions = nation().regions
    assert regions["groups"].value_counts().to_dict() == {"west": 12, "east": 10, "central": 6, "northeast": 3}
    assert set(regions["payer_tier"]) == {"1", "2", "3", "4", "5"}
    assert (regions["parent_code"] == "000000").all()


def test_the_ledger_names_every_figure_column_and_every_parameter_that_was_read() -> None:
    inputs = nation()
    what = set(inputs.ledger["what"])
    assert list(inputs.ledger.columns) == ["what", "value", "unit", "origin", "reference", "status", "demo"]
    assert {"areas.area_tenth_mu", "stands.loss_hazard_per_year", "regions.rural_income_fen", "factors.value"} <= what
    assert "assumptions.economy.areas.compensated_money" in what
    assert "compensation.public_welfare_forest.state" in what
    by_column = inputs.ledger.set_index("what")["status"]
    assert by_column["regions.rural_income_fen"] == "recalled"
    assert by_column["regions.own_revenue_fen"] != "recalled"
    assert (inputs.ledger["reference"] != "").all()
    by_value = inputs.ledger.set_index("what")["value"]
    assert by_value["regions.groups"] == "central;east;northeast;west"
    assert by_value["regions.payer_tier"] == "1;2;3;4;5"
    assert by_value["stands.shrub_flag"] == "False;True"


def test_the_same_law_and_packages_give_the_same_tables() -> None:
    again = nation_inputs({name: load_package(name) for name in PACKAGES}, law())
    for name, frame in nation().tables().items():
        pd.testing.assert_frame_equal(frame, again.tables()[name])
    pd.testing.assert_frame_equal(nation().ledger, again.ledger)


def test_a_scenario_that_changes_an_assumption_moves_the_areas() -> None:
    path = "assumptions.economy.areas.compensated_money"
    change = Change(path, "2026-01-01", "open", "15000000000", Reference("half"), "scenario.yaml:1")
    tree = ParameterTree.load().apply([change])
    halved = nation_inputs({name: load_package(name) for name in PACKAGES}, tree.on("2026-01-01"))
    ratio = halved.areas["area_tenth_mu"].sum() / nation().areas["area_tenth_mu"].sum()
    assert ratio == pytest.approx(0.5, rel=1e-6)
    assert not tree.unused_changes()


def test_money_beyond_all_forest_is_refused() -> None:
    path = "assumptions.economy.areas.compensated_money"
    change = Change(path, "2026-01-01", "open", "90000000000", Reference("too much"), "scenario.yaml:1")
    tree = ParameterTree.load().apply([change])
    with pytest.raises(ValueError, match="of all forest"):
        nation_inputs({name: load_package(name) for name in PACKAGES}, tree.on("2026-01-01"))


@pytest.mark.parametrize(
    ("value", "text"), [("0", "0"), ("1", "1"), ("0.25", "0.25"), ("0.000001", "0.000001"), ("12.5", "12.5")]
)
def test_decimals_are_written_plainly(value: str, text: str) -> None:
    assert decimal_text(Fraction(value)) == text
