"""The `silvafisc` command: its verbs and their options. What they do is in `verbs`, how they end in `endings`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from .endings import finish

app = typer.Typer(
    name="silvafisc",
    help="林财：林业生态保护补偿与补助资金分配测算 / Shares out forest compensation and forestry subsidies, exactly and explainably.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would double its time, and Chinese columns stay aligned everywhere
    context_settings={"help_option_names": ["-h", "--help"]},
)

Language = Annotated[
    str | None, typer.Option("--lang", metavar="zh|en", help="信息语言（默认中文，或按 LANG） / language of messages")
]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出问题清单和结果 / findings and results as JSON")]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"silvafisc {version('silvafisc')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="版本 / version")
    ] = False,
) -> None:
    """Options that stand before the verb."""


@app.command(help="写出可编辑的输入表 / write the input tables for editing")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="新文件夹 / new folder")],
    level: Annotated[
        Literal["province", "county"],
        typer.Option(help="province：31 省内置数据；county：一个示例县 / shipped provinces, or one example county"),
    ] = "province",
    xlsx: Annotated[bool, typer.Option("--xlsx", help="一个工作簿代替 CSV / one workbook instead of CSV")] = False,
    lang: Language = None,
    json: Json = False,
) -> None:
    from . import verbs

    verbs.init(folder, level=level, xlsx=xlsx, language=lang, json=json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code: 0 done, 1 our bug, 2 the user's input, 3 infeasible, 130 interrupted."""
    sys.exit(finish(app, list(sys.argv[1:] if arguments is None else arguments)))
