"""A loan as tables and as one set of terms."""

from typing import Any

import pandas as pd

from silvafisc.finance.assess import Assessment
from silvafisc.finance.cash_gap import SCHEMES, cash_gap, payment_plan
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.policy import Rules
from silvafisc.quantities import yuan_to_fen

from .instruments import Loan
from .sheet import (
    Figure,
    Sheet,
    calibration,
    carbon_terms,
    courses_table,
    covers_table,
    date,
    drawn_figures,
    fan_table,
    fen,
    flows_table,
    households,
    number,
    parties_table,
    price,
    schedule_table,
    share_of,
    terms_of,
    times,
    word,
)


def loan_sheet(loan: Loan) -> Sheet:
    """The sheet of a loan."""
    found, file = loan.assessment, loan.file
    sizing = found.sizing
    figures: dict[str, Figure] = {
        "principal": fen(found.principal_fen),
        "request": fen(sizing.request_fen),
        "pledge_value": fen(sizing.value_fen),
        "by_pledge": fen(sizing.by_pledge_fen),
        "by_cover": fen(sizing.by_cover_fen),
        "binding": word("granted" if found.case.granted else sizing.binding),
        "pledge_share": share_of(found.pledge_share),
        "rate": share_of(found.lines[0].period.rate),
        "repayment": word(file.repayment),
        "last_payment": date(found.lines[-1].period.paid),
        "payments": {"value": len(found.lines), "unit": "count"},
        "interest": fen(sum(line.interest_fen for line in found.lines)),
        "cover_least": times(found.base.least),
        "cover_life": times(found.base.life),
        "break_even": price(found.break_even),
        "break_even_least": price(found.break_even_least),
        "subsidy": fen(sum(claim.granted_fen for claim in found.claims)),
        "guarantee_fees": fen(sum(found.fees_fen.values())),
        "premiums": fen(sum(found.premiums_fen.values())),
        "fiscal": fen(found.fiscal_fen),
        "leverage": times(found.leverage),
        "all_in": {"value": [number(rate) for rate in found.all_in.rates], "unit": "shares"},
        "backing": word("ordinary" if found.ordinary else "pledged"),
    }
    tables = {
        "schedule": schedule_table(found.lines),
        "cover": covers_table(found.covers),
        "courses": courses_table(found.covers),
        "cash_flows": flows_table(found.flows),
        "parties": parties_table(found.flows),
    }
    if found.claims:
        rows = [(claim.year, claim.interest_fen, claim.entitled_fen, claim.granted_fen) for claim in found.claims]
        tables["subsidy"] = pd.DataFrame(rows, columns=["claim_year", "interest_fen", "entitled_fen", "granted_fen"])
    more: dict[str, Any] = {}
    if isinstance(file, CarbonPledgeLoan):
        more |= carbon_terms(file, loan.rules)
        tables |= _beside(file, found, loan.rules)
    if loan.drawn is not None:
        figures |= drawn_figures(loan.drawn)
        tables["cover_fan"] = fan_table("year", loan.drawn.fan.years)
        more["calibration"] = calibration(loan.drawn)
    return Sheet(terms_of(loan, figures, more), tables, loan.source)


def _beside(file: CarbonPledgeLoan, found: Assessment, rules: Rules) -> dict[str, pd.DataFrame]:
    """The operator's cash gap under each payment scheme, and holders' cash beside their opportunity cost."""
    tables = {}
    if file.planting is not None:
        costs, subsidy = file.planting.costs_fen(), yuan_to_fen(file.planting.subsidy)
        rows = [
            (scheme, row.year, row.cost_fen, row.subsidy_fen, row.to_date_fen, row.gap_fen)
            for scheme in SCHEMES
            for row in cash_gap(costs, subsidy, file.planting.year, payment_plan(scheme, rules))
        ]
        columns = ["scheme", "year", "cost_fen", "subsidy_fen", "to_date_fen", "gap_fen"]
        tables["cash_gap"] = pd.DataFrame(rows, columns=columns)
    tables |= households(file, found.flows, found.lines)
    return tables
