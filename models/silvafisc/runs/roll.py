"""Roll an outcome one step through its budget year: the next outcome, which names its predecessor by hash."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from silvafisc.allocation.audit import audit
from silvafisc.allocation.year.book import Book, Step
from silvafisc.datasets import Finding, InputError
from silvafisc.policy.year_event import NewYear, Supplement
from silvafisc.results import Outcome

from .check import check_loaded, load_outcome
from .new_year import new_year
from .prepare import Progress
from .run import AuditError
from .year_order import refusals, steps_behind
from .year_steps import STEPS, added_fen
from .year_tables import Events, known_names, read_events


def roll(
    outcome: str | Path,
    events: str | Path,
    out: str | Path | None = None,
    *,
    progress: Progress | None = None,
) -> tuple[Outcome, Path]:
    """The outcome of the next step (audited, not yet saved) and the folder where it belongs.

    Args:
        outcome: folder of the predecessor; it is never changed.
        events: folder with event.yaml and the tables that its kind reads.
        out: folder of the new outcome; beside the predecessor, named after scenario, year and step, where left out.

    Raises:
        InputError: the predecessor does not pass its check, the step may not follow it, or the events are wrong.
        OutcomeError: the predecessor is no outcome.
        Infeasible: the new year has no allocation that keeps all rules.
    """
    say = progress or (lambda text: None)
    folder = Path(outcome)
    say("load")
    read = read_events(events)
    before = load_outcome(folder)
    _refuse_unsound(folder, before)
    if before.resolved.offers_given:
        en = "was solved over offers made elsewhere and has no notice: its year cannot be rolled"
        raise InputError([Finding(str(folder), "", en, "由外部备选表求解，没有下达数，不能办理年度步骤")])
    target = Path(out) if out is not None else folder.resolve().parent / _name(before, read)
    _refuse_standing(folder, target)
    steps = steps_behind(before.meta)
    found = [Finding(read.where(key), key, en, zh) for key, en, zh in refusals(read, steps, before.resolved.periods[0])]
    for lines in read.tables.values():
        found += known_names(lines, before.inputs.codes, [fund.id for fund in before.resolved.funds])
    if found:
        raise InputError(found)
    book = Book.of(before.tables).copied(before.content_hash)
    if isinstance(read.event, NewYear):
        made = new_year(before, book, read, say)
    else:
        after = STEPS[read.event.kind](before, book, steps, read)
        made = replace(before, tables={**before.tables, **after.tables()})
    say("settle and audit")
    checked = audit(made.resolved, made.inputs, made.tables)
    if not checked["clean"]:
        raise AuditError("\n".join(f"{c['rule']}: {f['en']}" for c in checked["checks"] for f in c["findings"][:20]))
    return replace(made, meta=_meta(made, before, read, steps, folder, target), audit=checked), target


def _refuse_unsound(folder: Path, before: Outcome) -> None:
    findings = check_loaded(folder, before)
    if findings:
        en = "does not pass its check, so no step may follow it (see `silvafisc check`)"
        raise InputError(
            [Finding(str(folder), "", en, "未通过检查，不能在其后办理任何步骤（见 silvafisc check）"), *findings]
        )


def _refuse_standing(folder: Path, target: Path) -> None:
    """History is never replaced, and nothing is put inside an outcome: that would change it."""
    inside = folder.resolve() == target.resolve() or folder.resolve() in target.resolve().parents
    if inside or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        en = "a step is written to a folder of its own, never over what is there; choose another --out"
        raise InputError([Finding(str(target), "--out", en, "每一步骤单独写入新目录，不覆盖已有内容；请另选 --out")])


def _name(before: Outcome, events: Events) -> str:
    event = events.event
    batch = getattr(event, "batch", "")
    safe = "".join(char if char.isalnum() else "-" for char in batch)
    return "-".join(part for part in (before.resolved.id, event.year, event.kind.replace("_", "-"), safe) if part)


def _meta(
    made: Outcome, before: Outcome, events: Events, steps: tuple[Step, ...], folder: Path, target: Path
) -> dict[str, Any]:
    event = events.event
    named = {name: getattr(event, name, "") for name in ("kind", "year", "batch", "date", "document", "reason")}
    if isinstance(event, Supplement) and event.added:
        named["added"] = dict(sorted(event.added.items()))
    kept = {name: value for name, value in made.meta.items() if name != "content_hash"}
    return kept | {
        "predecessor": {
            "content_hash": before.content_hash,
            "folder": Path(os.path.relpath(folder.resolve(), target.resolve())).as_posix(),
        },
        "step": named,
        "steps": [step._asdict() for step in steps],
        "added_fen": added_fen(before, events),
    }
