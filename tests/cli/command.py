"""Running the command: as a user does, in a process of its own, or quicker, in this one."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from silvafisc.cli.endings import finish
from silvafisc.cli.main import app

ROOT = Path(__file__).parents[2]
CODE = "from silvafisc.cli.main import main; main()"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """The environment of a user whose locale says nothing, with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    return {**kept, "PYTHONUTF8": "1", **more}


def silvafisc(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ended:
    """Run `silvafisc` with the arguments and wait for it."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, arguments)],
        cwd=cwd or ROOT,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Talk:
    """In-process runs of the command: code, and what was said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str]:
        self.capsys.readouterr()
        code = finish(app, [str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        return code, said.out + said.err


def listing(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, hidden ones and empty folders included."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }
