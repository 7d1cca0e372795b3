"""One planted violation per rule and objective, of 1 fen, 0.1 mu or one level: the named check must reject it."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.allocation.audit.planting import (
    DEV,
    STATE_B,
    A,
    B,
    C,
    carried_out_one_fen_too_much,
    with_category,
    with_fund,
    with_rule,
)

from silvafisc.allocation.audit import audited
from silvafisc.results import ObjectiveSpec, RuleSpec


def overspent_by_one_fen(case: Any) -> None:
    # spent in 2026: 4 154 129 + 10 007 fen
    with_fund(case, DEV, appropriation_fen={"2026": 4164135, "2027": 7000000})


def not_fully_allocated(case: Any) -> None:
    with_rule(case, "envelope", full_allocation=True)


def floor_one_fen_above_the_standard(case: Any) -> None:
    with_category(case, "state", floor_fen={"2026": 1001, "2027": 1001})


def row_one_fen_below_the_floor(case: Any) -> None:
    mask = {"region_code": A, "nature": "rigid", "period": "2026"}
    case.set("allocation", "standard_yuan_per_mu", "9.99", **mask)


def task_one_fen_below_its_floor(case: Any) -> None:
    tasks = tuple(replace(t, floor_fen=30006) if t.floor_fen else t for t in case.resolved.tasks)
    case.resolved = replace(case.resolved, tasks=tasks)


def standard_falls_by_one_level(case: Any) -> None:
    case.set("standards", "standard_yuan_per_mu", "15.00", category="state", grade="2", period="2026")
    case.set("standards", "standard_yuan_per_mu", "12.00", category="state", grade="2", period="2027")


def standard_one_fen_below_last_year(case: Any) -> None:
    with_category(case, "state", last_year_fen=1001)


def one_fen_moved_between_payers(case: Any) -> None:
    case.add("allocation", "central_fen", 1, **STATE_B, period="2026")
    case.add("allocation", "county_fen", -1, **STATE_B, period="2026")


def one_committed_fen_moved_between_payers(case: Any) -> None:
    row = {"region_code": B, "nature": "committed", "period": "2027"}
    case.add("allocation", "central_fen", -1, **row)
    case.add("allocation", "county_fen", 1, **row)


def factor_money_matched_by_one_fen(case: Any) -> None:
    row = {"region_code": B, "nature": "factor", "period": "2027"}
    case.add("allocation", "central_fen", -1, **row)
    case.add("allocation", "county_fen", 1, **row)


def own_revenue_just_too_small(case: Any) -> None:
    # B, a county, bears its county column in 2027: 16 667 + 4 440 + 8 333 + 1 124 + 270 045 + 135 022 = 435 631 fen,
    # exactly 1 % of its own revenue; one fen less revenue and the limit is 435 630.
    case.add("inputs/regions", "own_revenue_fen", -1, region_code=B)


def certified_area_a_tenth_smaller(case: Any) -> None:
    case.add("inputs/areas", "area_tenth_mu", -1, region_code=C)


def need_a_tenth_below_the_tasks(case: Any) -> None:
    case.set("inputs/tasks", "need_tenth_mu", 2999, region_code=B, measure="afforestation")


def capacity_a_tenth_smaller(case: Any) -> None:
    case.add("inputs/tasks", "capacity_tenth_mu", -1, region_code=B, measure="afforestation")


def group_gets_one_fen_less(case: Any) -> None:
    case.add("allocation", "payment_fen", -1, region_code=C, nature="factor", period="2026")


def one_value_too_many(case: Any) -> None:
    with_rule(case, "published_values", at_most=2)


def dearer_though_less_needy(case: Any) -> None:
    # B becomes as needy and more important than C, in a lower grade: it must not be paid less than C.
    case.set("regions", "importance", 0.7, region_code=B)
    case.set("regions", "need", 0.900001, region_code=B)
    case.set("regions", "grade", "1", region_code=B)


def equal_units_with_unequal_standards(case: Any) -> None:
    case.set("regions", "importance", 0.6, region_code=B)
    case.set("regions", "need", 0.900001, region_code=B)
    case.set("regions", "grade", "1", region_code=C)


def one_fen_below_the_band(case: Any) -> None:
    case.add("allocation", "payment_fen", -1, **STATE_B, period="2026")


def one_fen_above_the_band(case: Any) -> None:
    case.add("allocation", "payment_fen", 1, **STATE_B, period="2027")


def last_year_one_fen_more(case: Any) -> None:
    # B in 2026: 200 000 + 53 280 + 40 000 + 6 660 = 299 940 fen; last year's area equal to this year's
    case.set("inputs/last_year", "area_tenth_mu", 2000, region_code=B)
    case.set("inputs/last_year", "amount_fen", 299941, region_code=B)


def flagged_offer_chosen(case: Any) -> None:
    case.set("offers", "repaid_by_appropriation", True, region_code=B, measure="tending", chosen=True)


RULES: list[tuple[str, Callable[[Any], None]]] = [
    ("envelope", overspent_by_one_fen),
    ("envelope", not_fully_allocated),
    ("envelope", carried_out_one_fen_too_much),
    ("statutory_floor", floor_one_fen_above_the_standard),
    ("statutory_floor", row_one_fen_below_the_floor),
    ("statutory_floor", task_one_fen_below_its_floor),
    ("standards_only_rise", standard_falls_by_one_level),
    ("standards_only_rise", standard_one_fen_below_last_year),
    ("cost_sharing", one_fen_moved_between_payers),
    ("cost_sharing", one_committed_fen_moved_between_payers),
    ("cost_sharing", factor_money_matched_by_one_fen),
    ("local_capacity", own_revenue_just_too_small),
    ("eligible_area", certified_area_a_tenth_smaller),
    ("eligible_area", need_a_tenth_below_the_tasks),
    ("delivery_capacity", capacity_a_tenth_smaller),
    ("priority_share", group_gets_one_fen_less),
    ("published_values", one_value_too_many),
    ("no_inversion", dearer_though_less_needy),
    ("no_inversion", equal_units_with_unequal_standards),
    ("change_band", one_fen_below_the_band),
    ("change_band", one_fen_above_the_band),
    ("not_below_last_year", last_year_one_fen_more),
    ("no_hidden_debt", flagged_offer_chosen),
]


@pytest.mark.parametrize(("rule", "plant"), RULES, ids=[plant.__name__ for _, plant in RULES])
def test_a_planted_violation_is_rejected_by_its_rule(case: Any, rule: str, plant: Callable[[Any], None]) -> None:
    assert rule not in case.unclean()
    plant(case)
    findings = case.unclean()[rule]
    assert all(f["where"] and f["zh"] and f["en"] for f in findings)


def test_every_audited_rule_has_a_planted_violation() -> None:
    """In this file or in another one of the same start of name, which lists its own `RULES`."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("test_planted*.py"))
    planted = [import_module(f"tests.allocation.audit.{name}").RULES for name in names]
    assert {rule for rules in planted for rule, _ in rules} == set(audited("rule"))


@pytest.mark.parametrize(
    ("level", "burden"),
    [
        # by hand, B in 2027: county 435 631; provincial 50 000 + 13 320 + 25 000 + 3 371 = 91 691; city 7 moved from central
        ("county", 435631),
        ("city", 435638),
        ("province", 527329),
    ],
)
def test_a_unit_bears_what_its_own_and_lower_levels_pay(case: Any, level: str, burden: int) -> None:
    row = {"region_code": B, "nature": "rigid", "category": "state", "period": "2027"}
    case.add("allocation", "central_fen", -7, **row)
    case.add("allocation", "city_fen", 7, **row)
    case.rule("local_capacity", kappa="1")
    case.set("inputs/regions", "unit_level", level, region_code=B)
    case.set("inputs/regions", "own_revenue_fen", burden, region_code=B)
    assert "local_capacity" not in case.unclean()
    case.add("inputs/regions", "own_revenue_fen", -1, region_code=B)
    (finding,) = case.unclean()["local_capacity"]
    assert finding["where"] == f"region_code={B}, period=2027"
    assert finding["found"] == f"{burden} fen"


def test_the_provincial_column_is_no_burden_of_a_county(case: Any) -> None:
    # A gets 50 250 fen a year from its province and pays nothing itself
    case.set("inputs/regions", "own_revenue_fen", 0, region_code=A)
    assert "local_capacity" not in case.unclean()
    case.set("inputs/regions", "unit_level", "province", region_code=A)
    assert [f["found"] for f in case.unclean()["local_capacity"]] == ["50250 fen", "50250 fen"]


def test_a_unit_of_unknown_level_is_refused_by_name(case: Any) -> None:
    case.set("inputs/regions", "unit_level", "township", region_code=A)
    findings = case.unclean()["local_capacity"]
    assert any(A in f["where"] and f["found"] == "township" for f in findings)


def test_limits_hold_when_they_are_met_exactly(case: Any) -> None:
    # 299 940 fen last year is just met by B's 299 940 fen (see above).
    case.set("inputs/last_year", "area_tenth_mu", 2000, region_code=B)
    case.set("inputs/last_year", "amount_fen", 299940, region_code=B)
    assert "not_below_last_year" not in case.unclean()
    with_fund(case, DEV, appropriation_fen={"2026": 4164136, "2027": 7000000})
    case.set("inputs/tasks", "need_tenth_mu", 3000, region_code=B, measure="afforestation")
    assert not {"envelope", "eligible_area"} & set(case.unclean())


def carbon_of_a_row_off(case: Any) -> None:
    case.set("allocation", "carbon_tco2e", 0.2501, **STATE_B, period="2026")


def carbon_counted_twice(case: Any) -> None:
    case.set("allocation", "carbon_tco2e", 1.0, region_code=B, nature="committed")


def omega_off(case: Any) -> None:
    case.set("regions", "omega", 1.21, region_code=B)


def exponent_not_the_stated_one(case: Any) -> None:
    # the published weights are mean / income, an exponent of 1
    objectives = tuple(replace(o, params={"eta": "1.1"}) for o in case.resolved.objectives if o.term == "development")
    case.resolved = replace(case.resolved, objectives=objectives)


def opportunity_cost_missing(case: Any) -> None:
    case.set("inputs/responses", "opportunity_cost_fen", 0, region_code=C)


def no_last_year_table(case: Any) -> None:
    del case.inputs["last_year"]


OBJECTIVES: list[tuple[str, Callable[[Any], None]]] = [
    ("carbon", carbon_of_a_row_off),
    ("carbon", carbon_counted_twice),
    ("development", omega_off),
    ("development", exponent_not_the_stated_one),
    ("adequacy", opportunity_cost_missing),
    ("stability", no_last_year_table),
    ("change_band", no_last_year_table),
    ("not_below_last_year", no_last_year_table),
]


@pytest.mark.parametrize(("term", "plant"), OBJECTIVES, ids=[f"{term}-{plant.__name__}" for term, plant in OBJECTIVES])
def test_a_wrong_objective_is_found_by_its_file(case: Any, term: str, plant: Callable[[Any], None]) -> None:
    plant(case)
    assert case.unclean()[term]


def test_a_rule_or_objective_without_an_audit_file_is_refused_by_name(case: Any) -> None:
    case.resolved = replace(
        case.resolved, rules=(RuleSpec("good_luck"), RuleSpec("amounts")), objectives=(ObjectiveSpec("beauty"),)
    )
    assert set(case.unclean()) == {"good_luck", "amounts", "beauty"}


@pytest.mark.parametrize(
    ("rule", "params"),
    [
        ("local_capacity", {}),
        ("local_capacity", {"kappa": 0.01}),
        ("priority_share", {"group": "nobody", "share": "0.1"}),
        ("priority_share", {"group": "poor", "share": "a tenth"}),
        ("published_values", {}),
        ("change_band", {"lower": "-0.05"}),
        ("not_below_last_year", {}),
    ],
)
def test_a_rule_with_missing_or_inexact_parameters_is_refused_by_name(
    case: Any, rule: str, params: dict[str, Any]
) -> None:
    case.rule(rule, **params)
    assert set(case.unclean()) == {rule}


def test_reported_objectives_are_compared_where_indicators_are_handed_over(case: Any) -> None:
    # carbon: rigid 2·(1.5 + 3 + 0.5 + 6) = 22; top-up 0.25 + 0.75 + 0.125 + 0.25 + 1.5 + 3.5 = 6.375; tasks 193
    # adequacy: state A 1000 / 2000; collective B 1800 / 3600; collective C 1800 / 4000 = 0.45
    # stability: A factor |64 286 − 50 000| + |128 571 − 50 000|; B eco |299 940 − 240 000| + |366 766 − 240 000| fen
    right = {"carbon.total": 221.375, "adequacy.minimum": 0.45, "stability": 142.86 + 785.71 + 599.40 + 1267.66}
    terms = {"carbon.total": "carbon", "adequacy.minimum": "adequacy", "stability": "stability"}
    frame = pd.DataFrame(
        [{"region_code": "000000", "variable": name, "year": "", "value": value} for name, value in right.items()]
    )
    case.tables["indicators"] = frame
    assert case.unclean() == {}
    for name, term in terms.items():
        case.tables["indicators"] = frame.assign(value=frame["value"] + 0.01 * (frame["variable"] == name))
        assert set(case.unclean()) == {term}
