"""The published grading: scores from the indices, grades from the cut-offs, and the copy of the input table."""

from fractions import Fraction
from itertools import pairwise

from .case import Case
from .cells import INDEX_DECIMALS
from .exact import fraction
from .finding import Check


def examine(case: Case, check: Check) -> None:
    """score_r = round(α·importance_r + (1 − α)·need_r, 6); grade_r = number of cut-offs ≤ score_r.

    A score that lies exactly between two printed numbers may be rounded either way. regions.csv must repeat tier,
    groups and own revenue of the input table, and last year's amount as the sum of the last-year table.
    """
    last: dict[str, int] = {}
    for (region, _, _), (_, amount) in (case.last_year or {}).items():
        last[region] = last.get(region, 0) + amount
    for region, row in sorted(case.published.items()):
        unit = case.units[region]
        check.equal(row.where, unit.tier, row.tier, "", "分担级次", "the payer tier")
        check.equal(row.where, unit.groups, row.groups, "", "分组", "the groups")
        check.equal(row.where, unit.own_revenue, row.own_revenue, "fen", "自有可支配财力", "own revenue")
        check.equal(row.where, last.get(region), row.last_year, "fen", "上年资金", "last year's amount")
    if case.by_rule and case.resolved.grades.by_region:
        _grading(case, check)


def _grading(case: Case, check: Check) -> None:
    spec = case.resolved.grades
    count = len(case.grades)
    within = spec.minimum <= count <= spec.maximum
    check.holds(within, "grades", f"{spec.minimum} … {spec.maximum}", count, "", "档数", "the number of grades")
    alphas = {row.alpha for row in case.grades}
    check.equal("grades", 1, len(alphas), "", "α 的个数", "the number of different α")
    grid = [fraction(text) for text in spec.alphas]
    alpha = next(iter(alphas), None)
    if alpha is None or alpha not in grid:
        check.refuse("grades", "α 不在方案的取值内", "α is not on the scenario's grid", str(spec.alphas), str(alpha))
        return
    cut_offs = [row.cut_off for row in case.grades]
    lowest = min((row.score for row in case.published.values() if row.score is not None), default=Fraction(0))
    starts = [lowest if cut is None and not place else cut for place, cut in enumerate(cut_offs)]
    known = [cut for cut in starts if cut is not None]
    check.equal("grades", len(starts), len(known), "", "有起点分的档数", "the number of grades with a cut-off")
    check.equal(
        "grades", [str(k) for k in range(1, count + 1)], [row.grade for row in case.grades], "", "档次", "grades"
    )
    for (low, high), row in zip(pairwise(known), case.grades[1:], strict=False):
        check.holds(high > low, row.where, f"> {low}", high, "", "起点分", "the cut-off")
    half = Fraction(1, 2 * 10**INDEX_DECIMALS)
    for _, unit in sorted(case.published.items()):
        exact = alpha * unit.importance + (1 - alpha) * unit.need
        if unit.score is None:
            check.refuse(unit.where, "缺少分档得分", "the score is missing")
            continue
        rounded = abs(unit.score - exact) <= half and (unit.score * 10**INDEX_DECIMALS).denominator == 1
        check.holds(rounded, unit.where, float(exact), float(unit.score), "", "分档得分", "the score")
        grade = sum(1 for cut in known if cut <= unit.score)
        check.equal(unit.where, str(grade), unit.grade, "", "档次", "the grade")
    for row in case.grades:
        members = sum(1 for unit in case.published.values() if unit.grade == row.grade)
        check.equal(row.where, members, row.units, "units", "单位数", "the number of units")
