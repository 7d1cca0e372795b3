"""Documents of several languages made at the same time, each language in a process of its own.

The processes are the caller's: it may start them while it still solves. The bytes are those of one process.
"""

import gc
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from typing import Any

from .style import Style, current, using

Files = list[tuple[str, bytes]]
"""Names of files and what stands in them."""
Work = Callable[[Sequence[str]], Files]
"""Makes the documents of some languages; picklable, with what it needs."""


@dataclass(frozen=True)
class Failure:
    """An error on its way from another process: most errors say more than their arguments, so they are not pickled."""

    kind: type[Exception]
    arguments: tuple[Any, ...]
    held: dict[str, Any]

    def error(self) -> Exception:
        """The error as it was."""
        made = self.kind.__new__(self.kind, *self.arguments)
        vars(made).update(self.held)
        return made


@dataclass(frozen=True)
class Others:
    """Processes of the caller that languages can be given to. count: how many there are."""

    pool: Executor
    count: int


def made(work: Work, languages: Sequence[str], others: Others | None) -> Files:
    """The documents of all languages in their order: the last ones in other processes, as many as there are.

    All are made in this process where there is no other, or one has died.

    Raises: what `work` raises, for the first language in which it does.
    """
    if others is None or len(languages) < 2:
        return _worked(work, languages)
    mine = max(len(languages) - others.count, 0)
    try:
        begun = [others.pool.submit(_in_style, current(), work, language) for language in languages[mine:]]
        files = _worked(work, languages[:mine]) if mine else []
        ended = [task.result() for task in begun]
    except BrokenExecutor:
        return _worked(work, languages)
    return files + [file for result in ended for file in _whole(result)]


def _worked(work: Work, languages: Sequence[str]) -> Files:
    """Without a search for garbage in between: with all that a process has imported and read, each takes 0.2 s."""
    searched = gc.isenabled()
    gc.disable()
    try:
        return work(languages)
    finally:
        if searched:
            gc.enable()


def _in_style(style: Style, work: Work, language: str) -> Files | Failure:
    try:
        with using(style):
            return _worked(work, [language])
    except Exception as error:
        error.add_note(traceback.format_exc())
        return Failure(type(error), error.args, vars(error))


def _whole(result: Files | Failure) -> Files:
    if isinstance(result, Failure):
        raise result.error()
    return result


def warm() -> None:
    """Import and read what every briefing needs, in a process that waits for its work."""
    from . import document, html, pdf  # noqa: F401
    from .figures.canvas import look, new_figure, to_svg
    from .glyphs import SHIPPED, open_font
    from .words import Words

    words = Words("zh")
    words.known("what", "")
    words.known("fund", "")
    html.page_template()
    SHIPPED.known()
    for second in (False, True):
        open_font(SHIPPED.path(True, second)).close()
    with look():
        figure = new_figure(4, 4, (1, 1, 1, 1))
        axes = figure.subplots()
        axes.bar([0], [1])
        axes.text(0, 0, "森林", weight="bold")
        to_svg(figure, "warm")
