"""`brief`: the briefing and the papers of saved outcomes. Heavy imports stand inside the functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from silvafisc.datasets.findings import Finding, InputError

from .side_by_side import others_for
from .terminal import LANGUAGES, Terminal
from .verbs import FORMATS, chosen

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.briefing.style import Style
    from silvafisc.results import Outcome

AUDIENCES = ("director", "department", "public")


@dataclass(frozen=True)
class Asked:
    """The options of `brief` as they were stated."""

    lang: str | None
    formats: str | None
    documents: str | None
    audience: str | None
    template: Path | None
    regions: str | None
    style: Path | None
    boundaries: Path | None
    property: str | None
    review_number: str | None


def brief(terminal: Terminal, folders: list[Path], out: Path | None, asked: Asked) -> None:
    """Make the documents of saved outcomes anew, inside each outcome or below `out`."""
    from silvafisc.briefing import BRIEFING, PAPER_FORMATS, PAPERS, Wish, render_papers
    from silvafisc.briefing.style import using
    from silvafisc.runs import load_outcome
    from silvafisc.runs.check import signed_trail
    from silvafisc.workbook import outcome_workbook, tables_workbook

    languages = chosen(asked.lang, "--lang", LANGUAGES)
    style = style_of(asked.style, asked.boundaries, asked.property, asked.review_number)
    audience = ""
    if asked.audience is None:
        named = [BRIEFING] if asked.documents is None else chosen(asked.documents, "--document", (BRIEFING, *PAPERS))
        usual = FORMATS if named == [BRIEFING] else ("docx",)
    else:
        (audience,) = chosen(asked.audience, "--audience", AUDIENCES)
        _refuse(asked.documents, "--document", "says what --audience already says", "与 --audience 重复")
        wanted = getattr(style.audiences, audience)
        named, usual = [wanted.document], tuple(wanted.formats)
    forms = list(usual) if asked.formats is None else chosen(asked.formats, "--format", PAPER_FORMATS)
    if "docx" not in forms:
        _refuse(asked.template, "--template", "is of use for --format docx only", "只用于 --format docx")
    if "replies" not in named:
        _refuse(asked.regions, "--region", "is of use for --document replies only", "只用于 --document replies")
    files: list[Path] = []
    # Other papers are made sooner than a process starts.
    with others_for(len(languages) - 1 if {BRIEFING, "replies"} & set(named) else 0) as others:
        outcomes = [(folder, load_outcome(folder), signed_trail(folder)) for folder in folders]
        for folder, outcome, _ in outcomes:
            require_whole(folder, outcome)
        tables = beside_each_other([outcome for _, outcome, _ in outcomes]) if BRIEFING in named else {}
        for position, (folder, outcome, trail) in enumerate(outcomes):
            terminal.progress(f"生成文件 {folder}", f"making the documents of {folder}")
            place = folder if out is None else (out if len(folders) == 1 else out / folder.resolve().name)
            units: tuple[str, ...] = ()
            if named != [BRIEFING]:
                codes = sorted(str(code) for code in outcome.tables["regions"]["region_code"])
                units = () if asked.regions is None else tuple(chosen(asked.regions, "--region", codes))
            wish = Wish(
                tuple(named),
                tuple(languages),
                tuple(forms),
                asked.template,
                trail,
                units,
                audience,
                tables.get(position),
            )
            with using(style):
                files += render_papers(outcome, place, wish, tables_workbook, outcome_workbook, others)
    terminal.result({"exit_code": 0, "briefings": [str(path) for path in files]}, [str(path) for path in files])


def style_of(
    file: Path | None, boundaries: Path | None = None, name: str | None = None, review_number: str | None = None
) -> "Style":
    """The shipped style or a user's own, with the boundaries of a map where an option states them.

    Raises:
        InputError: every finding of the style and of the boundaries.
    """
    from silvafisc.briefing.style import load_style, shipped, with_maps

    style = shipped() if file is None else load_style(file)
    if boundaries is None:
        _refuse(name, "--property", "goes with --boundaries", "须与 --boundaries 同用")
        _refuse(review_number, "--review-number", "goes with --boundaries", "须与 --boundaries 同用")
    elif name is None:
        en, zh = (
            "--boundaries needs --property: which property holds a unit's code",
            "--boundaries 须同时给出 --property（区划代码字段）",
        )
        raise InputError([Finding(str(boundaries), "--property", en, zh)])
    else:
        style = with_maps(style, boundaries, name, review_number)
    return style


def _refuse(stated: Path | str | None, option: str, en: str, zh: str) -> None:
    """Refuse an option that is of no use here."""
    if stated is not None:
        raise InputError([Finding(str(stated), option, en, zh)])


def beside_each_other(outcomes: "list[Outcome]") -> "dict[int, Mapping[str, pd.DataFrame]]":
    """Position -> comparison of each outcome with the others; nothing where they are not of the same units and years.

    One alone, or more than a comparison can show, stay by themselves.
    """
    from silvafisc.runs import compare
    from silvafisc.runs.compare import MOST

    kinds = {(tuple(sorted(o.tables["regions"]["region_code"])), o.resolved.periods) for o in outcomes}
    if not 2 <= len(outcomes) <= MOST or len(kinds) > 1:
        return {}
    found = {}
    for position, outcome in enumerate(outcomes):
        others = [other for at, other in enumerate(outcomes) if at != position]
        found[position] = compare([outcome, *others]).frames
    return found


def require_whole(folder: Path, outcome: "Outcome") -> None:
    """Refuse an outcome whose files are not what its hash says: nothing is drawn up from a changed one.

    Raises:
        InputError
    """
    from silvafisc.results.outcome import hash_folder

    if hash_folder(folder, outcome.meta) != outcome.content_hash:
        en = "its files were changed after it was made: they do not give its content hash; run the scenario again"
        zh = "目录内文件在生成后被改动，与结果校验值不符；请重新求解"
        raise InputError([Finding(str(folder), "content_hash", en, zh)])
