"""Briefings: an audited outcome as a document of blocks, and the documents as HTML and PDF in Chinese and English.

Nothing heavy is imported before it is used.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from silvafisc.results import Outcome
    from silvafisc.results.approvals import Approval

    from .blocks import Briefing

LANGUAGES = ("zh", "en")
FORMATS = ("html", "pdf")


def build(outcome: "Outcome", language: str, trail: "Sequence[Approval]" = ()) -> "Briefing":
    """The blocks of an outcome's briefing in `zh` or `en`; see `silvafisc.briefing.document`."""
    _refuse_given([outcome])
    from .document import build as put_together

    return put_together(outcome, language, trail)


def render(
    outcome: "Outcome",
    folder: Path,
    languages: Sequence[str] = LANGUAGES,
    formats: Sequence[str] = FORMATS,
    trail: "Sequence[Approval]" = (),
) -> list[Path]:
    """Write `briefing_<language>.<format>` into `folder`; each file appears complete or not at all.

    trail: the verified approval trail of the outcome, which is printed in section 10.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        UnauditedError, MissingGlyphError, KeyResolutionError, TextError, RenderError: nothing is left half-written.
        InputError: an outcome of a table of offers made elsewhere.
    """
    _refuse_given([outcome])
    from .document import build as put_together
    from .writing import write

    return write([put_together(outcome, language, trail) for language in languages], folder, "briefing", formats)


def _refuse_given(outcomes: "Sequence[Outcome]") -> None:
    """Offers made elsewhere bring no standards, indicators or baselines, of which a briefing consists. Raises InputError."""
    given = [outcome for outcome in outcomes if outcome.resolved.offers_given]
    if given:
        from silvafisc.datasets import Finding, InputError

        en = "was solved from a table of offers made elsewhere; there is no briefing of it: use check, compare and explain"
        zh = "由外部备选表求解得出，不生成简报；请使用 check、compare 和 explain"
        raise InputError([Finding(str(outcome.meta["id"]), "", en, zh) for outcome in given])


def brief_comparison(
    outcomes: "Sequence[Outcome]",
    folder: Path,
    languages: Sequence[str] = LANGUAGES,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write `comparison_<language>.<format>`: what changes from the first outcome to the second, by unit.

    Raises:
        ValueError: not exactly two outcomes. Others as `render`.
    """
    _refuse_given(outcomes)
    from .comparison import build_comparison
    from .writing import write

    return write([build_comparison(outcomes, language) for language in languages], folder, "comparison", formats)
