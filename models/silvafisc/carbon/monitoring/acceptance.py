"""Acceptance on samples: verified area and survival with confidence, and what that means for an instalment."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from silvafisc.policy import Rules
from silvafisc.quantities import share

from ..errors import refuse
from ..mixtures import Array

CONFIDENCE = "assumptions.carbon.monitoring.acceptance_confidence"
Verdict = Literal["passed", "failed", "undecided"]
CHECKS = {
    "survival": "unit_standards.instalments.survival_check",
    "retention": "unit_standards.instalments.retention_check",
}
"""Check of an instalment, as the input table `acceptance` names it -> the share that it requires."""
SHOWN = Decimal("0.0001")
"""Shares are handed on to a hundredth of a per cent, downwards: never more than was shown."""


@dataclass(frozen=True)
class Evidence:
    """A share with its two one-sided limits at the stated confidence, each, and what follows for the required share."""

    estimate: float
    low: float
    high: float
    required: float
    verdict: Verdict


def survival(alive: int, looked_at: int, check: str, rules: Rules) -> Evidence:
    """Share of trees alive, of a simple random sample of planting places.

    Limits of Clopper and Pearson (1934): low solves P(X ≥ alive | low) = α, high solves P(X ≤ alive | high) = α, with
    1 − α the confidence. Passed: even the low limit reaches what is required; failed: even the high one does not; else
    the sample decides nothing and more places must be looked at.

    check: a name in CHECKS.

    Raises:
        InputError: more alive than looked at, nothing looked at, an unknown check.
    """
    required = required_share(check, rules)
    if not 0 <= alive <= looked_at or looked_at == 0:
        en, zh = f"{alive} alive of {looked_at} looked at", f"检查 {looked_at} 株、成活 {alive} 株"
        raise refuse("survival", f"impossible sample: {en}", f"抽样数据有误：{zh}")
    alpha = 1 - rules.number(CONFIDENCE)
    low = float(stats.beta.ppf(alpha, alive, looked_at - alive + 1)) if alive else 0.0
    high = float(stats.beta.ppf(1 - alpha, alive + 1, looked_at - alive)) if alive < looked_at else 1.0
    return judged(alive / looked_at, low, high, required)


def verified_area(
    reported: Sequence[float],
    found: Sequence[float],
    parcels: int,
    reported_in_all: float,
    required: float,
    rules: Rules,
) -> Evidence:
    """Share of the reported area that was found, of a simple random sample of parcels out of `parcels`.

    Ratio estimator r = Σ found / Σ reported with (Cochran 1977, 6.13)
    var = (1 − n/N) / (n X̄²) · Σ (y_i − r x_i)² / (n − 1), X̄ the mean reported area of all parcels; limits by Student's t
    with n − 1 degrees of freedom. A parcel may hold more than was reported.

    reported, found: mu of each sampled parcel. reported_in_all: mu of all parcels. required: share.

    Raises:
        InputError: lists of different length, fewer than two parcels or more than there are, areas that cannot be.
    """
    claimed, seen = np.asarray(reported, np.float64), np.asarray(found, np.float64)
    n = len(claimed)
    if len(seen) != n or not 2 <= n <= parcels:
        en, zh = f"{n} and {len(seen)} parcels of {parcels}", f"抽取 {n}、{len(seen)} 个，共 {parcels} 个地块"
        raise refuse("verified_area", f"impossible sample: {en}", f"抽样数据有误：{zh}")
    if not (claimed > 0).all() or not (seen >= 0).all() or not reported_in_all >= claimed.sum():
        raise refuse("verified_area", "areas must be known and possible", "面积须已知且合理")
    low, high = ratio_limits(claimed, seen, parcels, reported_in_all / parcels, rules)
    return judged(float(seen.sum() / claimed.sum()), low, high, required)


def ratio_limits(
    claimed: Sequence[float] | Array, seen: Sequence[float] | Array, parcels: int | None, mean: float, rules: Rules
) -> tuple[float, float]:
    """One-sided limits, each, of Σ seen / Σ claimed over two or more parcels of a simple random sample.

    parcels: how many there are in all; None: so many, or so sampled inside themselves, that none of the error goes away.
    mean: X̄, the mean of what all parcels claim.
    """
    x, y = np.asarray(claimed, np.float64), np.asarray(seen, np.float64)
    n, ratio = len(x), float(y.sum() / x.sum())
    spread = float(((y - ratio * x) ** 2).sum() / (n - 1))
    left = 1.0 if parcels is None else 1 - n / parcels
    reach = float(stats.t.ppf(rules.number(CONFIDENCE), n - 1)) * float(np.sqrt(left * spread / n) / mean)
    return max(0.0, ratio - reach), ratio + reach


def acceptance_rows(region_code: str, measure: str, period: str, found: dict[str, Evidence]) -> pd.DataFrame:
    """Rows of the input table `acceptance`, by check: the share that the sample proves, which is its low limit.

    So a gate opens on what was shown. An undecided check stands below what is required until more places are looked at.
    """
    shares = [
        str(min(Decimal(1), Decimal(repr(one.low)).quantize(SHOWN, ROUND_DOWN))) for _, one in sorted(found.items())
    ]
    return pd.DataFrame(
        {
            "region_code": region_code,
            "measure": measure,
            "period": period,
            "check": sorted(found),
            "passed_share": shares,
        }
    )


def places_needed(alive_share: str, check: str, rules: Rules) -> int | None:
    """The fewest planting places n of which ⌊share · n⌋ alive pass; None where such a share never can.

    Whole trees make passing uneven: at n + 1 one more tree alive may be needed.

    alive_share: decimal text, so that ⌊share · n⌋ is exact.
    """
    required, part = required_share(check, rules), share(alive_share)
    # Exactly: a share that just equals what is required never passes, however many places are looked at.
    if not rules.fraction(CHECKS[check]) < part <= 1:
        return None
    alpha, reach = 1 - rules.number(CONFIDENCE), 64
    while True:
        places = np.arange(1, reach + 1)
        alive = np.array([int(part * n) for n in places.tolist()])
        low = stats.beta.ppf(alpha, np.maximum(alive, 1), places - alive + 1)
        if passing := np.flatnonzero((alive > 0) & (low >= required)).tolist():
            return int(places[passing[0]])
        reach *= 4


def required_share(check: str, rules: Rules) -> float:
    """What a check of CHECKS asks for. Raises InputError for any other."""
    if check not in CHECKS:
        known = ", ".join(sorted(CHECKS))
        raise refuse("check", f"unknown {check!r}; known: {known}", f"未知的验收项 {check!r}；可用：{known}")
    return float(rules.fraction(CHECKS[check]))


def judged(estimate: float, low: float, high: float, required: float) -> Evidence:
    """The verdict on a share with its limits."""
    verdict: Verdict = "passed" if low >= required else "failed" if high < required else "undecided"
    return Evidence(estimate, low, high, required, verdict)
