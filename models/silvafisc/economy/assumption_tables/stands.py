"""Arbor stands: a province's arbor area (see forest_parts.py) and its mean volume = forest stock over arbor area."""

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..facts import Facts, rounded, tenths_of_mu
from ..frames import input_frame
from .forest_parts import PARAMETERS, ForestParts

HAZARD = "assumptions.carbon.hazard.central"
SOURCES = {
    "release": "乔木林 = 森林 − 竹林 − 特殊灌木林，灌木林据清查分省发布（森林 − 天然林 − 人工林）；损失率 0.3%/年 / arbor = forest − bamboo − special shrubland, shrubland from the inventory release (forest − natural − planted); loss 0.3 %/yr",
    "types": "乔木林据已发表的分林型面积；损失率 0.3%/年 / arbor area from the published table of forest types; loss 0.3 %/yr",
    "formula": "乔木林 = 森林 − 竹林 − 特殊灌木林，灌木林占比随干旱、高山和低蓄积上升，全国合计等于清查；损失率 0.3%/年 / arbor = forest − bamboo − special shrubland, its share rising with dryness, high mountains and low stocking, summing to the inventory's totals; loss 0.3 %/yr",
}


def mean_volumes(provinces: Facts, parts: Mapping[str, ForestParts]) -> Mapping[str, Fraction]:
    """Code -> forest stock over arbor area, m3/ha."""
    return {
        code: provinces.exact(code, "forest_stock_10k_m3", "m3") / (part.arbor / UNITS["ha"].factor)
        for code, part in parts.items()
    }


def stands_table(provinces: Facts, climate: Facts, parts: Mapping[str, ForestParts], rules: Rules) -> pd.DataFrame:
    """The `stands` table: one row per unit. The hazard is assumed everywhere, so no row is better than an assumption."""
    volume = mean_volumes(provinces, parts)
    hazard = rules.number(HAZARD)
    mostly = rules.fraction(PARAMETERS + "shrub_flag_from")
    rows = []
    for code, part in parts.items():
        forest = provinces.exact(code, "forest_area_10k_ha", "mu")
        planted = provinces.exact(code, "planted_forest_area_10k_ha", "mu") / forest
        rows.append(
            {
                "region_code": code,
                "arbor_area_tenth_mu": tenths_of_mu(part.arbor),
                "mean_volume_m3_per_ha": float(rounded(volume[code], 2)),
                "planted_share": float(rounded(planted, 6)),
                "shrub_flag": part.shrub_share >= mostly,
                "loss_hazard_per_year": hazard,
                "mean_temperature_celsius": float(climate.exact(code, "mean_temperature_celsius")),
                "precipitation_mm": float(climate.exact(code, "precipitation_mm")),
                "status": "assumption",
                "source": SOURCES[part.basis],
            }
        )
    return input_frame("stands", rows)
