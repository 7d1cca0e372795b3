"""`silvafisc replicate`: published cases worked out again, ours beside theirs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Language
from .target import refuse_others, staged
from .terminal import Terminal, language_of

SCENARIO = "nation-2026-2028"
"""Whose policy date the pages state."""

if TYPE_CHECKING:
    from silvafisc.briefing.words import Words
    from silvafisc.runs.replicate import Replicated


def replicate(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="案例名；不给则复算全部 / a case; all of them where left out")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="写出对照表和网页 / write the table and pages here")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    """Print ours, published and difference of every figure; with `out`, write the table and a page in each language."""
    terminal = Terminal(language_of(lang), json)
    terminal.progress("复算已公布的案例", "working out published cases again")
    from silvafisc.briefing.replicate_page import write_pages
    from silvafisc.briefing.words import Words
    from silvafisc.policy import load_scenario
    from silvafisc.runs.replicate import TABLE
    from silvafisc.runs.replicate import replicate as work_out

    found = work_out(name)
    files: list[str] = []
    if out is not None:
        refuse_others(out, lambda folder: (folder / f"{TABLE}.csv").is_file())
        date = load_scenario(SCENARIO).policy_date
        with staged(out) as place:
            paths = [*found.save(place), *write_pages(found.cases, found.table, date, place)]
        files = [str(out / path.name) for path in paths]
    lines = _lines(found, Words(terminal.language), terminal.language)
    terminal.result({"exit_code": 0, **found.to_json(), "files": files}, [*lines, *files])


def _lines(found: "Replicated", words: "Words", language: str) -> list[str]:
    """A heading per case, and a line per figure."""
    from silvafisc.briefing.replicate_page import shown

    said: list[str] = []
    for case in found.cases:
        said.append(case.title.model_dump()[language])
        for row in found.table[found.table["case"] == case.id].astype(str).to_dict("records"):
            item, unit, ours, theirs, _, compared, verdict = shown(row, words)
            said.append(f"  {item}: {ours} | {theirs} {unit}".rstrip() + f"  ({compared}, {verdict})")
        said.extend(f"  {why}" for why in found.table.loc[found.table["case"] == case.id, f"why_{language}"] if why)
    return said
