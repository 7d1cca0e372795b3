"""Planted misprints in what a county head needs to redo the amounts: who pays, when, and from which pot."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.allocation.audit.conftest import B

SHARES = "1=central:0.5+provincial:0.5;2=central:2/3+provincial:1/4+county:1/12"
TASK_SHARES = "1=central:1;2=central:0.9+county:0.1"
ROW = {"category": "state", "grade": "2", "period": "2026"}
TASK = {"measure": "afforestation", "period": "2027"}


def print_terms(case: Any) -> None:
    """The columns as a run writes them (the hand-made tables are older than they are)."""
    standards = case.tables["standards"]
    recurring = standards["category"] != ""
    standards["payer_shares"] = [SHARES if own else TASK_SHARES for own in recurring]
    standards["instalments"] = ["0=0.6;1=0.3;3=0.1" if m == "afforestation" else "" for m in standards["measure"]]
    case.tables["weights"]["payer"] = "central"


def share_misprinted(case: Any) -> None:
    case.set("standards", "payer_shares", SHARES.replace("1/12", "1/13"), **ROW)


def tier_left_out(case: Any) -> None:
    case.set("standards", "payer_shares", SHARES.partition(";")[0], **ROW)


def plan_misprinted(case: Any) -> None:
    case.set("standards", "instalments", "0=0.6;2=0.3;3=0.1", **TASK)


def plan_left_out(case: Any) -> None:
    case.set("standards", "instalments", "", **TASK)


def pot_of_another_payer(case: Any) -> None:
    case.set("weights", "payer", "provincial", period="2026", factor="fiscal_difficulty")


SUMS: list[tuple[str, Callable[[Any], None]]] = [
    ("standards", share_misprinted),
    ("standards", tier_left_out),
    ("standards", plan_misprinted),
    ("standards", plan_left_out),
    ("weights", pot_of_another_payer),
]


@pytest.mark.parametrize(("check", "plant"), SUMS, ids=[plant.__name__ for _, plant in SUMS])
def test_a_misprint_is_found_by_its_check(case: Any, check: str, plant: Callable[[Any], None]) -> None:
    print_terms(case)
    assert case.unclean() == {}
    plant(case)
    assert case.unclean()[check]


def test_an_older_outcome_without_the_columns_is_still_audited(case: Any) -> None:
    assert "payer_shares" not in case.tables["standards"]
    assert case.unclean() == {}
    case.add("allocation", "central_fen", 1, region_code=B, nature="factor", period="2026")
    assert case.unclean()
