"""Measure, in one run, what the documentation claims: every speed is a ratio against a named floor.

Run: python benchmarks/measure.py [part …]   (parts: start, run, build, rule_mode; all by default)
Nothing here is asserted; goals stand beside the figures. Seconds on a busy machine mean little, ratios more.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from silvafisc.allocation.blocks import Block
from silvafisc.allocation.build import compile_with_pyomo
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.model import assemble
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.solve import Session
from silvafisc.allocation.staircase import Staircase
from silvafisc.allocation.terms import objectives_of, rule_part
from silvafisc.runs.prepare import Prepared, prepare

HIGHS_LIMIT = 60.0


def seconds(action: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def start(_: Prepared) -> None:
    """`silvafisc --help` against an empty interpreter."""
    empty = min(seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)) for _ in range(3))
    code = "import sys; sys.argv = ['silvafisc', '--help']; from silvafisc.cli.main import main; main()"
    command = [sys.executable, "-c", code]
    helped = min(seconds(lambda: subprocess.run(command, capture_output=True, check=False)) for _ in range(3))
    print(f"start: --help {helped:.2f} s (goal 0.5 s) = {helped / empty:.1f} x an empty interpreter ({empty:.2f} s)")


def run(_: Prepared) -> None:
    """The default run with its four briefings, and the share of the briefings."""
    from silvafisc.briefing import render
    from silvafisc.results import Outcome
    from silvafisc.runs import run as solve

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "outcome"
        steps: list[tuple[str, float]] = []
        begin = time.perf_counter()
        outcome = solve("nation-2026-2028", progress=lambda step: steps.append((step, time.perf_counter() - begin)))
        outcome.save(place)
        solved = time.perf_counter() - begin
        briefed = seconds(lambda: render(Outcome.load(place), place))
    answer = next(at for step, at in steps if step == "baselines")
    total = solved + briefed
    print(f"run: {total:.1f} s with four briefings (goal 15 s): the audited answer after {answer:.1f} s,")
    print(f"     baselines, prices, frontier and sensitivity {solved - answer:.1f} s, briefings {briefed:.1f} s")


def build(prepared: Prepared) -> None:
    """The Pyomo reference against vectorised assembly of the same rows."""
    problem = rule_problem(prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, "0.5")
    parts = [rule_part(problem, spec) for spec in prepared.resolved.rules]
    objectives = [o for spec in prepared.resolved.objectives for o in objectives_of(problem, spec)]
    floor = min(seconds(lambda: assemble(problem, parts, objectives)) for _ in range(3))
    pyomo = seconds(lambda: compile_with_pyomo(problem, parts, objectives))
    rows, columns = assemble(problem, parts, objectives).matrix.shape
    print(f"build: {rows} x {columns}: Pyomo {pyomo:.2f} s = {pyomo / floor:.0f} x vectorised assembly ({floor:.3f} s)")


def rule_mode(prepared: Prepared) -> None:
    """One α of the protection fund: enumeration of staircases against HiGHS alone, both to gap 0."""
    for alpha in ("0", "0.5", "1"):
        _one_alpha(prepared, alpha)


def _one_alpha(prepared: Prepared, alpha: str) -> None:
    problem = rule_problem(prepared.resolved, prepared.inputs, prepared.responses.indices, prepared.menus, alpha)
    engine = Engine(problem)
    block: Block = next(u.block for u in engine.units if Staircase.of(u.block) is not None)
    mine = engine.vector(engine.objectives["carbon"][0])[block.columns]
    stairs = Staircase.of(block)
    assert stairs is not None
    own = seconds(lambda: stairs.maximise(mine))
    session = Session(block, time_limit=HIGHS_LIMIT)
    highs = seconds(lambda: session.maximise(mine))
    limit = " (stopped at its limit)" if highs >= HIGHS_LIMIT else ""
    print(
        f"rule mode, α = {alpha}: {len(block.columns)} columns, proven in {own:.2f} s;"
        f" HiGHS alone {highs:.1f} s{limit} = {highs / own:.0f} x"
    )


PARTS = {"start": start, "run": run, "build": build, "rule_mode": rule_mode}


def main(names: list[str]) -> None:
    """Measure the named parts, or all."""
    prepared = prepare("nation-2026-2028")
    for name in names or list(PARTS):
        PARTS[name](prepared)


if __name__ == "__main__":
    main(sys.argv[1:])
