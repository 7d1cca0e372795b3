"""What funds pay for a unit's loan in one year, with its numbers put in, worked out again from the outcome alone."""

from collections.abc import Mapping
from typing import Any

from silvafisc.finance.offered import moved_money, offered_schedule
from silvafisc.quantities import entitlement, mu_to_tenths, share
from silvafisc.results import Outcome
from silvafisc.results.loans import FEE_SUBSIDY, PUBLIC, RISK, SUBSIDY, level_of

from .spoken import Said, area, join, money, rate

NAMES = {
    SUBSIDY: Said("贴息", "interest subsidy"),
    FEE_SUBSIDY: Said("担保费补助", "fee subsidy"),
    RISK: Said("风险补偿", "risk compensation"),
}


def worked_loan(outcome: Outcome, row: Mapping[str, Any], year: str) -> tuple[Said, int]:
    """(formula, fen) of the year's public cost of a loan row; no loan in the scenario is a cost of nothing."""
    loan = next((spec for spec in outcome.resolved.loans if spec.measure == row["measure"]), None)
    if loan is None:
        return Said("", ""), 0
    responses = outcome.inputs.responses
    own = responses[(responses["region_code"] == row["region_code"]) & (responses["subject"] == loan.measure)]
    each = (int(own["full_cost_fen"].iloc[0]) * share(loan.lent_share)).__floor__()
    tenths = mu_to_tenths(str(row["area_mu"]))
    subsidy, _ = level_of(str(row["offer"]))
    lines = offered_schedule(loan, str(row["period"]), entitlement(each, tenths))
    moved = moved_money(loan, lines, share(subsidy))
    parts = [(item, moved.get((int(year), item), 0)) for item in PUBLIC]
    lent, principal = money(lines[0].opening_fen), f"{rate(each).zh} × {area(tenths).zh}"
    sum_of = join(
        [Said(f"{NAMES[item].zh} {money(fen).zh}", f"{NAMES[item].en} {money(fen).en}") for item, fen in parts if fen],
        " + ",
    )
    percent = f"{float(share(subsidy)):.2%}"
    text = Said(
        f"{row['period']}年贷款本金 {principal} = {lent.zh}，贴息率 {percent}；{year}年：{sum_of.zh or '0 元'}",
        f"loan of {row['period']}, principal {rate(each).en} × {area(tenths).en} = {lent.en}, subsidy rate {percent};"
        f" {year}: {sum_of.en or 'nothing'}",
    )
    return text, sum(fen for _, fen in parts)
