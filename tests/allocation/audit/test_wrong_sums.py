"""One planted error per sum and table, of 1 fen, 0.1 mu or one level: the named check must reject it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.allocation.audit.planting import (
    DEV,
    ECO,
    STATE_B,
    A,
    B,
    C,
    carried_out_one_fen_too_much,
    with_category,
    with_fund,
)


def rigid_row_missing(case: Any) -> None:
    frame = case.tables["allocation"]
    case.tables["allocation"] = frame.drop(index=[0]).reset_index(drop=True)


def row_twice(case: Any) -> None:
    frame = case.tables["allocation"]
    case.tables["allocation"] = frame.iloc[[0, *range(len(frame))]].reset_index(drop=True)


def committed_row_extra(case: Any) -> None:
    case.set("allocation", "period", "2026", region_code=B, nature="committed")


def area_counted_on_the_top_up(case: Any) -> None:
    case.set("allocation", "area_mu", "0.1", **STATE_B, period="2026")


def area_a_tenth_more(case: Any) -> None:
    case.set("allocation", "area_mu", "100.6", region_code=A, nature="rigid", period="2026")


def row_standard_one_fen_off(case: Any) -> None:
    case.set("allocation", "standard_yuan_per_mu", "12.01", **STATE_B, period="2026")


def standard_off_its_grid(case: Any) -> None:
    case.set("standards", "standard_yuan_per_mu", "12.01", category="state", grade="2", period="2026")


def grades_out_of_order(case: Any) -> None:
    case.set("standards", "standard_yuan_per_mu", "20.05", category="collective", grade="1", period="2026")


def category_order_broken(case: Any) -> None:
    with_category(case, "state", not_below=("collective",))


def standards_area_a_tenth_off(case: Any) -> None:
    case.set("standards", "area_mu", "434.1", category="collective", grade="2", period="2026")


def standards_units_off(case: Any) -> None:
    case.add("standards", "units", 1, measure="afforestation", period="2026")


def task_floor_misprinted(case: Any) -> None:
    case.set("standards", "floor_yuan_per_mu", "200.01", measure="afforestation", period="2026")


def quantity_share_off_its_grid(case: Any) -> None:
    case.set("standards", "quantity_rule", "need:0.41", measure="afforestation", period="2026")


def weight_off_its_step(case: Any) -> None:
    case.set("weights", "weight", "0.69", period="2026", factor="fiscal_difficulty")
    case.set("weights", "weight", "0.31", period="2026", factor="forest_resource")


def weight_outside_its_band(case: Any) -> None:
    case.set("weights", "weight", "0.85", period="2026", factor="fiscal_difficulty")
    case.set("weights", "weight", "0.15", period="2026", factor="forest_resource")


def weights_do_not_sum_to_one(case: Any) -> None:
    case.set("weights", "weight", "0.35", period="2026", factor="forest_resource")


def one_fen_moved_between_factors(case: Any) -> None:
    case.add("weights", "pot_fen", 1, period="2026", factor="fiscal_difficulty")
    case.add("weights", "pot_fen", -1, period="2026", factor="forest_resource")


def pot_off_its_grid(case: Any) -> None:
    with_fund(case, DEV, factor_pot_fen=(1000003, 1999999))


def residue_not_apportioned(case: Any) -> None:
    with_fund(case, DEV, residue="factor")


def factor_value_changed(case: Any) -> None:
    case.set("inputs/factors", "value", "1.5001", region_code=A, factor="forest_resource")


def grade_off_by_one(case: Any) -> None:
    case.set("regions", "grade", "1", region_code=C)


def score_off_by_a_millionth(case: Any) -> None:
    case.set("regions", "score", "0.780000", region_code=C)


def alpha_off_its_grid(case: Any) -> None:
    case.resolved = replace(case.resolved, grades=replace(case.resolved.grades, alphas=("0.5",)))


def cut_off_moved_above_a_unit(case: Any) -> None:
    case.set("grades", "cut_off", "0.560001", grade="2")


def too_many_grades(case: Any) -> None:
    case.resolved = replace(case.resolved, grades=replace(case.resolved.grades, minimum=1, maximum=1))


def last_year_repeated_wrongly(case: Any) -> None:
    case.add("regions", "last_year_fen", 1, region_code=B)


def two_offers_chosen(case: Any) -> None:
    case.set("offers", "chosen", True, region_code=A, period="2026", offer="s=12.00")


def no_offer_chosen(case: Any) -> None:
    case.set("offers", "chosen", False, region_code=C, period="2026")


def offer_cost_one_fen_off(case: Any) -> None:
    case.add("offers", f"cost.{DEV}.central.2027_fen", 1, region_code=A, period="2026", measure="afforestation")


def row_names_another_offer(case: Any) -> None:
    case.set("allocation", "offer", "s=15.00", **STATE_B, period="2026")


def payment_one_fen_more_than_its_columns(case: Any) -> None:
    case.add("allocation", "payment_fen", 1, region_code=A, nature="rigid", period="2027")


def envelope_paid_one_fen_off(case: Any) -> None:
    case.add("envelopes", "paid_fen", 1, fund=DEV, period="2027")
    case.add("envelopes", "unallocated_fen", -1, fund=DEV, period="2027")
    case.add("envelopes", "lapsed_fen", -1, fund=DEV, period="2027")


def committed_counted_as_paid(case: Any) -> None:
    case.add("envelopes", "paid_fen", 1, fund=DEV, period="2027")
    case.add("envelopes", "instalments_due_fen", -1, fund=DEV, period="2027")


def carried_in_from_nowhere(case: Any) -> None:
    case.add("envelopes", "carried_in_fen", 1, fund=ECO, period="2027")
    case.add("envelopes", "unallocated_fen", 1, fund=ECO, period="2027")
    case.add("envelopes", "lapsed_fen", 1, fund=ECO, period="2027")


def carried_out_rounded_up(case: Any) -> None:
    carried_out_one_fen_too_much(case)


def later_instalment_one_fen_off(case: Any) -> None:
    case.add("allocation", "due_later_fen", -1, region_code=B, nature="task", period="2027")


def committed_one_fen_off(case: Any) -> None:
    row = {"region_code": B, "nature": "committed"}
    case.add("allocation", "payment_fen", 1, **row)
    case.add("allocation", "central_fen", 1, **row)


def notice_unit_moved(case: Any) -> None:
    case.add("notice", "notice_fen", 1000, region_code=A, fund=DEV, period="2027")
    case.add("notice", "rounding_fen", -1000, region_code=A, fund=DEV, period="2027")
    case.add("notice", "notice_fen", -1000, region_code=B, fund=DEV, period="2027")
    case.add("notice", "rounding_fen", 1000, region_code=B, fund=DEV, period="2027")


def notice_row_missing(case: Any) -> None:
    case.tables["notice"] = case.tables["notice"].iloc[1:].reset_index(drop=True)


SUMS: list[tuple[str, Callable[[Any], None]]] = [
    ("amounts", rigid_row_missing),
    ("tables", row_twice),
    ("amounts", committed_row_extra),
    ("amounts", area_counted_on_the_top_up),
    ("amounts", area_a_tenth_more),
    ("amounts", row_standard_one_fen_off),
    ("amounts", factor_value_changed),
    ("standards", standard_off_its_grid),
    ("standards", grades_out_of_order),
    ("standards", category_order_broken),
    ("standards", standards_area_a_tenth_off),
    ("standards", standards_units_off),
    ("standards", task_floor_misprinted),
    ("standards", quantity_share_off_its_grid),
    ("weights", weight_off_its_step),
    ("weights", weight_outside_its_band),
    ("weights", weights_do_not_sum_to_one),
    ("weights", one_fen_moved_between_factors),
    ("weights", pot_off_its_grid),
    ("weights", residue_not_apportioned),
    ("grades", grade_off_by_one),
    ("grades", score_off_by_a_millionth),
    ("grades", alpha_off_its_grid),
    ("grades", cut_off_moved_above_a_unit),
    ("grades", too_many_grades),
    ("grades", last_year_repeated_wrongly),
    ("offers", two_offers_chosen),
    ("offers", no_offer_chosen),
    ("offers", offer_cost_one_fen_off),
    ("offers", row_names_another_offer),
    ("sums.payers", payment_one_fen_more_than_its_columns),
    ("sums.envelopes", envelope_paid_one_fen_off),
    ("sums.envelopes", committed_counted_as_paid),
    ("sums.envelopes", carried_in_from_nowhere),
    ("sums.envelopes", carried_out_rounded_up),
    ("sums.committed", later_instalment_one_fen_off),
    ("sums.committed", committed_one_fen_off),
    ("sums.notice", notice_unit_moved),
    ("sums.notice", notice_row_missing),
]


@pytest.mark.parametrize(("check", "plant"), SUMS, ids=[plant.__name__ for _, plant in SUMS])
def test_a_planted_error_is_found_by_its_check(case: Any, check: str, plant: Callable[[Any], None]) -> None:
    assert case.unclean() == {}
    plant(case)
    assert case.unclean()[check]
