"""A table of offers made elsewhere, with the columns of offers.csv: read exactly, with every finding at once.

| column | |
|---|---|
| region_code, measure, period, offer | must be there; one menu per unit, measure, category and period, from which exactly one offer is chosen: where nothing may be chosen too, the table has an offer that is nothing |
| category, standard_yuan_per_mu, area_mu | may be empty or absent; rules that read them are then refused by name |
| `cost.<fund>.<payer>.<period>_fen` | whole fen, also below 0; a column that is absent costs nothing |
| `obj.<name>` | benefits, also below 0 |
| fund, nature, due_later_fen, repaid_by_appropriation | may be absent |
| menu, chosen | read over |

Without a full scenario the table may also say something of its units and their work: see `offer_facts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.allocation.menus.columns import cost_column, finish
from silvafisc.allocation.menus.factor_pot import FACTOR_POT
from silvafisc.allocation.menus.tonnes import COMPENSATION
from silvafisc.allocation.tables import PAYERS
from silvafisc.datasets import Finding, InputError
from silvafisc.datasets.by_column import load_by_column
from silvafisc.datasets.columns import ColumnSpec, Table
from silvafisc.quantities import mu_to_tenths, yuan_to_fen
from silvafisc.results import Resolved

from .offer_facts import Facts, facts_of, unit_columns, work_columns

NATURES = ("top_up", "factor", "task", "project")
UNIT = r"[0-9A-Za-z_.-]{1,40}"
_KEY = ["region_code", "measure", "category", "period", "offer"]
_EMPTY = -1  # a standard or an area that the table does not state


@dataclass(frozen=True)
class OfferTable:
    """frame: columns as `Offers.table`. stated: which of the optional columns the file has. source: where cells stand.

    facts: what the table says beside its offers.
    """

    frame: pd.DataFrame
    stated: frozenset[str]
    source: Table
    facts: Facts = field(default_factory=lambda: Facts({}, {}, {}))


def read_offers(path: str | Path, resolved: Resolved, units: Sequence[str] | None, sheet: str | None) -> OfferTable:
    """Read and check a table of offers.

    Args:
        units: codes of the scenario's units; None where the table itself says which there are.

    Raises:
        InputError: every finding with its cell: a wrong cell, an unknown name, an offer that stands twice.
    """

    def schema(header: Sequence[str]) -> Sequence[ColumnSpec]:
        return [*_columns(resolved, units is None), *(_benefit(name) for name in header if name.startswith("obj."))]

    source = load_by_column(path, schema, sheet)
    text = source.text
    findings = [
        *_unknown(source, "period", resolved.periods, ("period of this scenario", "本情景的年度")),
        *_repeated(source),
        *_too_fine(source),
    ]
    if units is not None:
        findings += _unknown(source, "region_code", units, ("unit of this scenario", "本情景的单位"))
    if resolved.categories or resolved.tasks:
        measures = {COMPENSATION, FACTOR_POT, *(task.id for task in resolved.tasks)}
        findings += _unknown(source, "measure", measures, ("measure of this scenario", "本情景的措施"))
        categories = {"", *(category.id for category in resolved.categories)}
        findings += _unknown(source, "category", categories, ("category of this scenario", "本情景的类别"))
    findings += _unknown(source, "fund", {"", *(fund.id for fund in resolved.funds)}, ("fund", "资金"))
    findings += _unknown(source, "nature", {"", *NATURES}, ("nature of money open to choice", "可供选择的资金性质"))
    facts, contradictions = facts_of(source, resolved) if units is None else (Facts({}, {}, {}), [])
    findings += contradictions
    if findings:
        raise InputError(findings)
    return OfferTable(_frame(source, resolved), frozenset(str(name) for name in text.columns), source, facts)


def _columns(resolved: Resolved, free_units: bool) -> list[ColumnSpec]:
    code = ColumnSpec("region_code", "code", "code", pattern=UNIT if free_units else "")
    spare = [ColumnSpec(name, "text", required=False, optional=True) for name in ("category", "menu", "fund", "nature")]
    exact = [
        ColumnSpec(name, "decimal", unit, required=False, optional=True, minimum=Decimal(0))
        for name, unit in (("standard_yuan_per_mu", "yuan_per_mu"), ("area_mu", "mu"))
    ]
    costs = [
        ColumnSpec(cost_column(fund.id, payer, period), "int", "fen", optional=True)
        for fund in resolved.funds
        for payer in PAYERS
        for period in resolved.periods
    ]
    flags = [ColumnSpec(name, "bool", optional=True) for name in ("repaid_by_appropriation", "chosen")]
    key = [ColumnSpec(name, "text") for name in ("measure", "period", "offer")]
    beside = [*unit_columns(resolved), *work_columns()] if free_units else []
    due = ColumnSpec("due_later_fen", "int", "fen", optional=True)
    return [code, *key, *spare, *exact, due, *costs, *flags, *beside]


def _benefit(name: str) -> ColumnSpec:
    return ColumnSpec(name, "float", "1")


def _unknown(source: Table, column: str, known: Sequence[str] | set[str], what: tuple[str, str]) -> list[Finding]:
    """A finding at the first cell of every name that is not known."""
    if column not in source.text.columns:
        return []
    first = source.text[column].drop_duplicates()
    return [
        Finding(source.place(int(str(row)), column), column, f"{name!r} is no {what[0]}", f"“{name}”不是{what[1]}")
        for row, name in first.items()
        if name not in known
    ]


def _repeated(source: Table) -> list[Finding]:
    keys = [name for name in _KEY if name in source.text.columns]
    again = np.flatnonzero(source.text.duplicated(keys).to_numpy())
    return [
        Finding(
            source.place(int(row), "offer"), "offer", "this offer stands twice in its menu", "该档次在同一菜单中重复"
        )
        for row in again
    ]


def _too_fine(source: Table) -> list[Finding]:
    """Areas that 0.1 mu cannot hold."""
    findings = []
    for name in source.text.columns:
        if source.columns[name].type != "decimal" or source.columns[name].unit != "mu":
            continue
        for row, cell in _texts(source.text, name).drop_duplicates().items():
            if cell and (Decimal(cell) * 10) % 1:
                place = source.place(int(str(row)), name)
                findings.append(Finding(place, name, f"{cell} is finer than 0.1 mu", f"{cell} 精确到了 0.1 亩以下"))
    return findings


def _frame(source: Table, resolved: Resolved) -> pd.DataFrame:
    """The offers in memory units; menus are named as the rules look for them."""
    text, table = source.text, source.table
    frame = pd.DataFrame({name: _texts(text, name) for name in (*_KEY, "fund", "nature")})
    costs = [name for name in table.columns if str(name).startswith("cost.")]
    frame[costs] = table[costs]
    benefits = [name for name in table.columns if str(name).startswith("obj.")]
    frame[benefits] = table[benefits]
    frame["standard_fen"] = [yuan_to_fen(cell) if cell else _EMPTY for cell in _texts(text, "standard_yuan_per_mu")]
    frame["area_tenth_mu"] = [mu_to_tenths(cell) if cell else _EMPTY for cell in _texts(text, "area_mu")]
    frame["nature"] = frame["nature"].mask(frame["nature"] == "", _natures(frame, resolved))
    frame["fund"] = frame["fund"].mask(frame["fund"] == "", _funds(frame, costs, resolved))
    if "due_later_fen" in table:
        frame["due_later_fen"] = table["due_later_fen"]
    else:
        due = np.array([str(name).removesuffix("_fen").rsplit(".", 1)[-1] for name in costs], object)
        other = frame["period"].to_numpy(object)[:, None] != due[None, :]
        frame["due_later_fen"] = (frame[costs].to_numpy(np.int64) * other).sum(axis=1)
    if "repaid_by_appropriation" in table:
        frame["repaid_by_appropriation"] = table["repaid_by_appropriation"]
    subject = frame["category"].mask(frame["category"] == "", frame["measure"])
    # A category's menu has its name, under which rules on its standard look; measures that share one have menus apart.
    shared = frame["category"].isin(list(shared_categories(frame)))
    subject = subject.mask(shared, frame["category"] + "." + frame["measure"])
    menu = frame["region_code"] + "/" + subject + "/" + frame["period"]
    pot = frame["region_code"] + "/" + frame["fund"] + "." + FACTOR_POT + "/" + frame["period"]
    frame["menu"] = menu.mask(frame["nature"] == "factor", pot)
    return finish(frame)


def shared_categories(frame: pd.DataFrame) -> dict[str, list[str]]:
    """category -> its measures, of every category in which several measures have offers."""
    pairs = frame.loc[frame["category"] != "", ["category", "measure"]].drop_duplicates()
    found = {str(category): sorted(measures) for category, measures in pairs.groupby("category")["measure"]}
    return {category: measures for category, measures in found.items() if len(measures) > 1}


def _texts(text: pd.DataFrame, name: str) -> "pd.Series[str]":
    return text[name].astype(object) if name in text else pd.Series("", text.index, dtype=object)


def _natures(frame: pd.DataFrame, resolved: Resolved) -> "pd.Series[str]":
    """What a scenario with categories and tasks knows; anything else is a project."""
    nature = pd.Series("project", frame.index, dtype=object)
    nature = nature.mask(frame["category"].isin([category.id for category in resolved.categories]), "top_up")
    return nature.mask(frame["measure"].isin([task.id for task in resolved.tasks]), "task")


def _funds(frame: pd.DataFrame, costs: Sequence[str], resolved: Resolved) -> "pd.Series[str]":
    """The fund of the category or task, else the first one that the offer takes money from; none where it takes none."""
    found = pd.Series("", frame.index, dtype=object)
    for name in reversed(costs):
        found = found.mask(frame[name] != 0, str(name).split(".")[1])
    known = {c.id: c.fund for c in resolved.categories} | {t.id: t.fund for t in resolved.tasks}
    subject = frame["category"].mask(frame["category"] == "", frame["measure"])
    return pd.Series(
        [known.get(name, fund) for name, fund in zip(subject, found, strict=True)], frame.index, dtype=object
    )
