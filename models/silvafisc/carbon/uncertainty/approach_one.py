"""IPCC 2006 Guidelines, volume 1, chapter 3, approach 1: error propagation, the cross-check of the draws."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from .yields import DrawnYields, half_width


def of_product(relative: Array, axis: int = -1) -> Array:
    """Equation 3.1: relative uncertainty of a product of independent factors, U = √Σ U_i²."""
    return np.asarray(np.sqrt(np.sum(np.square(relative), axis=axis)))


def of_sum(values: Array, relative: Array, axis: int = -1) -> Array:
    """Equation 3.2: relative uncertainty of a sum of independent terms, U = √Σ (U_i x_i)² ÷ |Σ x_i|.

    A net sink is a difference of large terms, of which the smaller sum makes U large. Infinite where the sum is zero.
    """
    spread = np.sqrt(np.sum(np.square(relative * values), axis=axis))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(spread == 0, 0.0, spread / np.abs(np.sum(values, axis=axis))))


def side_by_side(yields: DrawnYields, alone: Mapping[str, DrawnYields], area: Array, rules: Rules) -> pd.DataFrame:
    """Draws beside approach 1, for the additional tonnes by the last milestone.

    A row per unit and measure: `draws`, the relative half-width of all sources drawn together, and `approach_one`, by
    equation 3.1 from the half-widths of each cause drawn alone; `ratio` draws ÷ approach 1. A row `all` per measure:
    the area-weighted sum of the units by draws, and by equation 3.2 from the units' own half-widths as if they erred
    independently: what the draws have on top is what units share.

    alone: cause -> yields of the same units and measures with only that cause drawn. area: (units,).

    Raises:
        InputError: yields of other units or measures.
    """
    for cause, other in alone.items():
        if (other.codes, other.measures) != (yields.codes, yields.measures):
            raise refuse("uncertainty", f"{cause} is drawn for other units or measures", f"{cause} 的单位或措施不一致")
    drawn = yields.additional[..., -1].astype(np.float64)
    together = half_width(drawn, rules)
    parts = np.stack([half_width(other.additional[..., -1].astype(np.float64), rules) for other in alone.values()])
    units = pd.DataFrame(
        {
            "region_code": np.repeat(np.array(yields.codes), len(yields.measures)),
            "measure": np.tile(np.array(yields.measures), len(yields.codes)),
            "draws": together.ravel(),
            "approach_one": of_product(parts, axis=0).ravel(),
        }
    )
    weighted = drawn * area[:, None, None]
    whole = pd.DataFrame(
        {
            "region_code": "all",
            "measure": np.array(yields.measures),
            "draws": half_width(weighted.sum(axis=0), rules),
            "approach_one": of_sum(weighted.mean(axis=2), together, axis=0),
        }
    )
    table = pd.concat([units, whole], ignore_index=True)
    return table.assign(ratio=table["draws"] / table["approach_one"])
