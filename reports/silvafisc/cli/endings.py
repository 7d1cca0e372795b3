"""How a verb ends: every exception becomes one clear message and one exit code.

0 done, 1 our bug, 2 the user's input, 3 infeasible, 130 interrupted. An exception that carries findings, or a message in
both languages, is made for the user; any other one is our bug.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from silvafisc.datasets.findings import Finding

from . import interrupts
from .terminal import Terminal, language_of

DONE, BUG, INPUT, INFEASIBLE, INTERRUPTED = 0, 1, 2, 3, 130
TRACEBACK = "SILVAFISC_TRACEBACK"

_NO_COMMAND = "No such command "


def finish(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run the app on the arguments and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character still gets the line
    terminal = Terminal(*_wishes(arguments))
    with interrupts.watched() as watch:
        try:
            returned = app(args=list(arguments), standalone_mode=False)
            sys.stdout.flush()
            if returned != INTERRUPTED:  # the parser turns an interruption into a code of its own
                return returned if isinstance(returned, int) else DONE
        except BaseException as error:
            if not watch.requested and not isinstance(error, KeyboardInterrupt | typer.Abort):
                return _explained(error, terminal)
    terminal.note(terminal.pick("已中断，未留下不完整的文件", "interrupted; nothing half-written is left"))
    return INTERRUPTED


def _wishes(arguments: Sequence[str]) -> tuple[str, bool]:
    """Language and --json, read without the parser, whose own errors have to be spoken too."""
    stated = None
    for at, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            stated = argument.partition("=")[2]
        elif argument == "--lang" and at + 1 < len(arguments):
            stated = arguments[at + 1]
    return language_of(stated), "--json" in arguments


def _explained(error: BaseException, terminal: Terminal) -> int:
    """Say what went wrong; the exit code."""
    # The reader (`| head`) has had enough; the parser turns this into an exit of its own.
    if isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return DONE
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else DONE
    findings = spoken(error)
    if not findings:
        return _bug(error, terminal)
    relaxations: Any = getattr(error, "relaxations", None)
    if relaxations is not None:
        terminal.infeasible(findings, relaxations, INFEASIBLE)
        return INFEASIBLE
    terminal.findings(findings, INPUT)
    return INPUT


def spoken(error: BaseException) -> list[Finding]:
    """What the exception says to the user; empty where it is our bug."""
    found = getattr(error, "findings", None)
    if found:
        return list(found)
    zh, en = getattr(error, "zh", None), getattr(error, "en", None)
    if isinstance(zh, str) and isinstance(en, str):
        return [Finding(str(getattr(error, "path", "")), "", en, zh)]
    if isinstance(error, OSError) and error.filename is not None and not _ours(error.filename):
        reason = error.strerror or type(error).__name__
        return [Finding(str(error.filename), "", f"cannot be read or written: {reason}", f"无法读写：{reason}")]
    usage = getattr(error, "format_message", None)  # the parser's own errors, whichever library they come from
    if callable(usage):
        text = usage() or "a verb is missing"
        en, zh = f"usage: {text} (see silvafisc --help)", f"用法有误：{_usage(error, text)}（参见 silvafisc --help）"
        return [Finding("", "", en, zh)]
    return []


def _usage(error: BaseException, text: str) -> str:
    """In Chinese what the parser says most often: no such command or option, or one that is needed; else what it says."""
    if text.startswith(_NO_COMMAND):
        return f"没有命令 {text.removeprefix(_NO_COMMAND).rstrip('.')}"
    if option := getattr(error, "option_name", None):
        return f"没有选项 {option}"
    needed = getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter" and needed is not None:
        named = [name for name in needed.opts if name.startswith("-")]
        return f"缺少 {' / '.join(named) or str(needed.name).upper()}"
    return text


def _ours(filename: object) -> bool:
    """Whether a file belongs to the installed package: its absence is no fault of the user."""
    package = Path(__file__).resolve().parents[1]
    return isinstance(filename, str | os.PathLike) and Path(filename).resolve().is_relative_to(package)


def _bug(error: BaseException, terminal: Terminal) -> int:
    if os.environ.get(TRACEBACK):
        terminal.note("".join(traceback.format_exception(error)))
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "silvafisc" in Path(frame.filename).parts] or list(frames)
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno} ({ours[-1].name})" if ours else ""
    said = f"{type(error).__name__}: {error}".strip()
    finding = Finding(
        place,
        "",
        f"internal error, not your input: {said}. Please report this line with the command and `silvafisc --version`; "
        f"{TRACEBACK}=1 shows the whole traceback",
        f"程序内部错误，与输入无关：{said}。请连同所用命令和 silvafisc --version 一并报告；设 {TRACEBACK}=1 可显示完整回溯",
    )
    terminal.findings([finding], BUG)
    return BUG
