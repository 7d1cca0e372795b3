"""Which statements must give way: each alone where that helps, else the fewest together, then the least relative amount.

The fewest are a smallest hitting set: wherever leaving out some statements does not help, at least one of all the others
must give way as well. Each such set of others is kept, and the smallest choice that meets all of them is tried next, so
the first one that helps is a smallest one (Reiter's theory of diagnosis; implicit hitting sets).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from .limits import Statement
from .problem import Problem
from .relax import Relaxed, Written, feasible_without, relax

_Set = frozenset[int]


@dataclass(frozen=True)
class Correction:
    """What gives way and by how much, in the problem where it is least."""

    statements: tuple[Statement, ...]
    relaxed: Relaxed
    problem: Problem


def alone(problems: Sequence[Written], statements: Sequence[Statement]) -> list[Correction]:
    """Every statement that helps by itself, in the order given; a rule whose number does not, left out where that helps."""
    found = [_least(problems, (statement,)) or _left_out(problems, statement) for statement in statements]
    return [correction for correction in found if correction is not None]


def _left_out(problems: Sequence[Written], statement: Statement) -> Correction | None:
    """A rule that says more than its number: what of it cannot be kept. An envelope is never left out."""
    if statement.path[0] != "rules" or statement.name == "envelope" or not statement.limits:
        return None
    return _least(problems, (replace(statement, limits=()),))


def together(problems: Sequence[Written], statements: Sequence[Statement]) -> Correction | None:
    """The fewest statements that help together and, of those, the ones that move least; None where nothing helps."""
    everything = frozenset(range(len(statements)))
    tried: dict[_Set, bool] = {}

    def helps(chosen: _Set) -> bool:
        if chosen not in tried:
            left = [statements[place] for place in sorted(chosen)]
            tried[chosen] = any(feasible_without(problem, left) for problem in problems)
        return tried[chosen]

    if not helps(everything):
        return None
    size = _fewest(everything, helps)
    enough = [chosen for chosen in map(frozenset, combinations(sorted(everything), size)) if helps(chosen)]
    found = [_least(problems, tuple(statements[place] for place in sorted(chosen))) for chosen in enough]
    return min((c for c in found if c is not None), key=lambda c: c.relaxed.amount, default=None)


def _fewest(everything: _Set, helps: Callable[[_Set], bool]) -> int:
    """Size of a smallest set that helps."""
    meet: list[_Set] = []
    size = 1
    while True:
        chosen = next(
            (c for c in map(frozenset, combinations(sorted(everything), size)) if all(c & m for m in meet)), None
        )
        if chosen is None:
            size += 1
        elif helps(chosen):
            return size
        else:
            # Grown as far as it still does not help, so that what must be met is small and says much.
            for place in sorted(everything - chosen):
                if not helps(chosen | {place}):
                    chosen |= {place}
            meet.append(everything - chosen)


def _least(problems: Sequence[Written], giving: tuple[Statement, ...]) -> Correction | None:
    """The relaxation in the problem (one per α) where it is least; of equal ones the first."""
    found = [(relaxed, problem) for problem in problems if (relaxed := relax(problem, giving)) is not None]
    if not found:
        return None
    relaxed, problem = min(found, key=lambda pair: pair[0].amount)
    return Correction(giving, relaxed, problem.problem)
