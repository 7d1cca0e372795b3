"""Stock and flow of a unit's forest per mu: two scores, because old forest is not worth nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from .biomass import TCO2E_PER_MU
from .errors import refuse
from .forest import Tabular, calibrate
from .mixtures import Array


def build_scores(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """region_code, stock_tco2e_per_mu, flow_tco2e_per_mu, sorted by code.

    stock = C(today); flow = (C(today + n) - C(today)) / n, the mean yearly growth of today's stands over the next n
    years before any loss, at fixed area: a unit that guards its forest better never scores lower for it.

    Raises:
        InputError: as `forest.calibrate`; n not a positive whole number.
    """
    forest = calibrate(stands, packages, rules)
    years = flow_years(rules)
    carbon = forest.mean_carbon(forest.volumes(years), forest.weights())
    return two_scores(forest.codes, carbon, years)


def two_scores(codes: Sequence[str], carbon: Array, years: int) -> pd.DataFrame:
    """The same table from carbon before losses (units, at least `years` + 1) in tC/ha, whichever engine it comes from."""
    scored = carbon * TCO2E_PER_MU
    return pd.DataFrame(
        {
            "region_code": np.array(codes),
            "stock_tco2e_per_mu": scored[:, 0],
            "flow_tco2e_per_mu": (scored[:, years] - scored[:, 0]) / years,
        }
    )


def flow_years(rules: Rules) -> int:
    """Years over which the flow score averages. Raises InputError where they are no positive whole number."""
    years = rules.fraction("assumptions.carbon.scores.flow_years")
    if years.denominator != 1 or years < 1:
        raise refuse("assumptions.carbon.scores.flow_years", "must be a whole number of years", "须为整年数")
    return int(years)
