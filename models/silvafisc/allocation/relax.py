"""The least that must give way for a problem to have an answer: elastic rows, numbers moved by as little as possible.

For the statements that may give way, each side of each of their rows gets room:
    values · x − room · d ≤ upper   (or   values · x + room · d ≥ lower),   d ≥ 0,   minimise Σ d / size
where d is by how much a stated number moves. A number that multiplies the choices (a share of what is paid) has its room
at the last point found; the rows are then written again at the number reached (Dinkelbach's method for ratios), until
nothing is gained. A statement without a number has one d per row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from silvafisc.quantities import share
from silvafisc.results import Resolved, RuleSpec

from .blocks import blocks_of
from .limits import FULL, Limit, Path, Statement, with_values
from .model import Model, assemble
from .problem import Aux, Floats, Indices, Objective, Part, Problem, Row, make_row
from .solve import Session
from .terms import objectives_of, rule_part

_ROUNDS = 8
_GAIN = 1e-6  # a smaller share of the whole relaxation is not worth another round
_NOTHING = 1e-6  # of a row's own size: what the solver's tolerance may leave


class Written:
    """A problem with the rows of its rules and bounds, written once for all relaxations, and every block solved so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.parts: tuple[Part, ...] = tuple(rule_part(problem, spec) for spec in problem.resolved.rules)
        self.objectives: Mapping[Path, Objective] = {
            ("objectives", place): objectives_of(problem, spec)[0]
            for place, spec in enumerate(problem.resolved.objectives)
            if spec.at_least is not None
        }
        self._known: dict[bytes, Floats | None] = {}

    def bounds(self) -> Iterator[tuple[Path, Row]]:
        """objective ≥ at_least as rows."""
        for path, objective in self.objectives.items():
            least = float(self.problem.resolved.objectives[int(path[1])].at_least or 0.0) - objective.constant
            row = make_row("bound", objective.term, objective.values, lower=least, unit=objective.unit)
            yield path, replace(row, aux=dict(objective.aux))

    def model(self, without: frozenset[Path] = frozenset()) -> Model:
        """The model without some of its rules and bounds."""
        parts = [_kept(part, place, without) for place, part in enumerate(self.parts)]
        parts.append(Part(tuple(row for path, row in self.bounds() if path not in without)))
        return assemble(self.problem, parts, list(self.objectives.values()))

    def maximise(self, model: Model, vector: Floats) -> Floats | None:
        """A point over the whole model, block by block; None where some block has none.

        Blocks that were met before come first: most relaxations do not touch the block that has no answer.
        """
        if model.unreachable.size:
            return None
        resolved = self.problem.resolved
        gap = 0.0 if resolved.mode == "rule" else resolved.gap
        point = np.zeros(model.size)
        blocks = [(block.digest + vector[block.columns].tobytes(), block) for block in blocks_of(model)]
        for key, block in sorted(blocks, key=lambda pair: (pair[0] not in self._known, len(pair[1].rows))):
            if key not in self._known:
                session = Session(block, seed=resolved.seed, time_limit=resolved.time_limit_seconds)
                solution = session.maximise(vector[block.columns], gap=gap)
                self._known[key] = solution.point if solution.found else None
            found = self._known[key]
            if found is None:
                return None
            point[block.columns] = found
        return point


@dataclass(frozen=True)
class Relaxed:
    """amount: Σ d / size. needs: number -> by how much it must move. short: rows of statements without a number."""

    amount: float
    needs: Mapping[Limit, Fraction]
    short: tuple[tuple[Statement, Row, float], ...]


@dataclass(frozen=True)
class _Side:
    """One side of a row. rooms: the numbers that give it room, and how much per unit; none for a statement without any.

    curve: columns and values whose sum at a point is the room, where the number multiplies the choices.
    """

    row: Row
    statement: Statement
    rooms: tuple[tuple[Limit, float], ...] = ()
    curve: tuple[Indices, Floats] | None = None

    @property
    def sign(self) -> float:
        """Of what gives room: a ceiling is met by less, a floor by more."""
        return -1.0 if np.isfinite(self.row.upper) else 1.0

    def missing(self, point: Floats) -> float:
        """By how much the side is broken at a point (helping variables and the allowance for rounding apart)."""
        activity = float(self.row.values @ point[self.row.columns])
        return activity - self.row.upper if self.sign < 0 else self.row.lower - activity

    def at(self, point: Floats | None) -> "_Side":
        """The side with its room at that point."""
        if self.curve is None or point is None:
            return self
        [(limit, room)] = self.rooms
        return replace(self, rooms=((limit, abs(float(self.curve[1] @ point[self.curve[0]])) or room),))


def relax(written: Written, giving: Sequence[Statement]) -> Relaxed | None:
    """The least relative relaxation of these statements together; None where it does not help.

    Exact (within the gap of the mode) where no number multiplies the choices, and where one alone does; otherwise the
    best point of the iteration.
    """
    reached: dict[Limit, Fraction] = {}
    point: Floats | None = None
    best: Relaxed | None = None
    for _ in range(_ROUNDS):
        found = _solved(written, giving, reached, point)
        if found is None:
            return best
        relaxed, point, curved = found
        if best is not None and relaxed.amount >= best.amount * (1 - _GAIN):
            return best
        best, reached = relaxed, {limit: relaxed.needs.get(limit, Fraction(0)) for limit in curved}
        if not curved:
            return best
    return best


def feasible_without(written: Written, giving: Sequence[Statement]) -> bool:
    """Whether there is an answer when these statements are left out altogether."""
    model = written.model(frozenset(statement.path for statement in giving))
    return written.maximise(model, np.zeros(model.size)) is not None


def _kept(part: Part, place: int, without: frozenset[Path]) -> Part:
    """What stays of a rule where some statements are left out."""
    if not any(path[:2] == ("rules", place) for path in without):
        return part
    rows = (row for row in part.rows if not row.relaxable or _said_by(place, row) not in without)
    return Part(tuple(rows), part.variables)


def _said_by(place: int, row: Row) -> Path:
    """The statement that a row of a rule belongs to: full allocation is one of its own."""
    full = row.rule == "envelope" and row.label.endswith("/full")
    return ("rules", place, FULL) if full else ("rules", place)


def _hard(part: Part) -> Part:
    """What stays of a rule that gives way: its definitions."""
    return Part(tuple(row for row in part.rows if not row.relaxable), part.variables)


def _solved(
    written: Written, giving: Sequence[Statement], reached: Mapping[Limit, Fraction], point: Floats | None
) -> tuple[Relaxed, Floats, list[Limit]] | None:
    """Relaxation, point and the numbers that multiply the choices; rows are written at the numbers reached so far."""
    hard, sides = _split(written, giving, reached)
    problem = written.problem
    elastic = _Elastic([side.at(point) for side in sides], reached)
    model = assemble(
        problem,
        [*hard, Part(tuple(elastic.rows), tuple(elastic.variables))],
        [*written.objectives.values(), Objective("relaxation", "1", np.zeros(problem.size), aux=elastic.cost)],
    )
    vector = np.zeros(model.size)
    place = {variable.name: problem.size + i for i, variable in enumerate(model.variables)}
    for name, value in elastic.cost.items():
        vector[place[name]] = value
    solution = written.maximise(model, vector)
    if solution is None:
        return None
    taken = {name: float(solution[place[name]]) for name in elastic.cost}
    curved = [side.rooms[0][0] for side in sides if side.curve is not None]
    return elastic.read(taken, solution), solution, list(dict.fromkeys(curved))


class _Elastic:
    """Sides as rows with a paid helping variable each (one for all sides that the same number moves)."""

    def __init__(self, sides: Sequence[_Side], reached: Mapping[Limit, Fraction]) -> None:
        self._sides, self._reached = sides, reached
        self._names: dict[Limit | int, str] = {}
        self.rows: list[Row] = []
        self.variables: list[Aux] = []
        self.cost: dict[str, float] = {}
        for number, side in enumerate(sides):
            room = {self._name(limit): side.sign * per_unit * self._scale(limit) for limit, per_unit in side.rooms}
            if not side.rooms:
                room = {self._name(number): side.sign * _size(side.row)}
            self.rows.append(replace(side.row, aux={**side.row.aux, **room}))

    def _name(self, key: Limit | int) -> str:
        """The variable of a number, or of a single side; continuous ones are in units of the number's size."""
        if key not in self._names:
            name = self._names[key] = f"relax/{len(self._names)}"
            whole = isinstance(key, Limit) and key.whole
            back = self._reached.get(key, Fraction(0)) / key.size if isinstance(key, Limit) else 0
            self.variables.append(Aux(name, -float(back), np.inf, integer=whole))
            self.cost[name] = -1.0 / float(key.size) if isinstance(key, Limit) and key.whole else -1.0
        return self._names[key]

    @staticmethod
    def _scale(limit: Limit) -> float:
        return 1.0 if limit.whole else float(limit.size)

    def read(self, taken: Mapping[str, float], point: Floats) -> Relaxed:
        """What a solution means: exact at its whole choices where one number moves a side and nothing else does."""
        # A number of which no row is left (none can be broken where it has come to) stays there.
        needs = {limit: by for limit, by in self._reached.items() if limit not in self._names}
        for limit in (key for key in self._names if isinstance(key, Limit)):
            mine = [side for side in self._sides if dict(side.rooms).get(limit, 0.0) > 0]
            need = Fraction(taken[self._names[limit]] * self._scale(limit))
            if all(len(side.rooms) == 1 and not side.row.aux for side in mine):
                need = max(Fraction(s.missing(point)) / Fraction(s.at(point).rooms[0][1]) for s in mine)
            need += self._reached.get(limit, Fraction(0))
            if need > limit.step / 1000:
                needs[limit] = need
        short = []
        for number, side in enumerate(self._sides):
            if not side.rooms and taken[self._names[number]] > _NOTHING:
                missing = taken[self._names[number]] * _size(side.row) if side.row.aux else side.missing(point)
                short.append((side.statement, side.row, missing))
        amount = sum(float(need / limit.size) for limit, need in needs.items())
        return Relaxed(amount + sum(missing / _size(row) for _, row, missing in short), needs, tuple(short))


def _split(
    written: Written, giving: Sequence[Statement], reached: Mapping[Limit, Fraction]
) -> tuple[list[Part], list[_Side]]:
    """What stays hard, and the sides that give way."""
    problem = written.problem
    resolved = with_values(problem.resolved, {limit: limit.value + limit.sign * by for limit, by in reached.items()})
    by_path = {statement.path: statement for statement in giving}
    envelopes = {statement.path[2:]: statement for statement in giving if statement.name == "envelope"}
    money, reserves = envelopes.get(()), envelopes.get((FULL,))
    hard: list[Part] = []
    sides: list[_Side] = []
    for place, (spec, part) in enumerate(zip(resolved.rules, written.parts, strict=True)):
        statement = by_path.get(("rules", place))
        if spec.rule == "envelope":
            found = [_money_side(resolved, money, reserves, row) for row in part.rows]
            hard.append(Part(tuple(half for half in found if isinstance(half, Row)), part.variables))
            sides += [side for side in found if isinstance(side, _Side)]
            continue
        if statement is None and spec.rule == "carry_over" and money is not None:
            # These rows say what appropriations and the limit together can pay: more money moves them as well.
            sides += [_carried_side(resolved, money, row) for row in part.rows]
            continue
        if statement is None:
            hard.append(part)
            continue
        now = rule_part(problem, spec) if any(limit in reached for limit in statement.limits) else part
        found = list(_sides(problem, resolved, statement, spec, [row for row in now.rows if row.relaxable]))
        hard += [_hard(now), Part(tuple(half for half in found if isinstance(half, Row)))]
        sides += [side for side in found if isinstance(side, _Side)]
    for path, row in written.bounds():
        if path in by_path:
            sides.append(_Side(row, by_path[path], ((by_path[path].limits[0], 1.0),)))
        else:
            hard.append(Part((row,)))
    return hard, sides


def _sides(
    problem: Problem, resolved: Resolved, statement: Statement, spec: RuleSpec, rows: Sequence[Row]
) -> Iterator[_Side | Row]:
    """Sides with their room, and sides that no number of the statement moves."""
    tighter = [(limit, *_tightened(problem, resolved, limit, spec)) for limit in statement.limits]
    for row in rows:
        for half in (replace(row, upper=np.inf), replace(row, lower=-np.inf)):
            if not (np.isfinite(half.upper) or np.isfinite(half.lower)):
                continue
            if not statement.limits:
                yield _Side(half, statement)
                continue
            moved = (_moved(half, row, statement, *entry) for entry in tighter)
            yield next((side for side in moved if side is not None), half)


def _tightened(
    problem: Problem, resolved: Resolved, limit: Limit, spec: RuleSpec
) -> tuple[Fraction, Mapping[str, Row]]:
    """How far a number is moved the other way, and the rows of the rule there: none of its rows is missing then."""
    now = Fraction(share(str(spec.params[str(limit.path[-1])])))
    away = now if limit.sign > 0 and now > 0 else Fraction(1)
    at = with_values(resolved, {limit: now - limit.sign * away})
    return away, {row.label: row for row in rule_part(problem, at.rules[int(limit.path[1])]).rows}


def _moved(
    half: Row, row: Row, statement: Statement, limit: Limit, away: Fraction, tighter: Mapping[str, Row]
) -> _Side | None:
    """The side with its room where this number moves it."""
    other = tighter.get(row.label)
    if other is None:
        return None
    if not (np.array_equal(row.columns, other.columns) and np.array_equal(row.values, other.values)):
        columns = np.union1d(row.columns, other.columns)
        change = np.zeros(len(columns))
        change[np.searchsorted(columns, other.columns)] += other.values / float(away)
        change[np.searchsorted(columns, row.columns)] -= row.values / float(away)
        room = float(np.abs(change).sum())
        return _Side(half, statement, ((limit, room),), (columns, change)) if room else None
    here, there = (row.upper, other.upper) if np.isfinite(half.upper) else (row.lower, other.lower)
    return _Side(half, statement, ((limit, abs(there - here) / float(away)),)) if here != there else None


def _money_side(resolved: Resolved, money: Statement | None, reserves: Statement | None, row: Row) -> _Side | Row:
    """More appropriation makes room in its own period and, by the share carried over, in later ones.

    A row of full allocation asks for more spending: there a reserve makes room, and more appropriation takes it.
    """
    fund, period, *full = row.label.split("/")
    rooms = _appropriations(resolved, money, fund, resolved.periods[0], period) if money else ()
    if not full:
        return _Side(row, money, rooms) if money else row
    rooms = tuple((limit, -part) for limit, part in rooms)
    rooms += tuple(
        (limit, 1.0) for limit in (reserves.limits if reserves else ()) if limit.path[1:4:2] == (fund, period)
    )
    giving = reserves or money
    return _Side(row, giving, rooms) if giving else row


def _carried_side(resolved: Resolved, statement: Statement, row: Row) -> _Side:
    """A row of `carry_over` with the room of the appropriations in it (that of the limit before them left out)."""
    fund, span = row.label.split("/")
    return _Side(row, statement, _appropriations(resolved, statement, fund, *span.split("-")))


def _appropriations(
    resolved: Resolved, statement: Statement, fund: str, first: str, last: str
) -> tuple[tuple[Limit, float], ...]:
    """The appropriations of some periods, each with the share of it that reaches the last one."""
    limits = {limit.path[1:4:2]: limit for limit in statement.limits}
    carry, periods = share(resolved.fund(fund).carry_share), resolved.periods
    within = periods[periods.index(first) : periods.index(last) + 1]
    shares = [(limits[fund, period], carry ** (len(within) - 1 - at)) for at, period in enumerate(within)]
    return tuple((limit, float(part)) for limit, part in shares if part)


def _size(row: Row) -> float:
    """Natural size of a row: its limit, or its largest coefficient where the limit is zero."""
    limits = [abs(limit) for limit in (row.lower, row.upper) if np.isfinite(limit) and limit != 0]
    return max(limits, default=float(np.max(np.abs(row.values), initial=1.0)))
