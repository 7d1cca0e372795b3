"""Runs: load a scenario, solve it, compare it, score somebody else's allocation. With `results` the only place in models that opens files.

Names are loaded at their first use, so that the command line can show its help without pandas or a solver.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from silvafisc.policy import load_scenario
    from silvafisc.results.draws import read_draws

    from .alternatives import alternatives
    from .bench import Bench, bench
    from .check import check_path, load_outcome
    from .compare import Comparison, compare
    from .draws import made_draws
    from .errors import Infeasible
    from .explain import Explanation, explain
    from .export import export
    from .frontier import frontier
    from .importance import importance
    from .inputs import load_inputs
    from .nested import nested
    from .resolve import resolve
    from .risk import Evaluation, evaluate, rank_acceptability
    from .roll import roll
    from .run import AuditError, run
    from .score import score
    from .sign import sign
    from .solve_offers import solve_offers
    from .templates import write_templates
    from .year_calendar import calendar

__all__ = [
    "AuditError",
    "Bench",
    "Comparison",
    "Evaluation",
    "Explanation",
    "Infeasible",
    "alternatives",
    "bench",
    "calendar",
    "check_path",
    "compare",
    "evaluate",
    "explain",
    "export",
    "frontier",
    "importance",
    "load_inputs",
    "load_outcome",
    "load_scenario",
    "made_draws",
    "nested",
    "rank_acceptability",
    "read_draws",
    "resolve",
    "roll",
    "run",
    "score",
    "sign",
    "solve_offers",
    "write_templates",
]

_HOMES = {
    "AuditError": "silvafisc.runs.run",
    "Bench": "silvafisc.runs.bench",
    "Infeasible": "silvafisc.runs.errors",
    "alternatives": "silvafisc.runs.alternatives",
    "bench": "silvafisc.runs.bench",
    "calendar": "silvafisc.runs.year_calendar",
    "export": "silvafisc.runs.export",
    "frontier": "silvafisc.runs.frontier",
    "importance": "silvafisc.runs.importance",
    "nested": "silvafisc.runs.nested",
    "roll": "silvafisc.runs.roll",
    "run": "silvafisc.runs.run",
    "score": "silvafisc.runs.score",
    "sign": "silvafisc.runs.sign",
    "solve_offers": "silvafisc.runs.solve_offers",
    "Comparison": "silvafisc.runs.compare",
    "Evaluation": "silvafisc.runs.risk",
    "Explanation": "silvafisc.runs.explain",
    "check_path": "silvafisc.runs.check",
    "compare": "silvafisc.runs.compare",
    "explain": "silvafisc.runs.explain",
    "load_inputs": "silvafisc.runs.inputs",
    "load_outcome": "silvafisc.runs.check",
    "load_scenario": "silvafisc.policy",
    "evaluate": "silvafisc.runs.risk",
    "made_draws": "silvafisc.runs.draws",
    "rank_acceptability": "silvafisc.runs.risk",
    "read_draws": "silvafisc.results.draws",
    "resolve": "silvafisc.runs.resolve",
    "write_templates": "silvafisc.runs.templates",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


class _Runs(ModuleType):
    """Importing a submodule such as `resolve` would bind the package's `resolve` to the module; the function is what is public."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and name in _HOMES and _HOMES[name] == value.__name__:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Runs
