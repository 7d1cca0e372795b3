"""What every row of the allocation must be, by the published formula and nothing else.

rigid_rcp     = floor(floor_cp · area_rc / 10)
top_up_rcp    = floor(s_cp(grade r) · area_rc / 10) − rigid_rcp
loan_rmp      = interest subsidy, fee subsidy and risk compensation of its own period; later ones are committed rows
task_rmp      = first instalment of floor(u_mp · min(floor(need · q), capacity) / 10); later ones are committed rows
factor_rfp    = Σ_j largest remainder(pot_fpj, value_rj · multiplier_r), the multiplier being 1 without a rule for performance
payer columns = largest remainder(payment, legal shares of the unit's tier), payer order wins ties
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from silvafisc.results import CategorySpec, FundSpec, TaskSpec

from .case import COMPENSATION, FACTOR_POT, PAYERS, Case, Key
from .exact import entitled, fraction, largest_remainder
from .finding import Check
from .loans import all_lent
from .performance import multiplier

NEED = "need:"
CERTIFIED = "certified_area"


@dataclass(frozen=True)
class Expected:
    """One expected row; None means that the published row leaves the cell empty (or that nothing is known to compare)."""

    standard: int | None
    area: int
    payment: int
    columns: Mapping[str, int]
    due_later: int = 0

    @property
    def nothing(self) -> bool:
        """No money, now or later, and no area: such a row may be left out."""
        return not (self.payment or self.due_later or self.area)


def split(payment: int, shares: Sequence[tuple[str, Fraction]]) -> dict[str, int]:
    """One payment over the four payer columns."""
    parts = largest_remainder(payment, shares)
    return {payer: parts.get(payer, 0) for payer in PAYERS}


def alone(payment: int, payer: str) -> dict[str, int]:
    """A payment that one payer bears."""
    return {name: payment if name == payer else 0 for name in PAYERS}


def instalments(task: TaskSpec, total: int) -> list[tuple[int, int]]:
    """(years after the task's period, fen) of each instalment; they sum to `total`."""
    plan = [(str(place), fraction(share)) for place, (_, share) in enumerate(task.instalments)]
    parts = largest_remainder(total, plan)
    return [(years, parts[str(place)]) for place, (years, _) in enumerate(task.instalments)]


def expected_rows(case: Case, check: Check) -> dict[Key, Expected]:
    """Every row that may exist, also those that come to nothing; what cannot be computed is a finding of `check`.

    Committed money of one unit, measure and period is one entry: the sum over its instalments, each split on its own.
    """
    result: dict[Key, Expected] = {}
    for category in case.resolved.categories:
        for key, row in _recurring(case, category, check):
            result[key] = row
    for task in case.resolved.tasks:
        for key, row in _task(case, task, check):
            result[key] = _plus(result[key], row) if key in result else row
    for key, row in _loans(case):
        result[key] = _plus(result[key], row) if key in result else row
    for region, fund_id, measure, period, fen in case.resolved.opening_commitments:
        key = (region, "committed", fund_id, measure, "", period)
        row = Expected(None, 0, fen, alone(fen, case.resolved.fund(fund_id).payer))
        result[key] = _plus(result[key], row) if key in result else row
    for fund in case.resolved.funds:
        result |= _factor(case, fund, check)
    return result


def task_level(case: Case, task: TaskSpec, region: str, period: str, check: Check) -> tuple[int | None, int] | None:
    """(unit standard, assigned area in 0.1 mu) of a unit: published in rule mode, its own row's in case mode."""
    if not case.by_rule:
        row = case.row_of.get((region, "task", task.fund, task.id, "", period))
        return (row.standard, row.area or 0) if row is not None else (None, 0)
    published = case.standards_of.get((task.id, period), ())
    where = f"standards: measure={task.id}, period={period}"
    if len(published) != 1:
        check.refuse(
            where,
            "任务须公布且只公布一行单价和数量规则",
            "a task needs exactly one published row",
            "1",
            str(len(published)),
        )
        return None
    try:
        part = fraction(published[0].quantity_rule.removeprefix(NEED))
    except ValueError:
        check.refuse(where, "数量规则无法读取", "the quantity rule cannot be read", NEED, published[0].quantity_rule)
        return None
    need, capacity = case.needs.get((region, task.id), 0), case.capacities.get((region, task.id), 0)
    return published[0].standard, min(floor(need * part), capacity)


def _recurring(case: Case, category: CategorySpec, check: Check) -> Iterator[tuple[Key, Expected]]:
    for region in case.units:
        area = case.area(region, category.id)
        shares = case.payer_shares(category.payer_shares, region)
        for period in case.resolved.periods:
            least = category.floor_fen[period]
            standard = case.standard(region, category.id, period)
            if standard is None and area:
                check.refuse(
                    f"standards: category={category.id}, period={period}, region_code={region}",
                    "没有（或有多于一个）适用于该单位的标准",
                    "no standard, or more than one, applies to this unit",
                )
                continue
            rigid = entitled(least, area)
            total = entitled(least if standard is None else standard, area)
            if total < rigid:
                check.refuse(
                    f"standards: category={category.id}, period={period}, region_code={region}",
                    "标准低于法定最低标准",
                    "the standard is below the statutory floor",
                    f"≥ {least} fen/mu",
                    f"{standard} fen/mu",
                )
                continue
            for nature, rate, covered, payment in (
                ("rigid", least, area, rigid),
                ("top_up", standard, 0, total - rigid),
            ):
                row = Expected(rate if area else None, covered, payment, split(payment, shares))
                yield (region, nature, category.fund, COMPENSATION, category.id, period), row


def _task(case: Case, task: TaskSpec, check: Check) -> Iterator[tuple[Key, Expected]]:
    for period in case.resolved.periods:
        for region in case.units:
            level = task_level(case, task, region, period, check)
            if level is None:
                break
            standard, area = level
            if standard is None and area:
                check.refuse(
                    f"task: region_code={region}, measure={task.id}, period={period}",
                    "有任务面积而没有单价",
                    "an area without a unit standard",
                )
                continue
            total = entitled(standard or 0, area)
            shares = case.payer_shares(task.payer_shares, region)
            now = 0
            for years, part in instalments(task, total):
                due = str(int(period) + years)
                if not years:
                    now += part
                elif due in case.resolved.periods:
                    row = Expected(None, 0, part, split(part, shares))
                    yield (region, "committed", task.fund, task.id, "", due), row
            row = Expected(standard if area else None, area, now, split(now, shares), total - now)
            yield (region, "task", task.fund, task.id, "", period), row


def _loans(case: Case) -> Iterator[tuple[Key, Expected]]:
    """Loan rows: what funds pay in the loan's own period, and in each later one as committed money."""
    for spec, region, period, (area, _, cost) in all_lent(case):
        shares = case.payer_shares(spec.payer_shares, region)
        now, total = cost.get(period, 0), sum(cost.values())
        row = Expected(None, area, now, split(now, shares), total - now)
        yield (region, "interest_subsidy", spec.fund, spec.measure, "", period), row
        for year, fen in cost.items():
            if year != period and year in case.resolved.periods:
                later = Expected(None, 0, fen, split(fen, shares))
                yield (region, "committed", spec.fund, spec.measure, "", year), later


def _factor(case: Case, fund: FundSpec, check: Check) -> dict[Key, Expected]:
    amounts = {(region, period): 0 for region in case.units for period in case.resolved.periods}
    weights = [row for row in case.weights if row.fund == fund.id]
    for row in weights:
        values = [(region, case.factors.get((region, row.factor))) for region in sorted(case.units)]
        missing = [region for region, value in values if value is None]
        if missing:
            check.refuse(row.where, f"因素缺少单位的数值：{missing}", f"the factor has no value for {missing}")
            continue
        try:
            counted = [
                (region, value * multiplier(case, region, row.factor)) for region, value in values if value is not None
            ]
            parts = largest_remainder(row.pot, counted)
        except ValueError as error:
            check.refuse(row.where, f"资金池无法分配：{error}", f"the pot cannot be shared: {error}")
            continue
        for region, part in parts.items():
            amounts[region, row.period] += part
    if not weights:
        return {}
    return {
        (region, "factor", fund.id, FACTOR_POT, "", period): Expected(None, 0, fen, alone(fen, fund.payer))
        for (region, period), fen in amounts.items()
    }


def _plus(one: Expected, other: Expected) -> Expected:
    columns = {payer: one.columns[payer] + other.columns[payer] for payer in PAYERS}
    return Expected(None, 0, one.payment + other.payment, columns, one.due_later + other.due_later)
