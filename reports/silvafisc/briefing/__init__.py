"""Briefings: an audited outcome as a document of blocks, and the documents as HTML and PDF in Chinese and English.

Nothing heavy is imported before it is used.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.results import Outcome
    from silvafisc.results.approvals import Approval

    from .blocks import Briefing
    from .sheets import PlainSheet

LANGUAGES = ("zh", "en")
FORMATS = ("html", "pdf")
BRIEFING, PAPERS = "briefing", ("paper", "notice", "worktable", "countersign", "replies", "settlement")
"""The department's briefing, and the papers that officers sign."""
PAPER_FORMATS = ("html", "pdf", "docx", "xlsx")


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
    beside: "Mapping[str, pd.DataFrame] | None" = None,
) -> list[Path]:
    """Write `briefing_<language>.<format>` into `folder`; each file appears complete or not at all.

    trail: the verified approval trail of the outcome, which is printed in section 10. beside: `frames` of
    `silvafisc.runs.compare` whose first outcome this is, which are printed as a section.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        UnauditedError, MissingGlyphError, KeyResolutionError, TextError, RenderError: nothing is left half-written.
        InputError: an outcome of a table of offers made elsewhere.
    """
    _refuse_given([outcome])
    from .document import build as put_together
    from .writing import write

    made = [put_together(outcome, language, trail, beside) for language in languages]
    return write(made, folder, "briefing", formats)


@dataclass(frozen=True)
class Wish:
    """Which documents in which languages and formats.

    documents: of BRIEFING and PAPERS. template: of the DOCX; the shipped one where left out. trail: entries of the
    approval log. units: whose reply sheets; all where left out. beside: as `render`.
    """

    documents: tuple[str, ...]
    languages: tuple[str, ...] = ("zh",)
    formats: tuple[str, ...] = ("docx",)
    template: Path | None = None
    trail: "Sequence[Approval]" = ()
    units: tuple[str, ...] = ()
    beside: "Mapping[str, pd.DataFrame] | None" = None


def render_papers(
    outcome: "Outcome",
    folder: Path,
    wish: Wish,
    workbook: "Callable[[Sequence[PlainSheet], str, str], bytes] | None" = None,
) -> list[Path]:
    """Write `<document>_<language>.<format>`, and the tables of all documents as one workbook of each language.

    A fund's notice is `notice-<fund>`; where the outcome is a scenario estimate it is `estimate-<fund>` and the workbook
    `tables-estimate`. workbook: from tables, policy date and content hash to the bytes of an XLSX.

    Raises: as `render`; CauselessFallError where a listed unit changes and the outcome does not say why.
    """
    _refuse_given([outcome])
    from .document import build as put_together
    from .documents import papers
    from .sheets import plain_sheets
    from .standing import hindrances
    from .writing import documents_of, put_all

    made: list[tuple[str, bytes]] = []
    own = [name for name in wish.documents if name != BRIEFING]
    for language in wish.languages:
        found = []
        if BRIEFING in wish.documents:
            found.append((BRIEFING, put_together(outcome, language, wish.trail, wish.beside)))
        found += papers(outcome, language, own, wish.trail, wish.units)
        made += documents_of(found, [form for form in wish.formats if form != "xlsx"], wish.template)
        if "xlsx" in wish.formats and workbook is not None:
            meta, stem = outcome.meta, "tables-estimate" if hindrances(outcome) else "tables"
            data = workbook(plain_sheets(found), str(meta["policy_date"]), str(meta["content_hash"]))
            made.append((f"{stem}_{language}.xlsx", data))
    return put_all(made, folder)


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
    tables: "Mapping[str, pd.DataFrame]",
    folder: Path,
    languages: Sequence[str] = LANGUAGES,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write `comparison_<language>.<format>`: two to six outcomes, the first being the reference.

    tables: `frames` of `silvafisc.runs.compare` of the same outcomes.

    Raises: as `render`.
    """
    _refuse_given(outcomes)
    from .comparison import build_comparison
    from .writing import write

    made = [build_comparison(outcomes, tables, language) for language in languages]
    return write(made, folder, "comparison", formats)
