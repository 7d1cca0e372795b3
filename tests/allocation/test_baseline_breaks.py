"""How often and by how much baselines break rules, by hand; the audit's clauses say so."""

from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest
from tests.allocation.decided import decided
from tests.allocation.sample import PROTECTION, sample_inputs, sample_resolved
from tests.allocation.test_baselines import A, B, by_hand, last_year_table

from silvafisc.allocation.audit.excess import excess, worst
from silvafisc.allocation.audit.finding import Check, Finding
from silvafisc.allocation.baselines import baselines
from silvafisc.results import Resolved, RuleSpec, UnitInputs


def breaks(resolved: Resolved, inputs: UnitInputs, *rules: RuleSpec) -> pd.DataFrame:
    """Decided without the rules, baselines judged by them."""
    found = decided(resolved, inputs)
    problem = replace(found.problem, resolved=replace(found.problem.resolved, rules=rules))
    return baselines(problem, found.tables, None).breaks


def of(frame: pd.DataFrame, baseline: str) -> list[tuple[object, ...]]:
    mine = frame[frame["baseline"] == baseline]
    return list(mine[["rule", "rows", "worst", "unit", "where"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("expected", "found", "unit", "amount"),
    [
        ("≤ 300 fen", "301 fen", "fen", 1),
        ("≥ 12.50 fen", "2 fen", "fen", Fraction(21, 2)),
        ("-5.00 … 5.00 fen", "7 fen", "fen", 2),
        ("-5.00 … 5.00 fen", "-9 fen", "fen", 4),
        ("1600 fen/mu", "1500 fen/mu", "fen/mu", 100),
        ("≤ 1000 0.1 mu", "1010 0.1 mu", "0.1 mu", 10),
        ("≤ 1/3", "1/2", "", Fraction(1, 6)),
        ("≥ 1e+06 tCO2e", "999999.5 tCO2e", "tCO2e", Fraction(1, 2)),
    ],
)
def test_the_excess_is_read_from_what_is_expected_and_found(
    expected: str, found: str, unit: str, amount: Fraction
) -> None:
    assert excess(Finding("x", expected, found, "", "")) == (unit, amount)


def test_what_compares_no_numbers_is_counted_without_an_excess() -> None:
    check = Check("planted")
    check.refuse("x", "缺少一行", "the row is missing")
    check.holds(False, "y", False, True, "", "是否", "whether")
    check.holds(False, "z", "≤ 3", 5, "fen", "金额", "the amount")
    check.holds(False, "w", "≤ 3", 9, "fen", "金额", "the amount")
    check.holds(True, "v", "≤ 3", 1, "fen", "金额", "the amount")
    assert worst(check.findings) == {"": (2, None, "x"), "fen": (2, Fraction(6), "w")}


def test_a_share_that_is_missed_is_missed_by_so_many_fen() -> None:
    """by hand: at 20 yuan all 400.0 mu take 1 600 yuan above the floor; poor C has no area, and 0.25 of it are 400 yuan."""
    resolved, inputs = by_hand(1_600_00)
    rule = RuleSpec("priority_share", {"group": "poor", "share": "0.25", "fund": PROTECTION})
    where = f"group=poor, period=2026, fund={PROTECTION}"
    assert of(breaks(resolved, inputs, rule), "flat_standard") == [("priority_share", 1, "40000", "fen", where)]


def test_standards_are_missed_by_fen_per_mu_and_counted_per_unit() -> None:
    """by hand: everybody gets 20 yuan in the only year; a category of 21.50 last year falls by 1.50 in both units with area."""
    resolved, inputs = by_hand(1_600_00)
    found = decided(resolved, inputs)
    category = replace(resolved.categories[0], last_year_fen=21_50)
    judged = replace(found.problem.resolved, rules=(RuleSpec("standards_only_rise"),), categories=(category,))
    frame = baselines(replace(found.problem, resolved=judged), found.tables, None).breaks
    [(rule, rows, worst_, unit, _)] = of(frame, "flat_standard")
    assert (rule, rows, worst_, unit) == ("standards_only_rise", 2, "150", "fen/mu")


def test_money_below_what_the_law_fixes_is_missed_by_the_gap() -> None:
    """by hand: A is due 1 600 yuan and had 1 500; B had what is due."""
    resolved, inputs = by_hand()
    inputs = replace(inputs, last_year=last_year_table({A: 1_500_00, B: 4_800_00}))
    frame = breaks(resolved, inputs, RuleSpec("envelope"), RuleSpec("statutory_floor"))
    where = f"region_code={A}, fund={PROTECTION}, period=2026"
    assert of(frame, "last_year") == [("statutory_floor", 1, "10000", "fen", where)]


def test_more_than_the_appropriation_is_over_by_the_difference() -> None:
    """by hand: 6 400 yuan and 6 000.01 are there; 2 000 and 99 000 were paid last year."""
    resolved, inputs = by_hand()
    inputs = replace(inputs, last_year=last_year_table({A: 2_000_00, B: 99_000_00}))
    [(rule, rows, amount, unit, _)] = of(breaks(resolved, inputs, RuleSpec("envelope")), "last_year")
    assert (rule, rows, amount, unit) == ("envelope", 1, str(101_000_00 - 12_400_01), "fen")


def test_money_that_buys_nothing_counts_as_factor_money() -> None:
    """by hand: nobody may use 3 yuan of 400.0 mu (a level costs 400), so all of the entitlement is left; it is still given."""
    resolved, inputs = by_hand(3_00)
    rule = RuleSpec("envelope", {"full_allocation": True})
    broken = breaks(resolved, inputs, rule)
    assert of(broken, "pro_rata_area") == []
    # The flat standard leaves the same 3 yuan over, and whatever the other fund has left.
    assert any(row[0] == "envelope" for row in of(broken, "flat_standard"))


def test_task_areas_are_given_in_mu() -> None:
    """by hand: the needs of 1 000.0 mu become 0 when judged, so the excess is the task area itself, in mu."""
    resolved = sample_resolved(("2026",))
    inputs = sample_inputs()
    found = decided(resolved, inputs)
    zero = replace(inputs, tasks=inputs.tasks.assign(need_tenth_mu=0))
    judged = replace(found.problem, resolved=replace(resolved, rules=(RuleSpec("eligible_area"),)), inputs=zero)
    both = baselines(judged, found.tables, None)
    tasks = both.table[(both.table["baseline"] == "flat_standard") & (both.table["measure"] == "afforestation")]
    largest = max(float(area) for area in tasks["area_mu"])
    [(rule, rows, amount, unit, _)] = of(both.breaks, "flat_standard")
    assert (rule, rows, unit) == ("eligible_area", len(tasks), "mu")
    assert float(str(amount)) == largest > 0
