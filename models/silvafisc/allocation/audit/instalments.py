"""Instalments: later payments pass a gate, and what falls due after the horizon stays payable.

    Σ instalments of task rows due in a later year y, in the fund payer's column ≤ floor(liabilities_at_most · appropriation)
with the appropriation of the last period. Every opening commitment has passed its checks, and every withheld one has
failed one: passed_share ≥ survival (or retention).
"""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

from .case import Case
from .exact import entitled
from .expected import instalments, split
from .finding import Check
from .parameters import share_parameter

KIND = "rule"
CHECKS = ("survival", "retention")


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: liabilities_at_most, survival, retention (decimal strings)."""
    most = share_parameter(params, "liabilities_at_most", check)
    required = {name: share_parameter(params, name, check) for name in CHECKS}
    if most is not None:
        _liabilities(case, most, check)
    if None not in required.values():
        _gates(case, {name: part for name, part in required.items() if part is not None}, check)


def _liabilities(case: Case, most: Fraction, check: Check) -> None:
    due: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in case.rows:
        if row.nature != "task":
            continue
        task, payer = case.resolved.task(row.measure), case.resolved.fund(row.fund).payer
        shares = case.payer_shares(task.payer_shares, row.region)
        for years, part in instalments(task, entitled(row.standard or 0, row.area or 0)):
            year = str(int(row.period) + years)
            if year not in case.resolved.periods:
                due[row.fund, year] += split(part, shares)[payer]
    last = case.resolved.periods[-1]
    for (fund, year), fen in sorted(due.items()):
        limit = floor(most * case.resolved.fund(fund).appropriation_fen[last])
        where = f"fund={fund}, year={year}"
        check.holds(fen <= limit, where, f"≤ {limit}", fen, "fen", "期后到期的分期资金", "instalments due later")


def _gates(case: Case, required: Mapping[str, Fraction], check: Check) -> None:
    results = case.of_rules.acceptance or {}
    for paid, commitments in (
        (True, case.resolved.opening_commitments),
        (False, case.resolved.withheld_commitments),
    ):
        for region, fund, measure, period, _ in commitments:
            found = {k: v for k, v in results.items() if k[:3] == (region, measure, period)}
            where = f"region_code={region}, fund={fund}, measure={measure}, period={period}"
            if not found:
                check.refuse(where, "分期资金没有验收结果", "the instalment has no result of acceptance")
                continue
            passed = all(share >= required[key[3]] for key, share in found.items())
            check.equal(where, passed, paid, "", "验收合格与否", "whether it is paid, as its acceptance was passed,")
