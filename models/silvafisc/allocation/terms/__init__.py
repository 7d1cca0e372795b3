"""Rules and objectives, one file each. A rule gives rows; an objective gives what is maximised.

Every file states its formula in symbols and words, the law behind it and whether it may be relaxed. Adding a rule is
adding a file here and the file of the same name in `allocation.audit`.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from silvafisc.results import ObjectiveSpec, RuleSpec

from ..problem import Objective, Part, Problem


def term_names() -> tuple[str, ...]:
    """Names of all rules and objectives."""
    return tuple(sorted(m.name for m in iter_modules(__path__)))


COLUMN = "obj."
"""An objective that is written as a column of the offers is the sum of that column (`column`)."""


def term(name: str) -> ModuleType:
    """The module of a rule or objective. Raises KeyError for an unknown name."""
    name = "column" if name.startswith(COLUMN) else name
    if name not in term_names():
        raise KeyError(f"no rule or objective {name!r}; there are {', '.join(term_names())}")
    return import_module(f"{__name__}.{name}")


def rule_part(problem: Problem, spec: RuleSpec) -> Part:
    """Rows and helping variables of one rule of the scenario."""
    part: Part = term(spec.rule).rows(problem, spec.params)
    return part


def title_of(spec: ObjectiveSpec) -> dict[str, str]:
    """What an objective is called with its parameters, in both languages."""
    module = term(spec.term)
    found: dict[str, str] = module.title(spec.params) if hasattr(module, "title") else module.TITLE
    return found


def plain(spec: ObjectiveSpec) -> bool:
    """Whether the value is the sum of the offers' own column of that name, not of other tonnes or over draws."""
    return not {"risk", "carbon"} & set(spec.params)


def objectives_of(problem: Problem, spec: ObjectiveSpec) -> tuple[Objective, ...]:
    """The objective of a term, followed by the passes that refine it."""
    named = {"column": spec.term} if spec.term.startswith(COLUMN) else {}
    found: tuple[Objective, ...] = term(spec.term).objectives(problem, {**spec.params, **named})
    return found
