"""What the sheets of all instruments share: their form, their figures, and the tables of payments, cover and flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.finance.cash_flows import Flow, balances
from silvafisc.finance.cover import YearCover
from silvafisc.finance.schedules import Payment
from silvafisc.policy import Rules
from silvafisc.results.outcome import write_json, write_tables

from .instruments import Bond, Loan

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


def terms_of(told: Loan | Bond, figures: Mapping[str, Figure], more: Mapping[str, Any]) -> dict[str, Any]:
    """What terms.json holds: the file's head, the figures, and every parameter that was read."""
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
