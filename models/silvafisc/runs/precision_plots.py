"""Plots by stratum of some units, for what the yearly money of a sensor net would narrow if it bought plots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from silvafisc.carbon.monitoring.sampling import Strata
from silvafisc.carbon.precision.sensors import against_plots
from silvafisc.datasets import Finding, InputError, load_table
from silvafisc.datasets.columns import ColumnSpec
from silvafisc.policy import Rules

COLUMNS = (
    ColumnSpec("region_code", "code", unit="code", key=True),
    ColumnSpec("stratum", "text", key=True),
    ColumnSpec("area_mu", "float", unit="mu", minimum=Decimal("0.1")),
    ColumnSpec("mean_tco2e_per_mu", "float", unit="tco2e_per_mu"),
    ColumnSpec("sd_tco2e_per_mu", "float", unit="tco2e_per_mu", minimum=0),
    ColumnSpec("plots", "int", unit="count", minimum=2),
)
"""Columns of the table: mean and standard deviation of what the plots of a stratum show."""


@dataclass(frozen=True)
class Plots:
    """Strata of each unit that has any, by region code."""

    strata: Mapping[str, Strata]

    def narrowed(self, rules: Rules) -> pd.DataFrame:
        """A row per unit: the yearly money of a net over its strata, the plots that it buys, and half the width of the
        total's interval, as a share of the total, without and with them.
        """
        rows = []
        for code, strata in self.strata.items():
            found = against_plots(strata, rules)
            rows.append(
                {
                    "region_code": code,
                    "money_yuan": round(found.money_yuan, 2),
                    "plots_bought": found.plots,
                    "half_width": round(found.before.half_width, 6),
                    "half_width_with_plots": round(found.after.half_width, 6),
                }
            )
        return pd.DataFrame(rows)


def read_strata(path: Path, known: Sequence[str]) -> Plots:
    """Read the table.

    Raises:
        InputError: as `load_table`; units that are not among the `known`; a unit whose total is zero.
    """
    table = load_table(path, COLUMNS)
    findings, strata = [], {}
    for code, rows in table.table.groupby("region_code"):
        place = table.locate(int(rows.index[0]), "region_code")
        if code not in known:
            findings.append(
                Finding(place, "region_code", f"{code} is no unit of the scenario", f"{code} 不是本情景的单位")
            )
            continue
        parts = ("area_mu", "mean_tco2e_per_mu", "sd_tco2e_per_mu", "plots")
        strata[str(code)] = Strata(*(rows[name].to_numpy(dtype=np.float64) for name in parts))
        if strata[str(code)].area @ strata[str(code)].mean == 0:
            en, zh = "the total of this unit is zero: no share of it can be told", "该单位总量为零，无法给出相对误差"
            findings.append(Finding(place, "mean_tco2e_per_mu", en, zh))
    if findings:
        raise InputError(findings)
    return Plots(strata)
