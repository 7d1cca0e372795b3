"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

Language = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="信息语言 / language of messages")]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出结果和问题清单 / result and findings as JSON")]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="自备的表（文件夹或 .xlsx） / your own tables (folder or .xlsx)"),
]
