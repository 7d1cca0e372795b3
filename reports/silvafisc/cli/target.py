"""Where results go: refused before anything is solved, replaced only by a complete folder, left as it was otherwise."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import interrupts

BRIEFINGS = (
    *(f"briefing_*.{form}" for form in ("html", "pdf", "docx", "xlsx")),
    "comparison_*.html",
    "comparison_*.pdf",
)
WRITTEN = ("*.csv", "outcome.json", "audit.json", "datapackage.json", "approvals.*", "inputs", *BRIEFINGS)
"""What an outcome folder holds when nobody else has put anything there."""


def refuse_target(folder: Path) -> None:
    """Refuse a place where an outcome cannot be put, or where something of the user's would be lost.

    Raises:
        OutcomeError: the folder or a parent is a regular file or cannot be written; the folder is no outcome, holds
            files that were not written here, or is an outcome that carries approvals.
    """
    from silvafisc.results import OutcomeError
    from silvafisc.results.outcome import MARK

    for path in (folder, *folder.parents):
        if path.is_file():
            en, zh = "is a regular file, not a folder for outcomes", "是普通文件，不能作为结果目录"
            raise OutcomeError(path, en, zh)
    standing = next(path for path in (folder.parent, *folder.parents) if path.is_dir())
    if not os.access(standing, os.W_OK | os.X_OK):
        raise OutcomeError(standing, "cannot be written", "没有写入权限")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        en = "exists and is not an outcome; it will not be replaced. Choose another --out"
        raise OutcomeError(folder, en, "已存在且不是结果目录，不会被覆盖；请另选 --out")
    known = {path.name for pattern in WRITTEN for path in folder.glob(pattern)}
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in known)
    if foreign:
        named = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
        en = f"holds files that SilvaFisc did not write ({named}) and will not be replaced; move them or choose another --out"
        raise OutcomeError(folder, en, f"内有并非本程序写出的文件（{named}），不会被覆盖；请移走这些文件或另选 --out")
    approvals = folder / "approvals.jsonl"
    if approvals.is_file() and approvals.stat().st_size:
        en = "carries approvals and will not be replaced; choose another --out"
        raise OutcomeError(folder, en, "已有会签记录，不会被覆盖；请另选 --out")


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A place beside `folder` to build in; what stands there at the end replaces `folder` in one step.

    On any exception, an interruption included, everything is as before: no staging folder, no new parents.
    """
    from silvafisc.results.outcome import replace_folder

    folder = folder.resolve()
    absent = [path for path in folder.parents if not path.exists()]
    staging, done = None, False
    try:
        with interrupts.held():
            folder.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        interrupts.check()
        (staging / "mode").mkdir()
        yield staging / "outcome"
        interrupts.check()
        # mkdtemp makes folders private; an outcome is as readable as any folder that the user makes.
        os.chmod(staging / "outcome", stat.S_IMODE((staging / "mode").stat().st_mode))
        with interrupts.held():
            replace_folder(staging / "outcome", folder)
            done = True
    finally:
        with interrupts.held():
            if staging is not None:
                shutil.rmtree(staging, ignore_errors=True)
            for path in absent if not done else ():
                if path.is_dir() and not any(path.iterdir()):
                    path.rmdir()


def refuse_others(out: Path, holds: Callable[[Path], bool]) -> None:
    """Only what the command itself wrote before (`holds`) is replaced. Raises InputError."""
    from silvafisc.datasets import Finding, InputError

    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or holds(out))):
        en = "exists and is nothing that this command wrote; it will not be replaced. Choose another --out"
        zh = "已存在且不是本命令写出的内容，不会被覆盖；请另选 --out"
        raise InputError([Finding(str(out), "--out", en, zh)])
