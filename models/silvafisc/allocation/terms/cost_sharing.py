"""Cost sharing: every payment is split by the legal shares of the unit's tier.

    cost[payer] = split(payment, share[measure, tier(r)])
In words: an offer whose columns are not the exact legal split of its payment cannot be chosen. Factor money is
entrusted: the fund's payer pays it whole and may not ask for matching.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.results.resolved import Shares

from ..exact import split
from ..problem import Indices, Part, Problem, cost_columns, forbid, grouped

TITLE = {"zh": "分级负担", "en": "Cost sharing"}
LAW = "中央对地方专项转移支付管理办法第十五条；国办发〔2020〕19号"
RELAXABLE = False


def rows(problem: Problem, params: Mapping[str, Any]) -> Part:
    """One row per offer whose payer columns deviate from the legal split."""
    table, resolved = problem.offers.table, problem.resolved
    tiers = dict(zip(problem.inputs.regions["region_code"], problem.inputs.regions["payer_tier"], strict=True))
    shares: dict[str, Mapping[str, Shares]] = {c.id: c.payer_shares for c in resolved.categories}
    shares |= {t.id: t.payer_shares for t in resolved.tasks}
    keys = pd.DataFrame(
        {
            "fund": table["fund"],
            "subject": np.where(table["category"] != "", table["category"], table["measure"]),
            "tier": table["region_code"].map(tiers),
        }
    )
    wrong = np.zeros(len(table), bool)
    for (fund, subject, tier), used in grouped(keys, ["fund", "subject", "tier"]).items():
        wrong[used] = _deviates(problem, used, fund, shares.get(subject), tier)
    return forbid(problem, "cost_sharing", np.flatnonzero(wrong))


def _deviates(
    problem: Problem, offers: Indices, fund: str, shares: Mapping[str, Shares] | None, tier: str
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    legal: Shares = ((problem.resolved.fund(fund).payer, "1"),) if shares is None else shares[tier]
    table, wrong = problem.offers.table, np.zeros(len(offers), bool)
    for period in problem.resolved.periods:
        columns = cost_columns(table, period, fund)
        paid = {column.split(".")[2]: table[column].to_numpy()[offers] for column in columns}
        expected = split(np.sum([np.zeros(len(offers), np.int64), *paid.values()], axis=0), legal)
        for payer, fen in paid.items():
            wrong |= fen != expected.get(payer, np.zeros(len(offers), np.int64))
    return wrong
