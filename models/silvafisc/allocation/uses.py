"""What the money of a recurring standard is for (资金用途): owner, patrol, public work, administration."""

from fractions import Fraction
from math import floor

import pandas as pd

from silvafisc.quantities import mu_to_tenths, yuan_to_fen
from silvafisc.quantities.money import TENTHS_PER_MU

from .problem import Problem, grouped
from .terms.split import used_per_mu

OWNER = "owner"
COLUMNS = ["region_code", "fund", "category", "period", "use", "amount_fen"]


def uses_of_money(problem: Problem, allocation: pd.DataFrame) -> pd.DataFrame:
    """uses.csv: rigid and top-up money of each unit, category and period, split into its uses.

    use = floor(fen per mu of the use x area); the owner receives the rest, so that the uses sum to what is paid and no
    rounding is taken from the owner. Empty where the scenario does not list the rule `split`.
    """
    spec = problem.resolved.rule("split")
    uses = {} if spec is None else spec.params["uses"]
    mine = allocation[allocation["category"].isin(list(uses))]
    rows: list[tuple[str, str, str, str, str, int]] = []
    for key, used in grouped(mine, ["region_code", "fund", "category", "period"]).items():
        code, fund, category, period = key
        group = mine.iloc[used]
        area = mu_to_tenths(next(text for text in group["area_mu"] if text))
        standard = max(yuan_to_fen(text) for text in group["standard_yuan_per_mu"] if text)
        left = int(group["payment_fen"].sum())
        for use, how in uses[category].items():
            amount = floor(Fraction(used_per_mu(how, standard) * area, TENTHS_PER_MU))
            rows.append((code, fund, category, period, use, amount))
            left -= amount
        rows.append((code, fund, category, period, OWNER, left))
    return pd.DataFrame(rows, columns=COLUMNS)
