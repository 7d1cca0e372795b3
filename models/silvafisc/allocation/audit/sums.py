"""Every sum that the published tables promise: envelopes, payer columns, instalments, committed money, the notice."""

from collections import defaultdict
from fractions import Fraction
from math import floor

from . import carry_over
from .case import Case, Envelope
from .exact import entitled, fraction, largest_remainder
from .expected import instalments
from .finding import Check
from .loans import public_cost_of


def payers(case: Case, check: Check) -> None:
    """payment = central + provincial + city + county, in every row."""
    for row in case.rows:
        total = sum(row.columns.values())
        check.equal(row.where, row.payment, total, "fen", "各级分担额之和", "the sum of the payer columns")


def envelopes(case: Case, check: Check) -> None:
    """appropriation + carried in = paid + instalments due + unallocated; unallocated = carried out + lapsed.

    paid = Σ of the fund payer's column over rows that are not committed, instalments due = the same over committed
    rows; carried out = floor(unallocated · carry share), no more than the limit where the rule `carry_over` is in force,
    and next period's carried in = what was given + carried out.
    """
    paid: defaultdict[tuple[str, str], int] = defaultdict(int)
    due: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in filter(lambda row: row.fund, case.rows):
        payer = case.resolved.fund(row.fund).payer
        (due if row.nature == "committed" else paid)[row.fund, row.period] += row.columns[payer]
    found = {(line.fund, line.period): line for line in case.envelopes}
    for fund in case.resolved.funds:
        carried, limits = 0, carry_over.limits(case, fund)
        for period in case.resolved.periods:
            line = found.get((fund.id, period))
            if line is None:
                check.refuse(f"envelopes: fund={fund.id}, period={period}", "缺少一行", "the line is missing")
                continue
            given = fund.carried_in_fen.get(period, 0)
            share = fraction(fund.carry_share)
            part = floor(max(line.unallocated, 0) * share)
            check.equal(line.where, fund.payer, line.payer, "", "出资级次", "the payer")
            for zh, en, expected, actual in (
                ("预算", "the appropriation", fund.appropriation_fen[period], line.appropriation),
                ("上年结转", "carried in", given + carried, line.carried_in),
                ("已安排", "paid", paid[fund.id, period], line.paid),
                ("到期分期款", "instalments due", due[fund.id, period], line.instalments_due),
                ("未安排", "unallocated", _rest(line), line.unallocated),
                ("未安排的去向", "carried out + lapsed", line.unallocated, line.carried_out + line.lapsed),
                ("结转下年", "carried out", min(part, limits.get(period, part)), line.carried_out),
            ):
                check.equal(line.where, expected, actual, "fen", zh, en)
            carried = line.carried_out


def _rest(row: Envelope) -> int:
    return row.appropriation + row.carried_in - row.paid - row.instalments_due


def committed(case: Case, check: Check) -> None:
    """Σ committed rows = opening commitments + later instalments of the task rows, and what funds pay later for the
    loan rows, as far as either falls due inside the horizon.

    Also, per task row: paid now + due later = floor(u · area / 10). Both read the rows alone, not the standards.
    """
    due: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for region, fund, measure, period, fen in case.resolved.opening_commitments:
        due[region, fund, measure, period] += fen
    for row in case.rows:
        if row.nature == "interest_subsidy":
            cost = public_cost_of(case, row, check)
            later = sum(fen for year, fen in cost.items() if year != row.period)
            check.equal(row.where, later, row.due_later, "fen", "以后年度应付", "what is due later")
            for year, fen in cost.items():
                if year != row.period:
                    due[row.region, row.fund, row.measure, year] += fen
            continue
        if row.nature != "task":
            check.equal(row.where, 0, row.due_later, "fen", "以后年度应付", "what is due later")
            continue
        total = entitled(row.standard or 0, row.area or 0)
        check.equal(row.where, total, row.payment + row.due_later, "fen", "本期与以后应付之和", "paid now + due later")
        for years, part in instalments(case.resolved.task(row.measure), total):
            if years:
                due[row.region, row.fund, row.measure, str(int(row.period) + years)] += part
    paid: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.nature == "committed":
            paid[row.region, row.fund, row.measure, row.period] += row.payment
    for key in sorted(due.keys() | paid.keys()):
        region, fund, measure, period = key
        if period in case.resolved.periods:
            where = (
                f"allocation: region_code={region}, nature=committed, fund={fund}, measure={measure}, period={period}"
            )
            check.equal(where, due[key], paid[key], "fen", "到期分期款", "the instalments due")


def notice(case: Case, check: Check) -> None:
    """Per fund and period: total floored to the notice unit, units of it by largest remainder, the rest is rounding.

    amount_r = Σ of the fund payer's column over all rows of r; rounding_r = amount_r − notice_r.
    """
    unit = case.resolved.notice_unit_fen
    amounts: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in case.rows:
        cell = amounts[row.fund, row.period]
        cell[row.region] = cell.get(row.region, 0) + row.columns[case.resolved.fund(row.fund).payer]
    found = {(line.fund, line.period, line.region): line for line in case.notices}
    for (fund, period), by_region in sorted(amounts.items()):
        claims = [(region, Fraction(by_region[region])) for region in sorted(by_region)]
        steps = largest_remainder(sum(by_region.values()) // unit, claims)
        for region, amount in sorted(by_region.items()):
            line = found.pop((fund, period, region), None)
            if line is None:
                where = f"notice: region_code={region}, fund={fund}, period={period}"
                check.holds(not amount, where, amount, 0, "fen", "缺少一行，其金额", "a row is missing; its amount")
                continue
            check.equal(line.where, amount, line.amount, "fen", "核定数", "the amount")
            check.equal(line.where, steps[region] * unit, line.notice, "fen", "下达数", "the notice")
            check.equal(line.where, amount - line.notice, line.rounding, "fen", "取整平衡", "the rounding")
    for line in found.values():
        nothing = not (line.amount or line.notice or line.rounding)
        check.holds(
            nothing, line.where, 0, line.amount, "fen", "没有资金的单位，其核定数", "the amount of a unit without money"
        )
