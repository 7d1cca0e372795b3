"""Shape of each group's growth curve: from a published curve where one can carry it, else the placeholder."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from silvafisc.policy import Rules

from ..errors import refuse
from ..growth import chapman_richards
from ..mixtures import Array

_REACHED = "assumptions.carbon.curves.amplitude_reached"
_KEY = ["region", "forest_type", "model"]
_LEVEL_AT = 2
"""Age group (near-mature) whose volume keeps the relation between groups when a shape is replaced."""


@dataclass(frozen=True)
class Shapes:
    """φ(t) = (1 - e^{-k max(t - t0, 0)})^c of each group (g), and its level before calibration.

    rate k (per year), shape c (-), delay t0 (years): (g,). prior: (g,) amplitude m3/ha of a mean site.
    published: (g,) whether the shape is a published curve's. candidates: one row per curve that was looked at, with
    forest_type, region, published_type, model, delay_year, rate_per_year, shape, reached (share of the amplitude at the
    group's oldest mature age) and verdict: `used`, `formula not shown`, `other form` or `amplitude not reached`.
    """

    rate: Array
    shape: Array
    delay: Array
    prior: Array
    published: np.ndarray
    candidates: pd.DataFrame

    def reached(self, age: Array) -> Array:
        """(g, ...) share of the amplitude at `age` (g, ...) in years."""
        along = (slice(None), *[None] * (age.ndim - 1))
        return chapman_richards(np.maximum(age - self.delay[along], 0.0), self.rate[along], self.shape[along])


def read_shapes(
    placeholders: pd.DataFrame, sources: pd.DataFrame, curves: pd.DataFrame, limits: Array, ages: Array, rules: Rules
) -> Shapes:
    """Shapes of the groups in the order of `placeholders`.

    A published curve (`curve_sources` names it, `growth_curves_published` holds it) gives its shape where its formula
    is stated, it is zero at some age and it has reached the share `amplitude_reached` by the group's oldest mature age:
    below that, its amplitude is an extrapolation. Only the shape is taken; the level is the placeholder's volume at the
    age of near-mature stands, and calibration moves it.

    limits: (g, 4) upper ages; ages: (g, 5) ages that stand for the age groups.

    Raises:
        InputError: a source names an unknown group or curve, or two usable curves claim one group.
    """
    groups = [str(name) for name in placeholders["forest_type"]]
    rate, shape, amplitude = (
        placeholders[column].to_numpy(dtype=np.float64).copy()
        for column in ("rate_per_year", "shape", "amplitude_m3_per_ha")
    )
    level = amplitude * chapman_richards(ages[:, _LEVEL_AT], rate, shape)
    delay, published = np.zeros_like(rate), np.zeros(len(groups), dtype=bool)
    candidates = _judged(sources, curves, dict(zip(groups, limits[:, -1], strict=True)), rules.number(_REACHED))
    for row in candidates[candidates["verdict"] == "used"].to_dict("records"):
        at = groups.index(str(row["forest_type"]))
        if published[at]:
            group = row["forest_type"]
            raise refuse("curve_sources", f"two curves claim {group}", f"{group} 有两条可用曲线")
        rate[at], shape[at], delay[at] = row["rate_per_year"], row["shape"], row["delay_year"]
        published[at] = True
    unscaled = Shapes(rate, shape, delay, amplitude, published, candidates)
    prior = level / unscaled.reached(ages)[:, _LEVEL_AT]
    return Shapes(rate, shape, delay, prior, published, candidates)


def _judged(sources: pd.DataFrame, curves: pd.DataFrame, oldest: dict[str, float], least: float) -> pd.DataFrame:
    known = {tuple(row[column] for column in _KEY): row for row in curves.to_dict("records")}
    rows = []
    for source in sources.sort_values(["forest_type", "region", "published_type"]).to_dict("records"):
        group, key = str(source["forest_type"]), (source["region"], source["published_type"], source["model"])
        if group not in oldest or key not in known:
            named = " / ".join(map(str, (group, *key)))
            raise refuse("curve_sources", f"unknown group or curve: {named}", f"树种组或曲线未知：{named}")
        curve = known[key]
        form = _form(curve)
        reached = float("nan")
        if curve["status"] == "assumption":
            verdict = "formula not shown"
        elif form is None:
            verdict = "other form"
        else:
            delay, rate, shape = form
            reached = float((-np.expm1(-rate * max(oldest[group] - delay, 0.0))) ** shape)
            verdict = "used" if reached >= least else "amplitude not reached"
        delay, rate, shape = form or (float("nan"),) * 3
        rows.append(
            {column: source[column] for column in ("forest_type", "region", "published_type", "model")}
            | {"delay_year": delay, "rate_per_year": rate, "shape": shape, "reached": reached, "verdict": verdict}
        )
    columns = ["forest_type", "region", "published_type", "model", "delay_year", "rate_per_year", "shape"]
    return pd.DataFrame(rows, columns=[*columns, "reached", "verdict"])


def _form(curve: Mapping[Hashable, object]) -> tuple[float, float, float] | None:
    """(t0, k, c) of A (1 - e^{-k (t - t0)})^c, None for a curve that cannot be written so.

    richards: A (1 - B e^{-K t})^{1/(1-m)} with B ≥ 1 is zero until t0 = ln B / K; c = 1 / (1 - m), m < 1.
    chapman_richards: t0 = 0. Others (logistic, Korf, power) are never zero, or have no amplitude.
    """
    p2, p3, p4 = (float(str(curve[name])) for name in ("p2", "p3", "p4"))
    if curve["model"] == "chapman_richards" and p2 > 0 and p3 > 0:
        return 0.0, p2, p3
    if curve["model"] == "richards" and p2 >= 1 and p3 > 0 and p4 < 1:
        return float(np.log(p2) / p3), p3, 1 / (1 - p4)
    return None
