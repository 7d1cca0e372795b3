"""The input tables of the next year: the predecessor's, with last year's money, the scores, and what the events replace."""

from collections.abc import Mapping

import pandas as pd

from silvafisc.allocation.performance import RULE as PERFORMANCE
from silvafisc.allocation.year.book import Book
from silvafisc.datasets import Finding, InputError
from silvafisc.datasets.columns import worst_status
from silvafisc.economy.frames import input_frame
from silvafisc.economy.input_checks import cross_check
from silvafisc.economy.ledger import DEMO, ledger_frame, table_ledger
from silvafisc.policy import Rules
from silvafisc.quantities import mu_to_tenths, yuan_to_fen
from silvafisc.results import Outcome, UnitInputs

from .draws import are_made
from .inputs import official_lists
from .year_tables import Events

SHOWN = 12
"""Digits of a hash in a source; the whole stands in outcome.json."""


def next_inputs(before: Outcome, book: Book, events: Events, rules: Rules) -> UnitInputs:
    """Tables of the year after.

    Raises:
        InputError: replaced tables contradict each other, or scores are on record that no rule reads.
    """
    tables = before.inputs.tables()
    tables.pop("acceptance", None)
    changed = {"last_year": _last_year(before), **events.inputs}
    scored = _scored(before, book, changed.get("factors", tables["factors"]), events)
    if scored is not None:
        changed["factors"] = scored
    tables |= changed
    findings = cross_check(tables, events.read, official_lists(), rules, str(events.folder))
    if findings:
        raise InputError(findings)
    sources = before.tables["sources"].astype(str)
    kept = sources[~sources["what"].str.split(".").str[0].isin(changed)]
    rows = [{str(name): str(cell) for name, cell in row.items()} for row in kept.to_dict("records")]
    for name, frame in changed.items():
        rows += table_ledger(name, frame)
    law = Rules(rules.tree, before.resolved.policy_date)
    draws = None if are_made(before.inputs, before.resolved, law) else before.inputs.draws
    return UnitInputs.of(tables, ledger_frame(rows), draws)


def last_standards(outcome: Outcome, category: str) -> Mapping[str, int]:
    """region_code -> standard in fen per mu that the unit was paid in the outcome's first period."""
    rows = outcome.tables["allocation"]
    rows = rows[(rows["category"] == category) & (rows["period"] == outcome.resolved.periods[0])]
    paid: dict[str, int] = {}
    for code, standard in zip(rows["region_code"], rows["standard_yuan_per_mu"], strict=True):
        if str(standard):
            paid[str(code)] = max(paid.get(str(code), 0), yuan_to_fen(str(standard)))
    return dict(sorted(paid.items()))


def _last_year(before: Outcome) -> pd.DataFrame:
    """What all payers paid in the outcome's first period, by unit, fund and subject; instalments with their measure."""
    year, areas = before.resolved.periods[0], before.inputs.areas
    rows = before.tables["allocation"]
    rows = rows[rows["period"] == year]
    sums: dict[tuple[str, str, str], list[int]] = {}
    names = ("region_code", "fund", "measure", "category", "area_mu", "payment_fen")
    for code, fund, measure, category, area, fen in zip(*(rows[name] for name in names), strict=True):
        subject = str(category) or str(measure)
        one = sums.setdefault((str(code), str(fund), subject), [0, 0])
        one[0] += mu_to_tenths(str(area)) if str(area) else 0
        one[1] += int(fen)
    status = worst_status("computed", *areas["status"].astype(str))
    mark = f"{DEMO}；" if areas["source"].astype(str).str.startswith(DEMO).any() else ""
    source = f"{mark}{year}年度结果 {before.content_hash[:SHOWN]} / outcome of {year}"
    cells = [
        {
            "region_code": code,
            "fund": fund,
            "subject": subject,
            "area_tenth_mu": area,
            "amount_fen": fen,
            "status": status,
            "source": source,
        }
        for (code, fund, subject), (area, fen) in sorted(sums.items())
    ]
    return input_frame("last_year", cells)


def _scored(before: Outcome, book: Book, factors: pd.DataFrame, events: Events) -> pd.DataFrame | None:
    """The table of factors with the year's scores; None where the year was not monitored."""
    year = before.resolved.periods[0]
    scores = {row.region_code: row for row in book.year_scores if row.year == year}
    if not scores:
        return None
    spec = before.resolved.rule(PERFORMANCE)
    mine = factors["factor"] == (spec.params["factor"] if spec else "")
    if spec is None or set(factors.loc[mine, "region_code"]) != set(scores):
        en = (
            "scores of monitoring are on record; what they move is the rule `performance` with its factor for every unit in"
            " factors.csv, which is lacking"
        )
        zh = "已有监测得分，但缺少规则 performance，或 factors.csv 没有各单位的绩效因素"
        raise InputError([Finding(events.where("kind"), "kind", en, zh)])
    made = factors.copy()
    for at in made.index[mine]:
        row = scores[str(made.at[at, "region_code"])]
        mark = f"{DEMO}；" if str(made.at[at, "source"]).startswith(DEMO) else ""
        made.at[at, "value"], made.at[at, "source"] = row.score, f"{mark}{row.document}"
    return made
