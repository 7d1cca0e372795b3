"""Measure case mode: by prices against HiGHS alone, both asked for the same gap, in one run.

Run: python -m benchmarks.case_mode [part …] [--long]
Parts: choice, provinces, counties, nation, growth; all by default. --long: HiGHS gets 20 minutes on the nation's counties
(else two), and `growth` goes on to 10 000 units. Nothing here is asserted; goals stand beside the figures. Processor
seconds stand beside wall seconds: on a busy machine only they, and ratios, mean anything.
"""

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from silvafisc.allocation.audit import audit
from silvafisc.allocation.blocks import whole
from silvafisc.allocation.decide import decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Problem
from silvafisc.allocation.settle import settle
from silvafisc.allocation.solve import Session, Solution
from silvafisc.allocation.tables import outcome_tables

from .synthetic import multiple_choice, nation

_Found = TypeVar("_Found")
SHORT, LONG = 120.0, 1200.0


def timed(action: Callable[[], _Found]) -> tuple[_Found, float, float]:
    """What a call returns, its wall seconds and its processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = action()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def said(solution: Solution) -> str:
    """An answer in a few words."""
    return f"gap {solution.gap:.1e} ({solution.status})" if solution.found else f"no answer ({solution.status})"


def memory() -> float:
    """The most that this process has held, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def against_highs(name: str, problem: Problem, goal: str, limit: float) -> None:
    """One objective by prices, then by HiGHS alone with a limit."""
    engine, built, built_cpu = timed(lambda: Engine(problem))
    vector = engine.vector(engine.objectives["carbon"][0])
    found, own, own_cpu = timed(lambda: engine.maximise(vector))
    print(f"{name}: {problem.size} columns, {len(engine.model.rows)} rows", flush=True)
    print(f"     rows and matrix {built:.1f} s ({built_cpu:.1f} s of processor), {memory():.1f} GiB at most")
    print(f"     by prices {own:.1f} s ({own_cpu:.1f} s of processor): {said(found)}")
    print(f"     together {built + own:.1f} s ({built_cpu + own_cpu:.1f} s of processor; goal: {goal})", flush=True)
    session = Session(whole(engine.model), time_limit=limit)
    alone, highs, highs_cpu = timed(lambda: session.maximise(vector, gap=problem.resolved.gap))
    stopped = " (stopped at its limit)" if alone.status != "optimal" else ""
    print(f"     HiGHS alone {highs:.1f} s{stopped} ({highs_cpu:.1f} s of processor): {said(alone)}")
    print(f"     ratio {highs / own:.1f} in wall, {highs_cpu / own_cpu:.1f} in processor seconds", flush=True)


def choice(long: bool) -> None:
    """One fund, 35 thousand menus."""
    goal = "gap below 1e-5 in about 2 s of solving"
    against_highs("multiple choice", multiple_choice(), goal, SHORT)


def provinces(long: bool) -> None:
    """31 units: the whole solve, and the first objective against HiGHS."""
    problem = nation(31, gap=1e-3, time_limit=SHORT)
    whole_solve("provinces, whole solve", problem, "about 5 s")
    against_highs("provinces, one objective", problem, "-", SHORT)


def whole_solve(name: str, problem: Problem, goal: str) -> None:
    """Decide, settle, tabulate and audit."""
    engine, built, _ = timed(lambda: Engine(problem, reference=True))
    decision, decided, decided_cpu = timed(lambda: decide([engine], problem.resolved.objectives))
    gain = engine.vector(engine.objectives["carbon"][0])
    point, settled, _ = timed(lambda: settle(engine.model, decision.point, gain))
    tables, tabled, _ = timed(lambda: outcome_tables(engine.model, point))
    checked, audited, _ = timed(lambda: audit(problem.resolved, problem.inputs, tables))
    total = built + decided + settled + tabled + audited
    clean = "clean" if checked["clean"] else "NOT CLEAN"
    print(f"{name}: {total:.1f} s (goal: {goal}); gap {decision.stages[-1][3]:.1e}, audit {clean}")
    print(
        f"     model {built:.1f} s, decide {decided:.1f} s ({decided_cpu:.1f} s of processor), settle {settled:.1f} s,"
    )
    print(f"     tables {tabled:.1f} s, audit {audited:.1f} s", flush=True)


def counties(long: bool) -> None:
    """One province's counties."""
    against_highs("120 counties", nation(120, gap=1e-3, time_limit=SHORT), "under 20 s", SHORT)


def national(long: bool) -> None:
    """The nation's counties."""
    goal = "gap at most 1e-3 in about 60 s and 4 GB, 20 x faster than HiGHS alone"
    against_highs("2 852 counties", nation(2_852, gap=1e-3), goal, LONG if long else SHORT)


def growth(long: bool) -> None:
    """Time against units."""
    for units in (300, 1_000, 2_852, 10_000) if long else (300, 1_000):
        problem = nation(units, gap=1e-3)
        engine, built, built_cpu = timed(lambda problem=problem: Engine(problem))  # type: ignore[misc]
        vector = engine.vector(engine.objectives["carbon"][0])
        found, own, own_cpu = timed(lambda engine=engine, vector=vector: engine.maximise(vector))  # type: ignore[misc]
        each = 1000 * (built_cpu + own_cpu) / units
        print(
            f"growth: {units} units: model {built:.1f} s ({built_cpu:.1f}), by prices {own:.1f} s ({own_cpu:.1f}),"
            f" {said(found)}; {each:.1f} ms of processor a unit (goal: the same for all), {memory():.1f} GiB at most",
            flush=True,
        )


PARTS = {"choice": choice, "provinces": provinces, "counties": counties, "nation": national, "growth": growth}


def main(names: list[str]) -> None:
    """Measure the named parts, or all."""
    long = "--long" in names
    for name in [n for n in names if n != "--long"] or list(PARTS):
        PARTS[name](long)


if __name__ == "__main__":
    main(sys.argv[1:])
