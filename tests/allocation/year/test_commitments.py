"""Instalments over the years, by hand: 70 % and 30 %, years 1, 3 and 5, and what is taken back where a check failed."""

from dataclasses import replace
from fractions import Fraction

import pandas as pd
from tests.allocation.sample import REFORM, SHARED, sample_resolved

from silvafisc.allocation.year.book import Book, Commitment
from silvafisc.allocation.year.commitments import closed, falling_due, gated, opened

PLAN = ((0, "5/12"), (2, "3/12"), (4, "4/12"))
"""The plan on record for farmland returned to forest: 500, 300 and 400 of 1 200 yuan in years 1, 3 and 5."""
TIERS = {"110000": "1"}


def resolved(plan: tuple[tuple[int, str], ...]):  # type: ignore[no-untyped-def]
    sample = sample_resolved()
    return replace(sample, tasks=(replace(sample.tasks[0], instalments=plan),))


def a_task(period: str = "2026") -> pd.DataFrame:
    """10 mu at 1 200 yuan; payers 80 and 20 %."""
    row = {"region_code": "110000", "measure": "afforestation", "nature": "task", "period": period}
    return pd.DataFrame([{**row, "standard_yuan_per_mu": "1200.00", "area_mu": "10.0"}])


def test_a_plan_of_years_1_3_5_leaves_two_later_instalments() -> None:
    assert SHARED["1"] == (("central", "0.8"), ("provincial", "0.2"))
    rows = closed((), resolved(PLAN), a_task(), TIERS, "2026", "doc")
    # 12 000 yuan: 5 000 now, 3 000 in 2028, 4 000 in 2030; the centre's part is 80 %.
    assert [(r.due_year, r.amount_fen, r.payer_fen, r.state) for r in rows] == [
        ("2026", 5_000_00, 4_000_00, "paid"),
        ("2028", 3_000_00, 2_400_00, "due"),
        ("2030", 4_000_00, 3_200_00, "due"),
    ]
    assert falling_due(rows, ["2027", "2028"]) == [("110000", REFORM, "afforestation", "2028", 2_400_00)]


def test_an_instalment_is_paid_once_and_then_behind() -> None:
    rows = closed((), resolved(PLAN), a_task(), TIERS, "2026", "doc")
    paid: list[int] = []
    for year in ("2027", "2028", "2029", "2030", "2031"):
        paid.append(sum(fen for *_, fen in falling_due(rows, [year])))
        rows = closed(rows, resolved(PLAN), a_task().iloc[:0], TIERS, year, "doc")
    assert paid == [0, 2_400_00, 0, 3_200_00, 0]
    assert {row.state for row in rows} == {"paid"}


def test_what_failed_is_withheld_and_its_part_of_what_was_paid_is_taken_back() -> None:
    rows = closed((), resolved(PLAN), a_task(), TIERS, "2026", "doc")
    gate = ("110000", "afforestation", "2028")
    after, unknown = gated(Book(year_commitments=rows), {gate: Fraction(1, 4)}, (), Fraction(1), "check")
    assert unknown == []
    # A quarter passed: three quarters of the 4 000 that the centre paid.
    assert [(r.due_year, r.payer_fen, r.state) for r in after] == [
        ("2026", 4_000_00, "paid"),
        ("2028", 2_400_00, "withheld"),
        ("2028", 3_000_00, "recovery"),
        ("2030", 3_200_00, "due"),
    ]
    half, _ = gated(Book(year_commitments=rows), {gate: Fraction(1, 4)}, (), Fraction(1, 2), "check")
    assert [r.payer_fen for r in half if r.state == "recovery"] == [1_500_00]


def test_of_what_was_committed_before_the_chain_nobody_knows_what_was_paid() -> None:
    known = replace(sample_resolved(), opening_commitments=(("110000", REFORM, "afforestation", "2026", 900_00),))
    rows = opened(known)
    assert rows == (Commitment("110000", REFORM, "afforestation", "", "2026", 900_00, 900_00, "due", ""),)
    gate = ("110000", "afforestation", "2026")
    _, unknown = gated(Book(year_commitments=rows), {gate: Fraction(0)}, (), Fraction(1), "check")
    assert unknown == list(rows)
    stated = {("110000", REFORM, "afforestation")}
    after, unknown = gated(Book(year_commitments=rows), {gate: Fraction(0)}, stated, Fraction(1), "check")
    assert unknown == []
    assert [row.state for row in after] == ["withheld"]
