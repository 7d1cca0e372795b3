"""Briefings: an audited outcome as a document of blocks, and the documents as HTML and PDF in Chinese and English.

Nothing heavy is imported before it is used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.results import Outcome
    from silvafisc.results.approvals import Approval

    from .blocks import Briefing
    from .sheets import PlainSheet
    from .side_by_side import Others
    from .words import Words

    Tables = Callable[[Sequence[PlainSheet], str, str], bytes]
    Workbook = Callable[[Outcome, Words, Sequence[tuple[str, Sequence[PlainSheet]]]], bytes]

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
    workbook: "Workbook | None" = None,
    beside: "Mapping[str, pd.DataFrame] | None" = None,
    others: "Others | None" = None,
) -> list[Path]:
    """Write `briefing_<language>.<format>` into `folder`; each file appears complete or not at all.

    trail: the verified approval trail of the outcome, which is printed in section 10. workbook: makes the bytes of format
    `xlsx` (`silvafisc.workbook.outcome_workbook`); without it that format is unknown. beside: `frames` of
    `silvafisc.runs.compare` whose first outcome this is, which section 7 tells of. others: processes for several
    languages side by side; all are made in this one where left out.

    Returns:
        The files, in the order of languages and formats.

    Raises:
        UnauditedError, MissingGlyphError, KeyResolutionError, TextError, RenderError: nothing is left half-written.
        InputError: an outcome of a table of offers made elsewhere.
    """
    _refuse_given([outcome])
    from .side_by_side import made
    from .writing import put_all

    work = partial(_briefings, _with(outcome, beside), tuple(formats), trail, workbook)
    return put_all(made(work, languages, others), folder)


def _briefings(
    outcome: "Outcome",
    formats: Sequence[str],
    trail: "Sequence[Approval]",
    workbook: "Workbook | None",
    languages: Sequence[str],
) -> list[tuple[str, bytes]]:
    """Name and bytes of every briefing, in the order of languages and formats."""
    from .document import build as put_together
    from .keys import Lookup
    from .writing import documents_of

    own = [form for form in formats if form != "xlsx" or workbook is None]
    lookup = Lookup(outcome)
    papers: dict[str, Briefing] = {}

    def put_together_one_by_one() -> "Iterator[tuple[str, Briefing]]":
        for language in languages:
            papers[language] = put_together(outcome, language, trail, lookup=lookup)
            yield BRIEFING, papers[language]

    documents = dict(documents_of(put_together_one_by_one(), own))
    made: list[tuple[str, bytes]] = []
    for language in languages:
        for form in formats:
            name = f"{BRIEFING}_{language}.{form}"
            made.append((name, documents[name] if form in own else _whole(outcome, papers[language], workbook)))
    return made


def _with(outcome: "Outcome", tables: "Mapping[str, pd.DataFrame] | None") -> "Outcome":
    """The outcome with the tables of its comparison, where there is one."""
    from .sections.compared import beside

    return outcome if tables is None else beside(outcome, tables)


def _whole(outcome: "Outcome", paper: "Briefing", workbook: "Workbook | None") -> bytes:
    """The outcome's workbook with the tables of its briefing."""
    from .sheets import by_section
    from .words import Words

    assert workbook is not None
    return workbook(outcome, Words(paper.language), by_section(paper))


@dataclass(frozen=True)
class Wish:
    """Which documents in which languages and formats.

    documents: of BRIEFING and PAPERS. template: of the DOCX; the shipped one where left out. trail: entries of the
    approval log. units: whose reply sheets; all where left out. audience: whose sections the briefing has, as the style in
    use states them; all sections where left out. beside: as `render`.
    """

    documents: tuple[str, ...]
    languages: tuple[str, ...] = ("zh",)
    formats: tuple[str, ...] = ("docx",)
    template: Path | None = None
    trail: "Sequence[Approval]" = ()
    units: tuple[str, ...] = ()
    audience: str = ""
    beside: "Mapping[str, pd.DataFrame] | None" = None


def render_papers(
    outcome: "Outcome",
    folder: Path,
    wish: Wish,
    tables: "Tables | None" = None,
    workbook: "Workbook | None" = None,
    others: "Others | None" = None,
) -> list[Path]:
    """Write `<document>_<language>.<format>`, and the tables of all papers as one workbook of each language.

    A briefing for an audience other than the department is called after it. A fund's notice is `notice-<fund>`; where the
    outcome is a scenario estimate it is `estimate-<fund>` and the workbook `tables-estimate`. tables: from tables, policy
    date and content hash to the bytes of an XLSX. workbook: makes the one of the briefing, as in `render`. others: as
    in `render`.

    Raises: as `render`; CauselessFallError where a listed unit changes and the outcome does not say why.
    """
    _refuse_given([outcome])
    from .side_by_side import made
    from .writing import put_all

    work = partial(_papers, _with(outcome, wish.beside), wish, tables, workbook)
    return put_all(made(work, wish.languages, others), folder)


def _papers(
    outcome: "Outcome", wish: Wish, tables: "Tables | None", workbook: "Workbook | None", languages: Sequence[str]
) -> list[tuple[str, bytes]]:
    """Name and bytes of every document, in the order of languages, documents and formats, workbooks behind them."""
    from .document import build as put_together
    from .documents.papers import papers
    from .keys import Lookup
    from .sheets import plain_sheets
    from .standing import hindrances
    from .style import current
    from .writing import documents_of

    audience = getattr(current().audiences, wish.audience) if wish.audience else None
    stem = BRIEFING if wish.audience in ("", "department") else wish.audience
    made: list[tuple[str, bytes]] = []
    own = [name for name in wish.documents if name != BRIEFING]
    lookup = Lookup(outcome)
    for language in languages:
        found = (
            [(stem, put_together(outcome, language, wish.trail, audience=audience, lookup=lookup))]
            if BRIEFING in wish.documents
            else []
        )
        found += papers(outcome, language, own, wish.trail, wish.units)
        made += documents_of(found, [form for form in wish.formats if form != "xlsx"], wish.template)
        if "xlsx" not in wish.formats:
            continue
        if BRIEFING in wish.documents and workbook is not None:
            made.append((f"{stem}_{language}.xlsx", _whole(outcome, found[0][1], workbook)))
        if own and tables is not None:
            meta, book = outcome.meta, "tables-estimate" if hindrances(outcome) else "tables"
            sheets = plain_sheets([(name, paper) for name, paper in found if name != stem])
            data = tables(sheets, str(meta["policy_date"]), str(meta["content_hash"]))
            made.append((f"{book}_{language}.xlsx", data))
    return made


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
