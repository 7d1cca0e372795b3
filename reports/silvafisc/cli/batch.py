"""`run --vary`: many variants of a scenario, solved, briefed and compared. Heavy imports stand inside the functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from silvafisc.datasets.findings import Finding, InputError

from .brief import style_of
from .side_by_side import cores
from .terminal import LANGUAGES, Terminal
from .verbs import BRIEFING_FORMATS, FORMATS, OUTCOMES, chosen

if TYPE_CHECKING:
    from silvafisc.runs.batch import Member

COMPARISON = "comparison"
INFEASIBLE = 3


@dataclass(frozen=True)
class Wanted:
    """What a batch varies, and where it is computed. jobs: processes at once; all cores where left out."""

    vary: Sequence[str]
    jobs: int | None
    cluster: str | None


@dataclass(frozen=True)
class Brief:
    """One outcome whose briefing is to be made, and those beside which it is shown."""

    folder: Path
    beside: tuple[Path, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    style: Path | None


def brief_one(job: Brief) -> list[Path]:
    """Make the briefing of one outcome inside its folder."""
    from silvafisc.briefing import render
    from silvafisc.briefing.style import using
    from silvafisc.runs import compare, load_outcome
    from silvafisc.workbook import outcome_workbook

    outcome, others = load_outcome(job.folder), [load_outcome(folder) for folder in job.beside]
    tables = compare([outcome, *others]).frames if others else None
    with using(style_of(job.style)):
        return render(outcome, job.folder, job.languages, job.formats, workbook=outcome_workbook, beside=tables)


def refuse_alone(wanted: Wanted) -> None:
    """Raise InputError where an option of a batch stands without `--vary`."""
    stated = [("--jobs", wanted.jobs), ("--cluster", wanted.cluster)]
    found = [Finding(option, "", "goes with --vary", "只用于 --vary") for option, value in stated if value is not None]
    if found:
        raise InputError(found)


def refuse_proposal(proposal: Path | None) -> None:
    """Raise InputError where a proposal is to be explained in a batch: it would be one of the scenario only."""
    if proposal is not None:
        en, zh = "cannot go with --vary; run the scenario alone", "不能与 --vary 并用；请单独求解"
        raise InputError([Finding(str(proposal), "--proposal", en, zh)])


def batch(
    terminal: Terminal,
    scenario: str,
    data: Path | None,
    wanted: Wanted,
    out: Path | None,
    lang: str | None,
    formats: str | None,
    style: Path | None,
) -> int:
    """Solve every variant, brief each and compare them; the exit code: 3 where one of them is infeasible."""
    languages = tuple(chosen(lang, "--lang", LANGUAGES))
    forms = FORMATS if formats is None else tuple(chosen(formats, "--format", BRIEFING_FORMATS))
    look = style_of(style)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.briefing.style import using
    from silvafisc.runs import load_scenario
    from silvafisc.runs.batch import SOLVED, TABLE, most_telling, run_batch
    from silvafisc.runs.compare import MOST
    from silvafisc.runs.spread import spread
    from silvafisc.runs.vary import parse_varied, variants

    path = Path(scenario)
    # Workers of a cluster have another working folder.
    loaded = load_scenario(path.resolve() if wanted.cluster and path.is_file() else scenario)
    made = variants(loaded, parse_varied(wanted.vary))
    folder = out or OUTCOMES / f"{loaded.id}-batch"
    jobs = wanted.jobs or cores()
    done = 0

    def say(name: str, status: str) -> None:
        nonlocal done
        done += 1
        zh = {SOLVED: "已求解", "kept": "沿用已有结果"}.get(status, "无可行方案")
        terminal.progress(f"{done}/{len(made)} {name}：{zh}", f"{done}/{len(made)} {name}: {status}")

    terminal.progress(f"求解 {len(made)} 个变体", f"solving {len(made)} variants")
    members = run_batch(made, folder, data=data, jobs=jobs, cluster=wanted.cluster, say=say)
    terminal.progress("生成简报", "making the briefings")
    shown = [m.folder for m in most_telling(members, MOST) if m.folder is not None]
    solved = [m.folder for m in members if m.folder is not None]
    briefs = [
        Brief(place, tuple(other for other in shown if other != place and place in shown), languages, forms, style)
        for place in solved
    ]
    files = [file for _, made_files in sorted(spread(brief_one, briefs, jobs)) for file in made_files]
    if len(shown) > 1:
        with using(look):
            files += compared(shown, folder / COMPARISON, languages, [form for form in forms if form != "xlsx"])
    code = INFEASIBLE if len(solved) < len(members) else 0
    rows = [_row(member, terminal.language) for member in members]
    left = len(solved) - len(shown)
    notes = [
        terminal.pick(
            f"比较只含 {MOST} 个变体，其余 {left} 个见 {TABLE}",
            f"the comparison shows {MOST}; {left} more stand in {TABLE}",
        )
    ]
    data_ = {
        "exit_code": code,
        "variants": rows,
        "compared": [place.name for place in shown],
        "files": list(map(str, files)),
    }
    lines = [f"{row['id']}  {row['status']}  {row['why']}".rstrip() for row in rows]
    terminal.result(data_, [*lines, *(notes if left else []), str(folder / TABLE), *map(str, files)])
    return code


def compared(folders: Sequence[Path], place: Path, languages: Sequence[str], formats: Sequence[str]) -> list[Path]:
    """Write the comparison of saved outcomes, the first being the reference: tables and documents."""
    from silvafisc.briefing import brief_comparison
    from silvafisc.runs import compare, load_outcome

    outcomes = [load_outcome(folder) for folder in folders]
    comparison = compare(outcomes)
    return [*brief_comparison(outcomes, comparison.frames, place, languages, formats), *comparison.save(place)]


def _row(member: "Member", language: str) -> dict[str, str]:
    """The variant and what became of it; batch.csv says everything that stands in its way, this the first of it."""
    why = next((finding.en if language == "en" else finding.zh for finding in member.findings), "")
    status = "solved" if member.folder is not None else "infeasible"
    return {"id": member.variant.id, **member.variant.values, "status": status, "why": why}
