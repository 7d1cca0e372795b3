"""The verbs of the budget year: roll an outcome one step on, print the deadlines."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Json, Language
from .target import refuse_target, staged
from .terminal import Terminal, language_of


def roll(
    outcome: Annotated[Path, typer.Argument(metavar="OUT", help="上一步骤的结果目录 / outcome of the step before")],
    events: Annotated[
        Path, typer.Option("--events", metavar="DIR", help="event.yaml 及其各表 / event.yaml and its tables")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="新目录，默认与上一结果并列 / a new folder, by default beside it"),
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    """Write the next step's outcome to a folder of its own; what is there is never touched."""
    terminal = Terminal(language_of(lang), json)
    terminal.progress("读取结果和事项", "reading the outcome and the events")
    from silvafisc.policy.year_event import KINDS
    from silvafisc.runs import roll as rolled

    made, folder = rolled(outcome, events, out, progress=terminal.step)
    refuse_target(folder)
    with staged(folder) as place:
        terminal.progress("写出结果", "writing the outcome")
        made.save(place)
    step = made.meta["step"]
    kind = KINDS[step["kind"]]
    zh = f"{step['year']}年度{kind.zh}{step['batch']}：{folder}"
    en = f"{kind.en} of {step['year']} {step['batch']}".rstrip() + f": {folder}"
    data = {
        "exit_code": 0,
        "folder": str(folder),
        "step": dict(step),
        "predecessor": dict(made.meta["predecessor"]),
    }
    terminal.result(data, [terminal.pick(zh, en)])


def calendar(
    year: Annotated[
        str | None, typer.Option("--year", metavar="YYYY", help="预算年度，默认为政策日期所在年 / budget year")
    ] = None,
    policy_date: Annotated[
        str | None, typer.Option("--policy-date", metavar="DATE", help="按哪一天的规定 / law of that day")
    ] = None,
    approved: Annotated[
        str | None, typer.Option("--approved", metavar="DATE", help="人大批准预算之日 / day of the budget's approval")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    """Print the deadlines in both languages, the one of the messages first."""
    terminal = Terminal(language_of(lang), json)
    from silvafisc.briefing.words import Words
    from silvafisc.quantities import UNITS
    from silvafisc.runs import calendar as deadlines

    budget, lines = deadlines(year, policy_date, approved)
    other = {"zh": "en", "en": "zh"}[terminal.language]
    words = Words(terminal.language)
    rows = [terminal.pick(f"{budget} 预算年度", f"budget year {budget}")]
    for line in lines:
        said = {"zh": line.zh, "en": line.en}
        status = words.name("status", line.status)
        rows.append(f"{line.date or '—':<10}  {said[terminal.language]} / {said[other]}")
        unit = terminal.pick(UNITS[line.unit].label_zh, UNITS[line.unit].label_en)
        value = f"{line.value} {unit}".strip()
        rows.append(f"{'':<10}  {value}  {status}  {words.own(line.reference)}")
    terminal.result({"exit_code": 0, "year": budget, "deadlines": [dict(line.to_json()) for line in lines]}, rows)
