"""From a problem to settled tables, as a run does it."""

import pandas as pd
from tests.allocation.tiny import Tiny

from silvafisc.allocation.decide import Decision, decide
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.problem import Floats
from silvafisc.allocation.settle import settle
from silvafisc.allocation.tables import outcome_tables


def settled(problem: Tiny) -> tuple[Decision, Floats, dict[str, pd.DataFrame]]:
    """Decide over all α of the scenario, settle by its last objective, tabulate."""
    resolved = problem.resolved
    alphas = resolved.grades.alphas if resolved.mode == "rule" else ("0.5",)
    decision = decide([Engine(problem.problem(alpha)) for alpha in alphas], resolved.objectives)
    engine = decision.engine
    last = engine.vector(engine.objectives[resolved.objectives[-1].term][0])
    point = settle(engine.model, decision.point, last)
    return decision, point, outcome_tables(engine.model, point)
