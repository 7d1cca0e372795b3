"""Measure a sweep of ε-constraints: one warm model through `allocation.pareto` against the same solves in raw highspy.

Run: python benchmarks/frontier.py [points]   (5 by default)
Nothing here is asserted; the goal stands beside the figures. Both roads solve the same augmented problems to gap 0 in
one run: raw highspy keeps one object and moves one row's limit, nothing else.
"""

import sys
import time
from collections.abc import Sequence

import highspy
import numpy as np

from silvafisc.allocation.blocks import whole
from silvafisc.allocation.decide import Payoff, payoff_table
from silvafisc.allocation.engine import TIE, Engine
from silvafisc.allocation.model import power_of_two
from silvafisc.allocation.pareto import Augmented, without_constants
from silvafisc.allocation.problem import Floats
from silvafisc.runs.prepare import engines, prepare

TERMS = ("carbon", "development")


def raw_sweep(engine: Engine, vector: Floats, held: Floats, steps: Sequence[float]) -> list[tuple[float, float]]:
    """Seconds and value of every point in highspy alone."""
    seed = int(engine.problem.resolved.seed)
    block, lp, highs = whole(engine.model), highspy.HighsLp(), highspy.Highs()  # type: ignore[no-untyped-call]
    scale, held_scale = power_of_two(vector), power_of_two(held)
    exact = {
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-9,
        "primal_feasibility_tolerance": 1e-9,
        "mip_feasibility_tolerance": 1e-7,
    }
    for option, value in {"output_flag": False, "threads": 1, "random_seed": seed, **exact}.items():
        highs.setOptionValue(option, value)
    lp.num_col_, lp.num_row_ = len(block.columns), len(block.rows)
    lp.col_cost_, lp.sense_ = vector * scale, highspy.ObjSense.kMaximize
    lp.col_lower_, lp.col_upper_ = block.column_bounds
    lp.row_lower_, lp.row_upper_ = block.lower, block.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = block.matrix.indptr, block.matrix.indices
    lp.a_matrix_.value_ = block.matrix.data
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if integer else kinds.kContinuous for integer in block.integer]
    highs.passModel(lp)
    used = np.flatnonzero(held)
    highs.addRow(-highspy.kHighsInf, highspy.kHighsInf, len(used), used.astype(np.int32), held[used] * held_scale)
    found = []
    for step in steps:
        begin = time.perf_counter()
        highs.changeRowBounds(lp.num_row_, (step - TIE * max(1.0, abs(step))) * held_scale, highspy.kHighsInf)
        highs.run()
        found.append((time.perf_counter() - begin, highs.getInfo().objective_function_value / scale))
    return found


def own_sweep(engine: Engine, payoff: Payoff, steps: Sequence[float]) -> list[tuple[float, float]]:
    """Seconds and value of every point through the search, the model passed beforehand as it is in raw highspy."""
    search = Augmented([engine], TERMS, [payoff.utopia[t] - payoff.nadir[t] for t in TERMS])
    search.warm(0)
    found = []
    for step in steps:
        begin = time.perf_counter()
        point = search.at((-np.inf, step))
        found.append((time.perf_counter() - begin, point.worth[0] if point else -np.inf))
    return found


def main(arguments: list[str]) -> None:
    """Print seconds per point of both roads and their ratio."""
    points = int(arguments[0]) if arguments else 5
    (engine,) = engines(prepare("county-demo"), ("0.5",))
    constants = {term: engine.objectives[term][0].constant for term in TERMS}
    payoff = without_constants(payoff_table([engine], TERMS), constants)
    steps = np.linspace(payoff.nadir[TERMS[1]], payoff.utopia[TERMS[1]], points + 2)[1:-1].tolist()
    search = Augmented([engine], TERMS, [payoff.utopia[t] - payoff.nadir[t] for t in TERMS])
    vector = search.objective(search.warm(0))
    raw = raw_sweep(engine, vector, engine.vector(engine.objectives[TERMS[1]][0]), steps)
    own = own_sweep(engine, payoff, steps)
    for step, (raw_time, raw_value), (own_time, own_value) in zip(steps, raw, own, strict=True):
        print(f"ε = {step:.6g}: raw {raw_time:.2f} s ({raw_value:.8g}), own {own_time:.2f} s ({own_value:.8g})")
    floor, mine = (sum(seconds for seconds, _ in road) for road in (raw, own))
    print(
        f"frontier: a warm point {mine / points:.2f} s = {mine / floor:.2f} x raw highspy ({floor / points:.2f} s), goal 1.2"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
