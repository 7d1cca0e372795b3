"""What the sheets of all instruments share: their form, their figures, and the tables of payments, cover and flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.finance.assess import CourseCover
from silvafisc.finance.cash_flows import Flow, balances, by_year
from silvafisc.finance.cover import YearCover
from silvafisc.finance.fan import QUANTILES
from silvafisc.finance.instruments.carbon_side import CarbonFile
from silvafisc.finance.instruments.fields import Evidence
from silvafisc.finance.offsets import missing_elements
from silvafisc.finance.paths import Calibration
from silvafisc.finance.schedules import Payment
from silvafisc.finance.sharing import household_years
from silvafisc.policy import Rules
from silvafisc.quantities import yuan_to_fen
from silvafisc.results.outcome import write_json, write_tables

from .instruments import Bond, Drawn, Loan

Figure = dict[str, Any]
"""value (None: there is none) and unit: fen, share, shares, times, years, per_100, yuan_per_tco2, tco2e, count,
date, word, index."""
TERMS, COPY = "terms.json", "instrument.yaml"
RATIO_DIGITS = 6
"""Decimals of a ratio: a hundredth of a basis point."""


@dataclass(frozen=True)
class Sheet:
    """terms: as terms.json holds them. tables: name -> frame, each a CSV of the folder. copies: path below the folder ->
    file that `source` names.
    """

    terms: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    source: Path
    copies: Mapping[str, Path] = field(default_factory=dict)

    def save(self, folder: Path) -> list[Path]:
        """Write every table, terms.json and copies of the files into an empty folder; the paths, in order."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = write_tables(self.tables, folder)
        write_json(self.terms, folder / TERMS)
        for name, source in {COPY: self.source, **self.copies}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())
        return [*paths, folder / TERMS, folder / COPY, *(folder / name for name in self.copies)]


def terms_of(told: Loan | Bond, figures: Mapping[str, Figure], more: Mapping[str, Any]) -> dict[str, Any]:
    """What terms.json holds: the file's head, the figures, and every parameter that was read."""
    file = told.file
    parameters = parameters_of(told.rules)
    evidence = file.evidence
    return {
        "id": file.id,
        "title": file.title.model_dump(),
        "instrument": file.instrument,
        "policy_date": file.policy_date,
        "borrower": file.borrower.model_dump(),
        "evidence": evidence.model_dump(),
        "status": status_of(evidence, told.rules),
        "day_count": file.terms.day_count,
        "payment_rule": file.terms.payment_rule,
        "interest_to": file.terms.interest_to,
        "figures": dict(figures),
        **more,
        "parameters": parameters,
    }


def status_of(evidence: Evidence, rules: Rules) -> str:
    """The worst status of a file's facts and of every parameter that was read."""
    return worst_status(evidence.status, *(rules.entry(path).status for path in rules.used))


def parameters_of(rules: Rules) -> list[dict[str, str]]:
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


def schedule_table(lines: Sequence[Payment]) -> pd.DataFrame:
    """Every payment of a loan or bond."""
    rows = [
        (
            line.number,
            line.period.start.isoformat(),
            line.period.end.isoformat(),
            line.period.due.isoformat(),
            line.period.paid.isoformat(),
            number(line.period.rate),
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


def cover_table(years: Sequence[YearCover], course: str) -> pd.DataFrame:
    """Cover by year in one course."""
    rows = [(course, year.year, year.receipts_fen, year.service_fen, number(year.ratio)) for year in years]
    return pd.DataFrame(rows, columns=["course", "year", "receipts_fen", "service_fen", "cover"])


def flows_table(flows: Sequence[Flow]) -> pd.DataFrame:
    """Every flow, by day."""
    rows = [(flow.day.isoformat(), flow.kind, flow.payer, flow.payee, flow.amount_fen) for flow in flows]
    return pd.DataFrame(rows, columns=["day", "kind", "payer", "payee", "amount_fen"])


def parties_table(flows: Sequence[Flow]) -> pd.DataFrame:
    """What each party received and paid."""
    rows = [(name, held.received_fen, held.paid_fen, held.net_fen) for name, held in balances(flows).items()]
    return pd.DataFrame(rows, columns=["party", "received_fen", "paid_fen", "net_fen"])


def households(file: CarbonFile, flows: Sequence[Flow], lines: Sequence[Payment]) -> dict[str, pd.DataFrame]:
    """Cash of those who share the income beside what their land would earn otherwise; no table where none is stated."""
    span = range(lines[0].period.start.year, lines[-1].period.due.year + 1)
    held = []
    for holder in file.sharing or ():
        if holder.opportunity_cost is not None:
            cash = {year: net for year, net in by_year(flows, holder.name).items() if year in span}
            years = household_years(cash, dict.fromkeys(span, yuan_to_fen(holder.opportunity_cost)))
            held += [(holder.name, row.year, row.cash_fen, row.opportunity_cost_fen, row.gap_fen) for row in years]
    columns = ["holder", "year", "cash_fen", "opportunity_cost_fen", "gap_fen"]
    return {"households": pd.DataFrame(held, columns=columns)} if held else {}


def carbon_terms(file: CarbonFile, rules: Rules) -> dict[str, Any]:
    """missing: checklist -> what is not stated, for the checklists that the file takes up. engine: where the tonnes come
    from, where it is the carbon engine.
    """
    stated = {"elements": file.contract, "disclosures": file.disclosures}
    lacking = {what: list(missing_elements(names, what, rules)) for what, names in stated.items() if names is not None}
    engine = file.project.engine
    return {"missing": lacking, **({} if engine is None else {"engine": engine.model_dump()})}


def courses_table(covers: Sequence[CourseCover]) -> pd.DataFrame:
    """Lowest and life cover in each course."""
    rows = [(course.name, number(course.least), number(course.life), course.indemnity_fen) for course in covers]
    return pd.DataFrame(rows, columns=["course", "least_cover", "life_cover", "indemnity_fen"])


def covers_table(covers: Sequence[CourseCover]) -> pd.DataFrame:
    """Cover by year in every course."""
    return pd.concat([cover_table(course.years, course.name) for course in covers], ignore_index=True)


def drawn_figures(drawn: Drawn) -> dict[str, Figure]:
    """The lowest cover over drawn prices."""
    low, middle, _ = drawn.fan.least
    return {
        "cover_drawn_low": times(low),
        "cover_drawn_middle": times(middle),
        "below_one": share_of(drawn.fan.below_one),
    }


def fan_table(key: str, rows: Mapping[int, Sequence[float]]) -> pd.DataFrame:
    """Low, middle and high of the draws by year or coupon."""
    names = [f"p{round(100 * level):02}" for level in QUANTILES]
    return pd.DataFrame([(at, *map(number, values)) for at, values in rows.items()], columns=[key, *names])


def calibration(drawn: Drawn) -> dict[str, Any]:
    """What the drawn prices were fitted from, and how many were drawn."""
    return {**calibration_of(drawn.fitted), "draws": drawn.draws, "seed": drawn.seed}


def calibration_of(fitted: Calibration) -> dict[str, Any]:
    """What a price path was fitted from."""
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
    }


def number(value: Any) -> float | None:
    """A ratio for a table: rounded where no reader looks, so that the last bit of a float is not told."""
    return None if value is None else round(float(value), RATIO_DIGITS)


def fen(value: int) -> Figure:
    """An amount."""
    return {"value": value, "unit": "fen"}


def share_of(value: Any) -> Figure:
    """A share, None where there is none."""
    return {"value": number(value), "unit": "share"}


def times(value: Any) -> Figure:
    """A multiple, None where there is none."""
    return {"value": number(value), "unit": "times"}


def price(value: Any) -> Figure:
    """A price, None where there is none."""
    return {"value": number(value), "unit": "yuan_per_tco2"}


def date(value: Any) -> Figure:
    """A day."""
    return {"value": value.isoformat(), "unit": "date"}


def word(value: str) -> Figure:
    """A word of the texts."""
    return {"value": value, "unit": "word"}
