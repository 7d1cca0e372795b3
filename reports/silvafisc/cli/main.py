"""The `silvafisc` command: its verbs and their options. What they do is in `verbs`, how they end in `endings`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from . import carbon_measured, carbon_precision, verbs, year  # noqa: F401 (the first two add their verbs to `carbon`)
from .carbon import carbon
from .endings import finish
from .finance import finance
from .options import Data, Json, Language
from .replicate import replicate
from .signing import sign
from .terminal import Terminal, language_of

app = typer.Typer(
    name="silvafisc",
    help="林财：林业生态保护补偿与补助资金分配测算 / Shares out forest compensation and forestry subsidies, exactly and explainably.",
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich would double its time
    context_settings={"help_option_names": ["-h", "--help"]},
)

DEFAULT_SCENARIO = "nation-2026-2028"

Languages = Annotated[
    str | None, typer.Option("--lang", metavar="zh,en", help="简报语言，首个亦为信息语言 / languages of the briefings")
]
Formats = Annotated[
    str | None, typer.Option("--format", metavar="html,pdf", help="简报格式 / formats of the briefings")
]

AllFormats = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="html,pdf,docx,xlsx", help="简报格式，默认 html,pdf / formats, html and pdf by default"
    ),
]


StyleFile = Annotated[
    Path | None, typer.Option("--style", metavar="FILE.yaml", help="版式：配色、字体、文头、读者 / how documents look")
]


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


@app.command(help="求解、校核，写出结果和简报 / solve, audit, write the outcome and its briefings")
def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="随附情景名或 YAML 文件 / shipped name or YAML file")
    ] = DEFAULT_SCENARIO,
    data: Data = None,
    proposal: Annotated[
        Path | None,
        typer.Option("--proposal", metavar="FILE", help="主管部门分配建议，逐单位对照 / a proposal to explain against"),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="NAME=V,V",
            help="批量测算：budget=-10%,0,+10%、carbon_price、performance、climate、mode、weight.目标、情景项或参数；"
            "可重复 / a batch of all combinations; may be repeated",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="并行进程数，默认全部内核 / processes at once")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="已有的 Dask 集群 / an existing Dask cluster")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="结果目录，默认 outcomes/<情景> / outcome folder")
    ] = None,
    lang: Languages = None,
    formats: AllFormats = None,
    style: StyleFile = None,
    json: Json = False,
) -> int:
    from . import batch

    terminal, wanted = Terminal(language_of(lang), json), batch.Wanted(vary or [], jobs, cluster)
    if wanted.vary:
        batch.refuse_proposal(proposal)
        return batch.batch(terminal, scenario, data, wanted, out, lang, formats, style)
    batch.refuse_alone(wanted)
    verbs.run(terminal, scenario, data, proposal, out, lang, formats, style)
    return 0


@app.command(help="检查情景、数据或结果目录 / check a scenario, tables or an outcome")
def check(
    path: Annotated[str, typer.Argument(metavar="PATH", help="情景、数据文件夹、工作簿或结果目录 / what to check")],
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.check(Terminal(language_of(lang), json), path)


@app.command(help="比较二至六个结果，首个为基准 / compare two to six outcomes with the first")
def compare(
    outcomes: Annotated[list[Path], typer.Argument(metavar="OUT OUT…", help="结果目录 / outcomes")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="写出差异表和比较简报 / write tables and briefing here")
    ] = None,
    lang: Languages = None,
    formats: Formats = None,
    json: Json = False,
) -> None:
    verbs.compare(Terminal(language_of(lang), json), outcomes, out, lang, formats)


@app.command(help="某单位为何是这个数 / why a unit gets what it gets")
def explain(
    outcome: Annotated[Path, typer.Argument(metavar="OUT", help="结果目录 / outcome")],
    region: Annotated[str, typer.Option("--region", metavar="CODE", help="六位区划代码 / six-digit code")],
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.explain(Terminal(language_of(lang), json), outcome, region)


@app.command(help="两个或三个目标的权衡曲线 / the Pareto set of two or three objectives")
def frontier(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="随附情景名或 YAML 文件 / shipped name or file")],
    method: Annotated[
        Literal["extreme", "even", "exact"],
        typer.Option(help="extreme 极点；even 等距；exact 全部（整数目标） / supported, evenly spaced, or every point"),
    ] = "extreme",
    points: Annotated[
        int,
        typer.Option("--points", metavar="N", min=2, help="点数（三个目标：每轴） / number of points (of each axis)"),
    ] = 9,
    objectives: Annotated[
        str | None, typer.Option("--objectives", metavar="A,B[,C]", help="两个或三个目标 / two or three objectives")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="FILE", help="断点文件，中断后续算 / journal to continue from")
    ] = None,
    data: Data = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="写出 CSV / write a CSV")] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    wanted = None if objectives is None else [name.strip() for name in objectives.split(",")]
    verbs.frontier(Terminal(language_of(lang), json), scenario, data, method, points, wanted, resume, out)


@app.command(
    help="效果相近的备选方案、单位的重要性、预算增加时谁被减少 / near-optimal plans, importance, nested budgets"
)
def alternatives(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="随附情景名或 YAML 文件 / shipped name or file")],
    loss: Annotated[
        float,
        typer.Option("--loss", metavar="X", min=0, max=0.99, help="各目标容许损失 / loss allowed of each objective"),
    ] = 0.01,
    count: Annotated[int, typer.Option("--count", metavar="N", min=1, help="备选个数 / number of alternatives")] = 5,
    measure: Annotated[
        Literal["money", "numbers"], typer.Option(help="按资金或按数字个数求差异 / difference in money or in numbers")
    ] = "money",
    importance: Annotated[
        bool, typer.Option("--importance", help="各单位的重要性（取消其资金的损失） / replacement cost of each unit")
    ] = False,
    nested: Annotated[
        str | None, typer.Option("--nested", metavar="-10%,0,+10%", help="已安排的不再减少 / granted stays granted")
    ] = None,
    data: Data = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="默认 outcomes/<情景>-alternatives / folder for the tables"),
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    budgets = None if nested is None else nested.split(",")
    wanted = verbs.Wanted(loss, count, measure, importance, budgets)
    verbs.alternatives(Terminal(language_of(lang), json), scenario, data, wanted, out)


@app.command(help="为别人编制的分配表评分并校核 / score and audit somebody else's allocation")
def score(
    allocation: Annotated[Path, typer.Argument(metavar="ALLOCATION.csv", help="分配表 / the allocation")],
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="S", help="随附情景名或 YAML 文件 / shipped name or file")
    ],
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="保存为结果目录 / save as an outcome")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.score(Terminal(language_of(lang), json), allocation, scenario, data, out)


@app.command(help="对外部编制的备选表求解并校核 / solve and audit a table of offers made elsewhere")
def solve(
    offers: Annotated[
        Path, typer.Option("--offers", metavar="FILE", help="备选表，列同 offers.csv / columns as offers.csv")
    ],
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="S", help="随附情景名或 YAML 文件 / shipped name or file")
    ],
    data: Data = None,
    objective: Annotated[
        list[str] | None,
        typer.Option("--objective", metavar="NAME", help="目标列 obj.NAME，按先后排序 / column, in order of stages"),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="工作表 / sheet of the workbook")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认 outcomes/<情景>-offers / outcome folder")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.solve(Terminal(language_of(lang), json), offers, scenario, data, objective or [], sheet, out)


@app.command(help="由已存结果重新生成简报和公文 / make the briefings and papers of saved outcomes")
def brief(
    outcomes: Annotated[list[Path], typer.Argument(metavar="OUT…", help="结果目录 / outcomes")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认写入结果目录 / inside the outcome by default")
    ] = None,
    lang: Languages = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="html,pdf,docx,xlsx", help="简报默认 html,pdf，公文默认 docx / formats"),
    ] = None,
    document: Annotated[
        str | None,
        typer.Option(
            "--document",
            metavar="briefing,paper,notice,worktable,countersign,replies,settlement",
            help="简报（默认）、送审稿、下达通知、测算底表、会签单、答复单、清算结转表 / which documents",
        ),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option("--audience", metavar="director|department|public", help="按读者出文件 / what a reader gets"),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE.docx", help="本单位的 DOCX 模板 / an office's template")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="CODE,…", help="只出这些单位的答复单 / reply sheets of these units"),
    ] = None,
    style: StyleFile = None,
    boundaries: Annotated[
        Path | None,
        typer.Option("--boundaries", metavar="FILE.geojson", help="本单位经审核的省级界线 / your approved boundaries"),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--property", metavar="NAME", help="界线文件中的区划代码字段 / property of the code")
    ] = None,
    review_number: Annotated[
        str | None, typer.Option("--review-number", metavar="NO", help="审图号，文件中没有时给出 / of the map's review")
    ] = None,
    json: Json = False,
) -> None:
    from . import brief as documents

    asked = documents.Asked(lang, formats, document, audience, template, region, style, boundaries, code, review_number)
    documents.brief(Terminal(language_of(lang), json), outcomes, out, asked)


app.command(help="会签：提出、审核、意见、批准，逐条记录 / propose, review, comment on or approve an outcome")(sign)


@app.command(help="同一预算下比较选点与支付方式 / ways of choosing and paying at equal budget")
def bench(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="随附情景名或 YAML 文件 / shipped name or file")],
    data: Data = None,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="YUAN", help="默认为各期预算之和 / default: all appropriations")
    ] = None,
    priority: Annotated[
        str | None, typer.Option("--priority", metavar="GROUP", help="重点分组 / group for targeting errors")
    ] = None,
    tiers: Annotated[int, typer.Option("--tiers", metavar="K", help="分级支付的级数 / classes of tiered payment")] = 3,
    cap: Annotated[
        float | None, typer.Option("--cap", metavar="SHARE", help="单个单位占预算的上限 / most for one unit")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="写出 CSV / write CSV files here")] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.bench(Terminal(language_of(lang), json), scenario, data, budget, priority, tiers, cap, out)


@app.command(
    help="导出结果表和代码本，或可重新运行的输入工作簿 / export the tables with a codebook, or the inputs as a workbook"
)
def export(
    outcome: Annotated[Path, typer.Argument(metavar="OUT", help="结果目录 / outcome")],
    form: Annotated[
        Literal["csv", "parquet", "stata", "xlsx"],
        typer.Option(
            "--format", metavar="csv|parquet|stata|xlsx", help="格式；xlsx 为输入表 / format; xlsx: the inputs"
        ),
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="默认 <OUT>-<格式> / default <OUT>-<format>")
    ] = None,
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.export(Terminal(language_of(lang), json), outcome, form, out)


@app.command(help="写出可编辑的输入表 / write the input tables for editing")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="文件夹 / folder")],
    level: Annotated[
        Literal["province", "county"],
        typer.Option(
            help="province：31 省内置数据；county：一省对县，附情景 / shipped provinces, or a province's counties"
        ),
    ] = "province",
    province: Annotated[
        str | None,
        typer.Option(help="county 级的省份：51 或 510000，默认四川 / province of the counties, Sichuan by default"),
    ] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="一个工作簿代替 CSV / one workbook instead of CSV")] = False,
    lang: Language = None,
    json: Json = False,
) -> None:
    verbs.init(Terminal(language_of(lang), json), folder, level, province, xlsx)


app.command(help="办理年度中的一个步骤，另存为新结果 / advance the budget year by one step")(year.roll)
app.command(help="预算年度的各项时限 / deadlines of the budget year")(year.calendar)
app.command(help="复算已公布的案例：本项目、公布数、差 / published cases worked out again")(replicate)

app.add_typer(carbon)
app.add_typer(finance)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code: 0 done, 1 our bug, 2 the user's input, 3 infeasible, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(finish(app, given or ["--help"]))
