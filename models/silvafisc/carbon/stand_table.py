"""Checks of the stands table before anything is computed from it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from silvafisc.datasets.findings import Finding, InputError

from .mixtures import Array

_NUMBERS = (
    "arbor_area_tenth_mu",
    "mean_volume_m3_per_ha",
    "planted_share",
    "loss_hazard_per_year",
    "mean_temperature_celsius",
    "precipitation_mm",
)


def checked_stands(stands: pd.DataFrame) -> pd.DataFrame:
    """`stands` sorted by region code with a fresh index.

    Raises:
        InputError: every missing column, empty table, repeated code, number that is absent or outside its range.
    """
    needed = ("region_code", *_NUMBERS, "shrub_flag")
    missing = [column for column in needed if column not in stands.columns]
    if missing:
        raise InputError([Finding("stands", column, "column is missing", "缺少该列") for column in missing])
    if stands.empty:
        raise InputError([Finding("stands", "region_code", "no unit is given", "没有任何单位")])
    rows = stands.sort_values("region_code", kind="stable").reset_index(drop=True)
    findings = [
        Finding("stands", f"region_code {code}", "unit is given twice", "单位重复")
        for code in sorted(set(rows.loc[rows["region_code"].duplicated(), "region_code"]))
    ]
    for column in _NUMBERS:
        values = rows[column].to_numpy(dtype=np.float64)
        wrong = ~_range(column, values)
        en, zh = _RANGES.get(column, ("must be a number", "须为数字"))
        findings += [
            Finding(
                "stands",
                f"{column} of {rows['region_code'].iloc[row]}",
                f"{en} (got {values[row]})",
                f"{zh}（现为 {values[row]}）",
            )
            for row in np.flatnonzero(wrong)
        ]
    if findings:
        raise InputError(findings)
    return rows


_RANGES = {
    "arbor_area_tenth_mu": ("must not be negative", "不得为负"),
    "mean_volume_m3_per_ha": ("must be positive", "须为正数"),
    "planted_share": ("must lie between 0 and 1", "须在 0 与 1 之间"),
    "loss_hazard_per_year": ("must lie in [0, 1)", "须在 [0, 1) 内"),
    "precipitation_mm": ("must not be negative", "不得为负"),
}


def _range(column: str, values: Array) -> NDArray[np.bool_]:
    """Where the value lies in its range; NaN never does."""
    finite = np.isfinite(values)
    inside = {
        "mean_volume_m3_per_ha": values > 0,
        "planted_share": (values >= 0) & (values <= 1),
        "loss_hazard_per_year": (values >= 0) & (values < 1),
        "mean_temperature_celsius": finite,
    }.get(column, values >= 0)
    return np.asarray(finite & inside)
