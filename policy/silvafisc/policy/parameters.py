"""The dated law: parameters read from YAML, changed by scenarios, looked up at a date, with provenance."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.quantities import UNITS, convert
from silvafisc.quantities.money import exact_decimal

from .errors import NotInForce, UnknownParameter, WrongUnit
from .parameter_files import OPEN, Change, DatedValue, Parameter, Reference, read_parameters
from .schema import hint, is_decimal

PARAMETERS = Path(__file__).parent / "parameters"
"""The folder of the shipped law."""
TEXT_UNITS = frozenset({"text", "code", "date"})


@dataclass(frozen=True)
class Value:
    """One parameter as it stands on a date.

    value: exact decimal (or text) in `unit`. from_date: since when it holds. changed: set by the scenario.
    """

    path: str
    value: str
    unit: str
    status: str
    reference: Reference
    from_date: str
    description: Mapping[str, str]
    checked_until: str
    changed: bool = False


@dataclass(frozen=True)
class ParameterTree:
    """All parameters by dotted path `<topic>.<file>.<name>`, with a scenario's changes applied.

    `reads` collects every (path, date) read through any `Rules` of this tree.
    """

    parameters: Mapping[str, Parameter]
    changes: tuple[Change, ...] = ()
    reads: set[tuple[str, str]] = field(default_factory=set, compare=False, repr=False)

    @staticmethod
    def load(folder: Path | None = None) -> "ParameterTree":
        """Read every `*.yaml` below `folder` (default: the shipped law).

        Raises:
            InputError: with the findings of all files at once.
        """
        return ParameterTree(_read_once(folder or PARAMETERS))

    def apply(self, changes: Iterable[Change]) -> "ParameterTree":
        """A tree in which the values of `changes` hold from `start` to `end` (inclusive; `open` has no end).

        Refused: unknown parameters, parameters that nothing reads, changes of one parameter that overlap, values not
        in the parameter's unit, and changes of a parameter that is repealed or not yet in force on any of their days.

        Raises:
            InputError: with every finding; places are those of the changes.
        """
        new = tuple(changes)
        findings = [finding for change in new for finding in self._refusals(change)]
        findings += _overlaps([*self.changes, *new])
        if findings:
            raise InputError(findings)
        parameters = dict(self.parameters)
        for change in new:
            parameters[change.parameter] = _changed(parameters[change.parameter], change)
        return replace(self, parameters=parameters, changes=(*self.changes, *new), reads=set())

    def on(self, date: str) -> "Rules":
        """The law of that ISO date. Raises ValueError for another text."""
        return Rules(self, datetime.date.fromisoformat(date).isoformat())

    @property
    def used(self) -> frozenset[str]:
        """Every path that was read."""
        return frozenset(path for path, _ in self.reads)

    def unused_changes(self) -> tuple[Change, ...]:
        """Changes that no read has met: parameter never looked up, or only on days on which the change does not hold.

        A scenario that carries one does not do what it says.
        """
        return tuple(change for change in self.changes if not any(change.holds(path, day) for path, day in self.reads))

    def parameter(self, path: str) -> Parameter:
        """The parameter with its whole history. Raises UnknownParameter with the nearest name."""
        if path not in self.parameters:
            raise UnknownParameter(path, self.parameters)
        return self.parameters[path]

    def _refusals(self, change: Change) -> list[Finding]:
        def finding(en: str, zh: str) -> Finding:
            return Finding(change.where, change.path or change.parameter, en, zh)

        if change.parameter not in self.parameters:
            more_en, more_zh = hint(change.parameter, self.parameters)
            en, zh = f"unknown parameter {change.parameter!r}{more_en}", f"未知的参数 {change.parameter!r}{more_zh}"
            return [finding(en, zh)]
        parameter = self.parameters[change.parameter]
        found = []
        if parameter.not_modelled:
            en = f"parameter {change.parameter} is on record only, nothing computes with it ({parameter.why['en']}); the change would be unused"
            zh = f"参数 {change.parameter} 仅作记录，不参与计算（{parameter.why['zh']}）；该改动不会起作用"
            found.append(finding(en, zh))
        if change.end != OPEN and change.end < change.start:
            en, zh = f"ends {change.end} before it starts {change.start}", f"止于 {change.end}，早于起始 {change.start}"
            found.append(finding(en, zh))
        if parameter.unit not in TEXT_UNITS and not is_decimal(change.value):
            en = f"value {change.value!r} is not a number of {parameter.unit}"
            found.append(finding(en, f"值 {change.value!r} 不是以 {parameter.unit} 计的数字"))
        gap = _not_in_force(parameter, change)
        if gap:
            found.append(finding(*gap))
        return found


@dataclass(frozen=True)
class Rules:
    """The law of one date; every read is recorded in `used` and in its tree."""

    tree: ParameterTree
    date: str
    reads: set[str] = field(default_factory=set, compare=False, repr=False)

    def entry(self, path: str) -> Value:
        """The value in force on the date.

        Raises:
            UnknownParameter: no such path; names the nearest.
            NotInForce: repealed, or not yet valid, on the date.
        """
        parameter = self.tree.parameter(path)
        dated = parameter.on(self.date)
        if dated is None or dated.value is None:
            raise NotInForce(path, self.date, None if dated is None else dated.start, parameter.values[0].start)
        self.reads.add(path)
        self.tree.reads.add((path, self.date))
        return Value(
            path=path,
            value=dated.value,
            unit=parameter.unit,
            status=dated.status,
            reference=dated.reference,
            from_date=dated.start,
            description=parameter.description,
            checked_until=parameter.checked_until,
            changed=dated.changed,
        )

    def text(self, path: str) -> str:
        """The value as it is written."""
        return self.entry(path).value

    def texts(self, path: str) -> tuple[str, ...]:
        """A text value that lists several, separated by semicolons."""
        return tuple(part.strip() for part in self.entry(path).value.split(";") if part.strip())

    def fraction(self, path: str) -> Fraction:
        """The exact number; percentages and basis points become shares (80 pct -> 4/5). Raises WrongUnit for texts."""
        entry = self._numeric(path)
        exact = Fraction(exact_decimal(entry.value, path))
        return exact * UNITS[entry.unit].factor if UNITS[entry.unit].dimension == "share" else exact

    def number(self, path: str) -> float:
        """The value as a float in its own unit (a percentage stays a percentage). Raises WrongUnit for texts."""
        return float(exact_decimal(self._numeric(path).value, path))

    def fen(self, path: str) -> int:
        """Money, a standard or an income in whole fen (per mu, per person). Raises WrongUnit for other units."""
        entry = self._numeric(path)
        if UNITS[entry.unit].dimension not in {"money", "standard", "income"}:
            raise WrongUnit(path, entry.unit, "money", "金额")
        target = {"money": "fen", "standard": "yuan_per_mu", "income": "yuan_per_person"}[UNITS[entry.unit].dimension]
        exact = convert(exact_decimal(entry.value, path), entry.unit, target) * UNITS[target].factor
        if exact.denominator != 1:
            raise WrongUnit(path, entry.unit, "a whole number of fen", "整数分")
        return int(exact)

    def children(self, prefix: str) -> list[str]:
        """Paths below `prefix` that are in force on the date, ascending."""
        start = prefix.rstrip(".") + "."
        paths = sorted(path for path in self.tree.parameters if path.startswith(start))
        return [path for path in paths if self.holds(path)]

    def holds(self, path: str) -> bool:
        """Whether the parameter is in force on the date. Raises UnknownParameter."""
        dated = self.tree.parameter(path).on(self.date)
        return dated is not None and dated.value is not None

    @property
    def used(self) -> frozenset[str]:
        """Every path read through these rules."""
        return frozenset(self.reads)

    def _numeric(self, path: str) -> Value:
        entry = self.entry(path)
        if entry.unit in TEXT_UNITS:
            raise WrongUnit(path, entry.unit, "a number", "数字")
        return entry


@cache
def _read_once(folder: Path) -> Mapping[str, Parameter]:
    return read_parameters(folder)


def _not_in_force(parameter: Parameter, change: Change) -> tuple[str, str] | None:
    """Why the change reaches outside the parameter's life, or None."""
    first = parameter.values[0].start
    if change.start < first:
        return f"{parameter.path} is not in force before {first}", f"{parameter.path} 自 {first} 起才生效"
    end = change.end if change.end != OPEN else "9999-12-31"
    for dated, following in zip(parameter.values, [*parameter.values[1:], None], strict=True):
        until = "9999-12-31" if following is None else _day(following.start, -1)
        if dated.value is None and dated.start <= end and until >= change.start:
            en = f"{parameter.path} is repealed from {dated.start}; a change cannot bring it back"
            return en, f"{parameter.path} 自 {dated.start} 起废止；改动不能使其恢复"
    return None


def _overlaps(changes: list[Change]) -> list[Finding]:
    findings = []
    for position, change in enumerate(changes):
        for other in changes[:position]:
            same = change.parameter == other.parameter
            if same and _starts_within(change, other):
                en = f"overlaps the change of {other.parameter} from {other.start} to {other.end}"
                zh = f"与 {other.parameter} 自 {other.start} 至 {other.end} 的改动重叠"
                findings.append(Finding(change.where, change.path or change.parameter, en, zh))
    return findings


def _starts_within(one: Change, other: Change) -> bool:
    return (one.end == OPEN or other.start <= one.end) and (other.end == OPEN or one.start <= other.end)


def _changed(parameter: Parameter, change: Change) -> Parameter:
    new = DatedValue(change.start, change.value, "assumption", change.reference, changed=True)
    before = [dated for dated in parameter.values if dated.start < change.start]
    if change.end == OPEN:
        return replace(parameter, values=(*before, new))
    resumes = _day(change.end, 1)
    old = parameter.on(resumes)
    after = [dated for dated in parameter.values if dated.start > resumes]
    back = [] if old is None else [replace(old, start=resumes)]
    return replace(parameter, values=(*before, new, *back, *after))


def _day(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()
