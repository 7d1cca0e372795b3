"""`silvafisc carbon`: the full engine's yields, draws and fellings as data packages, and its growth curves beside what is published."""

import json
from pathlib import Path
from typing import Annotated

import typer

from silvafisc.datasets.findings import Finding, InputError

from . import interrupts
from .options import Data, Json, Language
from .target import refuse_others
from .terminal import Terminal, language_of

carbon = typer.Typer(
    name="carbon",
    help="碳汇测算模块：固碳量、抽样、采伐比较、生长曲线、实测数据、精准管理 / the carbon engine and what was measured",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DEFAULT_SCENARIO = "nation-2026-2028"
OUT = Path("outcomes")
_FILES = {"datapackage.json", "data.csv", "arrays.npz"}
_NAME = "carbon_yields"
_DRAWS, _UNCERTAINTY = "carbon_draws", "carbon_uncertainty"
_FELLING = "carbon_felling"
_DRAWN = {"draws.csv", "draws.npz", _UNCERTAINTY}


@carbon.command(help="逐项测算并写出固碳量数据包，可续算 / follow every measure and write the yields; resumable")
def build(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="取其单位、年度、期末和参数 / whose units, years and law")
    ] = DEFAULT_SCENARIO,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认 outcomes/carbon_yields / folder of the package")
    ] = None,
    until: Annotated[
        int | None,
        typer.Option(
            "--until", metavar="YEAR", help="测算到该年，另写期末检验表 / follow on, and tell what comes after"
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="同时进行的项数 / jobs at a time")] = 1,
    lang: Language = None,
    json: Json = False,
) -> None:
    build_package(Terminal(language_of(lang), json), scenario, data, out or OUT / _NAME, until, jobs)


@carbon.command(
    help="逐次抽样测算，写出抽样表和固碳量的不确定性，可续算 / draw what is uncertain: draws for a run, and half-widths"
)
def draws(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO", help="取其单位、年度、期末、气候和参数 / whose units, years, climate and law"
        ),
    ] = DEFAULT_SCENARIO,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="默认 outcomes/carbon_draws；可作 run 的 --data / folder, as --data of a run"
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option("--draws", metavar="N", min=2, help="抽样次数，2 的幂 / number of draws, a power of two"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", min=0, help="默认取情景的种子 / the scenario's where left out")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="同时进行的项数 / jobs at a time")] = 1,
    lang: Language = None,
    json: Json = False,
) -> None:
    draw_folder(Terminal(language_of(lang), json), scenario, data, out or OUT / _DRAWS, count, seed, jobs)


@carbon.command(help="择伐与皆伐的碳损失，写成数据包 / what selective and clear cutting lose, as a data package")
def felling(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="取其单位、首年、期末和参数 / whose units, first year and law")
    ] = DEFAULT_SCENARIO,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认 outcomes/carbon_felling / folder of the package")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    fell_package(Terminal(language_of(lang), json), scenario, data, out or OUT / _FELLING)


@carbon.command(help="生长曲线与公布数的对照表和网页 / growth curves beside published figures, as tables and a page")
def validate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写出到该目录 / folder for tables and pages")],
    lang: Language = None,
    json: Json = False,
) -> None:
    write_validation(Terminal(language_of(lang), json), out)


def build_package(
    terminal: Terminal, scenario: str, data: Path | None, out: Path, until: int | None, jobs: int
) -> None:
    """Build the package and put it in place whole; finished jobs are kept beside it until then."""
    refuse_others(out, _holds_yields)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.results.outcome import write_csv
    from silvafisc.runs.carbon_build import build as follow
    from silvafisc.runs.carbon_jobs import clear

    from .target import staged

    work = out.resolve().with_name(f".{out.name}-work")
    try:
        built = follow(scenario, work, data=data, until=until, processes=jobs, progress=terminal.step)
    except KeyboardInterrupt:
        _resumable(terminal)
        raise
    with staged(out) as place:
        built.save(place)
    clear(work)
    lines, files = [str(out)], [str(out)]
    if built.terminal is not None:
        late = out.with_name(f"{out.name}_terminal.csv")
        with interrupts.held():
            write_csv(built.terminal, late)
        shown = built.terminal[(built.terminal["climate"] == "today") & (built.terminal["loss_hazard"] == "central")]
        lines = [shown.to_string(index=False, float_format=lambda value: f"{value:,.4g}"), *lines, str(late)]
        files.append(str(late))
    terminal.result({"exit_code": 0, "rows": len(built.index), "files": files}, lines)


def draw_folder(
    terminal: Terminal, scenario: str, data: Path | None, out: Path, count: int | None, seed: int | None, jobs: int
) -> None:
    """Draw, and put draws and package in place whole; finished chunks are kept beside them until then."""
    refuse_others(out, _holds_draws)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.runs.carbon_drawn import draw
    from silvafisc.runs.carbon_jobs import clear

    from .target import staged

    work = out.resolve().with_name(f".{out.name}-work")
    try:
        drawn = draw(scenario, work, data=data, count=count, seed=seed, processes=jobs, progress=terminal.step)
    except KeyboardInterrupt:
        _resumable(terminal)
        raise
    with staged(out) as place:
        drawn.save(place)
    clear(work)
    files = [str(out / name) for name in sorted(_DRAWN)]
    shown = drawn.half_widths().to_string(index=False, float_format=lambda value: f"{value:.3f}")
    terminal.result({"exit_code": 0, "rows": len(drawn.draws.table), "files": files}, [shown, *files])


def fell_package(terminal: Terminal, scenario: str, data: Path | None, out: Path) -> None:
    """Fell, and put the package in place whole."""
    refuse_others(out, _holds_felling)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.runs.carbon_felling import fell

    from .target import staged

    felled = fell(scenario, data=data)
    with staged(out) as place:
        felled.save(place)
    terminal.result({"exit_code": 0, "rows": len(felled.table), "files": [str(out)]}, [str(out)])


def _resumable(terminal: Terminal) -> None:
    zh, en = (
        "已算完的部分保留，再次运行同一命令即可续算",
        "what is finished is kept; the same command goes on from there",
    )
    terminal.note(terminal.pick(zh, en))


def write_validation(terminal: Terminal, out: Path) -> None:
    """Four tables and a page in each language."""
    refuse_file(out)
    terminal.progress("对照公布数", "comparing with published figures")
    from silvafisc.briefing.curve_page import write_pages
    from silvafisc.policy import ParameterTree, load_scenario
    from silvafisc.runs.curve_validation import curve_validation, save_curve_validation

    rules = ParameterTree.load().on(load_scenario(DEFAULT_SCENARIO).policy_date)
    tables = curve_validation(rules)
    interrupts.check()
    with interrupts.held():  # all tables or none
        written = save_curve_validation(tables, out)
    terminal.progress("生成网页", "making the pages")
    files = [str(path) for path in (*written, *write_pages(tables, rules.date, out))]
    terminal.result({"exit_code": 0, "files": files}, files)


def refuse_file(out: Path) -> None:
    """A folder is wanted. Raises InputError."""
    if out.is_file():
        raise InputError([Finding(str(out), "--out", "is a file, not a folder", "是文件，不是文件夹")])


def _holds_yields(folder: Path) -> bool:
    return _is_package(folder, _NAME)


def _holds_felling(folder: Path) -> bool:
    return _is_package(folder, _FELLING)


def _holds_draws(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} <= _DRAWN and _is_package(folder / _UNCERTAINTY, _UNCERTAINTY)


def _is_package(folder: Path, name: str) -> bool:
    """Whether a folder holds a package of this name, and nothing else."""
    if not (folder / "datapackage.json").is_file() or not {path.name for path in folder.iterdir()} <= _FILES:
        return False
    try:
        return bool(json.loads((folder / "datapackage.json").read_text(encoding="utf-8")).get("name") == name)
    except (ValueError, AttributeError):
        return False
