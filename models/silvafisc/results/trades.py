"""The trade between two plans in plain words, generated from its numbers: what it costs, what it brings, who gains and loses.

Whoever prints the sentences puts the numbers in, exact or as shown; which sentence is said follows from their signs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Spot:
    """A place for a number. kind: money, carbon, price, count, objective …; of: which group, objective or unit."""

    kind: str
    of: str = ""


Piece = str | Spot
"""Text as it stands, or the place of a number."""


@dataclass(frozen=True)
class GroupTrade:
    """What a group of units gains or loses: its name, and the sign of its money."""

    id: str
    name: str
    money: int


@dataclass(frozen=True)
class Trade:
    """The signs of a plan against the reference, as the reader sees the numbers.

    carbon: None where no tonnes can be compared. objectives: (id, name, sign). first, last: (code, name) of the units with
    the largest increase and decrease.
    """

    plan: str
    reference: str
    money: int
    carbon: int | None
    objectives: Sequence[tuple[str, str, int]]
    groups: Sequence[GroupTrade]
    first: tuple[str, str] | None
    last: tuple[str, str] | None


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("silvafisc.results").joinpath("trades.yaml").read_text("utf-8"))
    return loaded


def trade_sentences(trade: Trade, language: str) -> list[tuple[Piece, ...]]:
    """One entry per sentence, in `zh` or `en`: money and carbon, other objectives, units and groups, the extremes."""
    words = _words()
    key = f"{_word(trade.money)}_{'unknown' if trade.carbon is None else _word(trade.carbon)}"
    names: dict[str, Piece] = {"plan": trade.plan, "reference": trade.reference}
    numbers: dict[str, Piece] = {name: Spot(name) for name in ("money", "carbon", "price")}
    said = [_filled(words["trade"][key][language], names | numbers)]
    for term, name, sign in trade.objectives:
        said.append(
            _filled(words["objective"][_word(sign)][language], {"label": name, "size": Spot("objective", term)})
        )
    units = _filled(words["units"][language], {name: Spot(name) for name in ("more", "less", "same")})
    for group in trade.groups:
        counts: dict[str, Piece] = {name: Spot(name, group.id) for name in ("units", "more", "less")}
        size: dict[str, Piece] = {"group": group.name, "size": Spot("money", group.id)}
        units += _filled(words["group"][_word(group.money)][language], counts | size)
    said.append((*units, words["end"][language]))
    for key, unit in (("largest", trade.first), ("smallest", trade.last)):
        if unit is not None:
            said.append(_filled(words[key][language], {"name": unit[1], "size": Spot("change", unit[0])}))
    return said


def _word(sign: int) -> str:
    return "more" if sign > 0 else "less" if sign < 0 else "same"


def _filled(template: str, values: dict[str, Piece]) -> tuple[Piece, ...]:
    """A template with its places filled; empty texts left out."""
    parts = enumerate(re.split(r"\{(\w+)\}", template))
    return tuple(piece for at, text in parts if (piece := values[text] if at % 2 else text) != "")
