"""The approval trail as it is printed: who did what when, what changed since the version before, and what it proves."""

from collections.abc import Sequence

from silvafisc.quantities import fen_to_yuan
from silvafisc.results.approvals import Approval, Superseded

from ..blocks import Block, Column, Note, Paragraph, Row, Runs, Table
from ..draft import cell
from ..glyphs import printable
from ..style import current
from ..words import Words

HASH = 16
"""Digits of a hash that are printed; the whole is in approvals.jsonl."""


def blocks(trail: Sequence[Approval], words: Words) -> list[Block]:
    """The trail, the change from the version before, and the note on signatures; nothing where nobody has signed."""
    if not trail:
        return []
    approved = any(entry.role == "approval" and entry.verdict == "agree" for entry in trail)
    stood = "approved" if approved else "open" if all(entry.verdict == "agree" for entry in trail) else "answered"
    found: list[Block] = [Paragraph(words.runs(f"approvals.{stood}", count=str(len(trail))))]
    if trail[0].supersedes is not None:
        found.append(Paragraph(_changed(trail[0].supersedes, words)))
    return [*found, _table(trail, words), Note(words.runs("approvals.recorded_acts", head=trail[-1].hash))]


def _table(trail: Sequence[Approval], words: Words) -> Table:
    rows = []
    for at, entry in enumerate(trail, 1):
        verdict = "—" if entry.role == "proposal" else words.name("verdict", entry.verdict)
        said = (words.name("role", entry.role), entry.name, verdict, entry.opinion)
        shown = (str(at), entry.date, *(printable(text, current().faces) for text in said), entry.hash[:HASH])
        rows.append(Row(tuple(cell(text) for text in shown)))
    columns = (
        Column(words("approvals.number")),
        Column(words("approvals.date")),
        Column(words("approvals.role")),
        Column(words("approvals.name")),
        Column(words("approvals.verdict")),
        Column(words("approvals.opinion"), width=1),
        Column(words("approvals.hash")),
    )
    return Table(columns, tuple(rows), words.runs("approvals.caption"), dense=True)


def _changed(old: Superseded, words: Words) -> Runs:
    """What changed since the superseded version, and why; the figures stand in the log, not in the outcome."""
    return words.runs(
        "approvals.changed",
        old=old.content_hash[:HASH],
        up=str(old.up),
        up_yuan=_yuan(old.up_fen),
        down=str(old.down),
        down_yuan=_yuan(old.down_fen),
        same=str(old.same),
        old_yuan=_yuan(old.old_fen),
        new_yuan=_yuan(old.new_fen),
        standards=str(old.standards),
        why=printable(old.why, current().faces).rstrip("。."),
    )


def _yuan(fen: int) -> str:
    whole, _, rest = fen_to_yuan(fen).partition(".")
    return f"{int(whole):,}.{rest}"
