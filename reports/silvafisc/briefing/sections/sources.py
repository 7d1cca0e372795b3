"""Sources and assumptions with their statuses, what the checks found, the method, and how to rerun it."""

from collections.abc import Sequence
from dataclasses import replace

from ..blocks import Block, Column, Formula, Heading, Row, Section, Table, runs_text, texts
from ..draft import Draft, cell
from ..rounding import percent
from ..words import load_yaml, symbols
from .approvals import blocks as approvals
from .ledger import ledger
from .red_flags import blocks as red_flags
from .rules import rule_names

HASH = 16
"""Digits of an input's hash that are printed; the whole is in outcome.json."""
METHODS = ("rigid", "factor", "grade", "task", "carbon", "participation", "retention", "development", "theil")


def section(draft: Draft) -> Section:
    """Section 10 of the design."""
    words = draft.words
    blocks: list[Block] = [*ledger(draft)]
    blocks += red_flags(draft)
    blocks.append(Heading(words("sources.method_head")))
    blocks += [Formula(symbols(words(f"method.{name}.symbols")), words(f"method.{name}.words")) for name in METHODS]
    blocks += [Heading(words("sources.terms_head")), terms(draft)]
    blocks += [Heading(words("sources.audit_head")), audit(draft)]
    blocks += [Heading(words("sources.record_head")), record(draft)]
    if draft.trail:
        blocks += [Heading(words("approvals.head")), *approvals(draft.trail, words)]
    return Section("sources", words("sources.title"), tuple(blocks))


def terms(draft: Draft) -> Table:
    """The glossary, in both languages; `only_said` leaves what the document says."""
    words = draft.words
    other = "en" if draft.language == "zh" else "zh"
    rows = tuple(
        Row((cell(entry[draft.language]), cell(entry[other]), cell(entry["meaning"][draft.language])))
        for entry in load_yaml("glossary.yaml").values()
    )
    columns = (
        Column(words("sources.term")),
        Column(words("sources.other_term")),
        Column(words("reasons.meaning"), width=1),
    )
    return Table(columns, rows, words.runs("sources.terms"), dense=True)


def only_said(draft: Draft, sections: Sequence[Section]) -> list[Section]:
    """The sections with a glossary of those terms that they say outside of it, be it without the bracket or hyphens."""
    glossary = terms(draft)
    outside = [replace(held, blocks=tuple(block for block in held.blocks if block != glossary)) for held in sections]
    said = _plain("\n".join(text for held in outside for text in texts(held)))
    rows = tuple(row for row in glossary.rows if _plain(runs_text(row.cells[0])).partition("（")[0] in said)
    kept = replace(glossary, rows=rows)
    return [
        replace(held, blocks=tuple(kept if block == glossary else block for block in held.blocks)) for held in sections
    ]


def _plain(text: str) -> str:
    return text.lower().replace("-", " ")


def audit(draft: Draft) -> Table:
    """What the independent check recomputed, two checks a row."""
    words, result = draft.words, draft.outcome.audit
    checks = []
    names = rule_names(draft, [str(check["rule"]) for check in result["checks"]])
    # By position: a scenario may list one rule twice, for two funds.
    for position, (check, name) in enumerate(zip(result["checks"], names, strict=True)):
        verdict = words("sources.clean") if check["clean"] else words("sources.not_clean")
        count = draft.number("count", f"audit.checks[{position}].checked")
        checks.append((cell(name), (count,), cell(verdict)))
    half = (len(checks) + 1) // 2
    right = [*checks[half:], *[((), (), ())] * (2 * half - len(checks))]
    rows = [Row((*one, *other)) for one, other in zip(checks[:half], right, strict=True)]
    columns = (
        Column(words("sources.check"), width=1),
        Column(words("sources.checked"), "", True),
        Column(words("sources.verdict")),
    )
    caption = words.runs("sources.audit_clean" if result["clean"] else "sources.audit_not_clean")
    return Table((*columns, *columns), tuple(rows), caption, dense=True, ordered=True)


def record(draft: Draft) -> Table:
    """What is needed to get the same bytes again."""
    words, meta = draft.words, draft.outcome.meta
    resolved = draft.outcome.resolved
    status = words.name("solver_status", str(meta["status"]))
    versions = [f"{name} {value}" for name, value in meta["versions"].items()]
    named = {name: words(f"sources.hashed.{name}") for name in ("law", "scenario")}
    hashes = [
        f"{named.get(name, name.removeprefix('inputs/'))} {str(value)[:HASH]}"
        for name, value in meta["input_hashes"].items()
    ]
    lines = [
        (words("sources.scenario"), str(meta["id"])),
        (words("sources.policy_date"), str(meta["policy_date"])),
        (words("sources.mode"), words(f"sources.modes.{meta['mode']}")),
        (
            words("sources.solver_status"),
            words("sources.solver", status=status, seed=str(meta["seed"]), gap=percent(str(resolved.gap))),
        ),
        (words("sources.content_hash"), str(meta["content_hash"])),
        (words("sources.versions"), words("marks.semicolon").join(versions)),
        (words("sources.input_hashes"), words("marks.semicolon").join(hashes)),
    ]
    columns = (Column(words("sources.item")), Column(words("sources.entry"), width=1))
    rows = tuple(Row((cell(name), cell(value))) for name, value in lines)
    return Table(columns, rows, words.runs("sources.record"), words.runs("sources.rerun"), dense=True, ordered=True)
