"""One α, all its solves: blocks solved apart where nothing ties them, by structure where it is known, else by HiGHS."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from silvafisc.quantities import share
from silvafisc.results import Resolved

from .blocks import Block, blocks_of, whole
from .build import compile_with_pyomo
from .decompose.unit import LARGEST, SMALLEST, handed_on, priced
from .model import Model, assemble
from .problem import Floats, Indices, Objective, Part, Problem
from .solve import Session, Solution
from .staircase import Staircase
from .terms import objectives_of, rule_part

TIE = 1e-9
Known = dict[bytes, Solution]
"""Answers of HiGHS by everything they depend on: the tasks of one fund are the same problem at every α."""


class _Unit:
    """A block with the solver that fits it."""

    def __init__(self, block: Block, resolved: Resolved, known: Known) -> None:
        self.block, self._known = block, known
        self._stairs = Staircase.of(block)
        self._resolved = resolved
        self._session: Session | None = None
        self._holds: list[tuple[Floats, float]] = []
        self._last: Floats | None = None

    @property
    def session(self) -> Session:
        """The block in HiGHS, made when first needed, with everything that is held."""
        if self._session is None:
            self._session = Session(self.block, seed=self._resolved.seed, time_limit=self._resolved.time_limit_seconds)
            for objective, at_least in self._holds:
                self._session.hold(objective, at_least)
        return self._session

    @property
    def structured(self) -> bool:
        """Whether the block is solved by enumeration, whose optimum is unique by construction."""
        return self._stairs is not None

    def maximise(self, objective: Floats, gap: float, beat: float = -np.inf) -> Solution:
        """The block's answer. By prices it may leave a wider gap than was asked for; `closer` goes on from there."""
        start = None
        if self._stairs is not None:
            solution = self._stairs.maximise(objective, beat)
            if solution is not None:
                return solution
            start, self._stairs = self._stairs.incumbent, None
        key = self._key(objective, gap)
        if key not in self._known:
            self._known[key] = self._solved(objective, gap, start)
        found = self._known[key]
        self._last = found.point if found.found else self._last
        return found

    def _solved(self, objective: Floats, gap: float, start: Floats | None) -> Solution:
        """By prices where the block is large, of that form and a gap is allowed; else in HiGHS.

        start: the best answer of an enumeration that had to give up.
        """
        found = priced(self.block, self._holds, objective, gap, self._last) if self._large(gap) else None
        return self.session.maximise(objective, gap=gap, start=start) if found is None else found

    def closer(self, found: Solution, objective: Floats, gap: float) -> Solution:
        """An answer by prices that leaves too wide a gap, carried on in HiGHS where that may end in time."""
        if found.prices is None or self.block.choices > LARGEST:
            return found
        key = self._key(objective, gap) + b"closer"
        if key not in self._known:
            self._known[key] = handed_on(self.session, found, objective, gap)
        self._last = self._known[key].point
        return self._known[key]

    def _large(self, gap: float) -> bool:
        """Whether the block is to be solved by prices, if it is of that form."""
        return self._resolved.mode == "case" and gap > 0 and self.block.choices >= SMALLEST

    def duals(self, objective: Floats, gap: float) -> Floats:
        """Dual of every row: the prices that the block was solved by, else of its linear relaxation; 0 where not solved."""
        prices = self.maximise(objective, gap).prices if self._large(gap) else None
        if prices is not None:
            return prices
        return self.session.duals() if self.session.relaxed(objective).found else np.zeros(len(self.block.rows))

    def _key(self, objective: Floats, gap: float) -> bytes:
        digest = hashlib.sha256(self.block.digest + np.array([gap]).tobytes() + objective.tobytes())
        for held, at_least in self._holds:
            digest.update(held.tobytes() + np.array([at_least]).tobytes())
        return digest.digest()

    def hold(self, objective: Floats, at_least: float) -> None:
        self._holds.append((objective, at_least))
        if self._stairs is not None:
            self._stairs.hold(objective, at_least)
        if self._session is not None:
            self._session.hold(objective, at_least)

    def release(self) -> None:
        self._holds.clear()
        if self._stairs is not None:
            self._stairs.release()
        if self._session is not None:
            self._session.release()


class Engine:
    """All solves of one problem. Objectives and points are vectors over the whole model.

    reference: build through Pyomo (the published answer); otherwise by vectorised assembly (sweeps; equal by test).
    known: answers shared with other engines; nothing else is shared. extra: rows beside those of the scenario's rules.
    """

    _beyond_reach = False

    def __init__(
        self,
        problem: Problem,
        *,
        reference: bool = False,
        rules: tuple[str, ...] | None = None,
        known: Known | None = None,
        extra: Part | None = None,
    ) -> None:
        resolved = problem.resolved
        specs = [s for s in resolved.rules if rules is None or s.rule in rules]
        parts = [rule_part(problem, spec) for spec in specs] + ([extra] if extra else [])
        self.problem = problem
        self.known: Known = {} if known is None else known
        self.objectives: dict[str, tuple[Objective, ...]] = {
            spec.term: objectives_of(problem, spec) for spec in resolved.objectives
        }
        flat = [o for objectives in self.objectives.values() for o in objectives]
        # Pyomo's road takes minutes where HiGHS would take hours; both give the same matrix (tested).
        build = compile_with_pyomo if reference and problem.size <= LARGEST else assemble
        self.model: Model = build(problem, parts, flat)
        self._units = [_Unit(block, resolved, self.known) for block in blocks_of(self.model)]

    @property
    def units(self) -> list[_Unit]:
        """The blocks with their solvers."""
        return self._units

    def with_ceilings(self, rows: Indices, upper: Floats) -> "Engine":
        """The same engine with other upper limits of some rows, given in the rules' own units."""
        limits = self.model.upper.copy()
        limits[rows] = upper * self.model.row_scale[rows]
        return self._on(replace(self.model, upper=limits))

    def without_columns(self, columns: Indices) -> "Engine":
        """The same engine with some columns never chosen."""
        return self._on(replace(self.model, closed=columns))

    def without_rows(self, rows: Indices) -> "Engine":
        """The same engine with some rows no longer binding."""
        lower, upper = self.model.lower.copy(), self.model.upper.copy()
        lower[rows], upper[rows] = -np.inf, np.inf
        return self._on(replace(self.model, lower=lower, upper=upper))

    def renewed(self, problem: Problem) -> "Engine":
        """The same rows where the same offers bring something else; nothing is shared but the rows.

        Raises ValueError for an objective that has rows or helping variables of its own.
        """
        objectives = {spec.term: objectives_of(problem, spec) for spec in problem.resolved.objectives}
        if not plain(objectives):
            raise ValueError("an objective has rows of its own: the model must be built anew")
        return Engine._made(problem, objectives, replace(self.model, problem=problem), {})

    def _on(self, model: Model) -> "Engine":
        return Engine._made(self.problem, self.objectives, model, self.known)

    @staticmethod
    def _made(problem: Problem, objectives: dict[str, tuple[Objective, ...]], model: Model, known: Known) -> "Engine":
        """An engine on a model that is there already."""
        other = object.__new__(Engine)
        other.problem, other.objectives, other.model, other.known = problem, objectives, model, known
        other._units = [_Unit(block, problem.resolved, known) for block in blocks_of(model)]
        return other

    def vector(self, objective: Objective) -> Floats:
        """Coefficients of an objective over the whole model."""
        return self.model.vector(objective)

    def maximise(self, objective: Floats, gap: float | None = None, beat: float = -np.inf) -> Solution:
        """The optimum under everything held; sums of the blocks' optima are the optimum.

        beat: an answer below it is of no use (another α has it already); the status is then `infeasible`.
        """
        if self._beyond_reach or self.model.unreachable.size:
            return Solution("infeasible", np.zeros(0), -np.inf, -np.inf)
        allowed, value = self._gap(gap), 0.0
        answers: list[tuple[_Unit, Solution]] = []
        # Blocks in HiGHS first: what they bring tells a structured block how much it would have to reach.
        for unit in sorted(self._units, key=lambda u: u.structured):
            structured = sum(u.structured for u in self._units)
            needed = beat - value if unit.structured and structured == 1 else -np.inf
            found = unit.maximise(objective[unit.block.columns], allowed, needed)
            if not found.found:
                return Solution(found.status, np.zeros(0), -np.inf, found.bound)
            answers.append((unit, found))
            value += found.value
        return self._together(answers, objective, allowed)

    def _together(self, answers: list[tuple[_Unit, Solution]], objective: Floats, gap: float) -> Solution:
        """The blocks' answers as one. The gap is asked of the sum: the widest block is carried on first, as far as needed."""
        answers = sorted(answers, key=lambda answer: answer[1].value - answer[1].bound)
        for number, (unit, found) in enumerate(answers):
            if found.status == "optimal" or _close([one for _, one in answers], gap):
                continue
            answers[number] = unit, unit.closer(found, objective[unit.block.columns], gap)
        solutions = [found for _, found in answers]
        point = np.zeros(self.model.size)
        for unit, found in answers:
            point[unit.block.columns] = found.point
        value, bound = (float(sum(getattr(one, name) for one in solutions)) for name in ("value", "bound"))
        open_ones = [one.status for one in solutions if one.status != "optimal"]
        status = "optimal" if not open_ones or _close(solutions, gap) else open_ones[-1]
        return Solution(status, point, value, bound)

    def _gap(self, gap: float | None) -> float:
        if gap is not None:
            return gap
        return 0.0 if self.problem.resolved.mode == "rule" else self.problem.resolved.gap

    def relaxation_duals(self, objective: Floats) -> Floats:
        """Dual of every row in the linear relaxation: objective per unit of the rule's own row, 0 where not solved.

        A block that is solved by prices has these instead, for the rows that tie units together.
        """
        duals = np.zeros(len(self.model.rows))
        for unit in self._units:
            duals[unit.block.rows] = unit.duals(objective[unit.block.columns], self._gap(None))
        return duals

    def hold_at(self, objective: Floats, point: Floats) -> None:
        """Keep an objective at what a point reaches, block by block (exact for an optimum of that objective)."""
        for unit in self._units:
            mine = objective[unit.block.columns]
            if np.any(mine):
                value = float(mine @ point[unit.block.columns])
                unit.hold(mine, value - TIE * max(1.0, abs(value)))

    def hold(self, objective: Floats, at_least: float) -> None:
        """Keep an objective at or above a value; blocks that it ties together become one."""
        touched = [u for u in self._units if np.any(objective[u.block.columns])]
        if not touched and at_least > TIE:
            # No choice moves the objective: a bound above its constant is out of reach, and must not be forgotten.
            self._beyond_reach = True
        if len(touched) > 1:
            together = _Unit(whole(self.model), self.problem.resolved, self.known)
            for unit in self._units:
                for held, least in unit._holds:
                    spread = np.zeros(self.model.size)
                    spread[unit.block.columns] = held
                    together.hold(spread, least)
            self._units = touched = [together]
        for unit in touched:
            unit.hold(objective[unit.block.columns], at_least)

    def release(self) -> None:
        """Drop everything held; blocks come apart again."""
        self._beyond_reach = False
        if len(self._units) == 1:
            self._units = [_Unit(block, self.problem.resolved, self.known) for block in blocks_of(self.model)]
            return
        for unit in self._units:
            unit.release()

    def smallest(self, objective: Floats, point: Floats) -> Floats:
        """Of all points as good as this one, the one with the lexicographically smallest published numbers.

        Blocks solved by enumeration are unique already. For a block in HiGHS one solve asks for a different answer of
        the same value; only if there is one are the menus minimised one after the other, in published order.
        """
        result = point.copy()
        for unit in self._units:
            if unit.structured or not unit.block.choices:
                continue
            mine = objective[unit.block.columns]
            session, at = unit.session, unit.block.columns
            value = float(mine @ point[at])
            session.hold(mine, value - TIE * max(1.0, abs(value)))
            # Cut-offs are no numbers of their own: they are published where a standard changes.
            numbers = self.problem.columns["kind"].to_numpy(object)[at[: unit.block.choices]] != "cut"
            chosen = np.flatnonzero(numbers & (point[at[: unit.block.choices]] > 0.5))
            if not len(chosen):
                continue
            session.add_row(chosen, np.ones(len(chosen)), -np.inf, len(chosen) - 1.0)
            other = session.maximise(mine)
            session.release(1)
            if other.found:
                result[at] = self._descend(unit, session)
            session.release(1)
        return result

    def _descend(self, unit: _Unit, session: Session) -> Floats:
        """Minimise each published number in turn, fixing it before the next: standards, tasks, loans, then weights.

        Standards in the order of standards.csv: category, grade (ascending cell), period.
        """
        columns = self.problem.columns.iloc[unit.block.columns[: unit.block.choices]].reset_index(drop=True)
        levels, offers = columns["level"].tolist(), columns["offer"].tolist()
        fixed, best = 0, np.zeros(0)
        resolved = self.problem.resolved
        subjects = [
            *(c.id for c in resolved.categories),
            *(t.id for t in resolved.tasks),
            *(x.id for x in resolved.loans),
        ]
        order = {subject: number for number, subject in enumerate(subjects)}
        columns["order"] = [order.get(subject, len(order)) for subject in columns["subject"]]
        for _, group in columns[columns["kind"] != "cut"].groupby(["order", "fund", "cell", "period"], sort=True):
            ranks = np.zeros(len(unit.block.columns))
            threshold = (group["kind"] == "threshold").all()
            ordered = np.array(sorted(group.index, key=lambda i: _numbers(levels[i], offers[i])), np.int64)
            ranks[ordered] = 1.0 if threshold else np.arange(len(ordered), dtype=float)
            found = session.maximise(-ranks)
            best = found.point
            session.add_row(ordered, ranks[ordered], -np.inf, float(ranks @ best))
            fixed += 1
        session.release(fixed)
        return best


def _close(solutions: Sequence[Solution], gap: float) -> bool:
    """Whether the bounds of several blocks together lie within the relative gap of their values together."""
    value, bound = sum(one.value for one in solutions), sum(one.bound for one in solutions)
    return bool(gap > 0 and bound - value <= gap * max(1.0, abs(value)))


def plain(objectives: Mapping[str, tuple[Objective, ...]]) -> bool:
    """Whether all are mere sums over the choices, without rows or helping variables of their own."""
    return not any(o.rows or o.variables for group in objectives.values() for o in group)


def _numbers(level: int, offer: str) -> tuple[int, tuple[Fraction, ...]]:
    """The numbers that a column publishes: its level, then those in the offer's name in their order."""
    return int(level), tuple(share(part.split("=")[1]) for part in offer.split(";") if "=" in part)
