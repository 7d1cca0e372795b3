"""A loan or bond as tables and as one set of terms: what its folder holds, and what its term sheet shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.finance.assess import Assessment
from silvafisc.finance.bond_case import BondAssessment
from silvafisc.finance.cash_flows import Flow, balances, by_year
from silvafisc.finance.cash_gap import SCHEMES, cash_gap, payment_plan
from silvafisc.finance.cover import YearCover
from silvafisc.finance.fan import QUANTILES
from silvafisc.finance.instruments.carbon_pledge_loan import CarbonPledgeLoan
from silvafisc.finance.offsets import missing_elements
from silvafisc.finance.schedules import Payment
from silvafisc.finance.sharing import household_years
from silvafisc.policy import Rules
from silvafisc.quantities import yuan_to_fen
from silvafisc.results.outcome import write_json, write_tables

from .instruments import Bond, Drawn, Loan

Figure = dict[str, Any]
"""value (None: there is none) and unit: fen, share, shares, times, years, per_100, yuan_per_tco2, tco2e, count, date, word."""
TERMS, COPY = "terms.json", "instrument.yaml"
RATIO_DIGITS = 6
"""Decimals of a ratio: a hundredth of a basis point."""


@dataclass(frozen=True)
class Sheet:
    """terms: as terms.json holds them. tables: name -> frame, each a CSV of the folder."""

    terms: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    source: Path

    def save(self, folder: Path) -> list[Path]:
        """Write every table, terms.json and a copy of the file into an empty folder; the paths, in order."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = write_tables(self.tables, folder)
        write_json(self.terms, folder / TERMS)
        (folder / COPY).write_bytes(self.source.read_bytes())
        return [*paths, folder / TERMS, folder / COPY]


def loan_sheet(loan: Loan) -> Sheet:
    """The sheet of a loan."""
    found, file = loan.assessment, loan.file
    sizing = found.sizing
    figures: dict[str, Figure] = {
        "principal": _fen(found.principal_fen),
        "request": _fen(sizing.request_fen),
        "pledge_value": _fen(sizing.value_fen),
        "by_pledge": _fen(sizing.by_pledge_fen),
        "by_cover": _fen(sizing.by_cover_fen),
        "binding": _word("granted" if found.case.granted else sizing.binding),
        "pledge_share": _share(found.pledge_share),
        "rate": _share(found.lines[0].period.rate),
        "repayment": _word(file.repayment),
        "last_payment": _date(found.lines[-1].period.paid),
        "payments": {"value": len(found.lines), "unit": "count"},
        "interest": _fen(sum(line.interest_fen for line in found.lines)),
        "cover_least": _times(found.base.least),
        "cover_life": _times(found.base.life),
        "break_even": _price(found.break_even),
        "break_even_least": _price(found.break_even_least),
        "subsidy": _fen(sum(claim.granted_fen for claim in found.claims)),
        "guarantee_fees": _fen(sum(found.fees_fen.values())),
        "premiums": _fen(sum(found.premiums_fen.values())),
        "fiscal": _fen(found.fiscal_fen),
        "leverage": _times(found.leverage),
        "all_in": {"value": [_number(rate) for rate in found.all_in.rates], "unit": "shares"},
        "backing": _word("ordinary" if found.ordinary else "pledged"),
    }
    tables = {
        "schedule": _schedule(found.lines),
        "cover": pd.concat([_cover(course.years, course.name) for course in found.covers], ignore_index=True),
        "courses": pd.DataFrame(
            [
                (course.name, _number(course.least), _number(course.life), course.indemnity_fen)
                for course in found.covers
            ],
            columns=["course", "least_cover", "life_cover", "indemnity_fen"],
        ),
        "cash_flows": _flows(found.flows),
        "parties": _parties(found.flows),
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
        figures["cover_drawn_low"] = _times(fan.least[0])
        figures["cover_drawn_middle"] = _times(fan.least[1])
        figures["below_one"] = _share(fan.below_one)
        names = [f"p{round(100 * level):02}" for level in QUANTILES]
        drawn = [(year, *map(_number, values)) for year, values in fan.years.items()]
        tables["cover_fan"] = pd.DataFrame(drawn, columns=["year", *names])
        more["calibration"] = _calibration(loan.drawn)
    return Sheet(_terms(loan, figures, more), tables, loan.source)


def _calibration(drawn: Drawn) -> dict[str, Any]:
    """What the drawn prices were fitted from."""
    fitted = drawn.fitted
    return {
        "market": fitted.market,
        "origin": fitted.origin,
        "mean_yuan_per_tco2": _number(fitted.mean),
        "speed_per_year": _number(fitted.speed),
        "speed_estimated": fitted.speed_estimated,
        "free_slope": _number(fitted.free_slope),
        "volatility": _number(fitted.volatility),
        "residuals": {year: _number(value) for year, value in fitted.residuals.items()},
        "n": fitted.n,
        "floor_yuan_per_tco2": _number(fitted.floor),
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
            cash = {year: fen for year, fen in by_year(found.flows, holder.name).items() if year in span}
            years = household_years(cash, dict.fromkeys(span, yuan_to_fen(holder.opportunity_cost)))
            held += [(holder.name, row.year, row.cash_fen, row.opportunity_cost_fen, row.gap_fen) for row in years]
    if held:
        tables["households"] = pd.DataFrame(
            held, columns=["holder", "year", "cash_fen", "opportunity_cost_fen", "gap_fen"]
        )
    return tables


def bond_sheet(bond: Bond) -> Sheet:
    """The sheet of a bond."""
    found, file = bond.assessment, bond.file
    rates = [line.period.rate for line in found.lines]
    per_10k = None if found.tonnes_per_fen is None else found.tonnes_per_fen * _FEN_OF_10K
    figures: dict[str, Figure] = {
        "face": _fen(found.case.face_fen),
        "label": _word(file.label),
        "coupon_first": _share(rates[0]),
        "coupon_least": _share(min(rates)),
        "coupon_most": _share(max(rates)),
        "last_payment": _date(found.lines[-1].period.paid),
        "payments": {"value": len(found.lines), "unit": "count"},
        "interest": _fen(sum(line.interest_fen for line in found.lines)),
        **_quotation(found),
        "cover_least": _times(min((year.ratio for year in found.cover if year.ratio is not None), default=None)),
        "cover_total": _times(found.total_cover),
        "low_carbon_share": _share(found.low_carbon_share),
        "tonnes": {"value": _number(found.case.tonnes), "unit": "tco2e"},
        "tonnes_per_10k_yuan": {"value": _number(per_10k), "unit": "tco2e"},
        "all_in": {"value": [_number(rate) for rate in found.cost.rates], "unit": "shares"},
    }
    tables = {
        "schedule": _schedule(found.lines),
        "cover": _cover(found.cover, "base"),
        "cash_flows": _flows(found.flows),
        "parties": _parties(found.flows),
    }
    if found.ladder:
        rows = [(rung.income_fen, _number(rung.coupon)) for rung in found.ladder]
        tables["coupon_ladder"] = pd.DataFrame(rows, columns=["income_fen", "coupon"])
    if found.case.proceeds:
        uses = [(use.use, use.amount_fen, use.low_carbon) for use in found.case.proceeds]
        tables["proceeds"] = pd.DataFrame(uses, columns=["use", "amount_fen", "low_carbon"])
    return Sheet(_terms(bond, figures, {}), tables, bond.source)


_FEN_OF_10K = 10**6
"""Fen of ten thousand yuan."""


def _quotation(found: BondAssessment) -> dict[str, Figure]:
    quote = found.quote
    if quote is None:
        return {}
    return {
        "settled": _date(found.case.settled),
        "clean": {"value": _number(quote.clean), "unit": "per_100"},
        "accrued": {"value": _number(quote.accrued), "unit": "per_100"},
        "yield": _share(quote.yield_),
        "duration": {"value": _number(quote.modified), "unit": "years"},
    }


def _terms(told: Loan | Bond, figures: Mapping[str, Figure], more: Mapping[str, Any]) -> dict[str, Any]:
    file = told.file
    parameters = _parameters(told.rules)
    evidence = file.evidence
    return {
        "id": file.id,
        "title": file.title.model_dump(),
        "instrument": file.instrument,
        "policy_date": file.policy_date,
        "borrower": file.borrower.model_dump(),
        "evidence": evidence.model_dump(),
        "status": worst_status(evidence.status, *(row["status"] for row in parameters)),
        "day_count": file.terms.day_count,
        "payment_rule": file.terms.payment_rule,
        "interest_to": file.terms.interest_to,
        "figures": dict(figures),
        **more,
        "parameters": parameters,
    }


def _parameters(rules: Rules) -> list[dict[str, str]]:
    """Every parameter that was read, with what it rests on."""
    return [
        {
            "parameter": path,
            "value": entry.value,
            "unit": entry.unit,
            "status": entry.status,
            "reference": entry.reference.text(),
        }
        for path in sorted(rules.used)
        for entry in [rules.entry(path)]
    ]


def _schedule(lines: Sequence[Payment]) -> pd.DataFrame:
    rows = [
        (
            line.number,
            line.period.start.isoformat(),
            line.period.end.isoformat(),
            line.period.due.isoformat(),
            line.period.paid.isoformat(),
            _number(line.period.rate),
            line.opening_fen,
            line.interest_fen,
            line.principal_fen,
            line.service_fen,
            line.closing_fen,
        )
        for line in lines
    ]
    columns = ["payment", "from", "to", "due", "paid", "rate"]
    money = ["opening_fen", "interest_fen", "principal_fen", "service_fen", "closing_fen"]
    return pd.DataFrame(rows, columns=[*columns, *money])


def _cover(years: Sequence[YearCover], course: str) -> pd.DataFrame:
    rows = [(course, year.year, year.receipts_fen, year.service_fen, _number(year.ratio)) for year in years]
    return pd.DataFrame(rows, columns=["course", "year", "receipts_fen", "service_fen", "cover"])


def _flows(flows: Sequence[Flow]) -> pd.DataFrame:
    rows = [(flow.day.isoformat(), flow.kind, flow.payer, flow.payee, flow.amount_fen) for flow in flows]
    return pd.DataFrame(rows, columns=["day", "kind", "payer", "payee", "amount_fen"])


def _parties(flows: Sequence[Flow]) -> pd.DataFrame:
    rows = [(name, held.received_fen, held.paid_fen, held.net_fen) for name, held in balances(flows).items()]
    return pd.DataFrame(rows, columns=["party", "received_fen", "paid_fen", "net_fen"])


def _number(value: Any) -> float | None:
    """A ratio for a table: rounded where no reader looks, so that the last bit of a float is not told."""
    return None if value is None else round(float(value), RATIO_DIGITS)


def _fen(value: int) -> Figure:
    return {"value": value, "unit": "fen"}


def _share(value: Any) -> Figure:
    return {"value": _number(value), "unit": "share"}


def _times(value: Any) -> Figure:
    return {"value": _number(value), "unit": "times"}


def _price(value: Any) -> Figure:
    return {"value": _number(value), "unit": "yuan_per_tco2"}


def _date(value: Any) -> Figure:
    return {"value": value.isoformat(), "unit": "date"}


def _word(value: str) -> Figure:
    return {"value": value, "unit": "word"}
