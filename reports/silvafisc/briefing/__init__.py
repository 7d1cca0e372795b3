"""Briefings: an audited outcome as a document of blocks, and the documents as HTML and PDF in Chinese and English.

Nothing heavy is imported before it is used.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from silvafisc.results import Outcome

    from .blocks import Briefing

LANGUAGES = ("zh", "en")
FORMATS = ("html", "pdf")


def build(outcome: "Outcome", language: str) -> "Briefing":
    """The blocks of an outcome's briefing in `zh` or `en`; see `silvafisc.briefing.document`."""
    from .document import build as put_together

    return put_together(outcome, language)


def render(
    outcome: "Outcome", folder: Path, languages: Sequence[str] = LANGUAGES, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Write `briefing_<language>.<format>` into `folder`; each file appears complete or not at all.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        UnauditedError, MissingGlyphError, KeyResolutionError, TextError, RenderError: nothing is left half-written.
    """
    from .document import build as put_together
    from .writing import write

    return write([put_together(outcome, language) for language in languages], folder, "briefing", formats)


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
    from .comparison import build_comparison
    from .writing import write

    return write([build_comparison(outcomes, language) for language in languages], folder, "comparison", formats)
