"""Outcome keys: the address of every number in a briefing, and the one place that resolves it.

    indicators[region_code=000000,variable=carbon.total].value      one cell; exactly one row must match
    allocation[nature=rigid|top_up,region_code=110000].sum(payment_fen)     also min, max
    allocation[].distinct(region_code)   regions[grade=2].rows()
    reasons[against=factor_method].above(amount_fen;region_code)    units whose sum is > 0; also below, equal (to 0)
    sources[what^=assumptions.carbon.|carbon.].rows()       cells that start so
    inputs.areas[...]...   meta.objectives[term=carbon].value   meta.exchange_rates[0].value   audit.checks[0].checked
    resolved.rules[0].params.share                          what the scenario was resolved to
    difference(a,b)  ratio(a,b)  change(a,b) = (a - b) / b  total(a,b,...)  least(a,b,...)  greatest(a,b,...)

Characters with a meaning in keys are percent-encoded in values.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import pandas as pd

from silvafisc.results import Outcome
from silvafisc.results.outcome import outcome_columns

_ACT = re.compile(r"(sum|min|max|distinct|above|below|equal|rows)\(([^)]*)\)")
_FUNCTION = re.compile(r"(difference|ratio|change|total|least|greatest)\((.*)\)\Z", re.DOTALL)
_TABLE = re.compile(r"([a-z_.]+?)\[([^\]]*)\]\.(.+)\Z", re.DOTALL)
_SIGNS = re.compile(r"[,()\[\]]")
_ROOTS = ("meta.", "audit.", "resolved.")
_ENDINGS = {"_tenth_mu": "tenth_mu", "_fen": "fen", "_person": "person"}
"""What a column's name says of its unit."""
_MEASURED = frozenset({"value", "bound", "utopia", "nadir", "lower", "upper", "price"})
"""Values of outcome.json that are held in the unit named beside them."""
_STEP = re.compile(r"\.?([a-z_0-9]+)(?:\[(?:([a-z_]+)=)?([^\]]*)\])?")


class KeyResolutionError(LookupError):
    """A key does not lead to exactly one number of this outcome."""


def ref(table: str, what: str, /, **where: str | Sequence[str]) -> str:
    """The key of `what` (a column or `sum(column)` …) in the rows where every named column has (one of) the values."""
    parts = []
    for column in sorted(where):
        value = where[column]
        values = [value] if isinstance(value, str) else list(value)
        sign = "^=" if isinstance(value, Starts) else "="
        parts.append(f"{column}{sign}{'|'.join(map(_quoted, values))}")
    return f"{table}[{','.join(parts)}].{what}"


@cache
def _quoted(value: str) -> str:
    return quote(value, safe=" .:+-")


class Starts(tuple[str, ...]):
    """Values of a column in `ref` that cells only need to start with."""

    __slots__ = ()


def meta_ref(path: str) -> str:
    """The key of a value in outcome.json."""
    return f"meta.{path}"


def combine(function: str, *keys: str) -> str:
    """The key of a number derived from others: difference, ratio, change, total, least, greatest."""
    return f"{function}({','.join(keys)})"


class Lookup:
    """Resolves keys of one outcome; remembers indexes and values, so thousands of keys take a fraction of a second."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._tables: dict[str, dict[str, list[Any]]] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[int]]] = {}
        self._records: dict[tuple[str, tuple[tuple[str, str], ...]], list[Mapping[str, Any]]] = {}
        self._resolved: Mapping[str, Any] | None = None
        self._values: dict[str, int | float] = {}

    def value(self, key: str) -> int | float:
        """The number behind a key.

        Raises:
            KeyResolutionError: no such table, column or path; not one row; an empty cell; not a number.
        """
        if key not in self._values:
            self._values[key] = self._found(key)
        return self._values[key]

    def _found(self, key: str) -> int | float:
        if _FUNCTION.match(key):
            return evaluate(key, self.value)
        if key.startswith(_ROOTS):
            root, _, path = key.partition(".")
            return _number(_descend(self._root(root), path, key), key)
        table, where, what = self._parse(key)
        rows = self.rows(table, where, key)
        act = _ACT.fullmatch(what)
        if act is None:
            if len(rows) != 1:
                raise KeyResolutionError(f"{key}: {len(rows)} rows instead of one")
            return _number(self.column(table, what, key)[rows[0]], key)
        return self._aggregate(table, rows, act[1], act[2], key)

    def unit(self, key: str) -> str:
        """The unit in which the outcome holds the number behind a key, by its id; empty where it has none."""
        function = _FUNCTION.match(key)
        if function:
            return "" if function[1] in {"ratio", "change"} else self.unit(_arguments(function[2])[0])
        if key.startswith(_ROOTS):
            return self._unit_of_entry(key)
        table, where, what = self._parse(key)
        act = _ACT.fullmatch(what)
        if act is not None and act[1] not in {"sum", "min", "max"}:
            return "count"
        name = act[2] if act is not None else what
        held = next((unit for end, unit in _ENDINGS.items() if name.endswith(end)), "")
        declared = {column.name: column.unit for column in outcome_columns().get(table, ())}
        held = held or declared.get(name, "")
        if held not in {"", "1", "row"}:
            return held
        # One table may hold numbers of several units: the row says which.
        rows = self.rows(table, where, key)
        columns = self._columns(table, key)
        if "unit" in columns and name in {"value", "price", "worst"}:
            return _only({str(columns["unit"][i]) for i in rows})
        if "objective" in columns and name == "value":
            return _only({self._objective_unit(str(columns["objective"][i])) for i in rows})
        return ""

    def _unit_of_entry(self, key: str) -> str:
        """The unit that an entry of outcome.json names beside its value."""
        root, _, path = key.partition(".")
        above, _, last = path.rpartition(".")
        if re.search(r"\byuan(_at_rate)?\b", path):
            return "yuan"
        if unit := self._objective_unit(last):
            return unit
        held = _descend(self._root(root), above, key) if above and last in _MEASURED else None
        return str(held.get("unit", "")) if isinstance(held, Mapping) else ""

    def _objective_unit(self, term: str) -> str:
        return next((str(e["unit"]) for e in self.outcome.meta.get("objectives", ()) if e["term"] == term), "")

    def _root(self, name: str) -> Any:
        if name == "resolved":
            if self._resolved is None:
                self._resolved = self.outcome.resolved.to_json()
            return self._resolved
        return self.outcome.meta if name == "meta" else self.outcome.audit

    def cell(self, key: str) -> str:
        """The single cell behind a key as text; empty where the cell is empty."""
        table, where, what = self._parse(key)
        rows = self.rows(table, where, key)
        if len(rows) != 1:
            raise KeyResolutionError(f"{key}: {len(rows)} rows instead of one")
        value = self.column(table, what, key)[rows[0]]
        return "" if pd.isna(value) else str(value)

    def has(self, table: str, **where: str) -> bool:
        """Whether any row matches."""
        return bool(self.rows(table, {column: [value] for column, value in where.items()}, table))

    def rows(self, table: str, where: Mapping[str, Sequence[str]], key: str) -> list[int]:
        """Positions of the rows in which every column has one of the given values, in table order."""
        starts = {name: tuple(values) for name, values in where.items() if name.endswith("^")}
        if starts:
            exact = {name: values for name, values in where.items() if name not in starts}
            heads = [(self.column(table, name[:-1], key), values) for name, values in starts.items()]
            return [i for i in self.rows(table, exact, key) if all(str(c[i]).startswith(v) for c, v in heads)]
        names = tuple(sorted(where))
        index = self._indexes.get((table, names))
        if index is None:
            index = {}
            # Of no column at all, every row is the same.
            first = next(iter(self._columns(table, key)))
            columns = [self.column(table, name, key) for name in names or (first,)]
            for position, cells in enumerate(zip(*(map(str, column) for column in columns), strict=True)):
                index.setdefault(cells if names else (), []).append(position)
            self._indexes[table, names] = index
        found: list[tuple[str, ...]] = [()]
        for name in names:
            found = [(*head, value) for head in found for value in where[name]]
        return sorted(position for values in found for position in index.get(values, ()))

    def records(self, table: str, **where: str) -> list[Mapping[str, Any]]:
        """The rows in which every column has its value, as column -> cell, in table order."""
        asked = table, tuple(where.items())
        if asked not in self._records:
            columns = self._columns(table, table)
            found = self.rows(table, {column: [value] for column, value in where.items()}, table)
            self._records[asked] = [{name: cells[i] for name, cells in columns.items()} for i in found]
        return self._records[asked]

    def column(self, table: str, name: str, key: str) -> list[Any]:
        """All cells of a column."""
        columns = self._columns(table, key)
        if name not in columns:
            raise KeyResolutionError(f"{key}: table {table} has no column {name!r}")
        return columns[name]

    def _columns(self, table: str, key: str) -> dict[str, list[Any]]:
        if table not in self._tables:
            frames = dict(self.outcome.tables)
            frames |= {f"inputs.{name}": frame for name, frame in self.outcome.inputs.tables().items()}
            if table not in frames:
                raise KeyResolutionError(f"{key}: the outcome has no table {table!r}")
            self._tables[table] = {str(name): frames[table][name].tolist() for name in frames[table].columns}
        return self._tables[table]

    def _parse(self, key: str) -> tuple[str, dict[str, list[str]], str]:
        match = _TABLE.match(key)
        if match is None:
            raise KeyResolutionError(f"{key}: not an outcome key")
        where: dict[str, list[str]] = {}
        for part in filter(None, match[2].split(",")):
            column, _, values = part.partition("=")  # `what^` where cells only start so
            where[column] = [unquote(value) for value in values.split("|")]
        return match[1], where, match[3]

    def _aggregate(self, table: str, rows: list[int], act: str, argument: str, key: str) -> int | float:
        if act == "rows":
            return len(rows)
        name, _, by = argument.partition(";")
        cells = self.column(table, name, key)
        if act == "distinct":
            return len({str(cells[i]) for i in rows})
        values = [_number(cells[i], key) for i in rows]
        if act in {"above", "below", "equal"}:
            labels = self.column(table, by, key)
            sums: dict[str, int | float] = {}
            for i, value in zip(rows, values, strict=True):
                sums[str(labels[i])] = sums.get(str(labels[i]), 0) + value
            test: dict[str, Callable[[int | float], bool]] = {
                "above": lambda v: v > 0,
                "below": lambda v: v < 0,
                "equal": lambda v: v == 0,
            }
            return sum(map(test[act], sums.values()))
        if act == "sum":
            return sum(values)
        if not values:
            raise KeyResolutionError(f"{key}: no row matches")
        return min(values) if act == "min" else max(values)


def evaluate(key: str, leaf: Callable[[str], int | float]) -> int | float:
    """The number behind a key whose undivided parts `leaf` resolves."""
    function = _FUNCTION.match(key)
    if function is None:
        return leaf(key)
    return _derive(function[1], [evaluate(part, leaf) for part in _arguments(function[2])], key)


def resolve_key(outcome: Outcome, key: str) -> int | float:
    """The number behind one key. Raises KeyResolutionError."""
    return Lookup(outcome).value(key)


def traces(key: str) -> list[str]:
    """The `table.column`, `meta.path` or `audit.path` places that a key draws on, in order."""
    function = _FUNCTION.match(key)
    if function:
        return [place for part in _arguments(function[2]) for place in traces(part)]
    if key.startswith(_ROOTS):
        return [re.sub(r"\[[^\]]*\]", "", key)]
    match = _TABLE.match(key)
    if match is None:
        raise KeyResolutionError(f"{key}: not an outcome key")
    act = _ACT.fullmatch(match[3])
    names = [match[3]] if act is None else [name for name in act[2].split(";") if name]
    return [f"{match[1]}.{name}" for name in names] or [match[1]]


def _arguments(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for sign in _SIGNS.finditer(text):
        if sign[0] != ",":
            depth += 1 if sign[0] in "([" else -1
        elif depth == 0:
            parts.append(text[start : sign.start()])
            start = sign.end()
    return [*parts, text[start:]]


def _derive(function: str, values: list[int | float], key: str) -> int | float:
    if function in {"ratio", "change"} and values[1] == 0:
        raise KeyResolutionError(f"{key}: division by zero")
    if function == "difference":
        return values[0] - values[1]
    if function == "ratio":
        return values[0] / values[1]
    if function == "change":
        return (values[0] - values[1]) / values[1]
    if function == "total":
        return sum(values)
    return min(values) if function == "least" else max(values)


def _descend(node: Any, path: str, key: str) -> Any:
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or not isinstance(node, Mapping) or step[1] not in node:
            raise KeyResolutionError(f"{key}: no such value")
        node = node[step[1]]
        if step[3] is not None and step[2] is None:
            place = int(step[3]) if step[3].isdigit() else -1
            if not 0 <= place < len(node):
                raise KeyResolutionError(f"{key}: no such value")
            node = node[place]
        elif step[2]:
            held = [item for item in node if str(item.get(step[2])) == unquote(step[3])]
            if len(held) != 1:
                raise KeyResolutionError(f"{key}: {len(held)} entries instead of one")
            node = held[0]
        at = step.end()
    return node


def _only(units: set[str]) -> str:
    return units.pop() if len(units) == 1 else ""


def _number(value: Any, key: str) -> int | float:
    kind = type(value)  # most cells by far, so first
    if kind is int or (kind is float and value == value):
        return value  # type: ignore[no-any-return]
    if isinstance(value, bool) or value is None or (not isinstance(value, str) and pd.isna(value)):
        raise KeyResolutionError(f"{key}: the cell is empty or not a number")
    if isinstance(value, int | float):
        return value
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise KeyResolutionError(f"{key}: {value!r} is not a number") from None
    return int(exact) if exact == exact.to_integral_value() else float(exact)
