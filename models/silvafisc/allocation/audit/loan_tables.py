"""The tables of loans, parsed exactly: published terms, where a loan is on offer, and what the loans move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from .cells import rows
from .finding import Check

_PER_MU = ("principal_fen_per_mu", "carbon_fen_per_mu", "other_fen_per_mu", "service_fen_per_mu")


@dataclass(frozen=True)
class Term:
    """A row of loan_terms.csv; area in 0.1 mu, money in fen. region: '' in rule mode."""

    where: str
    instrument: str
    period: str
    region: str
    subsidy_rate: Fraction | None
    quantity_rule: str
    units: int
    area: int
    principal: int
    public_cost: int


@dataclass(frozen=True)
class Cover:
    """A row of loan_cover.csv; fen per mu."""

    where: str
    principal: int
    carbon: int
    other: int
    service: int
    least: Fraction | None
    on_offer: bool


@dataclass(frozen=True)
class LoanTables:
    """cover: by (instrument, region, period). finance: (instrument, region, drawn, year, item) -> fen."""

    terms: tuple[Term, ...] = ()
    cover: Mapping[tuple[str, str, str], Cover] = field(default_factory=dict)
    finance: Mapping[tuple[str, str, str, str, str], int] = field(default_factory=dict)

    def on_offer(self, instrument: str, region: str, period: str) -> bool:
        """Whether the loan is on offer there."""
        row = self.cover.get((instrument, region, period))
        return row is not None and row.on_offer


def read_loan_tables(tables: Mapping[str, pd.DataFrame], check: Check) -> LoanTables:
    """As they are; a table that was not handed over is empty, and then no row of a loan is known."""
    terms = [
        Term(
            where=cells.where,
            instrument=cells.text("instrument"),
            period=cells.text("period"),
            region=cells.text("region_code"),
            subsidy_rate=cells.share("subsidy_rate"),
            quantity_rule=cells.text("quantity_rule"),
            units=cells.integer("units"),
            area=cells.tenths("area_mu") or 0,
            principal=cells.integer("principal_fen"),
            public_cost=cells.integer("public_cost_fen"),
        )
        for cells in rows(
            "loan_terms",
            _held(tables, "loan_terms"),
            ("instrument", "period", "region_code"),
            ("subsidy_rate", "quantity_rule", "units", "area_mu", "principal_fen", "public_cost_fen"),
            check,
        )
    ]
    cover = {}
    key = ("instrument", "region_code", "period")
    for cells in rows("loan_cover", _held(tables, "loan_cover"), key, (*_PER_MU, "cover_least", "on_offer"), check):
        instrument, region, period = (cells.text(column) for column in key)
        lent, carbon, other, service = (cells.integer(column) for column in _PER_MU)
        cover[instrument, region, period] = Cover(
            cells.where, lent, carbon, other, service, cells.share("cover_least"), cells.truth("on_offer")
        )
    finance = {}
    names = ("instrument", "region_code", "drawn", "period", "item")
    for cells in rows("finance", _held(tables, "finance"), names, ("amount_fen",), check):
        instrument, region, drawn, year, item = (cells.text(column) for column in names)
        finance[instrument, region, drawn, year, item] = cells.integer("amount_fen")
    return LoanTables(tuple(terms), cover, finance)


def _held(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """The table, or an empty one that has every column."""
    frame = tables.get(name)
    columns = [*_PER_MU, "cover_least", "on_offer", "instrument", "region_code", "period", "drawn", "item"]
    columns += ["amount_fen", "subsidy_rate", "quantity_rule", "units", "area_mu", "principal_fen", "public_cost_fen"]
    return pd.DataFrame(columns=columns) if frame is None or frame.empty else frame
