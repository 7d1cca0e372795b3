"""The loans and bonds that a scenario names: read under its law, held against each other, and told as tables."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.finance.instruments.pooling import Pledger, double_uses
from silvafisc.policy import ParameterTree, Scenario
from silvafisc.policy.yaml_source import Document, read_yaml
from silvafisc.results.outcome import outcome_columns

from .instrument_inputs import bond_inputs, loan_inputs
from .instrument_tables import Sheet, bond_sheet, loan_sheet
from .instruments import BONDS, LOANS, Bond, Loan, kind_of, price_bond, price_loan

PREFIX = "finance_"
NAMED = {"cover_fan": "fan", "coupon_ladder": "ladder"}
"""Tables of an instrument's folder that are called shorter in an outcome; the others keep their names."""


@dataclass(frozen=True)
class Priced:
    """An instrument of a scenario: as it was worked out, and as its folder would tell it."""

    told: Loan | Bond
    sheet: Sheet
    inputs: dict[str, pd.DataFrame]


def priced_instruments(scenario: Scenario, tree: ParameterTree) -> tuple[Priced, ...]:
    """Every instrument of the scenario, in its order, under the scenario's law.

    Raises:
        InputError: what is refused in any file, two of one id, or tonnes that two of them pledge; all at once.
    """
    found: list[Priced] = []
    findings: list[Finding] = []
    for place, (name, path) in enumerate(zip(scenario.instruments, scenario.instrument_files, strict=True)):
        try:
            found.append(_priced(path or Path(name), tree, scenario.instrument_price))
        except InputError as error:
            findings += error.findings
            en, zh = f"{name} is refused: see the findings in its file", f"{name} 未通过检查：见该文件的各条问题"
            findings.append(Finding(scenario.where("instruments", place), f"instruments[{place}]", en, zh))
    if findings:
        raise InputError(findings)
    findings = [*_same_ids(scenario, found), *double_uses([_pledger(one.told) for one in found])]
    if findings:
        raise InputError(findings)
    return tuple(found)


def _priced(path: Path, tree: ParameterTree, price: str | None) -> Priced:
    document = read_yaml(path)
    bond = kind_of(document, {**LOANS, **BONDS}) in BONDS
    at = document if price is None else _at_price(document, price)
    return priced(price_bond(at, path, tree) if bond else price_loan(at, path, tree))


def _at_price(document: Document, price: str) -> Document:
    """The file with one price for its tonnes where they sell as CCER, told as chosen here; its price scenarios stay."""
    data = copy.deepcopy(document.data)
    for part in (data, data.get("forest")):
        held = part.get("price") if isinstance(part, dict) else None
        if isinstance(held, dict) and held.get("market") == "ccer":
            held.pop("steps", None)
            held["yuan_per_tco2"] = price
            evidence = data.get("evidence")
            if isinstance(evidence, dict):
                evidence["assumed"] = sorted({*evidence.get("assumed", ()), "price"})
    return replace(document, data=data)


def priced(told: Loan | Bond) -> Priced:
    """A loan or bond with everything that is told of it."""
    if isinstance(told, Bond):
        return Priced(told, bond_sheet(told), bond_inputs(told))
    return Priced(told, loan_sheet(told), loan_inputs(told))


def _pledger(told: Loan | Bond) -> Pledger:
    return Pledger(told.file, told.assessment, told.rules, read_yaml(told.source).where)


def _same_ids(scenario: Scenario, found: Sequence[Priced]) -> Iterator[Finding]:
    ids = [one.told.file.id for one in found]
    for place, name in enumerate(ids):
        if name in ids[:place]:
            en, zh = f"another instrument is called {name} already", f"已有同名金融工具 {name}"
            yield Finding(scenario.where("instruments", place), f"instruments[{place}]", en, zh)


def finance_tables(instruments: Sequence[Priced]) -> dict[str, pd.DataFrame]:
    """The tables of the outcome: what the folder of each instrument holds, with the instrument in the first column."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for one in instruments:
        shown = {NAMED.get(name, name): frame for name, frame in {**one.sheet.tables, **one.inputs}.items()}
        for name, frame in {**shown, **_told(one.sheet)}.items():
            table = PREFIX + name
            if table in outcome_columns():
                parts.setdefault(table, []).append(_declared(frame, table, one.told.file.id))
    return {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}


def _declared(frame: pd.DataFrame, table: str, name: str) -> pd.DataFrame:
    """The declared columns of a table, typed so that an empty cell is nothing else than an empty cell."""
    told = frame.assign(instrument=name)
    kinds = {column.name: column.type for column in outcome_columns()[table]}
    return pd.DataFrame({column: told[column].astype(_TYPES[kind]) for column, kind in kinds.items()})


_TYPES: Mapping[str, Any] = {"int": "Int64", "float": "float64", "text": "object", "bool": "bool"}


def _told(sheet: Sheet) -> dict[str, pd.DataFrame]:
    """Terms, figures, parameters and the fit of the drawn prices as tables."""
    terms = sheet.terms
    missing = terms.get("missing", {})
    head = {
        "kind": terms["instrument"],
        "title_zh": terms["title"]["zh"],
        "title_en": terms["title"]["en"],
        "policy_date": terms["policy_date"],
        "borrower": terms["borrower"]["name"],
        "borrower_kind": terms["borrower"]["kind"],
        "day_count": terms["day_count"],
        "payment_rule": terms["payment_rule"],
        "interest_to": terms["interest_to"],
        "evidence_status": terms["evidence"]["status"],
        "evidence_title": terms["evidence"]["title"],
        "assumed": ";".join(terms["evidence"]["assumed"]),
        "missing_elements": ";".join(missing.get("elements", ())),
        "missing_disclosures": ";".join(missing.get("disclosures", ())),
        "status": terms["status"],
    }
    figures = [
        (name, place, str(value), figure["unit"])
        for name, figure in terms["figures"].items()
        for place, value in enumerate(_values(figure["value"]), 1)
    ]
    tables = {
        "instruments": pd.DataFrame([head]),
        "terms": pd.DataFrame(figures, columns=["figure", "place", "value", "unit"]),
        "parameters": pd.DataFrame(terms["parameters"], columns=["parameter", "value", "unit", "status", "reference"]),
    }
    if "calibration" in terms:
        tables["calibration"] = pd.DataFrame([terms["calibration"]])
    return tables


def _values(value: object) -> Sequence[object]:
    """The values of a figure: none where there is none, several internal rates where there are several."""
    return value if isinstance(value, list) else [] if value is None else [value]
