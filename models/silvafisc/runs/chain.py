"""The chain of a budget year backwards: every predecessor where it is said to be, unaltered, and its history handed on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from silvafisc.allocation.year.book import Book, Step
from silvafisc.datasets import Finding
from silvafisc.results import Outcome, OutcomeError
from silvafisc.results.outcome import hash_folder

from .year_order import steps_behind

MARK = "outcome.json"
APPENDED = ("year_ledger", "notice_batch", "year_settlement", "year_carry", "year_scores", "year_account")
"""Tables that a step only adds rows to."""
_SHOWN = 12
"""Digits of a hash in a message; the whole stands in outcome.json."""


def chain_findings(folder: Path, outcome: Outcome) -> list[Finding]:
    """What is wrong with the steps behind an outcome, from the latest backwards; empty for a plain run."""
    findings: list[Finding] = []
    here, now = folder, outcome
    while now.meta.get("predecessor"):
        before = _predecessor(here, now, findings)
        if before is None:
            return findings
        place, prior = before
        findings += _follows(here, now, prior)
        here, now = place, prior
    return findings


def _predecessor(folder: Path, outcome: Outcome, findings: list[Finding]) -> tuple[Path, Outcome] | None:
    """The folder and outcome that the hash names; a finding where it is gone or altered."""
    named = outcome.meta["predecessor"]
    wanted, place = str(named["content_hash"]), (folder / str(named["folder"])).resolve()
    step = steps_behind(outcome)[-2] if len(steps_behind(outcome)) > 1 else None
    spoken = "" if step is None else f"{step.kind} {step.year} {step.batch}".strip()
    where = str(folder / MARK)
    if not (place / MARK).is_file():
        en = f"its predecessor ({spoken}) is not at {place}; the outcome that is missed has content hash {wanted}"
        zh = f"上一结果（{spoken}）不在 {place}；所缺结果的散列值为 {wanted}"
        findings.append(Finding(where, "predecessor.folder", en, zh))
        return None
    try:
        meta: dict[str, Any] = json.loads((place / MARK).read_text(encoding="utf-8"))
        formed = hash_folder(place, meta)
        if formed == wanted:
            return place, Outcome.load(place)
        same = meta.get("content_hash") == wanted
    except (OutcomeError, OSError, ValueError, KeyError, TypeError) as error:
        en, zh = f"the predecessor ({spoken}) is damaged: {error}", f"上一结果（{spoken}）已损坏：{error}"
        findings.append(Finding(str(place), "predecessor", en, zh))
        return None
    if same:
        en = f"this step ({spoken}) was altered after it was written: its content has hash {formed[:_SHOWN]}, not {wanted[:_SHOWN]}"
        zh = f"本步骤（{spoken}）写出后被改动：内容散列值为 {formed[:_SHOWN]}，应为 {wanted[:_SHOWN]}"
    else:
        en = f"is another outcome than the predecessor ({spoken}), whose content hash is {wanted}"
        zh = f"不是所指的上一结果（{spoken}），其散列值应为 {wanted}"
    findings.append(Finding(str(place), "content_hash", en, zh))
    return None


def _follows(folder: Path, now: Outcome, prior: Outcome) -> Iterator[Finding]:
    """Whether an outcome goes on from its predecessor: same history, no row of it changed, no step back in time."""
    where = str(folder / MARK)
    behind = steps_behind(now)
    if behind[:-1] != steps_behind(prior):
        yield Finding(where, "steps", "is not the history of its predecessor", "步骤记录与上一结果的历史不符")
    if behind[-1].date < max(step.date for step in behind):
        yield Finding(where, "step.date", "lies before that of an earlier step", "早于以前步骤的日期")
    book, handed = Book.of(now.tables), Book.of(prior.tables).copied(prior.content_hash)
    for name in APPENDED:
        rows, kept = getattr(book, name), getattr(handed, name)
        if rows[: len(kept)] != kept:
            at = next((at for at, row in enumerate(kept) if at >= len(rows) or rows[at] != row), 0)
            row = ", ".join(str(cell) for cell in kept[at][:5])
            en, zh = f"a row of an earlier step is no longer what it was ({row})", f"以前步骤的行被改动（{row}）"
            yield Finding(str(folder / f"{name}.csv"), name, en, zh)
    known = {step.content_hash for step in behind[:-1]}
    for entry in book.year_ledger:
        if entry.origin and entry.origin not in known:
            en = f"the origin {entry.origin[:_SHOWN]} is none of the steps behind"
            yield Finding(
                str(folder / "year_ledger.csv"), "origin", en, f"出处 {entry.origin[:_SHOWN]} 不在以前步骤之中"
            )
    yield from _plan(folder, now, prior, behind[-1])


def _plan(folder: Path, now: Outcome, prior: Outcome, step: Step) -> Iterator[Finding]:
    """Only a new year changes the allocation; every other step hands it on as it is."""
    if step.kind == "new_year":
        return
    for name in ("allocation", "envelopes", "notice", "standards"):
        if name in prior.tables and not now.tables[name].equals(prior.tables[name]):
            en, zh = (
                "is not that of the predecessor, though no year was opened",
                "与上一结果不一致，而本步骤并未开启新年度",
            )
            yield Finding(str(folder / f"{name}.csv"), "", en, zh)
