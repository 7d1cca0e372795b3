"""What samples prove: one judgement per task and check, further places where they prove nothing, and rows for the gate."""

from decimal import Decimal

import numpy as np
import pandas as pd
from scipy import stats

from silvafisc.policy import Rules

from .acceptance import (
    CONFIDENCE,
    SHOWN,
    Evidence,
    acceptance_rows,
    judged,
    places_needed,
    ratio_limits,
    required_share,
    survival,
    verified_area,
)
from .samples import AREA, Sample

_MOST = 1_000_000
"""Places beyond which no check goes: what would need more is at the line."""
_AREA_CHECK = "assumptions.carbon.ground.area_check"


def judge(sample: Sample, rules: Rules) -> Evidence:
    """The evidence of a sample.

    Area: `verified_area` of the parcels. Survival and retention: limits of Clopper and Pearson over all places, and of
    the ratio with parcels as clusters where only some parcels were looked at; the lower low and the higher high count:
    places of one parcel live or die together, and parcels that are alike do not prove that all are.

    Raises:
        InputError: as `survival` and `verified_area`.
    """
    looked, right, claim = sample.looked_at, sample.right, sample.claim
    if sample.check == AREA:
        assert claim is not None, "read_samples refuses an area check without its claim"
        required = float(rules.fraction(_AREA_CHECK))
        if claim.parcels == 1:
            share = right[0] / looked[0]
            return judged(share, share, share, required)
        # Where every parcel was looked at, their sum may miss the whole by the last digits of binary arithmetic.
        whole = max(float(claim.reported_mu), sum(looked))
        return verified_area(looked, right, claim.parcels, whole, required, rules)
    pooled = survival(int(sum(right)), int(sum(looked)), sample.check, rules)
    if len(looked) == 1 or (claim is not None and claim.parcels == len(looked)):
        return pooled
    low, high = ratio_limits(looked, right, None, sum(looked) / len(looked), rules)
    return judged(pooled.estimate, min(pooled.low, low), min(1.0, max(pooled.high, high)), pooled.required)


def further(sample: Sample, found: Evidence, rules: Rules) -> int | None:
    """How many more places (survival, retention) or parcels (area) would decide, if they turn out as those seen.

    0 where the sample decides. None where no number does: the share found is the one that is required, or all but. Where places of a
    parcel are alike, their number grows by the design effect: the variance with parcels as clusters over that of places.
    """
    if found.verdict != "undecided":
        return 0
    if sample.check == AREA:
        return _further_parcels(sample, found, rules)
    looked = int(sum(sample.looked_at))
    needed = _places(found.estimate, sample.check, looked, rules)
    if needed is None:
        return None
    return max(1, int(np.ceil(needed * _design_effect(sample, found.estimate))) - looked)


def evidence_table(samples: list[Sample], rules: Rules) -> pd.DataFrame:
    """One row per task and check: who looked, what was found with its limits, the verdict, further places."""
    rows = []
    for one in samples:
        found = judge(one, rules)
        more = further(one, found, rules)
        rows.append(
            {
                "region_code": one.region_code,
                "measure": one.measure,
                "period": one.period,
                "check": one.check,
                "parcels": len(one.looked_at),
                "places": "" if one.check == AREA else str(int(sum(one.looked_at))),
                "estimate": found.estimate,
                "low": found.low,
                "high": found.high,
                "required": found.required,
                "verdict": found.verdict,
                "further": "" if more is None else str(more),
                "verified_by": one.verified_by,
                "last_day": one.last_day,
                "status": one.status,
                "source": one.source,
            }
        )
    return pd.DataFrame(rows)


def acceptance_table(samples: list[Sample], rules: Rules) -> pd.DataFrame:
    """The input table `acceptance` of these samples, as a scenario's folder of tables takes it.

    passed_share is what the sample proves (`acceptance_rows`). Area has no gate of its own: it is settled.
    """
    frames = []
    for one in samples:
        if one.check != AREA:
            found = judge(one, rules)
            rows = acceptance_rows(one.region_code, one.measure, one.period, {one.check: found})
            told = f"{one.source}; {sum(one.right):.0f}/{sum(one.looked_at):.0f} places, {len(one.looked_at)} parcels, {one.verified_by}, {one.last_day}"
            demo = "yes" if one.demo else ""
            frames.append(rows.assign(status=one.status, source=told, demo=demo))
    columns = ["region_code", "measure", "period", "check", "passed_share", "status", "source", "demo"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _places(estimate: float, check: str, looked: int, rules: Rules) -> int | None:
    """The fewest places, of which this share lives, that decide: upwards `places_needed`, downwards the same way round.

    None at the line, and so near to it that by the normal approximation z² p (1 − p) / (p − required)² more than _MOST
    places would be needed.
    """
    required, confidence = required_share(check, rules), rules.number(CONFIDENCE)
    apart = abs(estimate - required)
    if apart**2 * _MOST <= float(stats.norm.ppf(confidence)) ** 2 * estimate * (1 - estimate):
        return None
    if estimate > required:
        return places_needed(str(Decimal(repr(estimate)).quantize(SHOWN)), check, rules)
    reach = looked
    while True:
        reach *= 4
        places = np.arange(looked + 1, reach + 1)
        alive = np.ceil(places * estimate)
        high = stats.beta.ppf(confidence, alive + 1, np.maximum(places - alive, 1))
        if failing := np.flatnonzero((alive < places) & (high < required)).tolist():
            return int(places[failing[0]])


def _design_effect(sample: Sample, share: float) -> float:
    """At least 1; 1 where a single parcel was looked at or nothing varies."""
    looked, right = np.asarray(sample.looked_at), np.asarray(sample.right)
    n = len(looked)
    if n == 1 or not 0 < share < 1:
        return 1.0
    clustered = float(((right - share * looked) ** 2).sum() / (n * (n - 1)) / looked.mean() ** 2)
    return max(1.0, clustered * float(looked.sum()) / (share * (1 - share)))


def _further_parcels(sample: Sample, found: Evidence, rules: Rules) -> int | None:
    """More parcels at the residuals seen; every parcel looked at always decides, but for the very share required."""
    assert sample.claim is not None
    looked, right, n = np.asarray(sample.looked_at), np.asarray(sample.right), len(sample.looked_at)
    spread = float(((right - found.estimate * looked) ** 2).sum() / (n - 1))
    mean = float(sample.claim.reported_mu) / sample.claim.parcels
    for more in range(1, sample.claim.parcels - n + 1):
        m = n + more
        error = np.sqrt((1 - m / sample.claim.parcels) * spread / m) / mean
        if abs(found.estimate - found.required) > stats.t.ppf(rules.number(CONFIDENCE), m - 1) * error:
            return more
    return None
