"""The published standards themselves: on their grid, in their order, with the areas and units they apply to."""

from collections.abc import Mapping
from itertools import pairwise

from silvafisc.results.resolved import Shares

from .case import COMPENSATION, Case, Standard
from .exact import fraction
from .expected import CERTIFIED, NEED, task_level
from .finding import Check


def examine(case: Case, check: Check) -> None:
    """Rule mode only: in case mode no standard is published and each unit's row carries its own.

    Per category: level on the grid, floor and last year's standard as in the scenario, higher grade ⇒ not lower, order
    between categories, number of units and area. Per task: unit standard and quantity share on their grids.
    """
    if not case.by_rule:
        return
    for row in case.standards:
        if row.category:
            _category(case, row, check)
        else:
            _task(case, row, check)
    for category in case.resolved.categories:
        for period in case.resolved.periods:
            published = case.standards_of.get((category.id, period), ())
            if not published:
                check.refuse(
                    f"standards: category={category.id}, period={period}", "没有公布标准", "nothing is published"
                )
            for lower, higher in pairwise(published):
                least = lower.standard or 0
                rises = (higher.standard or 0) >= least
                check.holds(
                    rises,
                    higher.where,
                    f"≥ {least}",
                    higher.standard,
                    "fen/mu",
                    "高档标准",
                    "a higher grade's standard",
                )
            for row in published:
                for other in category.not_below:
                    _order(case, row, other, check)


def _category(case: Case, row: Standard, check: Check) -> None:
    spec = case.resolved.category(row.category)
    check.equal(row.where, spec.fund, row.fund, "", "资金", "the fund")
    check.equal(row.where, COMPENSATION, row.measure, "", "措施", "the measure")
    check.equal(row.where, CERTIFIED, row.quantity_rule, "", "数量规则", "the quantity rule")
    levels = spec.levels_fen
    check.holds(row.standard in levels, row.where, f"one of {levels}", row.standard, "fen/mu", "标准", "the standard")
    check.equal(row.where, spec.floor_fen[row.period], row.floor, "fen/mu", "法定最低标准", "the statutory floor")
    check.equal(row.where, spec.last_year_fen, row.last_year, "fen/mu", "上年标准", "last year's standard")
    areas = [
        area
        for region in case.units
        if row.grade in ("", case.published[region].grade) and (area := case.area(region, spec.id))
    ]
    check.equal(row.where, len(areas), row.units, "units", "适用单位数", "the number of units")
    check.equal(row.where, sum(areas), row.area, "0.1 mu", "适用面积", "the area")
    _split(row, spec.payer_shares, check)


def _task(case: Case, row: Standard, check: Check) -> None:
    known = {task.id: task for task in case.resolved.tasks}
    if row.measure not in known:
        check.refuse(row.where, "方案中没有这项任务", "the scenario has no such task")
        return
    spec = known[row.measure]
    check.equal(row.where, spec.fund, row.fund, "", "资金", "the fund")
    check.equal(row.where, spec.floor_fen, row.floor or 0, "fen/mu", "法定最低标准", "the statutory floor")
    shares = [fraction(text) for text in spec.quantity_shares]
    try:
        part = fraction(row.quantity_rule.removeprefix(NEED))
    except ValueError:
        return  # refused by name where the amounts are recomputed
    _split(row, spec.payer_shares, check)
    if row.instalments is not None:
        plan = tuple(tuple(part.split("=")) for part in row.instalments.split(";") if part) or (("0", "1"),)
        legal = tuple((str(years), text) for years, text in spec.instalments)
        check.equal(row.where, legal, plan, "", "分期安排", "the payment plan")
    rule = row.quantity_rule
    shape = rule.startswith(NEED) and part in shares
    check.holds(shape, row.where, f"{NEED}{spec.quantity_shares}", rule, "", "数量规则", "the quantity rule")
    if part:
        grid = spec.standards_fen
        check.holds(row.standard in grid, row.where, f"one of {grid}", row.standard, "fen/mu", "单价", "the standard")
    levels = [task_level(case, spec, region, row.period, check) for region in case.units]
    areas = [level[1] for level in levels if level is not None and level[1]]
    check.equal(row.where, len(areas), row.units, "units", "适用单位数", "the number of units")
    check.equal(row.where, sum(areas), row.area or 0, "0.1 mu", "适用面积", "the area")


def _split(row: Standard, shares: Mapping[str, Shares], check: Check) -> None:
    """The payers' shares as printed, tier by tier."""
    if row.payer_shares is None:
        return
    tiers = [tier.partition("=") for tier in row.payer_shares.split(";")]
    printed = {tier: tuple(tuple(part.split(":")) for part in parts.split("+")) for tier, _, parts in tiers}
    check.equal(row.where, dict(shares), printed, "", "分担比例", "the payers' shares")


def _order(case: Case, row: Standard, other: str, check: Check) -> None:
    for base in case.standards_of.get((other, row.period), ()):
        if base.grade in ("", row.grade) or not row.grade:
            least = base.standard or 0
            holds = (row.standard or 0) >= least
            zh, en = f"标准（不低于 {other}）", f"the standard (not below {other})"
            check.holds(holds, row.where, f"≥ {least}", row.standard, "fen/mu", zh, en)
