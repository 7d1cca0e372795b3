"""Sign an outcome: one more line in its approval log, refused where the outcome or the log does not hold."""

import os
from pathlib import Path
from typing import Any

from silvafisc.datasets import Finding, InputError
from silvafisc.results import Outcome
from silvafisc.results.approvals import (
    Approval,
    Superseded,
    append,
    misstated,
    read_trail,
    refusal,
)

from .check import check_loaded, check_trail, load_outcome
from .compare import compare


def sign(
    folder: str | Path,
    *,
    role: str,
    name: str,
    opinion: str,
    date: str,
    verdict: str = "agree",
    after: str | Path | None = None,
    why: str = "",
) -> Approval:
    """Record that somebody proposes, reviews, comments on or approves an outcome as it stands.

    Args:
        role, verdict: of `results.approvals`. date: of the act, ISO.
        after: the outcome that this one supersedes; its log goes on in this one's, with what changed and `why`.

    Returns:
        The entry, as it was appended to the log.

    Raises:
        InputError: all that is wrong with the statement; the outcome's own check finds something; or the order of the
            acts forbids it. Nothing is written.
        OutcomeError: not an outcome, or a damaged log.
    """
    folder = Path(folder)
    outcome = load_outcome(folder)
    findings = check_loaded(folder, outcome)
    if findings:
        raise InputError(findings)
    trail = read_trail(folder)
    superseded, last = None, trail[-1] if trail else None
    if after is not None:
        superseded, last = _superseded(folder, outcome, Path(after), why)
        if trail:
            en = "its log has begun; only the first entry of a version can follow another version"
            raise _refused(folder, "after", en, "会签记录已经开始；只有新版本的第一条可以接续另一版本")
    elif why.strip():
        raise _refused(
            folder, "why", "is for a version that supersedes another: name it by --after", "须与 --after 同用"
        )
    entry = Approval(
        previous=last.hash if last else "",
        content_hash=outcome.content_hash,
        role=role,
        name=name.strip(),
        verdict=verdict,
        opinion=opinion.strip(),
        date=date,
        supersedes=superseded,
    ).sealed()
    wrong = list(misstated(entry, last))
    if wrong:
        raise InputError([Finding(str(folder), path, en, zh) for path, en, zh in wrong])
    refused = refusal(trail, role, verdict)
    if refused:
        raise _refused(folder, "role", *refused)
    append(folder, entry)
    return entry


def _superseded(folder: Path, outcome: Outcome, after: Path, why: str) -> tuple[Superseded, Approval]:
    """What changed since the old version, and the last entry of its log. Raises InputError."""
    old = load_outcome(after)
    findings = check_trail(after, old.content_hash)
    if findings:
        raise InputError(findings)
    trail = read_trail(after)
    if not trail:
        en = "nobody has signed it: there is no log to go on from; sign without --after"
        raise _refused(after, "after", en, "尚无会签记录，无从接续；请不用 --after")
    if old.content_hash == outcome.content_hash:
        en = "is the same version: nothing has changed"
        raise _refused(after, "after", en, "与本结果内容相同，并非另一版本")
    return Superseded(
        content_hash=old.content_hash,
        folder=Path(os.path.relpath(after.resolve(), folder.resolve())).as_posix(),
        **changes(old, outcome),
        why=why.strip(),
    ), trail[-1]


def changes(old: Outcome, new: Outcome) -> dict[str, Any]:
    """Units and money up and down, from the comparison of the two versions."""
    comparison = compare([old, new])
    units, standards = comparison.units, comparison.standards
    difference = units["difference_fen"]
    return {
        "up": int((difference > 0).sum()),
        "down": int((difference < 0).sum()),
        "same": int((difference == 0).sum()),
        "up_fen": int(difference.clip(lower=0).sum()),
        "down_fen": -int(difference.clip(upper=0).sum()),
        "old_fen": int(units["first_fen"].sum()),
        "new_fen": int(units["second_fen"].sum()),
        "standards": int((standards["first_yuan_per_mu"] != standards["second_yuan_per_mu"]).sum()),
    }


def _refused(place: Path, path: str, en: str, zh: str) -> InputError:
    return InputError([Finding(str(place), path, en, zh)])
