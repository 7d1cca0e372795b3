"""`brief`: the briefing and the papers of saved outcomes. Heavy imports stand inside the functions."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from silvafisc.datasets.findings import Finding, InputError

from .terminal import LANGUAGES, Terminal
from .verbs import FORMATS, chosen

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.results import Outcome


def brief(
    terminal: Terminal,
    folders: list[Path],
    out: Path | None,
    lang: str | None,
    formats: str | None,
    documents: str | None,
    template: Path | None,
    regions: str | None,
) -> None:
    """Make the documents of saved outcomes anew, inside each outcome or below `out`."""
    from silvafisc.briefing import BRIEFING, PAPER_FORMATS, PAPERS, Wish, render_papers
    from silvafisc.runs import load_outcome
    from silvafisc.runs.check import signed_trail
    from silvafisc.workbook.tables import tables_workbook

    languages = chosen(lang, "--lang", LANGUAGES)
    named = [BRIEFING] if documents is None else chosen(documents, "--document", (BRIEFING, *PAPERS))
    usual = FORMATS if named == [BRIEFING] else ("docx",)
    forms = list(usual) if formats is None else chosen(formats, "--format", PAPER_FORMATS)
    if template is not None and "docx" not in forms:
        en, zh = "is of use for --format docx only", "只用于 --format docx"
        raise InputError([Finding(str(template), "--template", en, zh)])
    if regions is not None and "replies" not in named:
        en, zh = "is of use for --document replies only", "只用于 --document replies"
        raise InputError([Finding(regions, "--region", en, zh)])
    outcomes = [(folder, load_outcome(folder), signed_trail(folder)) for folder in folders]
    tables = beside_each_other([outcome for _, outcome, _ in outcomes]) if BRIEFING in named else {}
    files: list[Path] = []
    for position, (folder, outcome, trail) in enumerate(outcomes):
        terminal.progress(f"生成文件 {folder}", f"making the documents of {folder}")
        place = folder if out is None else (out if len(folders) == 1 else out / folder.resolve().name)
        units: tuple[str, ...] = ()
        if named != [BRIEFING]:
            require_whole(folder, outcome)
            codes = sorted(str(code) for code in outcome.tables["regions"]["region_code"])
            units = () if regions is None else tuple(chosen(regions, "--region", codes))
        wish = Wish(tuple(named), tuple(languages), tuple(forms), template, trail, units, tables.get(position))
        files += render_papers(outcome, place, wish, tables_workbook)
    terminal.result({"exit_code": 0, "briefings": [str(path) for path in files]}, [str(path) for path in files])


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
    """Refuse an outcome whose files are not what its hash says: no paper is drawn up from a changed one.

    Raises:
        InputError
    """
    from silvafisc.results.outcome import hash_folder

    if hash_folder(folder, outcome.meta) != outcome.content_hash:
        en = "its files were changed after it was made: they do not give its content hash; run the scenario again"
        zh = "目录内文件在生成后被改动，与结果校验值不符；请重新求解"
        raise InputError([Finding(str(folder), "content_hash", en, zh)])
