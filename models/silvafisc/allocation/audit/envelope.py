"""Envelope: a fund pays no more than it has.

    rest[f, p] = appropriation + carried in − paid − instalments due ≥ 0;  carried out ≤ carry_share · rest
In words: nothing is overspent, and no more than the allowed share of the rest moves into the next year. With
`full_allocation` the rest is no more than the reserve that the fund names. The identities themselves are in `sums`.
"""

from collections.abc import Mapping
from typing import Any

from .case import Case
from .exact import fraction
from .finding import Check

KIND = "rule"


def examine(case: Case, params: Mapping[str, Any], check: Check) -> None:
    """params: full_allocation (bool, optional)."""
    full = bool(params.get("full_allocation", False))
    spent = {(fund.id, period): 0 for fund in case.resolved.funds for period in case.resolved.periods}
    for row in filter(lambda row: row.fund, case.rows):
        spent[row.fund, row.period] += row.columns[case.resolved.fund(row.fund).payer]
    listed = {(line.fund, line.period): line for line in case.envelopes}
    for fund in case.resolved.funds:
        carried = 0
        for period in case.resolved.periods:
            line = listed.get((fund.id, period))
            if line is None:
                check.refuse(f"envelopes: fund={fund.id}, period={period}", "缺少一行", "the row is missing")
                continue
            available = fund.appropriation_fen[period] + fund.carried_in_fen.get(period, 0) + carried
            rest = available - spent[fund.id, period]
            check.holds(rest >= 0, line.where, f"≤ {available}", spent[fund.id, period], "fen", "支出", "what is spent")
            limit = fraction(fund.carry_share) * (rest if rest > 0 else 0)
            within = 0 <= line.carried_out <= limit
            check.holds(within, line.where, f"0 … {limit}", line.carried_out, "fen", "结转下年", "carried out")
            check.holds(line.lapsed >= 0, line.where, "≥ 0", line.lapsed, "fen", "失效", "lapsed")
            if full:
                most = fund.reserve_fen.get(period, 0)
                zh, en = "未安排（须全部分配，预留除外）", "the rest, as all but the reserve must be allocated"
                check.holds(rest <= most, line.where, f"≤ {most}", rest, "fen", zh, en)
            carried = line.carried_out
