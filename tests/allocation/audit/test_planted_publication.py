"""Planted violations of the rules on what is published and on what units report: the rule's own check rejects them."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from silvafisc.results import ObjectiveSpec, RuleSpec

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


def adjusted_step_by_step(case: Any) -> None:
    # by hand, +3.00 a year: A's state 10 -> 13, of which 10 is on offer once 12 is struck off the grid (another check
    # finds that); B's 12 -> 15; collective 18 -> 21, of which 20.05 is on offer.
    specs = [replace(c, levels_fen=(1000, 1500)) if c.id == "state" else c for c in case.resolved.categories]
    case.resolved = replace(case.resolved, categories=tuple(specs))
    under(case, "adjustment", mode="step", step="3", review_years=5, last_review="2026")


def a_year_at_will(case: Any) -> None:
    case.set("standards", "standard_yuan_per_mu", "18.00", category="collective", grade="2", period="2027")


SCORES = {"factor": "score", "excellent": "90", "poor": "60", "reward": "0.1", "deduction": "0.5"}


def all_scores_alike(case: Any) -> None:
    # everybody counts one tenth more, which changes no share
    factors = case.inputs["factors"]
    marks = factors.drop_duplicates("region_code").assign(factor="score", value="95")
    case.inputs["factors"] = pd.concat([factors, marks], ignore_index=True)
    under(case, "performance", **SCORES)


def one_unit_scores_badly(case: Any) -> None:
    case.set("inputs/factors", "value", "59", region_code=C, factor="score")


def one_fen_kept_from_owners(case: Any) -> None:
    row = {"region_code": B, "nature": "top_up", "category": "state", "period": "2026"}
    case.add("allocation", "payment_fen", -1, **row)


def agreement_just_affordable(case: Any) -> None:
    # by hand, C in 2026: the county column holds 53 427 + 6 678 = 60 105 fen, a tenth of its revenue 669 500; the rest,
    # 609 395 fen, is what it can owe.
    terms = {
        "payer": C,
        "receiver": B,
        "document": "signed",
        "kappa": "0.1",
        "trigger": "at_most",
        "otherwise": "nothing",
    }
    under(case, "horizontal", **terms, amount="9999", cap="6093.95", index={"2026": "1", "2027": "1.2"}, threshold="1")
    rows = [(C, "horizontal.paid", "2026", 609_395.0), (B, "horizontal.received", "2026", 609_395.0)]
    case.tables["indicators"] = pd.DataFrame(rows, columns=["region_code", "variable", "year", "value"])


def one_fen_more_owed(case: Any) -> None:
    case.add("inputs/regions", "own_revenue_fen", -10, region_code=C)


def one_fen_less_received(case: Any) -> None:
    case.tables["indicators"].loc[1, "value"] -= 1.0


RULES: list[tuple[str, Callable[[Any], None]]] = [
    ("unverified_weight", forest_resource_of_one_unit_unverified),
    ("adjustment", a_year_at_will),
    ("performance", one_unit_scores_badly),
    ("performance", one_fen_kept_from_owners),
    ("horizontal", one_fen_more_owed),
    ("horizontal", one_fen_less_received),
]
READY: dict[str, Callable[[Any], None]] = {
    "unverified_weight": unverified_just_within,
    "adjustment": adjusted_step_by_step,
    "performance": all_scores_alike,
    "horizontal": agreement_just_affordable,
}


@pytest.mark.parametrize(("rule", "plant"), RULES, ids=[plant.__name__ for _, plant in RULES])
def test_a_planted_violation_is_rejected_by_its_rule(case: Any, rule: str, plant: Callable[[Any], None]) -> None:
    READY[rule](case)
    assert rule not in case.unclean()
    plant(case)
    findings = case.unclean()[rule]
    assert all(f["where"] and f["zh"] and f["en"] for f in findings)


def reported(case: Any, values: dict[str, float]) -> None:
    """Indicators of the whole allocation, as `run` hands them over."""
    rows = [{"region_code": "000000", "variable": name, "year": "", "value": value} for name, value in values.items()]
    case.tables["indicators"] = pd.DataFrame(rows)


def objectives_right(case: Any) -> None:
    # by hand, payments over both years in fen (rows of the case): A 201 000 + 1 447 442 + 361 910 + 192 857 = 2 203 209;
    # B 400 000 + 106 560 + 140 000 + 20 146 + 5 400 900 + 1 350 225 + 1 371 430 = 8 789 261;
    # C 1 282 240 + 242 423 + 10 007 + 1 435 716 = 2 970 386; together 13 962 856.
    # Need units 100 x 0.1 = 10, 200 x 0.6 = 120, 100 x 0.900001 = 90.0001; together 220.0001.
    together = Fraction(13_962_856)
    needs = (Fraction(10), Fraction(120), Fraction("90.0001"))
    paid = (2_203_209, 8_789_261, 2_970_386)
    share = [need / Fraction("220.0001") for need in needs]
    apart = sum(abs(y - part * together) for y, part in zip(paid, share, strict=True)) / Fraction("220.0001") / 100
    # Standards: state 10, 12, 15 and collective 18, 20.05 (grade 1 has no unit); one cut-off; afforestation 300.05 and
    # 0.4 (no tending is given); two pots, one weighting of two factors.
    right = {"disparity": float(apart), "simplicity": 5 + 1 + 2 + 2 + 2}
    case.resolved = replace(case.resolved, objectives=tuple(ObjectiveSpec(term, 1) for term in right))
    reported(case, right)


def column_right(case: Any) -> None:
    # `obj.birds` is 1 for every chosen offer, so the value is their number
    offers = case.tables["offers"]
    offers["obj.birds"] = 1.0
    case.resolved = replace(case.resolved, objectives=(ObjectiveSpec("obj.birds", 1),))
    reported(case, {"obj.birds": float(offers["chosen"].astype(str).isin(["true", "True", "1"]).sum())})


def one_more(case: Any, name: str) -> None:
    table = case.tables["indicators"]
    case.tables["indicators"] = table.assign(value=table["value"] + (table["variable"] == name))


def disparity_one_more(case: Any) -> None:
    one_more(case, "disparity")


def simplicity_one_more(case: Any) -> None:
    one_more(case, "simplicity")


def column_one_more(case: Any) -> None:
    one_more(case, "obj.birds")


def a_chosen_offer_without_benefit(case: Any) -> None:
    offers = case.tables["offers"]
    first = offers.index[offers["chosen"].astype(str).isin(["true", "True", "1"])][0]
    offers["obj.birds"] = offers["obj.birds"].astype(object)
    offers.loc[first, "obj.birds"] = ""


OBJECTIVES: list[tuple[str, Callable[[Any], None]]] = [
    ("disparity", disparity_one_more),
    ("simplicity", simplicity_one_more),
    ("column", column_one_more),
    ("column", a_chosen_offer_without_benefit),
]


@pytest.mark.parametrize(("term", "plant"), OBJECTIVES, ids=[plant.__name__ for _, plant in OBJECTIVES])
def test_a_wrong_value_is_found_by_its_objective_alone(case: Any, term: str, plant: Callable[[Any], None]) -> None:
    (column_right if term == "column" else objectives_right)(case)
    assert case.unclean() == {}
    plant(case)
    assert set(case.unclean()) == {"obj.birds" if term == "column" else term}


def test_objectives_that_mean_nothing_are_refused_by_name(case: Any) -> None:
    case.resolved = replace(case.resolved, objectives=(ObjectiveSpec("disparity", 1),))
    case.inputs["regions"]["rural_population_person"] = 0
    assert set(case.unclean()) == {"disparity"}
    case.resolved = replace(case.resolved, mode="case", rules=(), objectives=(ObjectiveSpec("simplicity", 1),))
    assert "simplicity" in case.unclean()
