"""`silvafisc carbon`: the full engine's yields, growth curves, what was measured, and what precision management is worth."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from silvafisc.datasets.findings import Finding, InputError

from . import interrupts
from .options import Data, Json, Language
from .terminal import Terminal, language_of

if TYPE_CHECKING:
    from silvafisc.runs.measured_maps import MapAsked

carbon = typer.Typer(
    name="carbon",
    help="碳引擎：固碳量表、生长曲线检验、实测数据 / the carbon engine: its yields, its growth curves, what was measured",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DEFAULT_SCENARIO = "nation-2026-2028"
OUT = Path("outcomes")
DEMO = "county-demo"
"""Stands for the measured tables that come with the demonstration of the same name."""
_FILES = {"datapackage.json", "data.csv", "arrays.npz"}
_NAME = "carbon_yields"


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


@carbon.command(help="生长曲线与公布数的对照表和网页 / growth curves beside published figures, as tables and a page")
def validate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写出到该目录 / folder for tables and pages")],
    lang: Language = None,
    json: Json = False,
) -> None:
    write_validation(Terminal(language_of(lang), json), out)


@carbon.command(help="精准施肥、低损集材、传感网的事前绩效评估卡 / review cards of precision management")
def cards(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写出到该目录 / folder for tables and pages")],
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="取其单位、年度、期末和参数 / whose units, years and law")
    ] = DEFAULT_SCENARIO,
    data: Data = None,
    plots: Annotated[
        Path | None, typer.Option("--plots", metavar="FILE", help="分层样地表，比较传感网与样地 / plots by stratum")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    write_cards(Terminal(language_of(lang), json), scenario, data, plots, out)


@carbon.command(
    help="在坡度图上找低损集材路线，与直线集材比较 / extraction routes that spare the stand, beside straight ones"
)
def paths(
    terrain: Annotated[
        Path, typer.Argument(metavar="TERRAIN", help="高程或坡度 GeoTIFF，以米为单位的投影 / map of elevation or slope")
    ],
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="KIND", help="elevation | slope_pct | slope_degree，该图的内容 / what it holds"),
    ],
    landings: Annotated[Path, typer.Option("--landings", metavar="FILE", help="楞场点：point, x, y / landings")],
    stumps: Annotated[Path, typer.Option("--stumps", metavar="FILE", help="伐根点：point, x, y / stumps")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写出到该目录 / folder for tables and map")],
    stand: Annotated[
        Path | None,
        typer.Option("--stand", metavar="FILE", help="保留林分 GeoTIFF，栅格同上 / map of the stand that stays"),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="m3_per_ha | t_per_ha，林分图的单位 / unit of the stand"),
    ] = None,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="取其参数 / whose parameters hold")
    ] = DEFAULT_SCENARIO,
    lang: Language = None,
    json: Json = False,
) -> None:
    write_paths(Terminal(language_of(lang), json), (terrain, kind, landings, stumps), out, (stand, unit), scenario)
@carbon.command(
    help="样地、传感器和验收抽样的评估，写出表和网页 / what plots, sensors and samples show, as tables and a page"
)
def measure(
    folder: Annotated[
        str,
        typer.Argument(
            metavar="DIR", help="plots.csv、sensors.csv、samples.csv 所在目录 / folder of the measured tables"
        ),
    ] = DEMO,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认 outcomes/measured / folder for tables and pages")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="测算日，默认今天 / day of the evaluation, today")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    write_measured(Terminal(language_of(lang), json), folder, out or OUT / "measured", date)
@carbon.command(
    name="map", help="遥感图按单位汇总，可与样地和其他来源融合 / a map by unit, with plots and others, adding up"
)
def by_map(
    raster: Annotated[Path, typer.Argument(metavar="RASTER", help="GeoTIFF 生物量或盖度图 / map of biomass or cover")],
    polygons: Annotated[Path, typer.Argument(metavar="POLYGONS", help="GeoJSON 单位边界 / polygons of the units")],
    unit: Annotated[str, typer.Option("--unit", metavar="t/ha|tC/ha|%|1", help="图的单位 / unit of the map")],
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help="图的年份 / year of the map")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写出到该目录 / folder for tables")],
    shows: Annotated[
        str | None,
        typer.Option(
            "--shows",
            metavar="above_ground|biomass|carbon|cover",
            help="图的内容，t/ha 默认为地上生物量 / what it shows; t/ha is above ground unless said",
        ),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option("--plots", metavar="CSV", help="样地表，坐标系同边界 / plots, placed as the polygons are"),
    ] = None,
    estimates: Annotated[
        Path | None,
        typer.Option("--estimates", metavar="CSV", help="同一土地的其他来源 / other sources for the same land"),
    ] = None,
    whole: Annotated[
        list[str] | None,
        typer.Option("--whole", metavar="CODE", help="边界完整覆盖的省或 000000 / province covered whole, or 000000"),
    ] = None,
    masked: Annotated[
        bool, typer.Option("--masked", help="图已按森林裁剪，无数据即无林地 / cut to forest: nodata is land without")
    ] = False,
    band: Annotated[int | None, typer.Option("--band", metavar="N", help="波段 / band")] = None,
    code_property: Annotated[
        str, typer.Option("--property", metavar="NAME", help="单位代码属性 / property with the unit's code")
    ] = "region_code",
    lang: Language = None,
    json: Json = False,
) -> None:
    from silvafisc.runs.measured_maps import MapAsked

    nodata: Any = "no-forest" if masked else "lacking"
    asked = MapAsked(unit, year, shows, nodata, tuple(whole or ()), band, code_property)
    write_map(Terminal(language_of(lang), json), raster, polygons, asked, plots, estimates, out)


def build_package(
    terminal: Terminal, scenario: str, data: Path | None, out: Path, until: int | None, jobs: int
) -> None:
    """Build the package and put it in place whole; finished jobs are kept beside it until then."""
    _refuse_target(out)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.results.outcome import write_csv
    from silvafisc.runs.carbon_build import build as follow
    from silvafisc.runs.carbon_build import clear

    from .target import staged

    work = out.resolve().with_name(f".{out.name}-work")
    try:
        built = follow(scenario, work, data=data, until=until, processes=jobs, progress=terminal.step)
    except KeyboardInterrupt:
        zh, en = (
            "已算完的部分保留，再次运行同一命令即可续算",
            "what is finished is kept; the same command goes on from there",
        )
        terminal.note(terminal.pick(zh, en))
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


def write_validation(terminal: Terminal, out: Path) -> None:
    """Four tables and a page in each language."""
    _refuse_file(out)
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


def write_cards(terminal: Terminal, scenario: str, data: Path | None, plots: Path | None, out: Path) -> None:
    """Three tables, or four, and a page in each language."""
    _refuse_file(out)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.briefing.card_page import write_cards as write_pages
    from silvafisc.runs.precision_cards import review_cards

    found = review_cards(scenario, data=data, plots=plots, progress=terminal.step)
    interrupts.check()
    with interrupts.held():  # all tables or none
        written = found.save(out)
    terminal.progress("生成网页", "making the pages")
    files = [str(path) for path in (*written, *write_pages(found.tables, found.told, found.names, out))]
    terminal.result({"exit_code": 0, "files": files}, files)


def write_paths(
    terminal: Terminal,
    maps: tuple[Path, str, Path, Path],
    out: Path,
    stand: tuple[Path | None, str | None],
    scenario: str,
) -> None:
    """Three tables and a map of the routes. maps: terrain, its kind, landings, stumps; stand: its map and unit."""
    _refuse_file(out)
    terminal.progress("读取地图，搜索路线", "reading the maps and searching routes")
    from silvafisc.runs.precision_paths import extraction_paths

    found = extraction_paths(*maps, stand=stand[0], unit=stand[1], scenario=scenario)
    interrupts.check()
    with interrupts.held():  # all files or none
        files = [str(path) for path in found.save(out)]
    for notice in found.notices:
        terminal.note(notice.text(terminal.language))
    notices = [{"where": n.where, "path": n.path, "zh": n.zh, "en": n.en} for n in found.notices]
    shown = found.network.to_string(index=False, na_rep="", float_format=lambda value: f"{value:,.1f}")
    terminal.result({"exit_code": 0, "files": files, "notices": notices}, [shown, *files])


def write_map(
    terminal: Terminal,
    raster: Path,
    polygons: Path,
    asked: "MapAsked",
    plots: Path | None,
    estimates: Path | None,
    out: Path,
) -> None:
    """Figures by unit from a map; what a reader must know of them goes to stderr and stands beside them."""
    _refuse_file(out)
    terminal.progress("按单位汇总遥感图", "summing the map by unit")
    from silvafisc.policy import ParameterTree, load_scenario
    from silvafisc.runs.measured_maps import measured_map, save_measured_map

    rules = ParameterTree.load().on(load_scenario(DEFAULT_SCENARIO).policy_date)
    found = measured_map(raster, polygons, asked, rules, plots, estimates)
    for one in found.findings:
        terminal.note(one.text(terminal.language))
    interrupts.check()
    with interrupts.held():  # all tables or none
        files = [str(path) for path in save_measured_map(found, out)]
    said = [{"where": one.where, "path": one.path, "zh": one.zh, "en": one.en} for one in found.findings]
    terminal.result({"exit_code": 0, "files": files, "findings": said}, files)


def _refuse_file(out: Path) -> None:
    """A folder is wanted. Raises InputError."""
    if out.is_file():
        raise InputError([Finding(str(out), "--out", "is a file, not a folder", "是文件，不是文件夹")])


def write_measured(terminal: Terminal, folder: str, out: Path, date: str | None) -> None:
    """Tables and a page in each language; an earlier evaluation is replaced whole, so that none of its rows stays."""
    from datetime import date as calendar

    from silvafisc.runs.monitoring import SHIPPED, measured_tables, read_measured, refuse_place, save_measured

    refuse_place(out)
    try:
        day = (calendar.today() if date is None else calendar.fromisoformat(date)).isoformat()
    except ValueError:
        en, zh = f"{date!r} is no day; write 2026-11-27", f"“{date}”不是日期，应写成 2026-11-27 的形式"
        raise InputError([Finding("--date", "", en, zh)]) from None
    terminal.progress("读取实测数据", "reading what was measured")
    from silvafisc.briefing.measured_page import write_measured_pages
    from silvafisc.policy import ParameterTree

    from .target import staged

    rules = ParameterTree.load().on(day)
    tables = measured_tables(read_measured(SHIPPED if folder == DEMO else Path(folder), day, rules), day, rules)
    interrupts.check()
    terminal.progress("生成网页", "making the pages")
    with staged(out) as place:
        written = [*save_measured(tables, place), *write_measured_pages(tables, day, place)]
    files = [str(out / path.name) for path in written]
    terminal.result({"exit_code": 0, "files": files}, files)


def _refuse_target(out: Path) -> None:
    """Only an earlier package is replaced. Raises InputError."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    named: Any = None
    if out.is_dir() and {path.name for path in out.iterdir()} <= _FILES and (out / "datapackage.json").is_file():
        try:
            named = json.loads((out / "datapackage.json").read_text(encoding="utf-8")).get("name")
        except (ValueError, AttributeError):
            named = None
    if named != _NAME:
        en = "exists and is no package of carbon yields; it will not be replaced. Choose another --out"
        raise InputError([Finding(str(out), "--out", en, "已存在且不是固碳量数据包，不会被覆盖；请另选 --out")])
