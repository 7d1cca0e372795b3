"""Instalments over the years: each is due once, released or withheld by acceptance, and what failed is taken back.

    recovery = floor(Σ paid before · (1 − share that passed) · share that is recovered)
of the instalments of the same unit, measure and year of the task, in the fund payer's part.
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import floor

import numpy as np
import pandas as pd

from silvafisc.quantities import entitlement, mu_to_tenths, yuan_to_fen
from silvafisc.results import Resolved
from silvafisc.results.resolved import Shares

from ..exact import split
from ..menus.tasks import instalment_amounts
from .book import Book, Commitment

DUE, PAID, WITHHELD, RECOVERY = "due", "paid", "withheld", "recovery"
Gate = tuple[str, str, str]
"""(region_code, measure, year due)."""


def opened(resolved: Resolved) -> tuple[Commitment, ...]:
    """Commitments from before the chain: the scenario's, of which nobody knows the year of the task."""
    return tuple(
        Commitment(region, fund, measure, "", period, fen, fen, state, "")
        for state, known in ((DUE, resolved.opening_commitments), (WITHHELD, resolved.withheld_commitments))
        for region, fund, measure, period, fen in sorted(known)
    )


def closed(
    rows: Sequence[Commitment],
    resolved: Resolved,
    allocation: pd.DataFrame,
    tiers: Mapping[str, str],
    year: str,
    document: str,
) -> tuple[Commitment, ...]:
    """The register at the end of a year: what was due has been paid, and the year's tasks leave their later instalments.

    allocation: of the year's outcome. tiers: region_code -> payer tier. document: the notice's.
    """
    kept = [row._replace(state=PAID) if (row.state, row.due_year) == (DUE, year) else row for row in rows]
    tasks = allocation[(allocation["nature"] == "task") & (allocation["period"] == year)]
    for region, measure, standard, area in zip(
        *(tasks[name] for name in ("region_code", "measure", "standard_yuan_per_mu", "area_mu")), strict=True
    ):
        task = resolved.task(str(measure))
        payer = resolved.fund(task.fund).payer
        whole = np.array([entitlement(yuan_to_fen(str(standard)), mu_to_tenths(str(area)))], np.int64)
        for years, amount in instalment_amounts(task, whole):
            fen, state = int(amount[0]), DUE if years else PAID
            due = str(int(year) + years)
            if fen:
                mine = _part(fen, payer, task.payer_shares[tiers[str(region)]])
                kept.append(Commitment(str(region), task.fund, task.id, year, due, fen, mine, state, document))
    return tuple(sorted(kept))


def supported(
    resolved: Resolved, finance: pd.DataFrame, tiers: Mapping[str, str], year: str, document: str
) -> tuple[Commitment, ...]:
    """What funds pay for the loans that were drawn in a year, interest, fees and risk together: its own part is paid.

    finance: of the year's outcome, whose `public_cost` is that of the whole assigned area.
    """
    kept = list[Commitment]()
    drawn = finance[(finance["item"] == "public_cost") & (finance["drawn"] == year)]
    columns = (drawn[name] for name in ("instrument", "region_code", "period", "amount_fen"))
    for name, region, due, fen in zip(*columns, strict=True):
        loan = resolved.loan(str(name))
        mine = _part(int(fen), resolved.fund(loan.fund).payer, loan.payer_shares[tiers[str(region)]])
        state = DUE if str(due) > year else PAID
        kept.append(Commitment(str(region), loan.fund, loan.measure, year, str(due), int(fen), mine, state, document))
    return tuple(kept)


def _part(fen: int, payer: str, shares: Shares) -> int:
    """What one payer pays of an amount; nothing where it takes no share."""
    parts = split(np.array([fen], np.int64), shares)
    return int(parts[payer][0]) if payer in parts else 0


def falling_due(rows: Sequence[Commitment], periods: Sequence[str]) -> list[tuple[str, str, str, str, int]]:
    """(region_code, fund, measure, period, fen of the fund's payer) of the open instalments inside the periods."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        if row.state == DUE and row.due_year in periods:
            key = row.region_code, row.fund, row.measure, row.due_year
            sums[key] = sums.get(key, 0) + row.payer_fen
    return [(*key, fen) for key, fen in sorted(sums.items()) if fen]


def gated(
    book: Book,
    failed: Mapping[Gate, Fraction],
    stated: Collection[tuple[str, str, str]],
    recovered: Fraction,
    document: str,
) -> tuple[tuple[Commitment, ...], list[Commitment]]:
    """The register after acceptance, and the withheld instalments whose recovery nobody can work out.

    failed: gate -> share that passed. stated: (region_code, fund, measure) whose recovery the user states, which goes
    before the formula. recovered: share of what was paid for the failed part that is taken back.
    """
    kept, unknown, taken = list[Commitment](), list[Commitment](), set[tuple[str, ...]]()
    for row in book.year_commitments:
        gate = row.region_code, row.measure, row.due_year
        if row.state != DUE or gate not in failed:
            kept.append(row)
            continue
        kept.append(row._replace(state=WITHHELD, document=document))
        if (row.region_code, row.fund, row.measure) in stated or (*gate, row.task_year) in taken:
            continue
        taken.add((*gate, row.task_year))
        if not row.task_year:
            unknown.append(row)
            continue
        before = [r for r in book.year_commitments if r.state == PAID and r[:4] == row[:4]]
        fen = floor(sum(r.payer_fen for r in before) * (1 - failed[gate]) * recovered)
        if fen:
            kept.append(row._replace(amount_fen=fen, payer_fen=fen, state=RECOVERY, document=document))
    return tuple(sorted(kept)), unknown
