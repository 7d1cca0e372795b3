"""The verb `sign`: one act in the approval log of an outcome."""

import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from . import interrupts
from .options import Json, Language
from .terminal import Terminal, language_of


def sign(
    outcome: Annotated[Path, typer.Argument(metavar="OUT", help="结果目录 / outcome")],
    role: Annotated[
        Literal["proposal", "review", "opinion", "approval"],
        typer.Option(
            help="提出（林草）、审核（财政）、意见（生态环境）、批准 / forestry's proposal, finance's review, ecology's opinion, approval"
        ),
    ],
    name: Annotated[str, typer.Option("--name", metavar="N", help="签署人 / who signs")],
    opinion: Annotated[str, typer.Option("--opinion", metavar="TEXT", help="意见 / what is said")],
    verdict: Annotated[
        Literal["agree", "object", "return"], typer.Option(help="同意、不同意、退回 / agrees, objects, returns it")
    ] = "agree",
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="签署日期，默认今天 / default: today")
    ] = None,
    after: Annotated[
        Path | None, typer.Option("--after", metavar="OLD", help="所接续的上一版本 / the version that it supersedes")
    ] = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="为何修改上一版本 / why the version before was changed")
    ] = "",
    lang: Language = None,
    json: Json = False,
) -> None:
    terminal = Terminal(language_of(lang), json)
    terminal.progress(f"检查 {outcome}", f"checking {outcome}")
    from silvafisc.runs import sign as record

    day = date or datetime.datetime.now().astimezone().date().isoformat()
    with interrupts.held():  # log and head together
        entry = record(outcome, role=role, name=name, opinion=opinion, date=day, verdict=verdict, after=after, why=why)
    said = terminal.pick(f"已记录，散列值 {entry.hash}", f"recorded with hash {entry.hash}")
    terminal.result({"exit_code": 0, "hash": entry.hash, "date": day, "folder": str(outcome)}, [said])
