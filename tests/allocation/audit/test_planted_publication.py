"""Planted violations of the rules on what is published and on what units report: the rule's own check rejects them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from silvafisc.results import RuleSpec

A, B, C = "110001", "110002", "110003"
ECO, DEV = "ecological_protection_restoration", "reform_development"


def under(case: Any, rule: str, **params: Any) -> None:
    """Add a rule to those of the case by hand."""
    case.resolved = replace(case.resolved, rules=(*case.resolved.rules, RuleSpec(rule, params)))


def unverified_just_within(case: Any) -> None:
    # by hand: fiscal difficulty is published at 0.7 in both periods; the forest resource is verified for all
    case.inputs["factors"].loc[case.inputs["factors"]["factor"] == "forest_resource", "verified_by"] = "province"
    under(case, "unverified_weight", at_most="0.7")


def forest_resource_of_one_unit_unverified(case: Any) -> None:
    case.set("inputs/factors", "verified_by", "", region_code=C, factor="forest_resource")


RULES: list[tuple[str, Callable[[Any], None]]] = [("unverified_weight", forest_resource_of_one_unit_unverified)]
READY: dict[str, Callable[[Any], None]] = {"unverified_weight": unverified_just_within}


@pytest.mark.parametrize(("rule", "plant"), RULES, ids=[plant.__name__ for _, plant in RULES])
def test_a_planted_violation_is_rejected_by_its_rule(case: Any, rule: str, plant: Callable[[Any], None]) -> None:
    READY[rule](case)
    assert case.unclean() == {}
    plant(case)
    findings = case.unclean()[rule]
    assert all(f["where"] and f["zh"] and f["en"] for f in findings)
