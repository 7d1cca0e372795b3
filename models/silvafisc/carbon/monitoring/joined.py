"""Sources of each unit's mean made one, and the totals of all units with what they err in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from ..errors import refuse
from ..mixtures import Array
from .fusion import fused
from .levels import Figures
from .whole_units import EXACT

COLUMNS = ("region_code", "quantity", "year", "source", "mean", "sd", "status", "reference")
"""Of an estimate: mean and standard error in the unit that the quantity's name ends in; who says so, and how well known."""


@dataclass(frozen=True)
class Shared:
    """What estimates of different units err in common.

    common: (code, source) -> the part of the error that the whole source has, as a map's level. sampled: (code, source) ->
    number of plots, where the plots of a part are among those of its whole.
    """

    common: Mapping[tuple[str, str], float]
    sampled: Mapping[tuple[str, str], int]


def joined(
    estimates: pd.DataFrame,
    areas: Mapping[str, float],
    parts: Mapping[str, Collection[str]],
    shared: Shared,
    rules: Rules,
) -> tuple[pd.DataFrame, Figures]:
    """(per estimate: weight, and of its unit value, error, agree, widened; totals of the units with an area).

    A unit's sources are weighed by inverse variance (`fusion.fused`); one without error stands alone. Totals are
    T_u = A_u m_u, with cov(T_u, T_v) = A_u A_v Σ_s w_us w_vs c_s(u, v): c = common_u common_v for the level of a map, and
    sd_u sd_v √(n_v / n_u) where the n_v plots of v are among the n_u of u (means of nested samples).

    estimates: COLUMNS, of one quantity and year. areas: code -> area. parts: whole -> all that lies in it, at any depth.

    Raises:
        InputError: figures of a unit that are both exact and differ.
    """
    table = estimates.sort_values(["region_code", "source"], ignore_index=True)
    codes = tuple(sorted(set(table["region_code"])))
    told = {name: np.zeros(len(table)) for name in ("weight", "value", "error", "agree", "widened")}
    for code, group in table.groupby("region_code"):
        at = group.index.to_numpy()
        weight, *rest = _unit(str(code), group, rules)
        told["weight"][at] = weight
        for name, held in zip(("value", "error", "agree", "widened"), rest, strict=True):
            told[name][at] = held
    table = table.assign(**told)
    first = table.groupby("region_code").first()
    known = [code for code in codes if code in areas]
    area = np.array([areas[code] for code in known])
    covariance = np.zeros((len(known), len(known)))
    for _, group in table[table["region_code"].isin(known)].groupby("source"):
        covariance += _shared(group, known, parts, shared)
    errors = np.array([float(first.loc[code, "error"]) for code in known])
    covariance[np.diag_indices(len(known))] = errors**2
    mean = np.array([float(first.loc[code, "value"]) for code in known])
    return table, Figures(tuple(known), area * mean, covariance * np.outer(area, area))


def _unit(code: str, group: pd.DataFrame, rules: Rules) -> tuple[Array, float, float, float, float]:
    """(weight per source, value, error, agree, widened) of one unit."""
    mean, sd = (group[name].to_numpy(dtype=np.float64) for name in ("mean", "sd"))
    exact = sd == 0
    if not exact.any():
        both = fused(mean.tolist(), sd.tolist(), rules)
        return np.array(both.weights), both.value, both.error, both.agree, both.inflated
    value = float(mean[exact][0])
    if (np.abs(mean[exact] - value) > EXACT * abs(value)).any():
        raise refuse(code, "two figures without error differ", "两个无误差的数值不一致")
    return exact / exact.sum(), value, 0.0, 1.0, 1.0


def _shared(group: pd.DataFrame, known: list[str], parts: Mapping[str, Collection[str]], shared: Shared) -> Array:
    """Covariance of the means of `known` (n, n) off the diagonal, from one source."""
    rows = {str(row["region_code"]): row for _, row in group.iterrows()}
    source = str(group["source"].iloc[0])
    weight = np.array([float(rows[c]["weight"] * rows[c]["widened"]) if c in rows else 0.0 for c in known])
    level = weight * np.array([shared.common.get((code, source), 0.0) for code in known])
    found = np.outer(level, level)
    for i, whole in enumerate(known):
        plots = shared.sampled.get((whole, source), 0)
        for j, part in enumerate(known):
            inner = shared.sampled.get((part, source), 0)
            if whole in rows and part in rows and plots and inner and part in parts.get(whole, ()):
                both = float(rows[whole]["sd"] * rows[part]["sd"]) * (inner / plots) ** 0.5 * weight[i] * weight[j]
                found[i, j] += both
                found[j, i] += both
    return found
