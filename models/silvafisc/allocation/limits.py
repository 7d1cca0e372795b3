"""The numbers of a scenario that may be moved to make room: parameters of rules, appropriations, reserves, bounds on objectives.

A rule's file names its own in `LIMITS` (parameter -> `lower` or `higher`, the way that makes room). A rule that may be
relaxed and has no such number can only be left out, or be broken for the units that it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from silvafisc.quantities import share
from silvafisc.results import FundSpec, ObjectiveSpec, Resolved, RuleSpec

from .terms import term

Path = tuple[str | int, ...]
FULL = "full_allocation"
"""Of `envelope`: its other half, that nothing is left over, gives way by a named reserve."""
_SHARE_STEP = Fraction(1, 10_000)  # a share is stated with at most four decimals
_BOUND_DIGITS = 6  # a bound on an objective is moved in steps of its seventh significant digit


@dataclass(frozen=True)
class Limit:
    """One stated number.

    path: its place in `Resolved` (and, rules apart, in the scenario). sign: +1 where more of it makes room, else -1.
    step: the finest change that can be stated. size: what a change is compared with. whole: only whole steps mean
    anything to the model. unit: fen, 1, count, or the objective's own.
    """

    path: Path
    value: Fraction
    sign: int
    step: Fraction
    size: Fraction
    unit: str
    whole: bool = False

    def moved(self, amount: Fraction) -> Fraction:
        """The number after making room by at least `amount`, on its own step."""
        end = self.value + self.sign * amount
        steps = end / self.step
        return self.step * (steps.__ceil__() if self.sign > 0 else steps.__floor__())


@dataclass(frozen=True)
class Statement:
    """A rule or a bound that may give way. limits: its numbers; none where it can only be left out."""

    path: Path
    name: str
    limits: tuple[Limit, ...]


def statements(resolved: Resolved) -> tuple[Statement, ...]:
    """Everything that may give way, in the order of the scenario: rules, then bounds on objectives."""
    found = []
    for place, spec in enumerate(resolved.rules):
        if term(spec.rule).RELAXABLE:
            found.append(Statement(("rules", place), spec.rule, _rule_limits(resolved, place, spec)))
        if spec.rule == "envelope" and spec.params.get(FULL, False):
            found.append(Statement(("rules", place, FULL), spec.rule, _money(resolved, "reserve")))
    for place, objective in enumerate(resolved.objectives):
        if objective.at_least is not None:
            found.append(Statement(("objectives", place), objective.term, (_bound(place, objective),)))
    return tuple(found)


def _rule_limits(resolved: Resolved, place: int, spec: RuleSpec) -> tuple[Limit, ...]:
    if spec.rule == "envelope":
        return _money(resolved, "appropriation")
    named: Mapping[str, str] = getattr(term(spec.rule), "LIMITS", {})
    return tuple(
        _parameter(("rules", place, name), spec.params[name], 1 if way == "higher" else -1)
        for name, way in named.items()
        if name in spec.params
    )


def _money(resolved: Resolved, what: str) -> tuple[Limit, ...]:
    """Appropriation or reserve of each fund and period; a change of either is compared with the appropriation."""
    return tuple(
        Limit(
            ("funds", fund.id, what, period),
            Fraction(getattr(fund, f"{what}_fen").get(period, 0)),
            1,
            Fraction(1),
            Fraction(max(1, fund.appropriation_fen[period])),
            "fen",
        )
        for fund in resolved.funds
        for period in resolved.periods
    )


def _parameter(path: Path, stated: object, sign: int) -> Limit:
    """A number of a rule: a whole number is a count, a decimal or ratio string a share (compared with a whole) or, where
    it is above 1, an amount (compared with itself)."""
    if isinstance(stated, int):
        return Limit(path, Fraction(stated), sign, Fraction(1), Fraction(max(1, stated)), "count", whole=True)
    value = share(str(stated))
    return Limit(path, value, sign, _SHARE_STEP, max(Fraction(1), abs(value)), "1")


def _bound(place: int, spec: ObjectiveSpec) -> Limit:
    value = Fraction(Decimal(repr(float(spec.at_least or 0.0))))
    size = max(abs(value), Fraction(1))
    step = Fraction(10) ** (len(str(int(size))) - 1 - _BOUND_DIGITS)
    return Limit(("objectives", place, "at_least"), value, -1, step, size, "")


def with_values(resolved: Resolved, values: Mapping[Limit, Fraction]) -> Resolved:
    """The scenario with other numbers."""
    funds, rules, objectives = list(resolved.funds), list(resolved.rules), list(resolved.objectives)
    for limit, value in values.items():
        kind, key, *rest = limit.path
        if kind == "funds":
            place = next(i for i, fund in enumerate(funds) if fund.id == key)
            funds[place] = _with_money(funds[place], str(rest[0]), {str(rest[1]): int(value)})
        elif kind == "rules":
            spec = rules[int(key)]
            rules[int(key)] = replace(spec, params={**spec.params, str(rest[0]): stated(limit, value)})
        else:
            objectives[int(key)] = replace(objectives[int(key)], at_least=float(value))
    return replace(resolved, funds=tuple(funds), rules=tuple(rules), objectives=tuple(objectives))


def _with_money(fund: FundSpec, what: str, fen: Mapping[str, int]) -> FundSpec:
    if what == "reserve":
        return replace(fund, reserve_fen={**fund.reserve_fen, **fen})
    return replace(fund, appropriation_fen={**fund.appropriation_fen, **fen})


def stated(limit: Limit, value: Fraction) -> str | int:
    """A value as a scenario states it: a count as a whole number, a share as a decimal string or a ratio."""
    if limit.whole:
        return int(value)
    if value.limit_denominator(10**10) == value and _terminates(value.denominator):
        return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return str(value)


def _terminates(denominator: int) -> bool:
    """Whether a fraction with this denominator is a finite decimal."""
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1
