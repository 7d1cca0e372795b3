"""What offers will cost after the horizon: instalments that fall due when no appropriation is planned yet."""

from collections.abc import Mapping

import numpy as np

from .exact import Ints, entitlements, split_by_tier
from .menus.tasks import instalment_amounts
from .problem import Problem

BEYOND = "beyond."
"""Start of the names of columns with what loans cost after the horizon, as `menus.columns.beyond_column`."""
Later = Mapping[tuple[str, str, str], Ints]
"""(fund, payer, year) -> fen per offer."""


def due_beyond(problem: Problem) -> Later:
    """What offers leave to years after the last period: instalments of tasks, by the plan of the measure and the legal
    payer shares, and the subsidies of loans, as their columns say.
    """
    table, resolved = problem.offers.table, problem.resolved
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    found: dict[tuple[str, str, str], Ints] = {}
    for task in resolved.tasks:
        mine = ((table["nature"] == "task") & (table["measure"] == task.id)).to_numpy()
        for period in resolved.periods:
            used = np.flatnonzero(mine & (table["period"] == period).to_numpy())
            offers = table.iloc[used]
            total = entitlements(offers["standard_fen"].to_numpy(), offers["area_tenth_mu"].to_numpy())
            for years, amount in instalment_amounts(task, total):
                due = str(int(period) + years)
                if due in resolved.periods or not len(used):
                    continue
                owners = [tiers[code] for code in offers["region_code"]]
                for payer, fen in split_by_tier(amount, owners, task.payer_shares).items():
                    column = found.setdefault((task.fund, payer, due), np.zeros(len(table), np.int64))
                    column[used] += fen
    for name in (name for name in table.columns if str(name).startswith(BEYOND)):
        fund, payer, year = str(name).removeprefix(BEYOND).removesuffix("_fen").rsplit(".", 2)
        column = found.setdefault((fund, payer, year), np.zeros(len(table), np.int64))
        column += table[name].to_numpy(np.int64)
    return found
