"""The chain of a budget year backwards: every predecessor where it is said to be, unaltered, and its history handed on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from silvafisc.allocation.year.book import ROWS, Book, Step
from silvafisc.datasets import Finding
from silvafisc.results import Outcome
from silvafisc.results.outcome import MARK, hash_folder, read_table

from .year_order import steps_behind

APPENDED = ("year_ledger", "notice_batch", "year_settlement", "year_carry", "year_scores", "year_account")
"""Tables that a step only adds rows to."""
HANDED_ON = ("allocation.csv", "envelopes.csv", "notice.csv", "standards.csv")
_SHOWN = 12
"""Digits of a hash in a message; the whole stands in outcome.json."""


@dataclass(frozen=True)
class Link:
    """An outcome as far as the chain reads it."""

    meta: Mapping[str, Any]
    book: Book

    @property
    def steps(self) -> tuple[Step, ...]:
        """The chain up to and with it."""
        return steps_behind(self.meta)


def chain_findings(folder: Path, outcome: Outcome) -> list[Finding]:
    """What is wrong with the steps behind an outcome, from the latest backwards; empty for a plain run."""
    findings: list[Finding] = []
    here, now = folder, Link(outcome.meta, Book.of(outcome.tables))
    while now.meta.get("predecessor"):
        place = _predecessor(here, now, findings)
        if place is None:
            break
        prior = _link(place, str(now.meta["predecessor"]["content_hash"]))
        findings += _follows(here, now, place, prior)
        here, now = place, prior
    return findings


@lru_cache(maxsize=256)
def _link(folder: Path, content_hash: str) -> Link:
    """What lies in a folder whose hash was just formed anew: the same hash is the same content, read once."""
    meta = json.loads((folder / MARK).read_text(encoding="utf-8"))
    return Link(meta, Book.of({name: read_table(folder, name) for name in ROWS if (folder / f"{name}.csv").is_file()}))


def _predecessor(folder: Path, now: Link, findings: list[Finding]) -> Path | None:
    """The folder of the outcome that the hash names; a finding where it is gone or altered."""
    named = now.meta["predecessor"]
    wanted, place = str(named["content_hash"]), (folder / str(named["folder"])).resolve()
    spoken = "".join(f"{step.kind} {step.year} {step.batch}".strip() for step in now.steps[-2:-1])
    where = str(folder / MARK)
    if not (place / MARK).is_file():
        en = f"its predecessor ({spoken}) is not at {place}; the outcome that is missed has content hash {wanted}"
        zh = f"上一结果（{spoken}）不在 {place}；所缺结果的散列值为 {wanted}"
        findings.append(Finding(where, "predecessor.folder", en, zh))
        return None
    try:
        meta: dict[str, Any] = json.loads((place / MARK).read_text(encoding="utf-8"))
        formed, recorded = hash_folder(place, meta), meta.get("content_hash")
    except (OSError, ValueError, AttributeError) as error:
        en, zh = f"the predecessor ({spoken}) is damaged: {error}", f"上一结果（{spoken}）已损坏：{error}"
        findings.append(Finding(str(place), "predecessor", en, zh))
        return None
    if formed == recorded == wanted:
        return place
    if recorded == wanted:
        en = f"this step ({spoken}) was altered after it was written: its content has hash {formed}, not {wanted}"
        zh = f"本步骤（{spoken}）写出后被改动：内容散列值为 {formed}，应为 {wanted}"
    else:
        en = f"is another outcome than the predecessor ({spoken}), whose content hash is {wanted}"
        zh = f"不是所指的上一结果（{spoken}），其散列值应为 {wanted}"
    findings.append(Finding(str(place), "content_hash", en, zh))
    return None


def _follows(folder: Path, now: Link, place: Path, prior: Link) -> Iterator[Finding]:
    """Whether an outcome goes on from its predecessor: same history, no row of it changed, no step back in time."""
    where = str(folder / MARK)
    behind = now.steps
    if behind[:-1] != prior.steps:
        yield Finding(where, "steps", "is not the history of its predecessor", "步骤记录与上一结果的历史不符")
    if behind[-1].date < max(step.date for step in behind):
        yield Finding(where, "step.date", "lies before that of an earlier step", "早于以前步骤的日期")
    book, handed = now.book, prior.book.copied(str(prior.meta["content_hash"]))
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
    if behind[-1].kind != "new_year":  # only a new year changes the allocation; every other step hands it on as it is
        for name in HANDED_ON:
            if (folder / name).read_bytes() != (place / name).read_bytes():
                en, zh = (
                    "is not that of the predecessor, though no year was opened",
                    "与上一结果不一致，而本步骤并未开启新年度",
                )
                yield Finding(str(folder / name), "", en, zh)
    if behind[-1].kind != "withdrawal" and any(
        row.exact_fen < 0 for row in book.notice_batch[len(handed.notice_batch) :]
    ):
        en, zh = "only a withdrawal may print a negative amount", "只有追减可以印发负数"
        yield Finding(str(folder / "notice_batch.csv"), "exact_fen", en, zh)
