"""Decide: stages, weights and bounds over one or several α, with payoff table, bounds and gaps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from silvafisc.results import ObjectiveSpec

from .engine import TIE, Engine
from .problem import Floats, ObjectiveError, Problem
from .solve import Solution, SolverError

Progress = Callable[[str], None]


class InfeasibleError(Exception):
    """No allocation satisfies all rules."""


@dataclass(frozen=True)
class Payoff:
    """utopia: best of each objective alone; nadir: worst of each over the lexicographic payoff table.

    table: for each objective, the values of all objectives at its lexicographic optimum.
    """

    utopia: Mapping[str, float]
    nadir: Mapping[str, float]
    table: Mapping[str, Mapping[str, float]]

    def range(self, term: str) -> float:
        """utopia − nadir. Raises ObjectiveError where it is zero: such an objective cannot be weighed."""
        width = self.utopia[term] - self.nadir[term]
        if width <= TIE * max(1.0, abs(self.utopia[term])):
            raise ObjectiveError(
                term,
                "has no range under these rules and cannot be given a weight",
                "在这些规则下取值没有差别，不能赋予权重",
            )
        return width


@dataclass(frozen=True)
class Decision:
    """The chosen point with the proof of how good it is.

    point: over the model's columns. values: objective -> value with constants. stages: (name, value, bound, gap).
    """

    engine: Engine
    point: Floats
    values: Mapping[str, float]
    stages: Sequence[tuple[str, float, float, float]]
    status: str
    payoff: Payoff | None

    @property
    def problem(self) -> Problem:
        """The problem that was solved."""
        return self.engine.problem


def decide(
    engines: Sequence[Engine],
    specs: Sequence[ObjectiveSpec],
    payoff: Payoff | None = None,
    progress: Progress | None = None,
) -> Decision:
    """Solve all stages over all engines (one per α) and return the best; equal α: the smallest.

    The payoff table is made under the rules alone; bounds of the scenario (`at_least`) hold from then on.

    Raises:
        InfeasibleError: no engine has a feasible point.
        SolverError: the time limit ended before any was found.
        ObjectiveError: a weight on an objective without range.
    """
    say = progress or (lambda text: None)
    weighted = [s for s in specs if s.weight is not None and s.weight > 0]
    if weighted and payoff is None and len(weighted) > 1:
        payoff = payoff_table(engines, [s.term for s in weighted], say)
    for engine in engines:
        for spec in specs:
            if spec.at_least is not None:
                objective = engine.objectives[spec.term][0]
                engine.hold(engine.vector(objective), spec.at_least - objective.constant)
    try:
        return _stages(list(engines), specs, payoff, say)
    finally:
        for engine in engines:
            engine.release()


def _stages(live: list[Engine], specs: Sequence[ObjectiveSpec], payoff: Payoff | None, say: Progress) -> Decision:
    stages: list[tuple[str, float, float, float]] = []
    status, best, point, vector = "optimal", live[0], np.zeros(0), np.zeros(0)
    for name, members in _ordered(specs):
        for depth in range(max(len(live[0].objectives[s.term]) for s in members)):
            vectors = {id(e): _combined(e, members, depth, payoff) for e in live}
            label = name if depth == 0 else f"{name} (2)"
            say(f"solve {label}")
            tolerance = max(members[0].tolerance, TIE) if len(members) == 1 else TIE
            found = _race(live, vectors, tolerance)
            best, solution, bound = _best(found)
            status = solution.status if solution.status != "optimal" else status
            constant = vectors[id(best)][1]
            value = solution.value + constant
            stages.append((label, value, bound + constant, max(0.0, bound - solution.value) / max(1.0, abs(value))))
            live = [e for e, s in found if s.value >= solution.value - tolerance * max(1.0, abs(value))]
            point, vector = solution.point, vectors[id(best)][0]
            for engine, own in found:
                if engine in live:
                    _hold(engine, vectors[id(engine)][0], own, solution.value, tolerance, value)
    if best.problem.resolved.mode == "rule":
        say("check that the published answer is unique")
        point = best.smallest(vector, point)
    point = best.model.completed(point)
    values = {o.term: float(best.vector(o) @ point) + o.constant for group in best.objectives.values() for o in group}
    return Decision(best, point, values, stages, status, payoff)


def _hold(engine: Engine, vector: Floats, own: Solution, best: float, tolerance: float, value: float) -> None:
    if tolerance <= TIE:
        engine.hold_at(vector, own.point)
    else:
        engine.hold(vector, best - tolerance * max(1.0, abs(value)))


def _ordered(specs: Sequence[ObjectiveSpec]) -> list[tuple[str, list[ObjectiveSpec]]]:
    """Stages in order; all weighted objectives together are the stage of the smallest number (or the first)."""
    weighted = [s for s in specs if s.weight is not None and s.weight > 0]
    staged = sorted((s for s in specs if s.stage is not None and s.weight is None), key=lambda s: s.stage or 0)
    groups: list[tuple[int, str, list[ObjectiveSpec]]] = [(s.stage or 0, s.term, [s]) for s in staged]
    if weighted:
        first = min((s.stage for s in weighted if s.stage is not None), default=0)
        groups.append((first, " + ".join(s.term for s in weighted), weighted))
    if not groups:
        bounded = [s for s in specs if s.at_least is not None]
        groups = [(0, s.term, [s]) for s in bounded[:1]]
    return [(name, members) for _, name, members in sorted(groups, key=lambda g: g[0])]


def _combined(engine: Engine, members: list[ObjectiveSpec], depth: int, payoff: Payoff | None) -> tuple[Floats, float]:
    """The objective of a stage as a vector and its constant; weighted ones are normalised by their range."""
    if len(members) == 1:
        objective = engine.objectives[members[0].term][depth]
        return engine.vector(objective), objective.constant
    total, constant = np.zeros(engine.model.size), 0.0
    for spec in members:
        if depth >= len(engine.objectives[spec.term]):
            continue
        objective = engine.objectives[spec.term][depth]
        assert payoff is not None
        factor = float(spec.weight or 0.0) / (payoff.range(spec.term) if depth == 0 else 1.0)
        total += factor * engine.vector(objective)
        constant += factor * (objective.constant - (payoff.nadir[spec.term] if depth == 0 else 0.0))
    return total, constant


def _race(
    live: Sequence[Engine], vectors: Mapping[int, tuple[Floats, float]], tolerance: float = TIE
) -> list[tuple[Engine, Solution]]:
    """Solve engine after engine; each only has to say whether it reaches what an earlier one has reached (within the
    tolerance of the stage: what lies inside it goes on to the next)."""
    found, reached = [], -np.inf
    for engine in live:
        vector, constant = vectors[id(engine)]
        near = tolerance * max(1.0, abs(reached)) if np.isfinite(reached) else 0.0
        solution = engine.maximise(vector, beat=reached - constant - near)
        reached = max(reached, solution.value + constant)
        found.append((engine, solution))
    return found


def _best(found: Sequence[tuple[Engine, Solution]]) -> tuple[Engine, Solution, float]:
    feasible = [(e, s) for e, s in found if s.found]
    if not feasible:
        if any(s.status != "infeasible" for _, s in found):
            raise SolverError(
                "the time limit ended before any allocation was found; nothing is known about feasibility"
            )
        raise InfeasibleError
    top = max(s.value for _, s in feasible)
    # Engines come in ascending α; of equal values the smallest α wins.
    engine, solution = next((e, s) for e, s in feasible if s.value >= top - TIE * max(1.0, abs(top)))
    return engine, solution, max(s.bound for _, s in found)


def payoff_table(engines: Sequence[Engine], terms: Sequence[str], progress: Progress | None = None) -> Payoff:
    """Lexicographic payoff table: each objective first once, the others after it in the order given."""
    say = progress or (lambda text: None)
    table: dict[str, dict[str, float]] = {}
    for first in terms:
        say(f"payoff {first}")
        live = list(engines)
        values: dict[str, float] = {}
        for term in [first, *(t for t in terms if t != first)]:
            found = _race(live, {id(e): (e.vector(e.objectives[term][0]), 0.0) for e in live})
            best, solution, _ = _best(found)
            values[term] = solution.value + best.objectives[term][0].constant
            near = TIE * max(1.0, abs(solution.value))
            live = [e for e, s in found if s.found and s.value >= solution.value - near]
            for engine, own in found:
                if engine in live:
                    engine.hold_at(engine.vector(engine.objectives[term][0]), own.point)
        for engine in engines:
            engine.release()
        table[first] = values
    utopia = {t: table[t][t] for t in terms}
    nadir = {t: min(row[t] for row in table.values()) for t in terms}
    return Payoff(utopia, nadir, table)


def weighted_point(engines: Sequence[Engine], weights: Mapping[str, float]) -> dict[str, float]:
    """Values of the objectives at the maximum of their weighted sum (weights in each objective's own unit)."""
    vectors = {
        id(e): (
            np.sum([w * e.vector(e.objectives[t][0]) for t, w in weights.items()], axis=0),
            sum(w * e.objectives[t][0].constant for t, w in weights.items()),
        )
        for e in engines
    }
    engine, solution, _ = _best(_race(engines, vectors))
    return {
        t: float(engine.vector(engine.objectives[t][0]) @ solution.point) + engine.objectives[t][0].constant
        for t in weights
    }
