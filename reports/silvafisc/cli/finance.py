"""`silvafisc finance`: a loan, a bond or a portfolio of them priced from its own file, without any allocation."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Language
from .target import refuse_others, staged
from .terminal import Terminal, language_of

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.runs.instrument_tables import Sheet
    from silvafisc.runs.instruments import Bond, Loan

    Told = tuple[Sheet, Mapping[str, pd.DataFrame]]
    """The sheet, and the tables of its workbook."""

finance = typer.Typer(
    name="finance",
    help="绿色金融：碳汇收益权质押贷款、补偿收益权贷款、碳汇债券及其组合 / pledge loans, carbon bonds, portfolios",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="写出还款计划、条件、一页条件书和可重算的工作簿 / write schedule, terms, term sheet and live workbook",
    ),
]
File = Annotated[
    str, typer.Argument(metavar="FILE", help="YAML 文件或随附示例名 / a YAML file or the name of a shipped one")
]


@finance.command(help="测算一笔贷款：额度、还款计划、覆盖率、贴息和财政杠杆 / size and schedule one loan")
def loan(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instruments import load_loan

    _tell(Terminal(language_of(lang), json), lambda: _priced(load_loan(file)), out)


@finance.command(help="测算一只债券：票息、价格和收益率、久期、覆盖率、募集资金用途 / price one bond")
def bond(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instruments import load_bond

    _tell(Terminal(language_of(lang), json), lambda: _priced(load_bond(file)), out)


def _priced(told: "Loan | Bond") -> "Told":
    from silvafisc.runs.scenario_instruments import finance_tables, priced

    one = priced(told)
    return one.sheet, finance_tables([one])


@finance.command(
    help="汇总若干笔贷款和债券：敞口、预期损失和分位数、集中度、相关 / pool instruments: losses, concentration"
)
def portfolio(file: File, out: Out = None, lang: Language = None, json: Json = False) -> None:
    from silvafisc.runs.instrument_tables import portfolio_sheet
    from silvafisc.runs.portfolios import load_portfolio

    _tell(Terminal(language_of(lang), json), lambda: (portfolio_sheet(load_portfolio(file)), {}), out)


def _tell(terminal: Terminal, made: "Callable[[], Told]", out: Path | None) -> None:
    """Print the sheet; write its folder whole where one is asked for."""
    from silvafisc.runs.instrument_tables import COPY, TERMS

    if out is not None:
        refuse_others(out, lambda folder: all((folder / name).is_file() for name in (TERMS, COPY)))
    from silvafisc.briefing.term_sheet import lines, write_sheets

    sheet, tables = made()
    files: list[str] = []
    if out is not None:
        from silvafisc.briefing.words import LANGUAGES, Words
        from silvafisc.workbook.finance import finance_workbook

        terminal.progress("写出条件书和工作簿", "writing term sheet and workbook")
        with staged(out) as place:
            paths = [*sheet.save(place), *write_sheets(sheet.terms, sheet.tables, place)]
            for language in LANGUAGES if tables else ():
                paths.append(place / f"{sheet.terms['id']}_{language}.xlsx")
                paths[-1].write_bytes(finance_workbook(tables, Words(language), sheet.terms["policy_date"]))
        files = [str(out / path.relative_to(place)) for path in paths]
    shown = lines(sheet.terms, sheet.tables, terminal.language)
    terminal.result({"exit_code": 0, "terms": sheet.terms, "files": files}, [*shown, *files])
