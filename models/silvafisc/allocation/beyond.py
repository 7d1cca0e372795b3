"""What offers will cost after the horizon: instalments that fall due when no appropriation is planned yet."""

from collections.abc import Mapping

import numpy as np

from .exact import Ints, entitlements, split_by_tier
from .menus.tasks import instalment_amounts
from .problem import Problem

Later = Mapping[tuple[str, str, str], Ints]
"""(fund, payer, year) -> fen per offer."""


def due_beyond(problem: Problem) -> Later:
    """Instalments of task offers due after the last period, by the plan of the measure and the legal payer shares."""
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
    return found
