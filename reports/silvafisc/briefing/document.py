"""Putting the sections of an outcome together as one briefing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from silvafisc.results import Outcome
from silvafisc.results.approvals import Approval

from .blocks import Block, Briefing, Card, Figure, Heading, Section, Table
from .draft import Draft
from .keys import Lookup
from .origins import traced
from .sections import (
    allocation,
    annex,
    carbon,
    commitments,
    compared,
    decision,
    fairness,
    frontier,
    green_finance,
    reasons,
    sources,
    what_if,
)
from .words import Words

if TYPE_CHECKING:
    from .style import Audience

SECTIONS = (decision, allocation, reasons, carbon, fairness, frontier, what_if, green_finance, commitments, sources)
LABELS = ("contents", "data", "annexed", "see_annex", "source", "generated", "policy_date", "content_hash")


class UnauditedError(Exception):
    """An outcome without a clean audit cannot be reported."""

    def __init__(self, findings: int) -> None:
        self.en = f"the audit of this outcome is not clean ({findings} findings), so it cannot be reported"
        self.zh = f"该结果校核未通过（{findings} 项），不能出具报告"
        super().__init__(self.en)


def build(
    outcome: Outcome,
    language: str,
    trail: Sequence[Approval] = (),
    *,
    audience: "Audience | None" = None,
    beside: Mapping[str, pd.DataFrame] | None = None,
    lookup: Lookup | None = None,
) -> Briefing:
    """The briefing of an outcome in `zh` or `en`, with its approval trail in section 10 where there is one.

    audience: whose sections; all of them where left out. beside: the tables of its comparison with other outcomes, of
    which section 7 tells. lookup: of this outcome, for several languages: numbers are looked up once.

    Raises:
        UnauditedError: the audit is missing or not clean.
        TextError: unknown language, or a text is missing.
        KeyResolutionError: the outcome lacks a number that a section needs.
        MissingGlyphError: a drawing holds a character the fonts lack.
    """
    require_audit(outcome)
    if beside is not None:
        outcome, lookup = compared.beside(outcome, beside), None
    shown = None if audience is None else audience.sections
    draft = Draft(outcome, language, trail, sections=shown, lookup=lookup)
    made = [module.section(draft) for module in SECTIONS]
    sections = [section for section in made if draft.shows(section.id)]
    if audience is not None and audience.plain:
        sections = [plain(section, draft.words("terms.unit")) for section in sections]
    ordered = [
        replace(
            section, title=draft.words("sections.numbered", number=draft.words(f"sections.n{i}"), title=section.title)
        )
        for i, section in enumerate(sections, start=1)
    ]
    closing = [annex.section(draft)] if draft.shows("annex") else []
    placed, origins = traced(draft, sources.only_said(draft, [*ordered, *closing]))
    return replace(assemble(outcome.meta, draft.words, placed, draft.localized(outcome.meta["title"])), origins=origins)


def plain(section: Section, unit: str) -> Section:
    """A section without its working tables, those with a line for every unit, and without heads that then head nothing.

    unit: the header of the column that names the units. The tables under drawings stay: a reader opens them on demand.
    """
    kept = [block for block in section.blocks if not (isinstance(block, Table) and block.columns[0].header == unit)]
    after = [*kept[1:], Heading("")]
    blocks = [
        block
        for block, following in zip(kept, after, strict=True)
        if not (isinstance(block, Heading) and isinstance(following, Heading) and following.level <= block.level)
    ]
    return replace(section, blocks=tuple(blocks))


def require_audit(outcome: Outcome) -> None:
    """Raise UnauditedError where the audit is missing or not clean."""
    if outcome.audit.get("clean") is not True:
        raise UnauditedError(sum(len(check["findings"]) for check in outcome.audit.get("checks", [])))


def unnamed_ids(outcome: Outcome) -> list[str]:
    """`group.id` of every id of an outcome that texts.yaml has no name for, so that it shows as it is.

    Units, and items of the ledger, are not counted: they are texts of their own.
    """
    draft = Draft(outcome, "zh")
    for module in (*SECTIONS, annex):
        module.section(draft)
    return sorted(item for item in draft.words.unnamed if not item.startswith(("what.", "unit.")))


def assemble(meta: Any, words: Words, sections: list[Section], title: str) -> Briefing:
    """A briefing with its tables and figures numbered in reading order."""
    labels = {name: words(f"labels.{name}") for name in LABELS}
    labels["page"] = words("labels.page", page="{page}", pages="{pages}")
    return Briefing(
        id=str(meta["id"]),
        title=title,
        subtitle=words("labels.subtitle", kind=str(meta["kind"][words.language]), date=str(meta["policy_date"])),
        kind=str(meta["kind"][words.language]),
        language=words.language,
        date=str(meta["policy_date"]),
        labels=labels | {"hash": str(meta["content_hash"])},
        sections=number_blocks(sections, words),
    )


def number_blocks(sections: list[Section], words: Words) -> tuple[Section, ...]:
    """Tables and figures get `表 1`, `图 1` …; tables on cards and under figures get none."""
    counts = {"table": 0, "figure": 0}

    def numbered(block: Block) -> Block:
        kind = "figure" if isinstance(block, Figure) else "table"
        if isinstance(block, Card) or not isinstance(block, Figure | Table):
            return block
        counts[kind] += 1
        return replace(block, number=words(f"labels.{kind}", number=str(counts[kind])))

    return tuple(replace(section, blocks=tuple(map(numbered, section.blocks))) for section in sections)
