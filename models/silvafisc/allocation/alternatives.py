"""What else is nearly as good: plans within a stated loss that lie as far as possible from all earlier ones.

    maximise t,  t ≤ difference to plan i for every earlier plan i,
    subject to all rules and f ≥ value − loss · |value| for every objective that decides
The loss is a share of what choices bring; what rigid and committed money brings is no choice and does not count.
In rule mode the published α stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .blocks import whole
from .difference import Differences, Measure, Number
from .engine import TIE, Engine
from .model import assemble
from .problem import Floats
from .settle import settle
from .solve import Session, SolverError, TimeEnded
from .terms import rule_part

# Differences are whole fen or whole numbers: less than half of one is none.
_LEAST = 0.5


@dataclass(frozen=True)
class Alternative:
    """One plan. difference: to the nearest earlier plan (fen or numbers); bound: none can differ by more."""

    point: Floats
    difference: int
    bound: float


def floors_of(engine: Engine, point: Floats, terms: Sequence[str], loss: float) -> dict[str, float]:
    """term -> least value (without constant) that an alternative must reach."""
    values = {term: float(engine.vector(engine.objectives[term][0]) @ point) for term in terms}
    return {term: value - max(loss, TIE) * max(1.0, abs(value)) for term, value in values.items()}


def alternatives(
    engine: Engine, best: Floats, least: Mapping[str, float], count: int, measure: Measure, gap: float
) -> Iterator[Alternative]:
    """Up to `count` plans besides `best`, each as far as possible from all before it; fewer where no other is left.

    least: term -> least value without constant. gap: relative, of the difference only. Raises TimeEnded where the time
    limit leaves open whether there is a further plan.
    """
    problem, plans = engine.problem, [best[: engine.problem.size]]
    differences = Differences(problem, measure)
    parts = [rule_part(problem, spec) for spec in problem.resolved.rules]
    known = [objective for group in engine.objectives.values() for objective in group]
    gain = engine.objectives[next(iter(least))][0]
    for _ in range(count):
        farthest = differences.objective(plans)
        # The difference comes last, so that the columns before it are those of the engine's own model.
        model = assemble(problem, parts, [*known, farthest])
        session = Session(whole(model), seed=problem.resolved.seed, time_limit=problem.resolved.time_limit_seconds)
        for term, value in least.items():
            session.hold(model.vector(engine.objectives[term][0]), value)
        start = np.concatenate([plans[-1], np.zeros(model.size - problem.size)])
        solution = session.maximise(model.vector(farthest), gap=gap, start=model.completed(start))
        if solution.found and solution.bound < _LEAST:
            return
        if solution.status == "infeasible":
            raise SolverError("no plan was found within the loss, though the best plan is one")
        if not solution.found or solution.value < _LEAST:
            raise TimeEnded("the time ended before a further plan was found", "时限内未找到更多备选方案")
        point = settle(model, solution.point, model.vector(gain))
        nearest = min(differences.between(plan, point) for plan in plans)
        plans.append(point[: problem.size])
        yield Alternative(point[: engine.model.size], nearest, max(solution.bound, float(nearest)))


def core(numbers: Sequence[Number], plans: Sequence[Floats]) -> list[Number]:
    """The numbers that are the same in all plans."""
    return [number for number in numbers if len({number.at(plan) for plan in plans}) == 1]
