"""Arbor stands: how much of a province's forest area is arbor forest, and its mean volume.

    A_r = F_r min(1, (V_r / F_r / v*)^g),   sum_r A_r = A,   mean volume = V_r / A_r

in words: the inventory's provincial forest areas F hold special shrubland and bamboo, which are not published by
province (they do not sum to the national total). Where volume V per hectare of F falls short of v*, the part g of the
shortfall (in logarithms) is ascribed to shrub and bamboo, the rest to low stocking; v* is the one value at which the
nation sums to the published arbor area A. Provinces keep their order of mean volume for 0 < g < 1.
"""

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from silvafisc.datasets.columns import worst_status
from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..facts import Facts, rounded, tenths_of_mu
from ..frames import input_frame

PARAMETERS = "assumptions.economy.stands."
HAZARD = "assumptions.carbon.hazard.central"
NATIONAL_ARBOR = "arbor_forest_area_31_provinces"
BISECTIONS = 100
SOURCE = (
    "乔木林面积 = 森林面积 × min(1, (蓄积/森林面积/v*)^0.5)，全国合计等于清查乔木林；损失率 0.3%/年 / "
    "arbor area = forest area × min(1, (volume/forest area/v*)^0.5), sums to the inventory's arbor forest; loss 0.3 %/yr"
)


def arbor_areas(provinces: Facts, totals: Facts, rules: Rules) -> Mapping[str, Fraction]:
    """Code -> arbor area in mu; sums to the national arbor area within the sixth decimal of each share.

    Raises:
        ValueError: the national arbor area exceeds all forest area.
    """
    national = float(totals.exact(NATIONAL_ARBOR, "value"))
    exponent = rules.number(PARAMETERS + "shrub_exponent")
    forest = {code: float(provinces.exact(code, "forest_area_10k_ha")) for code in provinces.codes}
    stocking = {code: float(provinces.exact(code, "forest_stock_10k_m3")) / forest[code] for code in forest}
    if national > sum(forest.values()):
        raise ValueError(f"arbor forest {national} exceeds all forest {sum(forest.values())} (10k ha)")

    def share(code: str, threshold: float) -> float:
        return 1.0 if stocking[code] >= threshold else float((stocking[code] / threshold) ** exponent)

    low = min(stocking.values())
    high = low
    while sum(forest[code] * share(code, high) for code in forest) > national:
        high += high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        above = sum(forest[code] * share(code, middle) for code in forest) > national
        low, high = (middle, high) if above else (low, middle)
    shares = {code: rounded(share(code, high), 6) for code in forest}
    return {code: provinces.exact(code, "forest_area_10k_ha", "mu") * shares[code] for code in forest}


def mean_volumes(provinces: Facts, arbor: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    """Code -> forest stock over arbor area, m3/ha."""
    hectares = {code: area / UNITS["ha"].factor for code, area in arbor.items()}
    return {code: provinces.exact(code, "forest_stock_10k_m3", "m3") / hectares[code] for code in arbor}


def stands_table(provinces: Facts, totals: Facts, climate: Facts, rules: Rules) -> pd.DataFrame:
    """The `stands` table: one row per unit."""
    arbor = arbor_areas(provinces, totals, rules)
    volume = mean_volumes(provinces, arbor)
    hazard = rules.number(HAZARD)
    limit = rules.fraction(PARAMETERS + "shrub_flag_below")
    rows = []
    for code in provinces.codes:
        forest = provinces.exact(code, "forest_area_10k_ha", "mu")
        planted = provinces.exact(code, "planted_forest_area_10k_ha", "mu") / forest
        rows.append(
            {
                "region_code": code,
                "arbor_area_tenth_mu": tenths_of_mu(arbor[code]),
                "mean_volume_m3_per_ha": float(rounded(volume[code], 2)),
                "planted_share": float(rounded(planted, 6)),
                "shrub_flag": bool(arbor[code] / forest < limit),
                "loss_hazard_per_year": hazard,
                "mean_temperature_celsius": float(climate.exact(code, "mean_temperature_celsius")),
                "precipitation_mm": float(climate.exact(code, "precipitation_mm")),
                "status": worst_status("assumption", provinces.status(code, "forest_area_10k_ha")),
                "source": SOURCE,
            }
        )
    return input_frame("stands", rows)
