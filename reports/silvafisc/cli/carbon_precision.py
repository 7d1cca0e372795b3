"""`silvafisc carbon cards` and `carbon paths`: what precision management is worth, and routes that spare the stand."""

from pathlib import Path
from typing import Annotated

import typer

from . import interrupts
from .carbon import DEFAULT_SCENARIO, carbon, refuse_file
from .options import Data, Json, Language
from .terminal import Terminal, language_of


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


def write_cards(terminal: Terminal, scenario: str, data: Path | None, plots: Path | None, out: Path) -> None:
    """Three tables, or four, and a page in each language."""
    refuse_file(out)
    terminal.progress("读取情景和数据", "reading the scenario and its tables")
    from silvafisc.briefing.card_page import write_cards as write_pages
    from silvafisc.runs.precision_cards import review_cards

    found = review_cards(scenario, data=data, plots=plots, progress=terminal.step)
    interrupts.check()
    terminal.progress("生成网页", "making the pages")
    with interrupts.held():  # tables and pages of one review, or none
        written = found.save(out)
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
    refuse_file(out)
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
