"""Papers that officers sign, each a list of blocks: 送审稿, 下达通知, 测算底表, 会签单, 答复单, 清算表.

A notice exists only where nothing hinders it (`silvafisc.briefing.standing`); everything else is 情景测算: in the title,
in the head of every page, and in the name of the file.
"""

from collections.abc import Sequence
from dataclasses import replace

from silvafisc.results import Outcome
from silvafisc.results.approvals import Approval

from .. import PAPERS
from ..blocks import Briefing, Section
from ..document import assemble, require_audit
from . import countersign, notice, paper, replies, settlement, worktable
from .year import YearDraft


def papers(
    outcome: Outcome,
    language: str,
    wanted: Sequence[str] = PAPERS,
    trail: Sequence[Approval] = (),
    units: Sequence[str] = (),
) -> list[tuple[str, Briefing]]:
    """(stem of the file, paper) of every wanted document, a notice for each fund.

    trail: entries of the approval log. units: whose reply sheets; all where left out.

    Raises:
        UnauditedError: the audit is missing or not clean.
        CauselessFallError: a listed unit changes and the outcome does not say why.
        TextError, KeyResolutionError: a text or a number is missing.
    """
    require_audit(outcome)
    draft = YearDraft(outcome, language)
    found: list[tuple[str, Briefing]] = []
    for name in wanted:
        if name == "notice":
            for fund in draft.funds:
                stem = f"{'estimate' if draft.hindrances else 'notice'}-{fund.replace('_', '-')}"
                found.append((stem, _paper(draft, notice.sections(draft, fund), notice.title(draft, fund))))
            continue
        sections = {
            "paper": lambda: paper.sections(draft),
            "worktable": lambda: worktable.sections(draft),
            "countersign": lambda: countersign.sections(draft, trail),
            "replies": lambda: replies.sections(draft, units),
            "settlement": lambda: settlement.sections(draft),
        }[name]()
        head = "paper.estimate_heading" if name == "paper" and draft.hindrances else f"{name}.heading"
        title = draft.words(head, title=draft.localized(outcome.meta["title"]), year=draft.year)
        found.append((name, replace(_paper(draft, sections, title), compact=name == "paper")))
    return found


def _paper(draft: YearDraft, sections: list[Section], title: str) -> Briefing:
    """A paper whose every page says what it is: the scenario's own word for itself does not decide it."""
    made = assemble(draft.outcome.meta, draft.words, sections, title)
    kind = draft.words("standing.head" if draft.hindrances else "standing.draft")
    subtitle = draft.words("labels.subtitle", kind=kind, date=made.date)
    return replace(made, kind=kind, subtitle=subtitle)
