"""Carbon consequences of forest measures: yields per mu by unit, measure and year.

Stock-change mode: age -> volume -> biomass carbon of living trees, project minus baseline. Soil, litter, dead wood and
wood products are not in it. Importing this package loads neither pandas nor numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from silvafisc.policy import Rules
    from silvafisc.results import Yields

    from .forest import Tabular

__all__ = [
    "CURVE_PACKAGES",
    "MEASURES",
    "PACKAGES",
    "VALIDATION_PACKAGES",
    "loss_hazard_band",
    "scores",
    "validation_table",
    "yields",
]

MEASURES = ("afforestation", "compensation", "restoration", "tending")
"""Measures that the stock-change mode knows."""
PACKAGES = ("age_group_limits", "age_groups", "growth_shapes", "species_composition", "volume_biomass")
"""Data packages that `yields` and `scores` read."""
CURVE_PACKAGES = (*PACKAGES, "age_group_factors", "biomass_split", "curve_sources", "growth_curves_published")
"""Data packages that `curves.calibrate.calibrate_curves` reads."""
VALIDATION_PACKAGES = (*PACKAGES, "carbon_validation")
"""Data packages that `validation_table` reads."""


def yields(
    stands: pd.DataFrame,
    packages: Mapping[str, Tabular],
    measures: Sequence[str],
    periods: Sequence[str],
    horizon: int,
    rules: Rules,
) -> Yields:
    """tCO2e per mu and year of every measure and period; see `yield_table.build_yields`."""
    from .yield_table import build_yields

    return build_yields(stands, packages, measures, periods, horizon, rules)


def scores(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """Stock and flow of each unit's forest per mu; see `score_table.build_scores`."""
    from .score_table import build_scores

    return build_scores(stands, packages, rules)


def validation_table(stands: pd.DataFrame, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """The stock-change mode beside published figures; see `validation.build_validation`."""
    from .validation import build_validation

    return build_validation(stands, packages, rules)


def loss_hazard_band(rules: Rules) -> tuple[float, float, float]:
    """(low, central, high) baseline loss share per year of protected forest; see `hazard.loss_hazard_band`."""
    from .hazard import loss_hazard_band as band

    return band(rules)
