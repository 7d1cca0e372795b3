"""What is owed in instalments: due from earlier years, withheld after acceptance, and left to the years after the horizon."""

import numpy as np
import pandas as pd

from .beyond import due_beyond
from .problem import Indices, Problem, grouped

COLUMNS = ["region_code", "fund", "measure", "year", "state", "amount_fen"]
DUE, WITHHELD, LATER = "due", "withheld", "later"


def instalments_owed(problem: Problem, chosen: Indices) -> pd.DataFrame:
    """instalments.csv: opening commitments that are paid or withheld, and what the chosen tasks leave to later years.

    Amounts of `later` are those of all payers. Instalments of chosen tasks that fall due inside the horizon are the
    committed rows of the allocation. Empty where the scenario does not list the rule `instalments`.
    """
    resolved = problem.resolved
    rows: list[tuple[str, str, str, str, str, int]] = []
    if resolved.rule("instalments") is None:
        return pd.DataFrame(columns=COLUMNS)
    for state, commitments in ((DUE, resolved.opening_commitments), (WITHHELD, resolved.withheld_commitments)):
        rows += [(code, fund, measure, period, state, fen) for code, fund, measure, period, fen in commitments]
    offers = problem.offers.table.iloc[chosen]
    for (fund, _, year), fen in due_beyond(problem).items():
        owed = offers.assign(fen=fen[chosen])[fen[chosen] > 0]
        for (code, measure), used in grouped(owed, ["region_code", "measure"]).items():
            rows.append((code, fund, measure, year, LATER, int(np.sum(owed["fen"].to_numpy()[used]))))
    sums: dict[tuple[str, ...], int] = {}
    for *key, amount in rows:
        sums[tuple(key)] = sums.get(tuple(key), 0) + amount
    return pd.DataFrame([(*key, amount) for key, amount in sorted(sums.items())], columns=COLUMNS)
