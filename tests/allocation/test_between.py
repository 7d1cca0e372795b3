"""Why two allocations differ: parts worked out by hand from the three-unit case, and parts that always close."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.allocation.audit.conftest import A, B, ByHand, C
from tests.briefing.sample import make_outcome

from silvafisc.allocation.between import Side, difference_parts
from silvafisc.allocation.performance import RULE
from silvafisc.allocation.reasons import PARTS
from silvafisc.results import RuleSpec, UnitInputs


def side(case: ByHand) -> Side:
    """The case as one of two allocations."""
    inputs = {name: frame for name, frame in case.inputs.items() if name != "last_year"}
    return Side.of(case.resolved, UnitInputs(**inputs, last_year=None, ledger=pd.DataFrame()), case.tables)


def parts(second: ByHand, first: ByHand | None = None) -> dict[tuple[str, str], int]:
    """(unit, part) -> fen."""
    return {(code, part): fen for code, part, fen in difference_parts(side(first or ByHand()), side(second))}


def state_of_b(case: ByHand, nature: str, period: str, fen: int, standard: str | None = None) -> None:
    where = {"region_code": B, "nature": nature, "category": "state", "period": period}
    case.set("allocation", "payment_fen", fen, **where)
    if standard is not None:
        case.set("allocation", "standard_yuan_per_mu", standard, **where)


def factor(case: ByHand, amounts: tuple[int, int, int], period: str = "2027") -> None:
    for code, fen in zip((A, B, C), amounts, strict=True):
        case.set("allocation", "payment_fen", fen, region_code=code, nature="factor", period=period)


def test_nothing_moves_an_allocation_to_itself() -> None:
    assert parts(ByHand()) == {}


def test_area_moves_a_category_at_the_first_standard() -> None:
    """by hand: B's state forest 200.0 -> 220.0 mu at 12.00 (2026) and 15.00 yuan (2027): 20 x 12 + 20 x 15 = 540 yuan."""
    case = ByHand()
    case.set("inputs/areas", "area_tenth_mu", 2200, region_code=B, category="state")
    for period, top_up in (("2026", 44000), ("2027", 110000)):
        state_of_b(case, "rigid", period, 220000)
        state_of_b(case, "top_up", period, top_up)
    assert parts(case) == {(B, "area"): 54000}


def test_a_standard_moves_all_alike_and_the_grade_does_the_rest() -> None:
    """by hand: state forest 2027, 100.5 mu at 10.00 and 200.0 mu at 15.00 -> 16.00 yuan. Means rounded down:
    (10.05 + 30.00) / 3.005 -> 13.32, (10.05 + 32.00) / 3.005 -> 13.99 yuan. A: 100.5 mu: 1405.99 − 1338.66 = 67.33 yuan;
    B: 200 mu x 0.67 = 134.00 yuan; the grade takes A back to nothing and B to its 200.00 yuan more.
    """
    case = ByHand()
    state_of_b(case, "top_up", "2027", 120000, "16.00")
    assert parts(case) == {(A, "standard"): 6733, (A, "grade"): -6733, (B, "standard"): 13400, (B, "grade"): 6600}


def test_where_nobody_grades_a_standard_ends_at_the_amount() -> None:
    first, second = ByHand(), ByHand()
    for case in (first, second):
        case.resolved = replace(case.resolved, grades=replace(case.resolved.grades, by_region=False))
    state_of_b(second, "top_up", "2027", 120000, "16.00")
    assert parts(second, first) == {(B, "standard"): 20000}


def test_tasks_and_instalments_are_their_own_parts() -> None:
    case = ByHand()
    case.add("allocation", "payment_fen", 700, region_code=B, nature="task", period="2026")
    case.add("allocation", "payment_fen", -7, region_code=C, nature="committed", period="2026")
    assert parts(case) == {(B, "task"): 700, (C, "committed"): -7}


def test_a_pot_is_shared_as_before() -> None:
    """by hand: 2 000 000 -> 4 000 000 fen in the same proportion doubles 128 571 : 914 286 : 957 143. The formula gives
    257 143 and 1 828 571: the odd fen of rounding twice stands at the factors."""
    case = ByHand()
    factor(case, (257143, 1828571, 1914286))
    pot = {(A, "pot"): 128571, (B, "pot"): 914286, (C, "pot"): 957143}
    assert parts(case) == {**pot, (A, "factor"): 1, (B, "factor"): -1}


def test_factor_values_and_weights_are_told_apart() -> None:
    """by hand: weights 0.7/0.3 -> 0.5/0.5 and B's forest 2.5 -> 5.5, so forest 1.5 : 5.5 : 3 of 10.
    Values first, at 0.7/0.3: A 600 000 x 0.15 = 90 000; B 700 000 + 330 000; C 700 000 + 180 000.
    Then weights: A 150 000; B 500 000 + 550 000; C 500 000 + 300 000.
    """
    case = ByHand()
    case.set("inputs/factors", "value", "5.5", region_code=B, factor="forest_resource")
    for name in ("fiscal_difficulty", "forest_resource"):
        case.set("weights", "weight", "0.5", factor=name, period="2027")
    factor(case, (150000, 1050000, 800000))
    # 2026 stays at its weights, so only the value moves it: forest 300 001 by 1.5 : 5.5 : 3 (remainders 0.15, 0.55, 0.3).
    factor(case, (45000, 350001 + 165001, 350001 + 90000), "2026")
    found = parts(case)
    assert {key: fen for key, fen in found.items() if key[1] == "weight"} == {
        (A, "weight"): 60000,
        (B, "weight"): 20000,
        (C, "weight"): -80000,
    }
    assert found[A, "factor"] == (90000 - 128571) + (45000 - 64286)
    assert found[B, "factor"] == (1030000 - 914286) + (515002 - 457144)


def test_scores_are_a_part_of_their_own() -> None:
    """by hand: multipliers 1.1, 0.9, 1. Fiscal 1 400 000 by 0 : 0.9 : 1 -> 663 158, 736 842; forest 600 000 by
    1.65 : 2.25 : 3 -> 143 478, 195 652, 260 870. The year 2026 is left as it was."""
    case = ByHand()
    params = {"factor": "score", "excellent": "90", "reward": "0.1", "poor": "60", "deduction": "0.1"}
    case.resolved = replace(case.resolved, rules=(*case.resolved.rules, RuleSpec(RULE, params)))
    blank = dict.fromkeys(case.inputs["factors"].columns, "")
    scores = [{**blank, "region_code": c, "factor": "score", "value": v} for c, v in ((A, "95"), (B, "50"), (C, "70"))]
    case.inputs["factors"] = pd.concat([case.inputs["factors"], pd.DataFrame(scores)], ignore_index=True)
    factor(case, (143478, 858810, 997712))
    assert parts(case) == {(A, "performance"): 14907, (B, "performance"): -55476, (C, "performance"): 40569}


@pytest.mark.parametrize(("first", "second"), [(3, 5), (5, 3)])
def test_parts_close_where_units_come_and_go(first: int, second: int) -> None:
    sides = [make_outcome(count) for count in (first, second)]
    found = difference_parts(*(Side.of(o.resolved, o.inputs, o.tables) for o in sides))
    assert {part for _, part, _ in found} <= set(PARTS)
    paid = [o.tables["allocation"].groupby("region_code")["payment_fen"].sum().to_dict() for o in sides]
    for code in paid[0].keys() | paid[1].keys():
        moved = sum(fen for unit, _, fen in found if unit == code)
        assert moved == paid[1].get(code, 0) - paid[0].get(code, 0)
