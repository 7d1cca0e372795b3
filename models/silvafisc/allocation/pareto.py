"""Points that no other beats, by ε-constraints on one warm model per engine.

    maximise f₁ (+ a small part of the others)   subject to f_k ≥ ε_k, k = 2 … p, and all rules
`at` solves one such problem over all engines (one per α) and never twice: an answer for lower ε that keeps the new ε is
the answer again (the bypass of AUGMECON2: its slack was larger than the step), one that has no answer has none for
higher ε, and what an engine reached for lower ε is a bound on what it can reach now.

Values here are without the constants of the objectives, which no choice moves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from .blocks import whole
from .decide import Payoff
from .engine import TIE, Engine
from .problem import Floats
from .solve import Session, Solution, TimeEnded

Values = tuple[float, ...]
Recall = Callable[[str, Callable[[], Any]], Any]
"""recall(key, make): what was found under this key before, else make() (plain JSON data)."""

# Part of f₁'s range that all others together may weigh: small, so that f₁ decides; not so small that it is lost in the
# solver's tolerance (Mavrotas and Florios 2013 recommend 1e-6 … 1e-3 times the ranges).
AUGMENT = 1e-4
_NEAR = 1e-7
# Lagrangian bounds tried per engine and point before it is asked: each costs about a second where a solve costs a minute.
_CUTS = 6


def afresh(key: str, make: Callable[[], Any]) -> Any:
    """Remember nothing."""
    return make()


@dataclass(frozen=True)
class Found:
    """What one engine answers under some ε: nothing (no values), or a point with what is proven about it.

    bound: no point of this engine under these ε is worth more. chosen: the columns chosen, to start later solves from.
    """

    values: Values | None
    worth: Values
    bound: float
    chosen: tuple[int, ...] = ()


class Warm:
    """One engine's whole model in HiGHS, passed once; each objective is kept by a row whose limit moves."""

    def __init__(self, engine: Engine, terms: Sequence[str]) -> None:
        resolved = engine.problem.resolved
        self.engine = engine
        self.vectors = [engine.vector(engine.objectives[term][0]) for term in terms]
        self.session = Session(whole(engine.model), seed=resolved.seed, time_limit=resolved.time_limit_seconds)
        for vector in self.vectors:
            self.session.hold(vector, -np.inf)

    def maximise(self, vector: Floats, least: Sequence[float], start: tuple[int, ...], gap: float) -> Solution:
        """The best point under f_k >= least_k; depends on nothing but its arguments, whatever was solved before."""
        for number, value in enumerate(least):
            self.session.move(number, self.vectors[number], value)
        self.session.forget()
        return self.session.maximise(vector, gap=gap, start=self._point(start) if start else None)

    def _point(self, chosen: tuple[int, ...]) -> Floats:
        point = np.zeros(self.engine.model.size)
        point[list(chosen)] = 1.0
        return self.engine.model.completed(point)

    def reached(self, solution: Solution) -> tuple[Values, tuple[int, ...]]:
        """Values of the objectives at an answer, and its chosen columns."""
        point = self.engine.model.completed(solution.point)
        chosen = np.flatnonzero(point[: self.engine.problem.size] > 0.5)
        return tuple(float(vector @ point) for vector in self.vectors), tuple(int(i) for i in chosen)


class Search:
    """Answers ε-constraint problems over all engines, from memory where it can.

    answer: how one engine is asked; its `worth` is compared in order. The smaller α wins a tie.
    """

    def __init__(
        self, engines: Sequence[Engine], terms: Sequence[str], *, name: str = "", recall: Recall = afresh
    ) -> None:
        self._engines, self._terms, self._name, self._recall = engines, terms, name, recall
        self._warm: dict[int, Warm] = {}
        self._known: list[list[tuple[Values, Found]]] = [[] for _ in engines]

    def warm(self, number: int) -> Warm:
        """The engine's model in HiGHS, made when first needed."""
        if number not in self._warm:
            self._warm[number] = Warm(self._engines[number], self._terms)
        return self._warm[number]

    def answer(self, number: int, least: Values, start: tuple[int, ...]) -> Found:
        """Ask one engine."""
        raise NotImplementedError

    def hopeless(self, number: int, least: Values, best: float) -> bool:
        """Whether it is known without asking that this engine cannot beat what another one has reached."""
        return False

    def at(self, least: Values) -> Found | None:
        """The best point under f >= least over all engines; None where there is none."""
        answers = {number: known for number in range(len(self._engines)) if (known := self._again(number, least))}
        waiting = sorted((-self._bound(n, least), n) for n in range(len(self._engines)) if n not in answers)
        for negative, number in waiting:
            best = max((found.worth[0] for found in answers.values() if found.values), default=-np.inf)
            if -negative < best:
                break
            if self.hopeless(number, least, best):
                continue
            answers[number] = self._ask(number, least)
        live = [(found.worth, -number, found) for number, found in answers.items() if found.values]
        return max(live, key=lambda entry: entry[:2])[2] if live else None

    def _again(self, number: int, least: Values) -> Found | None:
        """An earlier answer that holds here too."""
        for asked, found in self._known[number]:
            if _all_below(asked, least) and (found.values is None or _all_below(least, found.values)):
                return found
        return None

    def _bound(self, number: int, least: Values) -> float:
        bounds = [found.bound for asked, found in self._known[number] if _all_below(asked, least)]
        return min(bounds, default=np.inf)

    def _ask(self, number: int, least: Values) -> Found:
        good = [f for _, f in self._known[number] if f.values and _all_below(least, f.values)]
        start = max(good, key=lambda f: f.worth).chosen if good else ()

        def make() -> list[Any]:
            found = self.answer(number, least, start)
            return [found.values, found.worth, found.bound if found.values else None, found.chosen]

        key = f"{self._name}{number}/" + ",".join("" if value == -np.inf else repr(value) for value in least)
        values, worth, bound, chosen = self._recall(key, make)
        found = (
            Found(None, (), -np.inf)
            if values is None
            else Found(tuple(values), tuple(worth), float(bound), tuple(chosen))
        )
        self._known[number].append((least, found))
        return found


class Augmented(Search):
    """f₁ with a small part of the others, so that the answer is not only weakly efficient (within the solver's gap).

    f₁ + AUGMENT · range₁ · Σ_k 10^−(k−2) · f_k / range_k: the slack f_k − ε_k of AUGMECON2 without its constant.
    """

    def __init__(
        self, engines: Sequence[Engine], terms: Sequence[str], ranges: Sequence[float], *, recall: Recall = afresh
    ) -> None:
        super().__init__(engines, terms, name="augmented/", recall=recall)
        scale = AUGMENT * (ranges[0] or 1.0)
        rest = [scale * 10.0**-k / (width or 1.0) for k, width in enumerate(ranges[1:])]
        self._weights = (1.0, *rest)
        self._exchange = (ranges[0] or 1.0) / (ranges[1] or 1.0)
        self._cuts: list[list[tuple[float, float, float]]] = [[] for _ in engines]

    def hopeless(self, number: int, least: Values, best: float) -> bool:
        """By Lagrangian bounds, two objectives: max f subject to f₂ ≥ ε is at most max (f + λ f₂) − λ ε for any λ ≥ 0.

        Such a sum ties no funds together, so the engine solves it by its blocks. λ is halved or raised towards the one
        at which f₂ meets ε, a few times.
        """
        if len(self._engines) == 1 or len(self._terms) != 2 or not np.isfinite([best, least[1]]).all():
            return False
        needed, cuts = least[1] - TIE * max(1.0, abs(least[1])), self._cuts[number]
        for _ in range(_CUTS):
            if any(bound - multiplier * needed <= best for multiplier, bound, _ in cuts):
                return True
            low = max((multiplier for multiplier, _, reached in cuts if reached < needed), default=0.0)
            above = [multiplier for multiplier, _, reached in cuts if reached >= needed and multiplier > low]
            if not above:
                multiplier = 4 * low if low else self._exchange
            else:
                multiplier = (low * min(above)) ** 0.5 if low else min(above) / 4
            cuts.append(self._cut(number, multiplier))
        return any(bound - multiplier * needed <= best for multiplier, bound, _ in cuts)

    def _cut(self, number: int, multiplier: float) -> tuple[float, float, float]:
        """λ, the bound on f + λ f₂, and f₂ where it is reached."""

        def make() -> list[float]:
            engine = self._engines[number]
            first, second = (engine.vector(engine.objectives[term][0]) for term in self._terms)
            solution = engine.maximise(first + (self._weights[1] + multiplier) * second)
            reached = float(second @ solution.point) if solution.found else np.inf
            return [solution.bound, reached]

        bound, reached = self._recall(f"bound/{number}/{multiplier!r}", make)
        return multiplier, float(bound), float(reached)

    def objective(self, warm: Warm) -> Floats:
        """The augmented objective over an engine's columns."""
        return np.asarray(np.sum([w * v for w, v in zip(self._weights, warm.vectors, strict=True)], axis=0), np.float64)

    def answer(self, number: int, least: Values, start: tuple[int, ...]) -> Found:
        """One solve; an incumbent at the time limit counts, with its bound."""
        warm = self.warm(number)
        resolved = warm.engine.problem.resolved
        gap = 0.0 if resolved.mode == "rule" else resolved.gap
        solution = warm.maximise(
            self.objective(warm), [value - TIE * max(1.0, abs(value)) for value in least], start, gap
        )
        if solution.status == "no_solution":
            raise TimeEnded(
                "the time ended before any plan was found at a point of the frontier",
                "时限内未找到权衡曲线某点的可行方案",
            )
        if not solution.found:
            return Found(None, (), -np.inf)
        values, chosen = warm.reached(solution)
        worth = float(np.dot(self._weights, values))
        return Found(values, (worth,), max(solution.bound, worth), chosen)


def even(
    engines: Sequence[Engine], terms: Sequence[str], payoff: Payoff, points: int, recall: Recall = afresh
) -> list[Values]:
    """Evenly spaced points: ε_k on `points` values from nadir to utopia of every objective but the first.

    The ends are the rows of the payoff table; points that another one beats are dropped. payoff: without constants.
    """
    ranges = [payoff.utopia[t] - payoff.nadir[t] for t in terms]
    search = Augmented(engines, terms, ranges, recall=recall)
    axes = [np.linspace(payoff.nadir[t], payoff.utopia[t], points).tolist() for t in terms[1:]]
    found = [tuple(row[t] for t in terms) for row in payoff.table.values()]
    # The second objective moves fastest, as in AUGMECON2; the memory of `Search` skips what needs no solve.
    for outer in product(*(sorted(set(axis)) for axis in reversed(axes))):
        point = search.at((-np.inf, *reversed(outer)))
        if point is not None and point.values is not None:
            found.append(point.values)
    return non_dominated(found)


def non_dominated(points: Sequence[Values], near: float = _NEAR) -> list[Values]:
    """Distinct points that no other beats, ascending. Differences below `near` (relative) are none."""
    kept: list[Values] = []
    for values in sorted(set(points), reverse=True):
        slack = [near * max(1.0, abs(value)) for value in values]
        if not any(all(o >= v - s for o, v, s in zip(other, values, slack, strict=True)) for other in kept):
            kept = [k for k in kept if not _all_below(k, values)]
            kept.append(values)
    return kept[::-1]


def without_constants(payoff: Payoff, constants: Mapping[str, float]) -> Payoff:
    """The payoff table of what choices move."""
    return Payoff(
        {t: v - constants[t] for t, v in payoff.utopia.items()},
        {t: v - constants[t] for t, v in payoff.nadir.items()},
        {row: {t: v - constants[t] for t, v in values.items()} for row, values in payoff.table.items()},
    )


def _all_below(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(some, others, strict=True))
