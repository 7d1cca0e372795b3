"""Acceptance samples: parcels looked at by unit, task measure, year and check, and what was claimed and paid for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from silvafisc.datasets.columns import Table, worst_status
from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import load_catalogue
from silvafisc.quantities import yuan_to_fen

from .acceptance import CHECKS
from .columns import DEMO, sources, unknown, wrong_dates

AREA = "area"
KEY = ["region_code", "measure", "period"]
_NOISE = 6
"""Decimals of a mu up to which a sum of areas is meant: what is beyond stems from binary arithmetic."""
TREES, LAND = ("places_looked_at", "places_alive"), ("reported_mu", "found_mu")


@dataclass(frozen=True)
class Claim:
    """What was reported and paid for a task of a unit. approved_mu: None where it was not given."""

    fund: str
    paid_fen: int
    due_fen: int
    parcels: int
    reported_mu: Fraction
    approved_mu: Fraction | None


@dataclass(frozen=True, eq=False)
class Sample:
    """One check of one task: parcels in the order of the file.

    looked_at, right: places looked at and alive, or mu reported and found. claim: what was paid, None where claims.csv
    says nothing of it. where: file and line of its first row.
    """

    region_code: str
    measure: str
    period: str
    check: str
    looked_at: tuple[float, ...]
    right: tuple[float, ...]
    claim: Claim | None
    verified_by: str
    last_day: str
    status: str
    source: str
    demo: bool
    where: str


def read_samples(table: Table, claims: Table | None, today: str) -> list[Sample]:
    """Samples as `columns.csv` declares them, by unit, measure, period and check.

    Raises:
        InputError: every wrong row at once: unknown measures, periods that are no year, days that cannot be, figures
            that the check does not have, more alive than looked at; area checks and parcels that the claims do not know.
    """
    rows = table.table
    findings = [*wrong_dates(table, "date", today), *_wrong_tasks(table), *_wrong_figures(table)]
    if claims is not None:
        findings += _wrong_tasks(claims)
    if findings:
        raise InputError(findings)
    held = {} if claims is None else _claims(claims)
    found = []
    for (code, measure, period, check), group in rows.groupby([*KEY, "check"]):
        at = group.index.to_numpy()
        looked, right = (group[name].astype("float64") for name in (LAND if check == AREA else TREES))
        said = sources(table, at)
        sample = Sample(
            region_code=str(code),
            measure=str(measure),
            period=str(period),
            check=str(check),
            looked_at=tuple(looked.tolist()),
            right=tuple(right.tolist()),
            claim=held.get((str(code), str(measure), str(period))),
            verified_by="; ".join(sorted(set(group["verified_by"]))),
            last_day=str(group["date"].max()),
            status=worst_status(*set(group["status"])),
            source="; ".join(said),
            demo=any(text.startswith(DEMO) for text in said),
            where=table.place(int(at[0]), "check"),
        )
        findings += _unclaimed(sample)
        found.append(sample)
    if findings:
        raise InputError(findings)
    return found


def _claims(claims: Table) -> dict[tuple[str, str, str], Claim]:
    text = claims.text
    approved = text["approved_mu"] if "approved_mu" in text else pd.Series([""] * len(text))
    return {
        (text["region_code"][row], text["measure"][row], text["period"][row]): Claim(
            fund=text["fund"][row],
            paid_fen=yuan_to_fen(text["paid_yuan"][row]),
            due_fen=yuan_to_fen(text["due_yuan"][row]),
            parcels=int(text["parcels"][row]),
            reported_mu=Fraction(text["reported_mu"][row].strip()),
            approved_mu=Fraction(approved[row].strip()) if approved[row].strip() else None,
        )
        for row in range(len(text))
    }


def _wrong_tasks(table: Table) -> Iterator[Finding]:
    measures = load_catalogue().tasks
    for row, (measure, period) in enumerate(zip(table.table["measure"], table.table["period"], strict=True)):
        if measure not in measures:
            yield unknown(table, row, "measure", measures)
        if len(period) != len("2026") or not (period.isascii() and period.isdigit()):
            en, zh = f"{period!r} is no budget year such as 2026", f"“{period}”不是预算年度，应写成 2026 的形式"
            yield Finding(table.place(row, "period"), "period", en, zh)


def _wrong_figures(table: Table) -> Iterator[Finding]:
    """Figures that a check lacks, or has although it reads others; more alive than looked at."""
    rows = table.table
    for row, check in enumerate(rows["check"]):
        wanted, other = (LAND, TREES) if check == AREA else (TREES, LAND)
        lacking = [name for name in wanted if name not in rows or np.isnan(rows[name].iloc[row])]
        surplus = [name for name in other if name in rows and not np.isnan(rows[name].iloc[row])]
        where = table.place(row, "check")
        if lacking or surplus:
            en = f"the check {check} needs {' and '.join(wanted)}" + (
                f"; {surplus[0]} belongs to another" if surplus else ""
            )
            zh = f"{check} 须填 {'、'.join(wanted)}" + (f"；{surplus[0]} 属于另一类检查" if surplus else "")
            yield Finding(where, (lacking or surplus)[0], en, zh)
        elif check in CHECKS and rows[TREES[1]].iloc[row] > rows[TREES[0]].iloc[row]:
            looked, alive = (int(rows[name].iloc[row]) for name in TREES)
            en, zh = f"{alive} alive of {looked} looked at", f"检查 {looked} 株、成活 {alive} 株"
            yield Finding(table.place(row, TREES[1]), TREES[1], en, zh)


def _unclaimed(sample: Sample) -> Iterator[Finding]:
    """What a sample cannot be judged without."""
    n, claim, looked = len(sample.looked_at), sample.claim, round(sum(sample.looked_at), _NOISE)
    whole = 0.0 if claim is None else float(claim.reported_mu)
    named = f"{sample.region_code} {sample.measure} {sample.period}"
    if claim is None:
        if sample.check == AREA:
            en = f"claims.csv has no row for {named}: how much was reported in all is not known"
            yield Finding(sample.where, "claims", en, f"claims.csv 缺少 {named}：不知上报总面积")
        return
    if n > claim.parcels or (n == 1 and claim.parcels > 1):
        en = f"{n} parcels looked at of {claim.parcels} that {named} reported"
        zh = f"{named} 上报 {claim.parcels} 个小班，检查了 {n} 个"
        yield Finding(
            sample.where, "parcel", f"{en}; two at least, and no more than there are", f"{zh}；至少两个且不多于总数"
        )
    if sample.check == AREA and (looked > whole or (n == claim.parcels and looked < whole)):
        en = f"parcels of {looked:g} mu were looked at, {named} reported {whole:g} mu in all"
        zh = f"检查的小班共 {looked:g} 亩，{named} 上报总面积为 {whole:g} 亩"
        yield Finding(sample.where, "reported_mu", en, zh)
