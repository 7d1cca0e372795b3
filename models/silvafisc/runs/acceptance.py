"""Gates of instalments (验收): money of earlier years' tasks is paid where its checks were passed, else withheld."""

from collections.abc import Sequence

import pandas as pd

from silvafisc.quantities import share
from silvafisc.results import RuleSpec

Commitments = tuple[tuple[str, str, str, str, int], ...]
KEY = ("region_code", "measure", "period")


def gated(
    commitments: Commitments, acceptance: pd.DataFrame | None, rules: Sequence[RuleSpec]
) -> tuple[Commitments, Commitments]:
    """(paid, withheld) of the opening commitments; all are paid where the rule `instalments` is not listed.

    A commitment is paid where every check of its unit, measure and period found at least the share that the rule asks
    for. One without any result counts as paid here and is refused by name in `needs`.
    """
    spec = next((rule for rule in rules if rule.rule == "instalments"), None)
    if spec is None or acceptance is None:
        return commitments, ()
    names = (*KEY, "check", "passed_share")
    failed = {
        (region, measure, period)
        for region, measure, period, check, found in zip(*(acceptance[name] for name in names), strict=True)
        if share(str(found)) < share(str(spec.params[check]))
    }
    paid = tuple(c for c in commitments if (c[0], c[2], c[3]) not in failed)
    return paid, tuple(c for c in commitments if c not in paid)
