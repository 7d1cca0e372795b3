"""`silvafisc carbon measure` and `carbon map`: what plots, sensors, samples and maps show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from silvafisc.datasets.findings import Finding, InputError

from . import interrupts
from .carbon import DEFAULT_SCENARIO, OUT, carbon, refuse_file
from .options import Json, Language
from .terminal import Terminal, language_of

if TYPE_CHECKING:
    from silvafisc.runs.measured_maps import MapAsked

DEMO = "county-demo"
"""Stands for the measured tables that come with the demonstration of the same name."""


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
    refuse_file(out)
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
