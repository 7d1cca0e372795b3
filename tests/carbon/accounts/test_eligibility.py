"""Eligibility under CCER-14-001: each condition kept and broken, and what is not known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from silvafisc.carbon.eligibility import Eligibility, condition_table, eligibility
from silvafisc.datasets import InputError
from silvafisc.policy import Change, ParameterTree, Reference, Rules

from ..conftest import DATE

GOOD: dict[str, Any] = {
    "region_code": "440304",
    "measure": "afforestation",
    "precipitation_mm": 1600.0,
    "start_date": "2026-03-01",
    "non_forest_years": 3.0,
    "smallest_parcel_mu": 0.6,
    "land_kind": "barren",
    "cleared_share": 0.2,
    "key_function_zone_share": 1.0,
    "public_welfare_forest_share": 0.0,
}


def judged(rules: Rules, **facts: Any) -> Eligibility:
    return eligibility(pd.DataFrame([GOOD | facts]), rules)


def broken(found: Eligibility) -> list[str]:
    return [one.condition for one in found.conditions if one.verdict == "not_met"]


def test_land_that_just_meets_every_condition_earns_credit(rules: Rules) -> None:
    found = judged(rules)
    assert (found.share[0], found.proven[0], found.findings()) == (1, True, ())


@pytest.mark.parametrize(
    ("facts", "condition", "parameter"),
    [
        # CCER-14-001-V01 as read in a copy: three years, 400 m2 = 0.6 mu (667 m2 begun by 2019), 20 %, excluded land
        ({"non_forest_years": 2.9}, "non_forest", "crediting.ccer_14_001.non_forest_years = 3 year"),
        ({"smallest_parcel_mu": 0.59}, "parcel", "crediting.ccer_14_001.parcel_area = 0.04 ha"),
        (
            {"smallest_parcel_mu": 0.99, "start_date": "2019-12-31"},
            "parcel",
            "crediting.ccer_14_001.parcel_area_until_2019 = 0.0667 ha",
        ),
        ({"cleared_share": 0.21}, "clearing", "crediting.ccer_14_001.cleared_share = 20 pct"),
        ({"land_kind": "wetland"}, "land_kind", "crediting.ccer_14_001.excluded_land = wetland"),
        ({"land_kind": "economic_forest"}, "land_kind", "crediting.ccer_14_001.excluded_land"),
        ({"start_date": "2012-11-07"}, "start", "crediting.ccer_14_001.earliest_start = 2012-11-08"),
    ],
)
def test_one_broken_condition_ends_it_and_is_named_with_its_parameter(
    facts: dict[str, Any], condition: str, parameter: str, rules: Rules
) -> None:
    found = judged(rules, **facts)
    assert found.share[0] == 0
    assert broken(found)[-1:] == [condition] or condition in broken(found)
    finding = next(one for one in found.findings() if one.path == f"440304 afforestation {condition}")
    assert parameter in finding.en
    assert "2023-10-24" in finding.en
    assert "不符合" in finding.zh


def test_the_larger_parcel_does_not_bind_what_began_later(rules: Rules) -> None:
    assert judged(rules, smallest_parcel_mu=0.7, start_date="2020-01-01").share[0] == 1
    assert judged(rules, smallest_parcel_mu=1.01, start_date="2019-06-01").share[0] == 1


def test_existing_forest_earns_nothing_unless_a_scenario_says_so(rules: Rules) -> None:
    found = judged(rules, measure="compensation")
    assert (found.share[0], found.proven[0], broken(found)) == (0, True, ["measure"])
    assert "existing forest" in found.findings()[0].en
    change = Change("carbon.crediting.credited_measures", DATE, "open", "afforestation;compensation", Reference("test"))
    open_to_all = ParameterTree.load().apply([change]).on(DATE)
    assert judged(open_to_all, measure="compensation").share[0] == 1


@pytest.mark.parametrize(
    ("facts", "share", "verdict"),
    [
        # below 400 mm additionality need not be shown, whatever the zone
        ({"precipitation_mm": 399.0, "key_function_zone_share": 0.0}, 1, "met"),
        ({"precipitation_mm": 400.0, "key_function_zone_share": 0.0}, 0, "not_met"),
        # overlap of zone and public-welfare forest is not known: the larger counts
        ({"key_function_zone_share": 0.3, "public_welfare_forest_share": 0.4}, 0.4, "met"),
        # assumption: half of the land where nobody reported
        ({"key_function_zone_share": None, "public_welfare_forest_share": None}, 0.5, "unknown"),
        ({"key_function_zone_share": None, "public_welfare_forest_share": 0.8}, 0.8, "unknown"),
        ({"key_function_zone_share": 1.0, "public_welfare_forest_share": None}, 1, "met"),
        ({"precipitation_mm": None, "key_function_zone_share": 0.0}, 0, "unknown"),
    ],
)
def test_land_that_need_not_show_additionality(facts: dict[str, Any], share: float, verdict: str, rules: Rules) -> None:
    found = judged(rules, **facts)
    assert found.share[0] == pytest.approx(share)
    assert found.conditions[-1].verdict == verdict
    assert found.proven[0] == (verdict != "unknown")


def test_what_nobody_reported_is_said_and_does_not_pass_for_proof(rules: Rules) -> None:
    found = judged(rules, non_forest_years=np.nan, smallest_parcel_mu=None, land_kind="")
    assert (found.share[0], found.proven[0]) == (1, False)
    assert {one.path.split()[-1] for one in found.findings()} == {"non_forest", "parcel", "land_kind"}
    assert all("未报" in one.zh for one in found.findings())


def test_the_table_holds_every_condition_with_its_dated_parameter(rules: Rules) -> None:
    land = pd.DataFrame([GOOD, GOOD | {"region_code": "110101", "measure": "tending"}])
    table = condition_table(eligibility(land, rules))
    assert list(table["region_code"]) == ["440304"] * 6 + ["110101"]
    assert set(table["status"]) == {"secondary", "recalled"}
    assert not table[["parameter", "value", "from_date", "en", "zh"]].isin(["", None]).any().any()


def test_impossible_facts_are_refused_together(rules: Rules) -> None:
    land = pd.DataFrame([GOOD | {"cleared_share": 20.0, "start_date": "2026"}, GOOD])
    with pytest.raises(InputError) as caught:
        eligibility(land, rules)
    assert len(caught.value.findings) == 3
    with pytest.raises(InputError, match="columns are missing"):
        eligibility(land.drop(columns=["land_kind"]), rules)


def test_before_the_methodology_nothing_can_be_judged() -> None:
    with pytest.raises(InputError, match="not in force on 2023-01-01"):
        judged(ParameterTree.load().on("2023-01-01"))
