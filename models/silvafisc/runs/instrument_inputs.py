"""What the tables of an instrument follow from, so that a workbook works them out again where a figure is changed.

| table | one row for |
|---|---|
| inputs | a single figure: principal, way of repayment, bounds of the linked coupon, tonnes of the project |
| rates | a rate of a loan, from a day on |
| prices | a price of a tonne, from a day on |
| sharing | a party to the carbon income |
| receipts | a receipt of the stated course, carbon by sale before it is shared |
| coupons | a coupon: its part of a year, its fixed part, its step, and the share of the face repaid with it |
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from silvafisc.finance.bond_case import BondCase
from silvafisc.finance.dates import Day
from silvafisc.finance.instruments.carbon_fields import PriceFile
from silvafisc.finance.instruments.carbon_side import Carbon, carbon_of
from silvafisc.finance.instruments.compensation_loan import CompensationLoan
from silvafisc.finance.instruments.fields import IncomeFile
from silvafisc.finance.issuance import Lump, sale_fen
from silvafisc.quantities import share

from .instruments import Bond, Loan

Frames = dict[str, pd.DataFrame]
_RECEIPTS = ("day", "kind", "pledged", "tonnes", "kept", "gross_fen")
_Receipt = tuple[str, str, bool, int | None, float | None, int]


def loan_inputs(loan: Loan) -> Frames:
    """The tables of a loan."""
    file, found = loan.file, loan.assessment
    rows: dict[str, tuple[Any, str]] = {
        "principal": (found.principal_fen, "fen"),
        "repayment": (file.repayment, "word"),
        "interest_only": (file.interest_only_payments or 0, "count"),
        "day_count": (file.terms.day_count, "word"),
    }
    tables: Frames = {"rates": pd.DataFrame([(step.from_, float(share(step.rate))) for step in file.rates])}
    tables["rates"].columns = pd.Index(["from", "rate"])
    receipts = _income(file.other_income)
    if isinstance(file, CompensationLoan):
        receipts += [
            (day.isoformat(), "compensation", True, None, None, fen) for day, fen in file.compensation.by_day().items()
        ]
    else:
        carbon = carbon_of(file, file.terms, file.borrower.name, loan.rules)
        sold, last = carbon.sold(), found.lines[-1].period.paid
        receipts += _sales(carbon, sold)
        rows["tonnes"] = (sum(lump.tonnes for lump in sold if lump.sold <= last), "tco2e")
        tables |= _carbon_tables(carbon, file.price)
    return {"inputs": _inputs(rows), "receipts": _receipts(receipts), **tables}


def bond_inputs(bond: Bond) -> Frames:
    """The tables of a bond."""
    file, case = bond.file, bond.assessment.case
    rows: dict[str, tuple[Any, str]] = {
        "principal": (case.face_fen, "fen"),
        "repayment": ("bond", "word"),
        "day_count": (file.terms.day_count, "word"),
    }
    link, tables = case.link, {}
    if link is not None:
        rows |= {"link_floor": (float(link.floor), "share"), "link_cap": (float(link.cap), "share")}
        rows |= {"link_low": (link.low_fen, "fen"), "link_high": (link.high_fen, "fen")}
    receipts = _income(file.other_income)
    if file.forest is None:
        receipts += [(day.isoformat(), "carbon", True, None, None, fen) for day, fen in case.carbon_fen.items()]
    else:
        carbon = carbon_of(file.forest, file.terms, file.borrower.name, bond.rules)
        receipts += _sales(carbon, carbon.sold())
        rows["tonnes"] = (int(case.tonnes or 0), "tco2e")
        tables = _carbon_tables(carbon, file.forest.price)
    return {"inputs": _inputs(rows), "receipts": _receipts(receipts), "coupons": _coupons(bond, case), **tables}


def _carbon_tables(carbon: Carbon, price: PriceFile) -> Frames:
    """The prices and the parties; one price holds from the day of drawing on, before which nothing is sold."""
    steps = [(step.from_, float(share(step.yuan_per_tco2))) for step in price.steps or ()]
    flat = [(carbon.drawn.isoformat(), float(share(price.yuan_per_tco2 or "0")))]
    parties = [(held.name, float(held.share), held.name == carbon.borrower) for held in carbon.holders]
    tables = {"prices": pd.DataFrame(sorted(steps) or flat, columns=["from", "yuan_per_tco2"])}
    if parties:
        tables["sharing"] = pd.DataFrame(parties, columns=["party", "share", "borrower"])
    return tables


def _income(incomes: list[IncomeFile]) -> list[_Receipt]:
    return [(day.isoformat(), row.kind, False, None, None, fen) for row in incomes for day, fen in row.by_day().items()]


def _sales(carbon: Carbon, sold: tuple[Lump, ...]) -> list[_Receipt]:
    """What each issue sells for; `kept` of the price after haircut and fees."""
    kept = float(carbon.practice.kept)
    return [
        (
            lump.sold.isoformat(),
            "carbon",
            True,
            lump.tonnes,
            kept,
            sale_fen(lump.tonnes, carbon.price(lump.sold), carbon.practice),
        )
        for lump in sold
    ]


def _receipts(rows: list[_Receipt]) -> pd.DataFrame:
    frame = pd.DataFrame(sorted(rows, key=lambda row: (row[0], row[1])), columns=list(_RECEIPTS))
    return frame.astype({"tonnes": "Int64", "kept": "float64", "pledged": "bool"})


def _inputs(rows: Mapping[str, tuple[Any, str]]) -> pd.DataFrame:
    told = [(name, str(value), unit) for name, (value, unit) in rows.items()]
    return pd.DataFrame(told, columns=["input", "value", "unit"])


def _coupons(bond: Bond, case: BondCase) -> pd.DataFrame:
    """The parts of each coupon that no income changes."""
    lines, shares = bond.assessment.lines, case.repaid
    fixed = case.fixed if len(case.fixed) > 1 else case.fixed * len(lines)
    rows = []
    for at, line in enumerate(lines):
        start: Day = line.period.start
        step = Fraction(0) if case.step is None else case.step.rate(case.tonnes_to_date, start)
        repaid = (Fraction(at == len(lines) - 1)) if shares is None else shares[at]
        rows.append((line.number, float(line.period.years), float(fixed[at]), float(step), float(repaid)))
    return pd.DataFrame(rows, columns=["payment", "years", "fixed", "step", "repaid_share"])
