"""Why two outcomes differ: what was changed in scenario, parameters, tables and versions, and what each part of the money did."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from silvafisc.allocation.between import Side, difference_parts
from silvafisc.results import Outcome

CAUSES = ["kind", "what", "first", "second"]
PARTS = ["region_code", "part", "amount_fen"]
_NAMES = frozenset({"id", "title", "extends"})
"""Parts of a scenario that name it and change nothing."""
_SPELLED_OUT = frozenset({"scenario", "law"})
"""Hashes whose content is compared itself."""


def waterfall(first: Outcome, second: Outcome) -> pd.DataFrame:
    """region_code, part, amount_fen: what moves each unit from the first to the second; see `allocation.between`."""
    sides = [Side.of(outcome.resolved, outcome.inputs, outcome.tables) for outcome in (first, second)]
    return pd.DataFrame(difference_parts(*sides), columns=PARTS)


def causes(first: Outcome, second: Outcome) -> pd.DataFrame:
    """kind, what, first, second: everything in which the two differ before anything was solved.

    kind: scenario (keys), parameter (values that the outcome's ledger names), input (SHA-256 of tables), version. A side
    that lacks it is empty. An outcome that does not record its scenario is compared by its resolved form.
    """
    rows: list[tuple[str, str, str, str]] = []
    stated = "scenario" in first.meta and "scenario" in second.meta
    keys = [
        dict(_leaves(outcome.meta["scenario"] if stated else outcome.resolved.to_json())) for outcome in (first, second)
    ]
    kept = [{path: value for path, value in side.items() if path not in _NAMES} for side in keys]
    kept = [{p: v for p, v in side.items() if not p.startswith("title.")} for side in kept]
    rows += _different("scenario", *kept)
    rows += _different("parameter", *(_parameters(outcome) for outcome in (first, second)))
    rows += _different("input", *(_hashes(outcome) for outcome in (first, second)))
    rows += _different("version", *(_texts(outcome.meta.get("versions", {})) for outcome in (first, second)))
    return pd.DataFrame(rows, columns=CAUSES)


def _different(kind: str, first: Mapping[str, str], second: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    names = [*first, *(name for name in second if name not in first)]
    pairs = [(name, first.get(name, ""), second.get(name, "")) for name in names]
    return [(kind, *pair) for pair in pairs if pair[1] != pair[2]]


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, value as text) of every single value."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in node):
        for position, value in enumerate(node):
            yield from _leaves(value, f"{path}[{position}]")
    else:
        yield path, _text(node)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parameters(outcome: Outcome) -> dict[str, str]:
    """Parameter or column -> value, of the ledger's rows that have one."""
    ledger = outcome.tables["sources"].astype(str)
    return {what: value for what, value in zip(ledger["what"], ledger["value"], strict=True) if value}


def _hashes(outcome: Outcome) -> dict[str, str]:
    found = _texts(outcome.meta.get("input_hashes", {}))
    return {name: value for name, value in found.items() if name not in _SPELLED_OUT}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}
