"""A loan as tables and as one set of terms."""

from typing import Any

import pandas as pd

from silvafisc.finance.assess import Assessment
from silvafisc.finance.cash_flows import by_year
from silvafisc.finance.cash_gap import SCHEMES, cash_gap, payment_plan
from silvafisc.finance.fan import QUANTILES
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.offsets import missing_elements
from silvafisc.finance.sharing import household_years
from silvafisc.policy import Rules
from silvafisc.quantities import yuan_to_fen

from .instruments import Drawn, Loan
from .sheet import (
    Figure,
    Sheet,
    cover_table,
    date,
    fen,
    flows_table,
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
        "cover": pd.concat([cover_table(course.years, course.name) for course in found.covers], ignore_index=True),
        "courses": pd.DataFrame(
            [(course.name, number(course.least), number(course.life), course.indemnity_fen) for course in found.covers],
            columns=["course", "least_cover", "life_cover", "indemnity_fen"],
        ),
        "cash_flows": flows_table(found.flows),
        "parties": parties_table(found.flows),
    }
    if found.claims:
        rows = [(claim.year, claim.interest_fen, claim.entitled_fen, claim.granted_fen) for claim in found.claims]
        tables["subsidy"] = pd.DataFrame(rows, columns=["claim_year", "interest_fen", "entitled_fen", "granted_fen"])
    more: dict[str, Any] = {}
    if isinstance(file, CarbonPledgeLoan):
        stated = {"elements": file.contract, "disclosures": file.disclosures}
        more["missing"] = {
            what: list(missing_elements(names, what, loan.rules)) for what, names in stated.items() if names is not None
        }
        tables |= _beside(file, found, loan.rules)
    if loan.drawn is not None:
        fan = loan.drawn.fan
        figures["cover_drawn_low"] = times(fan.least[0])
        figures["cover_drawn_middle"] = times(fan.least[1])
        figures["below_one"] = share_of(fan.below_one)
        names = [f"p{round(100 * level):02}" for level in QUANTILES]
        drawn = [(year, *map(number, values)) for year, values in fan.years.items()]
        tables["cover_fan"] = pd.DataFrame(drawn, columns=["year", *names])
        more["calibration"] = _calibration(loan.drawn)
    return Sheet(terms_of(loan, figures, more), tables, loan.source)


def _calibration(drawn: Drawn) -> dict[str, Any]:
    """What the drawn prices were fitted from."""
    fitted = drawn.fitted
    return {
        "market": fitted.market,
        "origin": fitted.origin,
        "mean_yuan_per_tco2": number(fitted.mean),
        "speed_per_year": number(fitted.speed),
        "speed_estimated": fitted.speed_estimated,
        "free_slope": number(fitted.free_slope),
        "volatility": number(fitted.volatility),
        "residuals": {year: number(value) for year, value in fitted.residuals.items()},
        "n": fitted.n,
        "floor_yuan_per_tco2": number(fitted.floor),
        "draws": drawn.draws,
        "seed": drawn.seed,
    }


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
    span = range(found.lines[0].period.start.year, found.lines[-1].period.due.year + 1)
    held = []
    for holder in file.sharing or ():
        if holder.opportunity_cost is not None:
            cash = {year: net for year, net in by_year(found.flows, holder.name).items() if year in span}
            years = household_years(cash, dict.fromkeys(span, yuan_to_fen(holder.opportunity_cost)))
            held += [(holder.name, row.year, row.cash_fen, row.opportunity_cost_fen, row.gap_fen) for row in years]
    if held:
        tables["households"] = pd.DataFrame(
            held, columns=["holder", "year", "cash_fen", "opportunity_cost_fen", "gap_fen"]
        )
    return tables
