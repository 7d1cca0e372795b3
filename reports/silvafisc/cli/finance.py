"""`silvafisc finance`: a loan, a bond or a portfolio of them priced from its own file, without any allocation."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Language
from .terminal import Terminal, language_of

if TYPE_CHECKING:
    from silvafisc.runs.instrument_tables import Sheet

finance = typer.Typer(
    name="finance",
    help="绿色金融：碳汇收益权质押贷款、补偿收益权贷款、碳汇债券及其组合 / pledge loans, carbon bonds, portfolios",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="写出还款计划、条件和一页条件书 / write schedule, terms and term sheet"),
]
File = Annotated[
    str, typer.Argument(metavar="FILE", help="YAML 文件或随附示例名 / a YAML file or the name of a shipped one")
]


@finance.command(help="测算一笔贷款：额度、还款计划、覆盖率、贴息和财政杠杆 / size and schedule one loan")
def loan(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instrument_tables import loan_sheet
    from silvafisc.runs.instruments import load_loan

    _tell(Terminal(language_of(lang), json), lambda: loan_sheet(load_loan(file)), out)


@finance.command(help="测算一只债券：票息、价格和收益率、久期、覆盖率、募集资金用途 / price one bond")
def bond(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instrument_tables import bond_sheet
    from silvafisc.runs.instruments import load_bond

    _tell(Terminal(language_of(lang), json), lambda: bond_sheet(load_bond(file)), out)


@finance.command(
    help="汇总若干笔贷款和债券：敞口、预期损失和分位数、集中度、相关 / pool instruments: losses, concentration"
)
def portfolio(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instrument_tables import portfolio_sheet
    from silvafisc.runs.portfolios import load_portfolio

    _tell(Terminal(language_of(lang), json), lambda: portfolio_sheet(load_portfolio(file)), out)


def _tell(terminal: Terminal, made: "Callable[[], Sheet]", out: Path | None) -> None:
    """Print the sheet; write its folder whole where one is asked for."""
    if out is not None:
        _refuse_target(out)
    from silvafisc.briefing.term_sheet import lines, write_sheets

    from .target import staged

    sheet = made()
    files: list[str] = []
    if out is not None:
        terminal.progress("写出条件书", "writing the term sheet")
        with staged(out) as place:
            paths = [*sheet.save(place), *write_sheets(sheet.terms, sheet.tables, place)]
        files = [str(out / path.relative_to(place)) for path in paths]
    shown = lines(sheet.terms, sheet.tables, terminal.language)
    terminal.result({"exit_code": 0, "terms": sheet.terms, "files": files}, [*shown, *files])


def _refuse_target(out: Path) -> None:
    """Only a folder that this command wrote is replaced. Raises InputError."""
    from silvafisc.datasets import Finding, InputError
    from silvafisc.runs.instrument_tables import COPY, TERMS

    if out.is_dir() and (not any(out.iterdir()) or ((out / TERMS).is_file() and (out / COPY).is_file())):
        return
    if out.exists():
        en = "exists and is nothing that this command wrote; it will not be replaced. Choose another --out"
        zh = "已存在且不是本命令写出的内容，不会被覆盖；请另选 --out"
        raise InputError([Finding(str(out), "--out", en, zh)])
