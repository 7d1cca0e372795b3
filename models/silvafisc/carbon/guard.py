"""Refuses flows that can only be stocks, and flags sinks that no province has."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules

from .mixtures import Array

_ASSUMED = "assumptions.carbon.validation."
FLOWS = tuple(f"{part}_tco2e_per_mu" for part in ("gross", "baseline", "additional", "credited", "deducted"))


def guard_flows(table: pd.DataFrame, rules: Rules) -> None:
    """Refuse removals above the largest believable flow per mu and year, in any of the five columns.

    Raises:
        InputError: with every unit and measure that exceeds it: a stock was reported as a flow.
    """
    limit = rules.number(_ASSUMED + "largest_flow")
    findings = []
    for column in FLOWS:
        values = table[column].to_numpy(dtype=np.float64)
        wrong = table[~(values <= limit)]
        for (code, measure), rows in wrong.groupby(["region_code", "measure"]):
            largest = float(rows[column].max())
            en = f"{largest:.3f} tCO2e per mu in one year exceeds {limit:g}: this is a stock reported as a flow"
            zh = f"一年 {largest:.3f} 吨/亩超过上限 {limit:g}：把存量当作流量了"
            findings.append(Finding("carbon", f"{column} {code} {measure}", en, zh))
    if findings:
        raise InputError(findings)


def sink_band(rules: Rules) -> tuple[float, float]:
    """(low, high) plausible mean biomass sink of a province, tC/ha/yr."""
    return rules.number(_ASSUMED + "sink_low"), rules.number(_ASSUMED + "sink_high")


def flag_sinks(codes: Sequence[str], sinks: Array, rules: Rules) -> tuple[Finding, ...]:
    """A finding for every unit whose mean biomass sink (units,), tC/ha/yr, lies outside the band or is no number.

    Flagged, not refused: a young or heavily felled province may lie outside, and somebody should look.
    """
    low, high = sink_band(rules)
    found = []
    for code, sink in zip(codes, sinks, strict=True):
        if not low <= sink <= high:
            en = f"mean biomass sink {sink:.3f} tC/ha/yr lies outside {low:g} to {high:g}: check before use"
            zh = f"林木碳汇均值 {sink:.3f} 吨碳/公顷·年，超出 {low:g}～{high:g}，使用前请核对"
            found.append(Finding("carbon", f"sink {code}", en, zh))
    return tuple(found)
