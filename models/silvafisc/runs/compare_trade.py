"""The trade between each outcome and the reference: money, tonnes, yuan per tonne, and for how many units it is more or less."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

COLUMNS = [
    "outcome",
    "payment_fen",
    "due_after_fen",
    "carbon_tco2e",
    "fen_per_tco2e",
    "more",
    "less",
    "same",
    "standards_up",
    "standards_down",
]


def trades(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per other outcome; differences against the reference.

    fen_per_tco2e: money, with what is left to pay after the last period, over tonnes where both rise or both fall (else
    neither buys the other and the cell is empty).
    """
    outcomes = frames["outcomes"].set_index("outcome")
    rows = []
    for number in [int(n) for n in outcomes.index if n > 1]:
        change = _of(frames["units"], number)["difference_fen"]
        money, carbon = int(change.sum()), _difference(outcomes["carbon_tco2e"], number)
        later = int(outcomes["due_after_fen"][number] - outcomes["due_after_fen"][1])
        pays = carbon is not None and money * carbon > 0
        steps = pd.to_numeric(_of(frames["standards"], number)["difference_yuan_per_mu"], errors="coerce")
        counts = (int((change > 0).sum()), int((change < 0).sum()), int((change == 0).sum()))
        price = (money + later) / carbon if pays and carbon else None
        rows.append((number, money, later, carbon, price, *counts, int((steps > 0).sum()), int((steps < 0).sum())))
    return pd.DataFrame(rows, columns=COLUMNS)


def _of(frame: pd.DataFrame, outcome: int) -> pd.DataFrame:
    return frame[frame["outcome"] == outcome]


def _difference(values: "pd.Series[Any]", number: int) -> float | None:
    first, second = values[1], values[number]
    return None if pd.isna(first) or pd.isna(second) else float(second) - float(first)
