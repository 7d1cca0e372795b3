"""What computed packages of the carbon engine have in common: what they say of themselves, and whether they still fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from silvafisc.datasets import package_hash, package_names
from silvafisc.datasets.arrays import MadeOf
from silvafisc.policy import Rules

from .yield_arrays import stand_hashes

Said = Mapping[str, str]
"""A text by language."""
Problem = tuple[list[str], str, str]
"""(names, what is wrong with them in English, in Chinese); nothing is wrong where there are no names."""
UNIT = "tco2e_per_mu"
_SHOWN = 6
"""How many names of a long list a finding shows."""


@dataclass(frozen=True)
class Words:
    """What a package says of itself. columns: name -> (type, unit, zh, en), of which `key` names a row; arrays: name ->
    (unit, zh, en); source: what computed the numbers; counted: what a row is."""

    name: str
    title: Said
    description: Said
    columns: Mapping[str, tuple[str, str, str, str]]
    key: tuple[str, ...]
    arrays: Mapping[str, tuple[str, str, str]]
    source: str
    counted: str


def described(
    words: Words,
    rows: int,
    codes: Sequence[str],
    years: Sequence[int],
    made_of: Mapping[str, Mapping[str, str]],
    status: str,
) -> dict[str, Any]:
    """The content of datapackage.json. codes, years: axes of the arrays, where there are any. status: the worst of
    everything that the numbers were computed from."""
    fields = [
        {
            "name": name,
            "type": kind,
            "unit": unit,
            "description": {"zh": zh, "en": en},
            "source": "this package" if name in words.key else words.source,
            "status": "computed" if name in words.key else status,
        }
        for name, (kind, unit, zh, en) in words.columns.items()
    ]
    arrays = [
        {"name": name, "unit": unit, "description": {"zh": zh, "en": en}, "source": words.source, "status": status}
        for name, (unit, zh, en) in sorted(words.arrays.items())
    ]
    held = {
        "path": "arrays.npz",
        "axes": {"region_code": list(codes), "year": [str(year) for year in years]},
        "arrays": arrays,
    }
    return {
        "name": words.name,
        "title": dict(words.title),
        "description": dict(words.description),
        "licence": "Computed by SilvaFisc, Apache-2.0.",
        "references": [{"title": "Carbon budget model CBM-CFS3, libcbm (Canadian Forest Service, MPL-2.0)"}],
        "resources": [
            {"name": words.name, "path": "data.csv", "schema": {"fields": fields, "primaryKey": list(words.key)}}
        ],
        "checks": [{"kind": "count", "rows": rows, "source": words.counted}],
        **({"arrays": held} if arrays else {}),
        "made_of": {part: dict(sorted(of.items())) for part, of in made_of.items()},
    }


def strayed(made: MadeOf, codes: Sequence[str], stands: pd.DataFrame, rules: Rules) -> tuple[Problem, ...]:
    """In what the units, the law and the shipped packages differ from those that a package of units `codes` was made of.

    Every parameter that it was computed with is read here, so that the ledger lists it and a change of it is refused
    instead of lost.
    """
    own, shipped = stand_hashes(stands), set(package_names())
    stale = [name for name, digest in made.packages.items() if name not in shipped or package_hash(name) != digest]
    return (
        (sorted(set(own) - set(codes)), "has no units", "没有单位"),
        (
            sorted(code for code in set(own) & set(made.rows) if own[code] != made.rows[code]),
            "was built with other stands of",
            "生成时所用林分与现有林分不同的单位",
        ),
        (
            [path for path, value in made.parameters.items() if _in_force(path, rules) != value],
            "was built with other values of",
            "生成时所用取值与现行取值不同的参数",
        ),
        (stale, "was built from other data packages", "生成后已变动的数据包"),
    )


def _in_force(path: str, rules: Rules) -> str | None:
    """The value of a parameter, or None where it is unknown or not in force."""
    return rules.entry(path).value if path in rules.tree.parameters and rules.holds(path) else None


def some(names: Sequence[str]) -> str:
    """The first few names of a list, and how many there are where they are more."""
    more = f" … ({len(names)})" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
