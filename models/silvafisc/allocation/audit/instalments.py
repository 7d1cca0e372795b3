"""Instalments: later payments pass a gate, and what falls due after the horizon stays payable.

    Σ instalments of task rows due in a later year y, in the fund payer's column ≤ floor(liabilities_at_most · appropriation)
with the appropriation of the last period; instalments.csv lists them for all payers. Every opening commitment has passed
its checks, and every withheld one has failed one: passed_share ≥ survival (or retention).
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from .case import Case, Row
from .exact import entitled
from .expected import instalments, split
from .finding import Check
from .loans import public_cost_of
from .parameters import share_parameter

KIND = "rule"
KEY = ("region_code", "fund", "measure", "year", "state")
CHECKS = ("survival", "retention")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: liabilities_at_most, survival, retention (decimal strings)."""
    most = share_parameter(params, "liabilities_at_most", check)
    required = {name: share_parameter(params, name, check) for name in CHECKS}
    later = _later(case, check)
    if most is not None:
        _liabilities(case, later, most, check)
    _listed(case, later, check)
    if None not in required.values():
        _gates(case, {name: part for name, part in required.items() if part is not None}, check)


def _later(case: Case, check: Check) -> list[tuple[Row, str, int]]:
    """(row of a task or loan, year after the horizon, fen of all payers) of what is left to such a year."""
    found = []
    for row in case.rows:
        if row.nature == "interest_subsidy":
            cost = public_cost_of(case, row, check)
            found += [(row, year, fen) for year, fen in cost.items() if year > case.resolved.periods[-1]]
        if row.nature == "task":
            task = case.resolved.task(row.measure)
            for years, part in instalments(task, entitled(row.standard or 0, row.area or 0)):
                year = str(int(row.period) + years)
                if part and year not in case.resolved.periods:
                    found.append((row, year, part))
    return found


def _liabilities(case: Case, later: list[tuple[Row, str, int]], most: Fraction, check: Check) -> None:
    due = {
        (task.fund, str(int(period) + years)): 0
        for task in case.resolved.tasks
        for period in case.resolved.periods
        for years, _ in task.instalments
        if str(int(period) + years) not in case.resolved.periods
    }
    for row, year, part in later:
        shares = case.payer_shares(case.resolved.task(row.measure).payer_shares, row.region)
        due[row.fund, year] = due.get((row.fund, year), 0) + split(part, shares)[case.resolved.fund(row.fund).payer]
    last = case.resolved.periods[-1]
    for (fund, year), fen in sorted(due.items()):
        limit = floor(most * case.resolved.fund(fund).appropriation_fen[last])
        where = f"fund={fund}, year={year}"
        check.holds(fen <= limit, where, f"≤ {limit}", fen, "fen", "期后到期的分期资金", "instalments due later")


def _listed(case: Case, later: list[tuple[Row, str, int]], check: Check) -> None:
    """instalments.csv holds every opening commitment with what became of it, and what is left to later years."""
    listed = case.of_rules.instalments
    if listed is None:
        check.refuse("instalments", "缺少分期兑付表", "the table instalments is missing")
        return
    owed: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for row, year, part in later:
        owed[row.region, row.fund, row.measure, year, "later"] += part
    commitments = {"due": case.resolved.opening_commitments, "withheld": case.resolved.withheld_commitments}
    for state, known in commitments.items():
        for region, fund, measure, period, fen in known:
            owed[region, fund, measure, period, state] += fen
    for key in sorted(owed.keys() | listed.keys()):
        where = "instalments: " + ", ".join(f"{n}={v}" for n, v in zip(KEY, key, strict=True))
        check.equal(where, owed.get(key, 0), listed.get(key, 0), "fen", "分期资金", "the instalment")


def _gates(case: Case, required: Mapping[str, Fraction], check: Check) -> None:
    results = case.of_rules.acceptance or {}
    for paid, commitments in (
        (True, case.resolved.opening_commitments),
        (False, case.resolved.withheld_commitments),
    ):
        for region, fund, measure, period, _ in commitments:
            found = {k: v for k, v in results.items() if k[:3] == (region, measure, period)}
            where = f"region_code={region}, fund={fund}, measure={measure}, period={period}"
            if not found and paid and period > case.resolved.periods[0]:
                continue  # its check is still to be made
            if not found:
                check.refuse(where, "分期资金没有验收结果", "the instalment has no result of acceptance")
                continue
            passed = all(share >= required[key[3]] for key, share in found.items())
            check.equal(where, passed, paid, "", "验收合格与否", "whether it is paid, as its acceptance was passed,")
