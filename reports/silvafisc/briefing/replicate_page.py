"""Published cases worked out again, as one page in each language: ours, published, and why where they differ."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from silvafisc.policy.replications import Replication
from silvafisc.quantities import UNITS

from .blocks import Block, Briefing, Note, Paragraph, Section
from .pages import framed, plain_table
from .words import LANGUAGES, Words
from .writing import write

TEXTS = ("replicate.item", "replicate.unit")
NUMBERS = ("replicate.ours", "replicate.theirs", "replicate.difference")
AFTER = ("replicate.compared_with", "replicate.verdict")


def write_pages(cases: tuple[Replication, ...], table: pd.DataFrame, date: str, folder: Path) -> list[Path]:
    """Write `replications_zh.html` and `replications_en.html`.

    table: as `silvafisc.runs.replicate`. date: the day that the page states.
    """
    return write([page(cases, table, date, language) for language in LANGUAGES], folder, "replications", ["html"])


def page(cases: tuple[Replication, ...], table: pd.DataFrame, date: str, language: str) -> Briefing:
    """The page in one language."""
    words = Words(language)
    sections = [Section("all", words("replicate.all"), (_lead(table, words),))]
    for case in cases:
        sections.append(Section(case.id, case.title.model_dump()[language], _case(case, table, words)))
    return framed("replicate", words("replicate.kind"), sections, {"replications": table}, date, words)


def _lead(table: pd.DataFrame, words: Words) -> Paragraph:
    counts = table["verdict"].value_counts()
    same = int(sum(counts.get(verdict, 0) for verdict in ("equal", "rounded", "within")))
    return Paragraph(
        words.runs(
            "replicate.lead",
            figures=str(len(table)),
            same=str(same),
            explained=str(counts.get("explained", 0)),
            different=str(counts.get("different", 0)),
        )
    )


def _case(case: Replication, table: pd.DataFrame, words: Words) -> tuple[Block, ...]:
    mine = table[table["case"] == case.id]
    rows = [shown(row, words) for row in mine.astype(str).to_dict("records")]
    made: list[Block] = [plain_table(words, "replicate.caption", TEXTS, NUMBERS, rows, AFTER)]
    reasons = [str(why) for why in mine[f"why_{words.language}"] if why]
    made += [Note(words.runs("replicate.why", why=why)) for why in reasons]
    status = words.name("status", case.evidence.status)
    made.append(Note(words.runs("replicate.source", source=words.own(str(mine["source"].iloc[0])), status=status)))
    return tuple(made)


def shown(row: Mapping[Hashable, Any], words: Words) -> list[str]:
    """Cells of a row: item, unit, ours, published, difference, what it is compared with, verdict."""
    unit = UNITS[row["unit"]]
    return [
        row[f"item_{words.language}"],
        {"zh": unit.label_zh, "en": unit.label_en}[words.language],
        *(words.own(row[name]).replace("-", "−") for name in ("ours", "published", "difference")),
        words(f"replicate.with.{row['compared_with']}"),
        words(f"replicate.verdicts.{row['verdict']}"),
    ]
