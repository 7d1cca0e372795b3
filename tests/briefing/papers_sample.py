"""Variants of the made-up outcome for the papers: one that hinders no notice, and one with a whole budget year behind it."""

from dataclasses import replace
from typing import Any

import pandas as pd
from tests.briefing.sample import make_outcome
from tests.briefing.sample_facts import EPR, RD

from silvafisc.results import Outcome, RuleSpec

LISTED = ("510000", "520000", "530000")
POOLED = ("540000",)
UNITS = 31


def issuable(count: int = UNITS) -> Outcome:
    """Every area certified by a document, nothing demonstration, a plan that calls itself a plan."""
    outcome = make_outcome(count)
    inputs = outcome.inputs
    areas = inputs.areas.assign(certified=True, document="林资〔2025〕7号")
    ledger = inputs.ledger.assign(demo="")
    kind = {"zh": "分配方案", "en": "allocation plan"}
    return replace(
        outcome,
        meta=dict(outcome.meta) | {"kind": kind},
        tables={**outcome.tables, "sources": ledger},
        inputs=replace(inputs, areas=areas, ledger=ledger),
        resolved=replace(outcome.resolved, assumed_responses="ignore"),
    )


def stepped() -> Outcome:
    """The same as a second batch of 2026: account, printed batch, identity, task list, listed and pooling units.

    Half of the year was notified in advance; 120 000.35 yuan of every unit are recovered. The unit 510000 falls by
    9 000 000 yuan like for like, 520000 only by its area; the proposal gave every unit 1 000 000 yuan more.
    """
    outcome = issuable()
    notice = outcome.tables["notice"]
    year = notice[notice["period"] == "2026"].reset_index(drop=True)
    ledger, batch = [], []
    for row in year.to_dict("records"):
        where = {"region_code": row["region_code"], "fund": row["fund"], "year": "2026", "batch": "2"}
        annual = int(row["amount_fen"])
        items = {"annual": annual, "advance": -(annual // 2), "recovery": -12_000_035}
        ledger += [
            {**where, "item": item, "amount_fen": fen, "document": "", "origin": ""} for item, fen in items.items()
        ]
        exact = sum(items.values())
        printed = exact // 1_000_000 * 1_000_000
        batch.append({**where, "exact_fen": exact, "printed_fen": printed, "rounding_fen": exact - printed})
    tables = dict(outcome.tables)
    tables["year_ledger"], tables["notice_batch"] = pd.DataFrame(ledger), pd.DataFrame(batch)
    tables["notice_identity"] = pd.DataFrame([identity(EPR), identity(RD)])
    tables["reasons"] = pd.concat([tables["reasons"], _changes(outcome)], ignore_index=True)
    regions = tables["regions"].copy()
    regions["last_year_fen"] = pd.array([10**11] * len(regions), dtype="Int64")
    tables["regions"] = regions
    resolved = replace(
        outcome.resolved,
        groups={"key": LISTED, "pool": POOLED},
        rules=(
            *outcome.resolved.rules,
            RuleSpec("not_below_last_year", {"group": "key"}),
            RuleSpec("task_kind", {"pooled": "pool"}),
        ),
    )
    step = {"kind": "notice", "year": "2026", "batch": "2", "date": "2026-03-01", "document": "", "reason": ""}
    meta = dict(outcome.meta) | {"step": step}
    inputs = replace(outcome.inputs, task_list=_task_list())
    return replace(outcome, meta=meta, tables=tables, resolved=resolved, inputs=inputs)


def identity(fund: str, **stated: str) -> dict[str, str]:
    """A row of notice_identity.csv."""
    row = dict.fromkeys(
        ("document_number", "upper_document", "direct_mark", "revenue_account", "functional_class", "economic_class"),
        "",
    )
    known = {"fund": fund, "year": "2026", "batch": "1", "fund_name": f"资金 {fund[:3]}", "project_code": "Z1"}
    recorded = {"status": "secondary", "source": "project_code=某省 2025 年通知"}
    return known | row | recorded | stated


def _changes(outcome: Outcome) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []

    def add(code: str, against: str, **parts: int) -> None:
        rows.extend(
            {"region_code": code, "against": against, "part": part, "amount_fen": fen} for part, fen in parts.items()
        )

    for code in outcome.tables["regions"]["region_code"]:
        area = -500_000_000 if code == "520000" else 0
        fall = -900_000_000 if code == "510000" else 300_000_000
        add(str(code), "last_year", area=area, standard=fall, committed=100_000_000)
        add(str(code), "proposal", standard=-40_000_000, weight=-60_000_000)
    return pd.DataFrame(rows)


def _task_list() -> pd.DataFrame:
    rows = [
        ("110000", "afforestation", "2026", "binding", 50_000),
        ("110000", "tending", "2026", "expected", 30_000),
        ("540000", "tending", "2026", "binding", 20_000),
        ("540000", "tending", "2027", "binding", 70_000),
    ]
    names = ["region_code", "measure", "period", "kind", "area_tenth_mu"]
    return pd.DataFrame(rows, columns=names).assign(status="secondary", source="任务清单")
