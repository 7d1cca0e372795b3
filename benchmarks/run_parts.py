"""Measure what each part of a default run takes: processor seconds, share of the run, ratio against typst's own time.

Run: python benchmarks/run_parts.py [scenario]   (nation-2026-2028 by default)
The parts of solving begin and end where a run says what it does next. The floor is typst making the PDFs: work of this
size that nothing in here makes faster. Seconds of the processor, so that other programs do not count (typst's own threads
do). Nothing is asserted.
"""

import sys
import tempfile
import time
from pathlib import Path

START = time.process_time()

from silvafisc.briefing import LANGUAGES, build  # noqa: E402
from silvafisc.briefing.html import render_html  # noqa: E402
from silvafisc.briefing.pdf import render_pdf  # noqa: E402
from silvafisc.results import Outcome  # noqa: E402
from silvafisc.runs import run  # noqa: E402

FLOOR = "PDF"
GOAL = 15.0
SOLVE = ("payoff", "solve", "check that")


class Clock:
    """Processor seconds by part."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._name, self._since = "imports", START

    def step(self, name: str) -> None:
        """The part before ends, this one begins; steps of one kind are one part."""
        now = time.process_time()
        self.parts[self._name] = self.parts.get(self._name, 0.0) + now - self._since
        self._name, self._since = "solve" if name.startswith(SOLVE) else name.split(" ")[0], now

    def told(self) -> list[str]:
        """A line per part."""
        total, floor = sum(self.parts.values()), self.parts[FLOOR]
        shown = [*self.parts.items(), (f"together (goal {GOAL:.0f} s)", total)]
        return [f"{name:24} {s:7.2f} s {s / total:7.1%} {s / floor:7.1f} x {FLOOR}" for name, s in shown]


def main(arguments: list[str]) -> None:
    """Run a scenario with its four briefings and print the parts."""
    clock = Clock()
    outcome = run(*(arguments or ["nation-2026-2028"]), progress=clock.step)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "outcome"
        clock.step("writing")
        outcome.save(place)
        outcome = Outcome.load(place)
        clock.step("briefings")
        briefings = [build(outcome, language) for language in LANGUAGES]
        clock.step("HTML")
        for briefing in briefings:
            render_html(briefing)
        clock.step("PDF")
        for briefing in briefings:
            render_pdf(briefing)
        clock.step("end")
    print("\n".join(clock.told()))


if __name__ == "__main__":
    main(sys.argv[1:])
