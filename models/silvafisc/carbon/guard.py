"""Refuses flows that can only be stocks."""

import numpy as np
import pandas as pd

from silvafisc.datasets.findings import Finding, InputError
from silvafisc.policy import Rules

FLOWS = tuple(f"{part}_tco2e_per_mu" for part in ("gross", "baseline", "additional", "credited", "deducted"))


def guard_flows(table: pd.DataFrame, rules: Rules) -> None:
    """Refuse removals above the largest believable flow per mu and year, in any of the five columns.

    Raises:
        InputError: with every unit and measure that exceeds it: a stock was reported as a flow.
    """
    limit = rules.number("assumptions.carbon.validation.largest_flow")
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
