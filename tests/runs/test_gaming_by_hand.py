"""The gaming table by hand: what three units would gain by each false figure at one published standard, task and pot."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from tests.allocation.tiny import CODES, COLLECTIVE, REFORM, tiny

from silvafisc.allocation.fixed_rule import FixedRule
from silvafisc.policy import Rules
from silvafisc.runs.robustness import Ground
from silvafisc.runs.robustness import _gaming as gaming_of

A, B, C = CODES


@pytest.fixture(scope="module")
def gaming() -> pd.DataFrame:
    """18 yuan per mu; half of each need at 400 yuan per mu; pots of 1 000 and 500 yuan; nothing graded."""
    made = tiny("rule", grades=1, task=True, pot=True)
    areas = made.inputs.areas.assign(area_tenth_mu=[1_000, 2_000, 3_005])
    tasks = made.inputs.tasks.assign(need_tenth_mu=[1_000, 2_000, 3_000], capacity_tenth_mu=[800, 1_000, 1_600])
    values = {"fiscal_difficulty": ("1", "1", "2"), "task_need": ("1", "2", "1")}
    factors = pd.DataFrame(
        [
            (code, name, value, f"county of {code}", "province" if code == A else "")
            for name, held in values.items()
            for code, value in zip(CODES, held, strict=True)
        ],
        columns=["region_code", "factor", "value", "reported_by", "verified_by"],
    )
    problem = made.tables(areas=areas, tasks=tasks, factors=factors).problem()
    rule = FixedRule(
        problem,
        standards={(COLLECTIVE, "2026"): np.array([18_00])},
        tasks={("afforestation", "2026"): (400_00, "0.5")},
        pots=((REFORM, "2026", "fiscal_difficulty", 1_000_00), (REFORM, "2026", "task_need", 500_00)),
        grades=("",),
    )
    rules = cast(Rules, SimpleNamespace(fraction=lambda name: Fraction(1, 10)))
    ground = Ground(rule, pd.DataFrame(), rules, np.zeros(3, np.int64))
    allocation = pd.DataFrame({"region_code": [A, A, B], "payment_fen": [15_000_00, 5_000_00, 10_000_00]})
    return gaming_of(ground, allocation)


def row_of(gaming: pd.DataFrame, code: str, kind: str, item: str) -> dict[str, Any]:
    (row,) = gaming[(gaming["region_code"] == code) & (gaming["kind"] == kind) & (gaming["item"] == item)].to_dict(
        "records"
    )
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize(
    ("code", "kind", "item", "gain"),
    [
        # 10 mu, 20 mu, and 30.0 mu of 30.05 (whole 0.1 mu), at 18 yuan
        (A, "area", COLLECTIVE, 180_00),
        (B, "area", COLLECTIVE, 360_00),
        (C, "area", COLLECTIVE, 540_00),
        # 50 mu become 55; 100 mu are all that B can do; 150 mu become the 160 that C can do instead of 165
        (A, "need", "afforestation", 2_000_00),
        (B, "need", "afforestation", 0),
        (C, "need", "afforestation", 4_000_00),
        # 1.1 of 4.1 instead of 1 of 4: 268.29 and 134.14 for 250 and 125; 2.2 of 4.2 instead of 2 of 4: 523.80 and 261.90
        (A, "factor", "fiscal_difficulty", 18_29),
        (C, "factor", "fiscal_difficulty", 23_80),
        (A, "factor", "task_need", 9_14),
        (B, "factor", "task_need", 11_90),
    ],
)
def test_ten_per_cent_too_much_brings(gaming: pd.DataFrame, code: str, kind: str, item: str, gain: int) -> None:
    row = row_of(gaming, code, kind, item)
    assert (row["moved"], row["gain_fen"]) == ("+10%", gain)


def test_gains_are_set_against_all_that_the_unit_gets(gaming: pd.DataFrame) -> None:
    """by hand: 2 000 of A's 15 000 + 5 000 yuan, 360 of B's 10 000; C gets nothing that could be a whole."""
    assert row_of(gaming, A, "need", "afforestation")["gain_share"] == pytest.approx(0.1)
    assert row_of(gaming, B, "area", COLLECTIVE)["gain_share"] == pytest.approx(0.036)
    assert row_of(gaming, C, "area", COLLECTIVE)["gain_share"] == 0


def test_who_reports_and_who_verifies_stands_beside_the_gain(gaming: pd.DataFrame) -> None:
    for item in ("fiscal_difficulty", "task_need"):
        told = {c: row_of(gaming, c, "factor", item) for c in (A, B)}
        assert (told[A]["reported_by"], told[A]["verified_by"]) == (f"county of {A}", "province")
        assert (told[B]["reported_by"], told[B]["verified_by"]) == (f"county of {B}", "")


def test_nothing_is_gained_by_a_grade_where_none_is_chosen(gaming: pd.DataFrame) -> None:
    assert set(gaming["kind"]) == {"area", "need", "factor"}
