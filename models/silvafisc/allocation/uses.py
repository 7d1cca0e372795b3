"""What the money of a recurring standard is for (资金用途): owner, patrol, public work, administration."""

from math import floor

import pandas as pd

from silvafisc.quantities import yuan_to_fen
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
    held = problem.inputs.areas
    areas = dict(zip(zip(held["region_code"], held["category"], strict=True), held["area_tenth_mu"], strict=True))
    rows: list[tuple[str, str, str, str, str, int]] = []
    for key, used in grouped(mine, ["region_code", "fund", "category", "period"]).items():
        code, fund, category, period = key
        group = mine.iloc[used]
        # A top-up row carries the standard that is paid; where nothing is topped up it is the floor of the rigid row.
        paid = group.sort_values("nature", ascending=False)["standard_yuan_per_mu"]
        standard, area = yuan_to_fen(str(paid.iloc[0])), areas.get((code, category), 0)
        left = int(group["payment_fen"].sum())
        for use, how in uses[category].items():
            amount = floor(used_per_mu(how, standard) * int(area) / TENTHS_PER_MU)
            rows.append((code, fund, category, period, use, amount))
            left -= amount
        rows.append((code, fund, category, period, OWNER, left))
    return pd.DataFrame(rows, columns=COLUMNS)
