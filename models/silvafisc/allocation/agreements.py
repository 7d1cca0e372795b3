"""Transfers between units under signed agreements (横向补偿): who pays whom how much in which period.

    amount[p] = min(max(agreed amount, floor), cap); paid by the payer where the trigger index is met (or where there is
none), else nothing, or the same amount the other way round where the agreement is a bet
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from silvafisc.quantities import share, yuan_to_fen
from silvafisc.results import Resolved

RULE = "horizontal"
COLUMNS = ["document", "period", "payer", "receiver", "amount_fen", "index", "threshold", "met"]


@dataclass(frozen=True)
class Transfer:
    """One payment of one period; index is '' where the agreement has none."""

    document: str
    period: str
    payer: str
    receiver: str
    fen: int
    index: str
    met: bool


def transfers(params: Mapping[str, Any], periods: Sequence[str]) -> Iterator[Transfer]:
    """The payments of one agreement, in order of period. Raises KeyError where a period has no index."""
    fen = yuan_to_fen(str(params["amount"]))
    if params.get("floor") is not None:
        fen = max(fen, yuan_to_fen(str(params["floor"])))
    if params.get("cap") is not None:
        fen = min(fen, yuan_to_fen(str(params["cap"])))
    for period in periods:
        index, met = "", True
        if params.get("index") is not None:
            index = str(params["index"][period])
            held, against = share(index), share(str(params["threshold"]))
            met = held <= against if params["trigger"] == "at_most" else held >= against
        payer, receiver = str(params["payer"]), str(params["receiver"])
        if not met:
            if params["otherwise"] == "nothing":
                continue
            payer, receiver = receiver, payer
        yield Transfer(str(params["document"]), period, payer, receiver, fen, index, met)


def all_transfers(resolved: Resolved) -> list[Transfer]:
    """Those of every agreement of the scenario."""
    return [t for spec in resolved.rules if spec.rule == RULE for t in transfers(spec.params, resolved.periods)]


def agreement_table(resolved: Resolved) -> pd.DataFrame:
    """All transfers, with what decided their direction."""
    held = {str(spec.params["document"]): spec.params.get("threshold") for spec in resolved.rules if spec.rule == RULE}
    rows = [
        (t.document, t.period, t.payer, t.receiver, t.fen, t.index, held[t.document] or "", "yes" if t.met else "no")
        for t in all_transfers(resolved)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
