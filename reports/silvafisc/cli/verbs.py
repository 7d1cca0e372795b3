"""What each verb does. Heavy imports stand inside the functions, so that `--help` costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from silvafisc.datasets.findings import Finding, InputError

from . import interrupts
from .side_by_side import others_for
from .summary import summary_data, summary_lines
from .target import refuse_target, staged
from .terminal import LANGUAGES, Terminal

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = Path("outcomes")
FORMATS = ("html", "pdf")
BRIEFING_FORMATS = (*FORMATS, "docx", "xlsx")


def chosen(stated: str | None, option: str, known: Sequence[str]) -> list[str]:
    """The items of a comma-separated option, in the order stated, all of them where nothing is stated.

    Raises:
        InputError: an unknown item, or none at all.
    """
    if stated is None:
        return list(known)
    items = list(dict.fromkeys(part.strip() for part in stated.split(",")))
    wrong = [item for item in items if item not in known]
    if wrong:
        named, all_of_them = ", ".join(repr(item) for item in wrong), ", ".join(known)
        en, zh = f"unknown {named}; known: {all_of_them}", f"未知的 {named}；可用：{all_of_them}"
        raise InputError([Finding(option, "", en, zh)])
    return items


def run(
    terminal: Terminal,
    scenario: str,
    data: Path | None,
    proposal: Path | None,
    out: Path | None,
    lang: str | None,
    formats: str | None,
    style: Path | None,
) -> None:
    """Solve, settle and audit a scenario; put the outcome and its briefings in place together."""
    languages = chosen(lang, "--lang", LANGUAGES)
    forms = list(FORMATS) if formats is None else chosen(formats, "--format", BRIEFING_FORMATS)
    from silvafisc.briefing.style import load_style, shipped, using

    look = shipped() if style is None else load_style(style)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.runs import load_outcome, load_scenario

    loaded = load_scenario(scenario)
    folder = out or OUTCOMES / loaded.id
    refuse_target(folder)
    from silvafisc.runs import run as solve

    with others_for(len(languages) if len(languages) > 1 else 0) as others:
        outcome = solve(loaded, data=data, proposal=proposal, progress=terminal.step)
        with staged(folder) as place:
            terminal.progress("写出结果", "writing the outcome")
            outcome.save(place)
            terminal.progress("生成简报", "making the briefings")
            from silvafisc.briefing import render

            workbook = None
            if "xlsx" in forms:
                from silvafisc.workbook import outcome_workbook

                workbook = outcome_workbook

            # The outcome as it will be read later, so that `brief` makes the same bytes.
            outcome = load_outcome(place)
            with using(look):
                written = render(outcome, place, languages, forms, workbook=workbook, others=others)
            files = [folder / path.name for path in written]
    terminal.result(summary_data(outcome, folder, files), summary_lines(outcome, folder, files, terminal.language))


def check(terminal: Terminal, path: str) -> None:
    """Check a scenario, tables or an outcome; raise every finding at once."""
    terminal.progress(f"检查 {path}", f"checking {path}")
    from silvafisc.runs import check_path

    findings = check_path(path)
    if findings:
        raise InputError(findings)
    sound = terminal.pick(f"{path}：没有发现问题", f"{path}: nothing found wrong")
    terminal.result({"exit_code": 0, "findings": []}, [sound])


def compare(terminal: Terminal, folders: list[Path], out: Path | None, lang: str | None, formats: str | None) -> None:
    """Print what changes from the first outcome to each other one; with `out`, write the tables and the briefing there."""
    languages, forms = chosen(lang, "--lang", LANGUAGES), chosen(formats, "--format", FORMATS)
    terminal.progress("读取结果", "reading the outcomes")
    from silvafisc.runs import compare as difference
    from silvafisc.runs import load_outcome

    outcomes = [load_outcome(folder) for folder in folders]
    comparison = difference(outcomes)
    files: list[Path] = []
    if out is not None:
        terminal.progress("生成比较简报", "making the comparison briefing")
        from silvafisc.briefing import brief_comparison

        documents = brief_comparison(outcomes, comparison.frames, out, languages, forms)
        files = [*documents, *comparison.save(out)]
    data = {"exit_code": 0, **comparison.to_json(), "files": [str(path) for path in files]}
    terminal.result(data, [comparison.text(terminal.language), *(str(path) for path in files)])


def explain(terminal: Terminal, folder: Path, region: str) -> None:
    """Print why a unit gets what it gets."""
    from silvafisc.runs import explain as reply
    from silvafisc.runs import load_outcome

    explanation = reply(load_outcome(folder), region)
    terminal.result({"exit_code": 0, **explanation.to_json()}, [explanation.text(terminal.language)])


def frontier(
    terminal: Terminal,
    scenario: str,
    data: Path | None,
    method: Literal["extreme", "even", "exact"],
    points: int,
    objectives: list[str] | None,
    resume: Path | None,
    out: Path | None,
) -> None:
    """Print the Pareto set with the chosen point marked; with `out`, write it as CSV.

    The journal stands beside `out` (below `outcomes` without one) unless `resume` names another file.
    """
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.runs import frontier as pareto_set
    from silvafisc.runs import load_scenario

    if out is not None and out.is_dir():
        raise InputError([Finding(str(out), "--out", "is a folder, not a file", "是文件夹，不是文件")])
    loaded = load_scenario(scenario)
    journal = resume or (OUTCOMES / f"{loaded.id}.csv" if out is None else out).with_suffix(".journal")
    try:
        found = pareto_set(
            loaded,
            data=data,
            method=method,
            points=points,
            objectives=objectives,
            resume=journal,
            progress=terminal.step,
        )
    except KeyboardInterrupt:
        if journal.exists():
            terminal.note(
                terminal.pick(
                    f"已算出的部分保留在 {journal}，再次运行同一命令即可续算",
                    f"what was solved is kept in {journal}; the same command goes on from there",
                )
            )
        raise
    if out is not None:
        _write_table(found.table, out)
    table, volume = found.table, f"{found.hypervolume:.4f}"
    wide = table.pivot(index=["point", "kind", "label"], columns="objective", values="value").reset_index()
    shown = wide.to_string(index=False, float_format=lambda value: f"{value:,.6g}")
    said = terminal.pick(
        f"超体积（各目标按最优值与最差值之差归一）：{volume}",
        f"hypervolume (objectives scaled to their payoff range): {volume}",
    )
    rows = {
        "exit_code": 0,
        "method": found.method,
        "frontier": table.to_dict("records"),
        "hypervolume": found.hypervolume,
        "file": "" if out is None else str(out),
    }
    terminal.result(rows, [shown, said, *([] if out is None else [str(out)])])


@dataclass(frozen=True)
class Wanted:
    """Which questions `alternatives` is to answer."""

    loss: float
    count: int
    measure: Literal["money", "numbers"]
    importance: bool
    budgets: list[str] | None


def alternatives(terminal: Terminal, scenario: str, data: Path | None, wanted: Wanted, out: Path | None) -> None:
    """What else is nearly as good, why this place, why a bigger budget drops somebody: tables in a folder, and in words."""
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.results.outcome import MARK
    from silvafisc.runs import alternatives as nearly_as_good
    from silvafisc.runs import importance, load_scenario, nested
    from silvafisc.runs.answers import basis, together
    from silvafisc.runs.nested import budget_changes

    loaded = load_scenario(scenario)
    folder = out or OUTCOMES / f"{loaded.id}-alternatives"
    if (folder / MARK).exists():
        en, zh = "is an outcome; these tables need a folder of their own", "是结果目录；这些表须另放一个目录"
        raise InputError([Finding(str(folder), "--out", en, zh)])
    if folder.is_file():
        raise InputError([Finding(str(folder), "--out", "is a file, not a folder", "是文件，不是文件夹")])
    if wanted.budgets is not None:
        budget_changes(wanted.budgets)
    solved = basis(loaded, data, terminal.step)
    step = terminal.step
    answers = [nearly_as_good(solved, loss=wanted.loss, count=wanted.count, measure=wanted.measure, progress=step)]
    if wanted.importance:
        answers.append(importance(solved, progress=step))
    if wanted.budgets is not None:
        answers.append(nested(solved, budgets=wanted.budgets, progress=step))
    answer = together(answers)
    interrupts.check()
    with interrupts.held():  # all tables or none
        files = [str(path) for path in answer.save(folder)]
    terminal.result({"exit_code": 0, **answer.to_json(), "files": files}, [answer.text(terminal.language), str(folder)])


def score(terminal: Terminal, allocation: Path, scenario: str, data: Path | None, out: Path | None) -> None:
    """Score and audit somebody's own allocation. Rules that it breaks are the answer, not an error."""
    terminal.progress("读取情景和分配表", "reading the scenario and the allocation")
    from silvafisc.runs import load_scenario

    loaded = load_scenario(scenario)
    if out is not None:
        refuse_target(out)
    from silvafisc.runs import score as weigh

    terminal.progress("评分和校核", "scoring and auditing")
    outcome = weigh(allocation, loaded, data=data)
    if out is not None:
        with staged(out) as place:
            outcome.save(place)
    broken = [
        Finding(str(entry["rule"]), str(found["where"]), str(found["en"]), str(found["zh"]))
        for entry in outcome.audit["checks"]
        for found in entry["findings"]
    ]
    head = summary_lines(outcome, out, [], terminal.language)
    rows = [{"rule": f.where, "where": f.path, "zh": f.zh, "en": f.en} for f in broken]
    data_ = {**summary_data(outcome, out, []), "broken": rows}
    terminal.result(data_, [*head, *(f"  {finding.text(terminal.language)}" for finding in broken)])


def solve(
    terminal: Terminal,
    offers: Path,
    scenario: str,
    data: Path | None,
    objectives: list[str],
    sheet: str | None,
    out: Path | None,
) -> None:
    """Solve and audit a table of offers that was made elsewhere, and put the outcome in place."""
    terminal.progress("读取情景和备选表", "reading the scenario and the table of offers")
    from silvafisc.policy.offers_scenario import load_offers_scenario

    loaded = load_offers_scenario(scenario)
    folder = out or OUTCOMES / f"{loaded.id}-offers"
    refuse_target(folder)
    from silvafisc.runs import solve_offers

    outcome = solve_offers(offers, loaded, data=data, sheet=sheet, objectives=objectives, progress=terminal.step)
    with staged(folder) as place:
        terminal.progress("写出结果", "writing the outcome")
        outcome.save(place)
    terminal.result(summary_data(outcome, folder, []), summary_lines(outcome, folder, [], terminal.language))


def bench(
    terminal: Terminal,
    scenario: str,
    data: Path | None,
    budget: float | None,
    priority: str | None,
    tiers: int,
    cap: float | None,
    out: Path | None,
) -> None:
    """Print what every way of choosing and paying buys at equal budget; with `out`, write the tables there."""
    if out is not None and out.is_file():
        raise InputError([Finding(str(out), "--out", "is a file, not a folder", "是文件，不是文件夹")])
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.runs import bench as weigh

    found = weigh(scenario, data=data, budget_yuan=budget, priority=priority, tiers=tiers, cap_share=cap)
    shown = found.policies.drop(columns=["area_mu", "cost_yuan"])
    text = shown.to_string(index=False, float_format=lambda value: f"{value:,.4g}", na_rep="-")
    files: list[str] = []
    if out is not None:
        with interrupts.held():  # all files or none
            out.mkdir(parents=True, exist_ok=True)
            files = [str(path) for path in found.save(out)]
    terminal.result({"exit_code": 0, **found.to_json(), "files": files}, [text, *files])


def export(terminal: Terminal, outcome: Path, form: str, out: Path | None) -> None:
    """Write the tables of a saved outcome for another program, with a codebook."""
    from silvafisc.runs import export as write

    target = out or outcome.resolve().with_name(f"{outcome.resolve().name}-{form}")
    terminal.progress(f"导出 {outcome}", f"exporting {outcome}")
    files = [str(path) for path in write(outcome, target, form)]
    terminal.result({"exit_code": 0, "files": files}, files)


def init(
    terminal: Terminal, folder: Path, level: Literal["province", "county"], province: str | None, xlsx: bool
) -> None:
    """Write the input tables for editing; at level `county` also a scenario that runs on them."""
    from silvafisc.policy import ParameterTree
    from silvafisc.runs import load_inputs, load_scenario, write_templates
    from silvafisc.runs.check import DEFAULT_SCENARIO
    from silvafisc.runs.templates import HOME

    if province is not None and level != "county":
        en, zh = "goes with --level county", "只用于 --level county"
        raise InputError([Finding("--province", "", en, zh)])
    inputs = None
    if level == "province":
        rules = ParameterTree.load().on(load_scenario(DEFAULT_SCENARIO).policy_date)
        inputs = load_inputs("builtin:nation", rules)
    interrupts.check()
    with interrupts.held():  # all files or none
        written = [str(path) for path in write_templates(inputs, folder, xlsx, level, province or HOME)]
    terminal.result({"exit_code": 0, "written": written}, written)


def _write_table(frame: "pd.DataFrame", path: Path) -> None:
    """Write beside, then rename: an interrupted command leaves the old file."""
    import os
    import tempfile

    from silvafisc.results.outcome import write_csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as staging:
        write_csv(frame, Path(staging) / "table.csv")
        os.replace(Path(staging) / "table.csv", path)
