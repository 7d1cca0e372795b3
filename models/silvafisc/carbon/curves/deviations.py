"""How uncertain the inputs of the curves are: relative standard deviations per group, for draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from ..errors import refuse
from ..mixtures import Array
from .shapes import Shapes

QUANTITIES = (
    "regression_bias",
    "unit_volume",
    "age_group_volume",
    "stem_share",
    "foliage_share",
    "group_level_published",
    "group_level_placeholder",
    "rate_published",
    "rate_placeholder",
    "regression_confidence",
)


@dataclass(frozen=True)
class Deviations:
    """Relative standard deviations. Per group (g,): what is drawn once for the group; plain: once for unit or nation.

    bias: systematic error of the volume-biomass equation. mean: sampling error of its mean, MPE / z. plot: scatter of
    single plots about it, MPSE / z, NaN where a type's is not known; it averages out over a unit. level: of a group
    against its unit's mean. rate: of the shape's k. unit_volume: per unit. age_group_volume: per age group of the
    nation. stem, foliage: of the shares.
    """

    bias: Array
    mean: Array
    plot: Array
    level: Array
    rate: Array
    unit_volume: float
    age_group_volume: float
    stem: float
    foliage: float


def read_deviations(
    uncertainty: pd.DataFrame, biomass: pd.DataFrame, regressions: Sequence[str], shapes: Shapes
) -> Deviations:
    """Deviations of the groups whose rows of `volume_biomass` are named in `regressions` (joined by `;`).

    z is the two-sided normal quantile of the confidence that MPE and MPSE are stated for. A group of several types
    takes the plain mean of theirs, as if they erred together.

    Raises:
        InputError: quantities of `curve_uncertainty` missing or unknown.
    """
    value = dict(zip(uncertainty["quantity"], uncertainty["value"].astype("float64"), strict=True))
    if odd := sorted(set(value) ^ set(QUANTITIES)):
        raise refuse("curve_uncertainty", f"missing or unknown: {odd}", f"缺少或未知：{odd}")
    z = NormalDist().inv_cdf((1 + value["regression_confidence"]) / 2)
    rows = biomass.set_index("forest_type")[["mpe_pct", "mpse_pct"]].astype("float64") / 100 / z
    names = [[name.strip() for name in text.split(";") if name.strip()] for text in regressions]
    errors = np.array([rows.loc[own].to_numpy().mean(axis=0) for own in names])
    return Deviations(
        bias=np.full(len(names), value["regression_bias"]),
        mean=errors[:, 0],
        plot=errors[:, 1],
        level=_by_shape(shapes, value["group_level_published"], value["group_level_placeholder"]),
        rate=_by_shape(shapes, value["rate_published"], value["rate_placeholder"]),
        unit_volume=value["unit_volume"],
        age_group_volume=value["age_group_volume"],
        stem=value["stem_share"],
        foliage=value["foliage_share"],
    )


def _by_shape(shapes: Shapes, published: float, placeholder: float) -> Array:
    return np.where(shapes.published, np.full(len(shapes.rate), published), np.full(len(shapes.rate), placeholder))
