"""A change in one or two sentences, generated from its parts: how much more or less, why, and what works the other way.

The largest part comes first; a part that is 0 is not mentioned. Whoever prints a sentence puts the amounts in, so that the
same words serve exact yuan and shown sizes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Amount:
    """A place for a number: that of a part, with its sign, or ('') of the whole change, without one."""

    part: str = ""


Piece = str | Amount
"""Text as it stands, or the place of a number."""


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        files("silvafisc.results").joinpath("sentences.yaml").read_text(encoding="utf-8")
    )
    return loaded


def change_sentence(against: str, parts: Sequence[tuple[str, int]], language: str) -> tuple[Piece, ...]:
    """The sentence of a change.

    Args:
        against: last_year, proposal or factor_method; any other name is printed as it is.
        parts: (part, size) in one unit, exact or as shown; they sum to the change.
        language: zh or en.

    Raises:
        KeyError: a part that has no words.
    """
    total = sum(size for _, size in parts)
    ups, downs = (_clauses([p for p in parts if p[1] * sign > 0], language) for sign in (1, -1))
    named: Sequence[Piece] = [_words()["against"].get(against, {}).get(language, against)]
    with_it, other = (ups, downs) if total > 0 else (downs, ups)
    pieces = _filled("more" if total > 0 else "less" if total else "same", language, against=named, amount=[Amount()])
    if total:
        pieces += _filled("because", language, clauses=with_it)
        pieces += _filled("offset", language, clauses=other) if other else []
    elif ups:
        pieces += _filled("balance", language, up=ups, down=downs)
    return _merged([*pieces, *_filled("end", language)])


def _clauses(parts: Sequence[tuple[str, int]], language: str) -> list[Piece]:
    """The parts as a list, largest first; of equal ones in the order given."""
    found: list[Piece] = []
    for part, size in sorted(parts, key=lambda pair: -abs(pair[1])):
        phrase = str(_words()["parts"][part]["more" if size > 0 else "less"][language])
        found += [str(_words()["list"][language])] if found else []
        found += _filled("clause", language, phrase=[phrase], amount=[Amount(part)])
    return found


def _filled(key: str, language: str, **values: Sequence[Piece]) -> list[Piece]:
    """A template with its places filled."""
    template: str = _words()[key][language]
    pieces: list[Piece] = []
    for at, text in enumerate(re.split(r"\{(\w+)\}", template)):
        pieces += values[text] if at % 2 else [text]
    return pieces


def _merged(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbouring texts as one, empty ones left out."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return tuple(merged)
