"""How well the calibrated curves fit: residuals by unit and age group, published types, and both modes side by side."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import convert

from ..age_structure import AGE_GROUPS
from ..composition import published_groups
from ..forest import Forest, Tabular, calibrate
from ..mixtures import Array
from ..validation import validate
from .calibrate import Curves

NATION = "000000"
ALL = "all"
_TC_PER_HA = float(convert(Decimal(1), "tgc", "tc") / convert(Decimal(1), "10k_ha", "ha"))
"""TgC per 10^4 ha -> tC per ha."""
_FIT = ["region_code", "age_group", "area_share", "volume_m3_per_ha", "target_m3_per_ha", "residual_pct"]
_SIDE = ["check", "region_code", "place", "pool", "method", "period", "unit", "published", "low", "high", "gated"]


def fit_table(curves: Curves, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """Mean volume of every unit and age group beside what the inventory says of it.

    region_code (the sum of the units: 000000), age_group (`all`: all five), area_share of the age group in the unit,
    volume_m3_per_ha, target_m3_per_ha and residual_pct = 100 (volume / target - 1), stock_change_m3_per_ha of the
    stock-change mode, composition (`published` or `assumed`). The inventory has a mean for every unit and for every age
    group of the nation; a unit's own age group has no target and its cells stay empty.
    """
    forest = curves.forest
    area = forest.stands["arbor_area_tenth_mu"].to_numpy(dtype=np.float64)
    plain = calibrate(forest.stands, packages, rules)
    known = packages["age_groups"].table.set_index("age_group").loc[list(AGE_GROUPS)]
    national = (known["volume_10k_m3"] / known["area_10k_ha"]).to_numpy(dtype=np.float64)
    (share, volume), (_, other) = (_cells(one, area) for one in (forest, plain))
    target = np.full_like(volume, np.nan)
    target[:-1, -1] = forest.stands["mean_volume_m3_per_ha"]
    target[-1] = [*national, known["volume_10k_m3"].sum() / known["area_10k_ha"].sum()]
    codes = [*forest.codes, NATION]
    composed = ["published" if found else "assumed" for found in forest.published]
    columns = len(AGE_GROUPS) + 1
    frame = pd.DataFrame(
        {
            "region_code": np.repeat(codes, columns),
            "age_group": np.tile([*AGE_GROUPS, ALL], len(codes)),
            "area_share": share.ravel(),
            "volume_m3_per_ha": volume.ravel(),
            "target_m3_per_ha": target.ravel(),
            "residual_pct": 100 * (volume / target - 1).ravel(),
            "stock_change_m3_per_ha": other.ravel(),
            "composition": np.repeat([*composed, "mixed" if len(set(composed)) > 1 else composed[0]], columns),
        }
    )
    return frame[[*_FIT, "stock_change_m3_per_ha", "composition"]]


def type_table(curves: Curves, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """Carbon density by forest-type group in the units whose types are published, beside the published one.

    region_code, forest_type, area_share, published_tc_per_ha (area-weighted over the types that make up the group),
    model_tc_per_ha, stock_change_tc_per_ha, deviation_pct. Printed, not gated: the level between groups is a prior.
    """
    rows = []
    plain = calibrate(curves.forest.stands, packages, rules)
    density, other = (_group_carbon(one) for one in (curves.forest, plain))
    found = published_groups(packages["species_composition"].table, curves.forest.groups, rules)
    for code, held in found.items():
        if code not in curves.forest.codes:
            continue
        unit = curves.forest.codes.index(code)
        for group, name in enumerate(curves.forest.groups):
            area, stock = held[group]
            if area > 0:
                published = float(stock / area * _TC_PER_HA)
                rows.append(
                    {
                        "region_code": code,
                        "forest_type": name,
                        "area_share": float(curves.forest.standing[unit, group]),
                        "published_tc_per_ha": published,
                        "model_tc_per_ha": float(density[unit, group]),
                        "stock_change_tc_per_ha": float(other[unit, group]),
                        "deviation_pct": float(100 * (density[unit, group] / published - 1)),
                    }
                )
    columns = ["region_code", "forest_type", "area_share", "published_tc_per_ha", "model_tc_per_ha"]
    return pd.DataFrame(rows, columns=[*columns, "stock_change_tc_per_ha", "deviation_pct"])


def side_by_side(curves: Curves, packages: Mapping[str, Tabular], rules: Rules) -> pd.DataFrame:
    """Every comparison of `validation.validate` for both modes, one row each, misses included.

    The columns of `validate` that do not depend on the mode, then model, deviation_pct and verdict of the curves, and
    stock_change, stock_change_deviation_pct and stock_change_verdict of the stock-change mode; notes, status, source.
    """
    ours = validate(curves.forest, packages, rules)
    theirs = validate(calibrate(curves.forest.stands, packages, rules), packages, rules)
    beside = theirs[["model", "deviation_pct", "verdict"]].add_prefix("stock_change_")
    beside = beside.rename(columns={"stock_change_model": "stock_change"})
    told = ["note_en", "note_zh", "status", "source"]
    return pd.concat([ours[_SIDE], ours[["model", "deviation_pct", "verdict"]], beside, ours[told]], axis=1)


def shape_table(curves: Curves) -> pd.DataFrame:
    """Where each group's shape comes from: the shape in use, and every published curve that was looked at.

    forest_type, source (`placeholder`, or region, type and form of the curve), delay_year, rate_per_year, shape,
    reached, verdict (`used` for the shape in use).
    """
    shapes = curves.shapes
    looked = shapes.candidates
    named = looked["region"] + " / " + looked["published_type"] + " / " + looked["model"]
    rows = [
        {
            "forest_type": group,
            "source": "placeholder",
            "delay_year": 0.0,
            "rate_per_year": float(shapes.rate[at]),
            "shape": float(shapes.shape[at]),
            "reached": np.nan,
            "verdict": "used",
        }
        for at, group in enumerate(curves.forest.groups)
        if not shapes.published[at]
    ]
    columns = ["forest_type", "source", "delay_year", "rate_per_year", "shape", "reached", "verdict"]
    table = pd.concat([looked.assign(source=named)[columns], pd.DataFrame(rows, columns=columns)], ignore_index=True)
    return table.sort_values(["forest_type", "verdict", "source"], kind="stable", ignore_index=True)


def _cells(forest: Forest, area: Array) -> tuple[Array, Array]:
    """(share, mean volume) of units and their sum (u + 1) by age group and all of them (a + 1)."""
    volume = np.einsum("ug,uga->ua", forest.standing, forest.volumes(0)[..., 0]) * forest.age_shares
    held = np.concatenate([forest.age_shares, forest.age_shares.sum(axis=1, keepdims=True)], axis=1)
    stock = np.concatenate([volume, volume.sum(axis=1, keepdims=True)], axis=1)
    held, stock = (np.concatenate([x, (area @ x)[None] / area.sum()]) for x in (held, stock))
    return held, stock / held


def _group_carbon(forest: Forest) -> Array:
    """(u, g) mean carbon tC/ha of each group over its age groups."""
    carbon = forest.biomass.carbon(forest.volumes(0)[..., 0])
    return np.asarray(np.einsum("ua,uga->ug", forest.age_shares, carbon))
