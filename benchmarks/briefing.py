"""Measure what briefings take: the four default files, their parts, the workbook, and reply sheets of 100 counties.

Run: python benchmarks/briefing.py OUT [COUNTIES]   (folders of a saved national and a saved county outcome)
The floor is named: reading the outcome, and typst compiling an empty document with the same fonts. Seconds of the
processor, so that other programs do not count; of the whole also by the clock, in one process and as a run makes them: a
process for each language, which has got ready while the scenario was solved. Goals are by that clock and need two cores
of one's own; they stand beside the figures, and nothing is asserted.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

START = time.process_time()

from silvafisc.briefing import LANGUAGES, Wish, build, render, render_papers  # noqa: E402
from silvafisc.briefing import html as html_file  # noqa: E402
from silvafisc.briefing.glyphs import SHIPPED, font_folder, second_folder  # noqa: E402
from silvafisc.briefing.side_by_side import Others, warm  # noqa: E402
from silvafisc.results import Outcome  # noqa: E402
from silvafisc.runs.processes import processes  # noqa: E402

GOAL_FILES, GOAL_REPLIES, UNITS = 4.0, 20.0, 100
READY = 3
"""Seconds until the last process is certainly ready, where one of them has got both to warm up."""
EMPTY = '#set document(date: datetime(year: 2026, month: 1, day: 1), title: "x")\n#set text(font: ("Noto Sans SC",))\nx'


class Clock:
    """Processor seconds by part; parts may lie inside one another, the inner one's time is not the outer one's."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._open: list[str] = []
        self._since = time.process_time()

    def _turn(self) -> None:
        now = time.process_time()
        if self._open:
            self.parts[self._open[-1]] = self.parts.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is done inside belongs to `name`."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def around(self, name: str, action: Callable[..., Any]) -> Callable[..., Any]:
        """`action`, its time counted to `name`."""

        def timed(*given: Any, **named: Any) -> Any:
            with self.part(name):
                return action(*given, **named)

        return timed


def four_files(folder: Path) -> None:
    """Each part of the four default files, one after the other, and the whole as a run makes it."""
    import jinja2
    import typst

    clock = Clock()
    with clock.part("reading the outcome"):
        outcome = Outcome.load(folder)
    with tempfile.TemporaryDirectory() as place:
        empty = Path(place) / "empty.typ"
        empty.write_text(EMPTY, encoding="utf-8")
        fonts = [str(font_folder()), str(second_folder())]
        with clock.part("typst, empty document"):
            typst.compile(str(empty), font_paths=fonts, ignore_system_fonts=True, format="pdf")
    with clock.part("importing matplotlib"):
        import matplotlib

        from silvafisc.briefing.figures import bars, canvas  # noqa: F401
    was = matplotlib.rc_context, jinja2.Template.render, typst.compile, html_file._faces
    matplotlib.rc_context = _drawing(clock, matplotlib.rc_context)
    jinja2.Template.render = clock.around("Jinja2", jinja2.Template.render)  # type: ignore[method-assign]
    typst.compile = clock.around("typst", typst.compile)
    html_file._faces = clock.around("fonts", html_file._faces)
    with clock.part("fonts"):
        SHIPPED.known()
    from silvafisc.briefing.pdf import render_pdf

    for language in LANGUAGES:
        with clock.part("sections and numbers"):
            briefing = build(outcome, language)
        with clock.part("other of HTML"):
            html_file.render_html(briefing)
        with clock.part("other of PDF"):
            render_pdf(briefing)
    matplotlib.rc_context, jinja2.Template.render, typst.compile, html_file._faces = was  # type: ignore[method-assign]
    floors = ("reading the outcome", "typst, empty document")
    total = sum(seconds for name, seconds in clock.parts.items() if name not in floors)
    for name, seconds in sorted(clock.parts.items(), key=lambda item: -item[1]):
        shares = "   floor" if name in floors else f"{seconds / total:8.1%}"
        ratios = (f"{seconds / clock.parts[floor]:7.1f} x {floor}" for floor in floors)
        print(f"{name:24}{seconds:7.2f} s{shares}{'  '.join(ratios)}")
    print(f"{'together':24}{total:7.2f} s of the processor, one after the other")
    _whole("four files", GOAL_FILES, partial(render, outcome), clock.parts[floors[0]])
    _beside("four files", GOAL_FILES, lambda place, others: render(outcome, place, others=others))


def _drawing(clock: Clock, context: Callable[..., Any]) -> Callable[..., Any]:
    """The look of a drawing, in which everything of matplotlib happens."""

    @contextmanager
    def timed(*given: Any) -> Iterator[None]:
        with clock.part("matplotlib"), context(*given):
            yield

    return timed


def _whole(name: str, goal: float, action: Callable[[Path], object], floor: float) -> None:
    """The whole in one new process: typst remembers every document that a process has made, and makes it again in no time."""
    with processes(1) as pool:
        pool.submit(warm).result()
        clock, used = pool.submit(_timed, action).result()
    print(
        f"{name}: {used:.2f} s of the processor = {used / floor:.0f} x reading, {clock:.2f} s by the clock (goal {goal:.0f} s)"
    )


def _timed(action: Callable[[Path], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as place:
        begin, used = time.perf_counter(), time.process_time()
        action(Path(place))
        return time.perf_counter() - begin, time.process_time() - used


def _beside(name: str, goal: float, action: Callable[[Path, Others], object]) -> None:
    """The same by the clock with a process for each language."""
    with processes(len(LANGUAGES)) as pool, tempfile.TemporaryDirectory() as place:
        for task in [pool.submit(warm) for _ in LANGUAGES]:
            task.result()
        time.sleep(READY)
        begin = time.perf_counter()
        action(Path(place), Others(pool, len(LANGUAGES)))
        clock = time.perf_counter() - begin
    print(f"{name}, languages side by side: {clock:.2f} s by the clock (goal {goal:.0f} s)")


def replies(folder: Path) -> None:
    """The briefing and a reply sheet for each of 100 counties (all, where there are fewer), both languages as PDF."""
    begin = time.process_time()
    outcome = Outcome.load(folder)
    floor = time.process_time() - begin
    codes = sorted(str(code) for code in outcome.tables["regions"]["region_code"])[:UNITS]
    wish = Wish(("briefing", "replies"), LANGUAGES, ("html", "pdf"), units=tuple(codes))
    name = f"briefing and {len(codes)} replies"
    _whole(name, GOAL_REPLIES, partial(render_papers, outcome, wish=wish), floor)
    _beside(name, GOAL_REPLIES, lambda place, others: render_papers(outcome, place, wish, others=others))


def workbook(folder: Path) -> None:
    """The workbook in one language."""
    from silvafisc.workbook import outcome_workbook

    outcome = Outcome.load(folder)
    action = partial(render, outcome, languages=["zh"], formats=["xlsx"], workbook=outcome_workbook)
    begin = time.process_time()
    Outcome.load(folder)
    _whole("workbook", GOAL_FILES, action, time.process_time() - begin)


def main(arguments: list[str]) -> None:
    """Measure the saved outcomes."""
    print(f"{'imports':24}{time.process_time() - START:7.2f} s")
    four_files(Path(arguments[0]))
    workbook(Path(arguments[0]))
    if len(arguments) > 1:
        replies(Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
